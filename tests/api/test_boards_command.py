"""`hunter boards rebuild`, and what other commands owe to the boards in Redis."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hunter_adapters.redis.boards.reader import FROM_REDIS, RedisBoards
from hunter_adapters.testing.contract.boards import NOBODY
from hunter_api import cli
from hunter_api.settings import load
from hunter_api.wiring import World, open_world
from hunter_core.clock import SystemClock
from hunter_core.leaderboard.board import Asked
from hunter_core.leaderboard.windows import ALL_TIME
from tests.servers.redis import RedisServer


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, shared_redis: RedisServer) -> Iterator[World]:
    """What a server has that is up, on a database and a Redis that the commands share with it."""
    shared_redis.flush()
    monkeypatch.setenv("HUNTER_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("HUNTER_REDIS_URL", shared_redis.url)
    monkeypatch.delenv("HUNTER_DATABASE_URL", raising=False)
    opened = open_world(load({"HUNTER_DATA_DIR": str(tmp_path), "HUNTER_REDIS_URL": shared_redis.url}))
    opened.prepare(lambda what, done, of: None)
    assert opened.keeper is not None
    assert opened.keeper.tend()
    yield opened
    opened.close()


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["hunter", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(ended.value.code or 0)


def names(world: World) -> list[str]:
    """Return who is on the board of all time, by Redis."""
    assert world.keeper is not None
    assert isinstance(world.boards, RedisBoards)
    assert world.keeper.tend()
    before = world.boards.answers[FROM_REDIS]
    found = world.boards.read(Asked(window=ALL_TIME, now=SystemClock().now(), viewer=NOBODY))
    assert world.boards.answers[FROM_REDIS] == before + 1
    return [line.name for line in found.lines]


def test_the_hunter_of_a_demo_is_on_the_board_of_a_server_that_runs(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert names(world) == []
    assert run(monkeypatch, "demo") == 0
    (name,) = names(world)
    assert f"{name.lower()}@example.org" in capsys.readouterr().out


def test_boards_are_made_anew_by_hand_and_held_against_the_ledger(
    world: World,
    shared_redis: RedisServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(monkeypatch, "demo") == 0
    ranked = names(world)
    with shared_redis.client() as client:
        client.delete("hunter:board:cards", "hunter:board:order:all")
    capsys.readouterr()

    assert run(monkeypatch, "boards", "rebuild") == 0

    *_, in_redis, in_ledger = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"Redis  [0-9a-f]{32}", in_redis)
    assert in_ledger == in_redis.replace("Redis ", "ledger")
    assert names(world) == ranked


def test_without_redis_there_are_no_boards_to_be_made(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HUNTER_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("HUNTER_REDIS_URL", raising=False)
    monkeypatch.delenv("HUNTER_DATABASE_URL", raising=False)
    assert run(monkeypatch, "migrate") == 0
    capsys.readouterr()

    assert run(monkeypatch, "boards", "rebuild") == cli.CANNOT_START

    said = capsys.readouterr()
    assert said.err.startswith("hunter: HUNTER_REDIS_URL: not set.")
    assert said.err.count("\n") == 1
