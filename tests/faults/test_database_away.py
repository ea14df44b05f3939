"""A database that is away, hangs, or is held by somebody: 503 in time, nothing lost, and no restart to recover."""

from __future__ import annotations

import contextlib
import itertools
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.faults.load import (
    Job,
    Killer,
    assert_audit,
    assert_keys_remember,
    assert_reckoning,
    at_length,
    in_parallel,
    jobs_for,
    registered,
    zone_at_noon,
)
from tests.servers.app import App
from tests.servers.client import Answer, Client
from tests.servers.postgres import PostgresServer
from tests.servers.proxy import Proxy

HANGS_SECONDS = 16
LOCKED_SECONDS = 10
"""The limits of SPEC 10, Processes."""

Asking = Callable[[], Answer]


@pytest.fixture
def proxy(postgres_url: str) -> Iterator[Proxy]:
    with Proxy(postgres_url) as wire:
        yield wire


@pytest.fixture
def far_app(proxy: Proxy, tmp_path: Path) -> Iterator[App]:
    """A server whose database is at the other end of a wire."""
    with App(data_dir=tmp_path, database_url=proxy.url) as running:
        yield running


@pytest.fixture
def hunter(far_app: App) -> Iterator[Client]:
    with Client(far_app.url) as client:
        yield client.register(zone=zone_at_noon())


def assert_later(answer: Answer) -> None:
    """Assert that *answer* says: not now, come again."""
    assert answer.status == 503, answer
    assert answer.code == "SERVICE_UNAVAILABLE"
    assert int(answer.headers["retry-after"]) > 0


def timed(ask: Asking) -> tuple[float, Answer]:
    """Return how many seconds an answer took, and the answer."""
    begun = time.monotonic()
    answer = ask()
    return time.monotonic() - begun, answer


def assert_refused_in_time(client: Client, ask: Asking, limit: float, *, many: int = 1) -> None:
    """Assert that requests get a 503 within *limit* seconds, and that the process goes on living meanwhile."""
    for seconds, answer in in_parallel(lambda _: timed(ask), range(many), clients=many):
        assert_later(answer)
        assert seconds < limit
    seconds, answer = timed(lambda: client.get("/health/live"))
    assert answer.status == 200
    assert seconds < limit


def assert_recovers(app: App, client: Client, quest_id: str, *, key: str, pid: int) -> None:
    """Assert that the same process, once its database is back, does what was asked under *key*, once."""
    answer = client.complete_surely(quest_id, key=key)
    assert answer.status == 200, answer
    assert client.get(f"/api/quests/{quest_id}").data["completionsToday"] == 1
    assert client.get("/health/ready").status == 200
    assert app.pid == pid
    assert app.is_running
    assert "Traceback" not in app.log, app.log
    assert app.audit().returncode == 0


def test_a_database_that_refuses_connections_is_a_503_until_it_is_back(
    far_app: App, proxy: Proxy, hunter: Client
) -> None:
    quest, pid = hunter.create_quest(), far_app.pid

    proxy.refuse()
    ask = lambda: hunter.complete(quest["id"], key="away")  # noqa: E731
    assert_refused_in_time(hunter, ask, LOCKED_SECONDS, many=20)
    assert_refused_in_time(hunter, lambda: hunter.get("/api/quests"), LOCKED_SECONDS)
    with Client(far_app.url) as stranger:
        credentials = {"email": hunter.user["email"], "password": "Wrong-but-well-formed-1"}
        assert_later(stranger.post("/api/auth/login", credentials))
    assert hunter.get("/health/ready").status == 503

    proxy.open()
    assert_recovers(far_app, hunter, quest["id"], key="away", pid=pid)


def test_connections_that_were_cut_while_idle_are_not_noticed(
    far_app: App, proxy: Proxy, hunter: Client
) -> None:
    quests = [hunter.create_quest(title=f"Quest {number}") for number in range(12)]
    in_parallel(lambda quest: hunter.get(f"/api/quests/{quest['id']}"), quests, clients=12)

    proxy.cut()
    answers = in_parallel(lambda quest: hunter.complete(quest["id"], key=quest["id"]), quests, clients=12)

    assert {answer.status for answer in answers} == {200}
    assert "Traceback" not in far_app.log


