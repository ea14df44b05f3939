"""An admin's word acts in every process at the next request, and an erasure that is killed goes on (issue 4, 9)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hunter_adapters.sql import open_store
from hunter_adapters.testing.builders import (
    a_completion,
    a_day,
    a_hunter,
    a_quest,
    a_rulebook,
    an_entry,
    an_event,
    registered,
)
from hunter_core.hunters.hunter import Hunter
from hunter_core.ledger.rebuild import rebuild
from tests.servers.app import App, run_hunter
from tests.servers.books import Books
from tests.servers.client import Client
from tests.servers.length import LONG
from tests.servers.postgres import PostgresServer

ACTS_WITHIN = 1.0
"""Seconds in which a ban acts, everywhere (SPEC 5)."""

PATIENCE = 60.0
KILLS = 8 if LONG else 1
COMPLETIONS = 4000 if LONG else 1500


# --- two processes, and a command beside them ----------------------------------------------------------------


@pytest.fixture(scope="module")
def apps(
    postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[App, App]]:
    """Two processes on one database and one data folder, in which the keys lie."""
    url = postgres_server.fresh_database()
    data_dir: Path = tmp_path_factory.mktemp("leaving")
    with (
        App(data_dir=data_dir, database_url=url) as first,
        App(data_dir=data_dir, database_url=url) as second,
    ):
        yield first, second
        assert "Traceback" not in first.log, first.log[-5000:]
    postgres_server.drop_database(url)


def admin(app: App, *arguments: str) -> None:
    done = run_hunter("admin", *arguments, env=app.environment)
    assert done.returncode == 0, done.stderr


def refused_within(client: Client, path: str, seconds: float = ACTS_WITHIN) -> None:
    """Wait until *client* is refused, and no longer than so."""
    deadline = time.monotonic() + seconds
    while (answer := client.get(path)).status != 401:
        assert time.monotonic() < deadline, answer


def test_a_ban_and_a_role_act_at_the_next_request_in_every_process(apps: tuple[App, App]) -> None:
    here, there, script = Client(apps[0].url), Client(apps[1].url), Client(apps[1].url)
    with here, there, script:
        here.register()
        there.token, name = here.token, here.user["hunterName"]
        wish = {"name": "home", "scope": "READ", "expiresInDays": 90}
        script.token = here.post("/api/auth/api-tokens", wish).data["token"]
        assert {client.get("/api/quests").status for client in (here, there, script)} == {200}

        admin(apps[0], "role", name, "admin")
        assert [client.get("/api/auth/me").data["role"] for client in (here, there)] == ["ADMIN", "ADMIN"]
        admin(apps[0], "role", name, "user")
        assert [client.get("/api/auth/me").data["role"] for client in (here, there)] == ["USER", "USER"]

        admin(apps[0], "deactivate", name, "--yes")
        for client in (here, there, script):
            refused_within(client, "/api/quests")
        renewed = there.post("/api/auth/refresh", {"refreshToken": here.refresh_token})
        assert (renewed.status, renewed.code) == (401, "UNAUTHENTICATED")

        admin(apps[0], "reactivate", name)
        deadline = time.monotonic() + ACTS_WITHIN
        while script.get("/api/quests").status != 200:
            assert time.monotonic() < deadline
        # The sessions have ended for good.
        assert here.get("/api/quests").status == 401


def test_leaving_acts_in_the_other_process_too(apps: tuple[App, App]) -> None:
    here, there = Client(apps[0].url), Client(apps[1].url)
    with here, there:
        here.register()
        there.token = here.token
        assert there.get("/api/quests").status == 200

        assert here.send("DELETE", "/api/users/me", {}).status == 200

        refused_within(there, "/api/quests")


# --- killed in the middle ------------------------------------------------------------------------------------


def a_long_life(url: str, name: str) -> Hunter:
    """Keep a hunter with thousands of rows whose figures follow from each other."""
    store = open_store(url)
    now = datetime.now(UTC).replace(microsecond=0)
    hunter = a_hunter(name, created_at=now, updated_at=now)
    quest = a_quest(hunter, completions_per_day=50, created_day=now.date() - timedelta(days=COMPLETIONS))
    registered(store, hunter, quest)
    done = [a_completion(quest, n, at=now - timedelta(hours=COMPLETIONS - n)) for n in range(COMPLETIONS)]
    with store.write() as uow:
        uow.hunters.lock(hunter.id)
        for completion in done:
            uow.completions.add(completion)
        numbered = list(enumerate(done, start=1))
        uow.ledger.append([an_entry(each, seq=seq, balance=100 * seq) for seq, each in numbered])
        uow.outbox.add([an_event(hunter, seq) for seq, _ in numbered])
        history = uow.histories.read(hunter.id)
        made = rebuild(history, a_rulebook())
        uow.histories.restore(made.hunter, made.days or [a_day()])
        uow.scores.save(hunter.id, list(made.scores.values()))
        uow.commit()
    store.close()
    return made.hunter


def test_an_erasure_that_is_killed_is_seen_by_nobody_and_goes_on(lone_app: App) -> None:
    lone_app.terminate()
    kept, gone = a_long_life(lone_app.database_url, "Jinwoo"), a_long_life(lone_app.database_url, "Jinah")
    assert lone_app.audit().returncode == 0
    store = open_store(lone_app.database_url)
    with store.write() as uow:
        leaving = replace(
            uow.accounts.lock(gone.id), delete_at=datetime.now(UTC) - timedelta(seconds=1), is_active=False
        )
        uow.accounts.save(leaving)
        uow.hunters.save(replace(uow.hunters.lock(gone.id), is_active=False))
        uow.commit()
    store.close()

    with Books(lone_app.database_url) as books:

        def left() -> int:
            return int(books.one("SELECT count(*) FROM xp_entries")) - COMPLETIONS

        kills = 0
        while kills < KILLS and left() > 0:
            before = left()
            lone_app.launch()
            deadline = time.monotonic() + PATIENCE
            # The job begins with the server: as soon as some rows have gone, everything ends.
            while left() == before:
                assert time.monotonic() < deadline, lone_app.log[-5000:]
                time.sleep(0.002)
            lone_app.kill()
            kills += 1

            audited = lone_app.audit()
            assert audited.returncode == 0, audited.stdout + audited.stderr
            assert "1 hunter," in audited.stdout
            assert books.rows("SELECT name FROM hunters WHERE name_key IN ('jinwoo', 'jinah')") == [
                ("Jinwoo",)
            ]
        lone_app.start()
        deadline = time.monotonic() + PATIENCE
        while books.one("SELECT count(*) FROM accounts") > 1:
            assert time.monotonic() < deadline, lone_app.log[-5000:]
            time.sleep(0.02)

        assert books.one("SELECT count(*) FROM xp_entries") == COMPLETIONS
        assert books.one("SELECT total_xp FROM hunters") == kept.total_xp
    with Client(lone_app.url) as client:
        again = {"email": "Jinah@example.org", "password": "Arise-from-the-shadows-1!", "hunterName": "Jinah"}
        assert client.post("/api/auth/register", again).status == 201
    assert lone_app.audit().returncode == 0
