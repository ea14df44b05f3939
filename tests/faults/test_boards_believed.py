"""A server believes boards in Redis only where they are its database's, as it is (docs/concepts/boards.md)."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.faults.boards_out_of_redis import wait_until_redis_answers
from tests.faults.load import in_parallel, registered
from tests.servers.app import App
from tests.servers.client import Client
from tests.servers.copies import copy_of, put_back
from tests.servers.redis import RedisServer
from tests.servers.served import COMMAND


@pytest.fixture
def app(redis_server: RedisServer, tmp_path: Path) -> Iterator[App]:
    """A server on a file, with boards in Redis."""
    settings = {"HUNTER_REDIS_URL": redis_server.url}
    with App(data_dir=tmp_path / "data", settings=settings, command=COMMAND) as running:
        yield running
        assert "Traceback" not in running.log, running.log[-5000:]


def board(app: App, viewer: Client) -> list[tuple[str, int]]:
    """Return names and XP as a new connection is told."""
    with Client(app.url, token=viewer.token) as reader:
        lines = reader.get("/api/leaderboard", limit=100).data["leaderboard"]
    return [(line["hunterName"], line["totalXP"]) for line in lines]


def test_a_database_that_was_put_back_is_not_shown_the_future_that_it_lost(
    app: App, redis_server: RedisServer, tmp_path: Path
) -> None:
    with contextlib.ExitStack() as stack:
        jinwoo, jinah = (stack.enter_context(Client(app.url)).register() for _ in range(2))
        quest = jinwoo.create_quest(completionsPerDay=10)["id"]
        jinwoo.complete(quest)
        jinah.patch("/api/users/me/settings", {"showOnLeaderboard": False})
        before = board(app, jinwoo)
        assert [name for name, _ in before] == [jinwoo.user["hunterName"]]
        database = app.data_dir / "hunter.db"
        copy = copy_of(database, tmp_path / "copy.db")

        jinwoo.complete(quest)
        jinah.patch("/api/users/me/settings", {"showOnLeaderboard": True})
        stack.enter_context(Client(app.url)).register()
        wait_until_redis_answers(app, redis_server, jinwoo)
        assert len(board(app, jinwoo)) == 3
        assert app.terminate() == 0

        put_back(copy, database)
        app.start()

        assert board(app, jinwoo) == before
        wait_until_redis_answers(app, redis_server, jinwoo)
        assert board(app, jinwoo) == before


def test_who_hid_is_not_seen_in_a_redis_that_comes_back_from_a_file_or_out_of_a_hang(
    app: App, redis_server: RedisServer
) -> None:
    with Client(app.url) as client, Client(app.url) as other:
        jinwoo, jinah = client.register(), other.register()
        both = {jinwoo.user["hunterName"], jinah.user["hunterName"]}
        wait_until_redis_answers(app, redis_server, jinwoo)
        assert set(dict(board(app, jinwoo))) == both
        snapshot = redis_server.snapshot()
        assert show(jinah, False) == 200
        redis_server.restart_from(snapshot)
        assert_hidden_for_a_while(app, jinwoo)

        assert show(jinah, True) == 200
        wait_until_redis_answers(app, redis_server, jinwoo)
        assert set(dict(board(app, jinwoo))) == both
        redis_server.pause()
        try:
            assert show(jinah, False) == 200
        finally:
            redis_server.resume()
        assert_hidden_for_a_while(app, jinwoo)


def test_while_redis_is_away_only_who_hides_waits_and_as_many_as_like_can(
    app: App, redis_server: RedisServer
) -> None:
    with contextlib.ExitStack() as stack:
        hunters = [stack.enter_context(each) for each in registered(app.url, 40)]
        viewer = stack.enter_context(Client(app.url)).register()
        redis_server.kill()
        # Whoever asks first notices.
        assert viewer.patch("/api/users/me/settings", {"language": "de"}).status == 200

        others: list[float] = []
        with ThreadPoolExecutor(1) as elsewhere:
            hidden = elsewhere.submit(
                in_parallel, lambda hunter: (show(hunter, False), time.monotonic()), hunters, clients=40
            )
            began = time.monotonic()
            while not hidden.done():
                asked = time.monotonic()
                assert viewer.patch("/api/users/me/settings", {"language": "en"}).status == 200
                assert show(viewer, True) == 200
                assert viewer.get("/api/quests").status == 200
                others.append(time.monotonic() - asked)
            answers = hidden.result()
        assert {status for status, _ in answers} == {200}
        # No lease from before outlives three seconds, and nobody took a thread from the others for so long.
        assert all(at - began > 2.5 for _, at in answers)
        assert sorted(others)[len(others) // 2] < 2
        with Client(app.url) as late:
            late.register()
            assert {name for name, _ in board(app, viewer)} == {
                viewer.user["hunterName"],
                late.user["hunterName"],
            }


def show(hunter: Client, shows: bool) -> int:
    """Let a hunter be seen on boards, or not; return the answer's status."""
    return hunter.patch("/api/users/me/settings", {"showOnLeaderboard": shows}).status


def assert_hidden_for_a_while(app: App, viewer: Client) -> None:
    """Assert that only the viewer is on the board, now and for the next moments."""
    until = time.monotonic() + 0.4
    while time.monotonic() < until:
        assert [name for name, _ in board(app, viewer)] == [viewer.user["hunterName"]]