@pytest.mark.long
def test_a_database_that_hangs_is_a_503_in_time_for_everybody(
    far_app: App, proxy: Proxy, hunter: Client
) -> None:
    quest, pid = hunter.create_quest(), far_app.pid

    proxy.silence()
    # more of them than there are threads and connections; half of them read, half of them write
    asked = itertools.count()

    def ask() -> Answer:
        number = next(asked)
        return hunter.complete(quest["id"], key=f"hung-{number}") if number % 2 else hunter.get("/api/quests")

    assert_refused_in_time(hunter, ask, HANGS_SECONDS, many=at_length(60, 30))

    proxy.flow()
    assert_recovers(far_app, hunter, quest["id"], key="hung-1", pid=pid)


def test_a_postgres_that_was_killed_is_missed_only_while_it_is_down(
    own_postgres: PostgresServer, tmp_path: Path
) -> None:
    with (
        App(data_dir=tmp_path, database_url=own_postgres.fresh_database()) as app,
        Client(app.url) as hunter,
    ):
        hunter.register(zone=zone_at_noon())
        quest, pid = hunter.create_quest(), app.pid

        own_postgres.kill()
        assert_refused_in_time(hunter, lambda: hunter.complete(quest["id"], key="k"), LOCKED_SECONDS)
        assert hunter.get("/health/ready").status == 503

        own_postgres.restart()
        assert_recovers(app, hunter, quest["id"], key="k", pid=pid)

        if at_length(1, 0):
            own_postgres.pause()
            try:
                ask = lambda: hunter.get("/api/quests")  # noqa: E731
                assert_refused_in_time(hunter, ask, HANGS_SECONDS, many=30)
            finally:
                own_postgres.resume()
            assert hunter.surely("GET", "/api/quests", key="again").status == 200


@pytest.mark.long
def test_what_was_answered_before_postgres_was_killed_is_there_afterwards(
    own_postgres: PostgresServer, tmp_path: Path
) -> None:
    with App(data_dir=tmp_path, database_url=own_postgres.fresh_database()) as app:
        hunters = registered(app.url, 2)
        jobs = jobs_for(hunters, at_length(400, 40))

        with Killer(own_postgres, times=at_length(10, 1), of=len(jobs), seed=1) as killer:

            def complete(job: Job) -> Answer:
                answer = job.client.complete_surely(job.quest_id, key=job.key)
                killer.count()
                return answer

            answers = in_parallel(complete, jobs, clients=16)

        assert_reckoning(app, hunters, jobs, answers)
        assert_keys_remember(jobs, answers)
        assert_audit(app)
        assert "Traceback" not in app.log, app.log
        for hunter in hunters:
            hunter.close()


@contextlib.contextmanager
def held_elsewhere(url: str) -> Iterator[None]:
    """Hold every hunter's row in another process's name; on SQLite, the whole file."""
    if url.startswith("sqlite"):
        file = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        file.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            file.rollback()
            file.close()
    else:
        with psycopg.connect(url) as connection:
            connection.execute("SELECT id FROM hunters FOR UPDATE")
            yield


def test_a_lock_that_somebody_else_holds_is_a_503_in_time(app: App, client: Client) -> None:
    client.register(zone=zone_at_noon())
    quest = client.create_quest()

    with held_elsewhere(app.database_url):
        asked = itertools.count()
        ask = lambda: client.complete(quest["id"], key=f"wait-{next(asked)}")  # noqa: E731
        assert_refused_in_time(client, ask, LOCKED_SECONDS, many=at_length(20, 10))
        # who only reads is not kept waiting
        assert client.me()["totalXP"] == 0

    answer = client.complete(quest["id"], key="wait-0")
    assert answer.status == 200, answer
    assert not answer.is_replayed
    assert client.get(f"/api/quests/{quest['id']}").data["completionsToday"] == 1
