"""Redis killed, flushed, hanging and back again: what limits do meanwhile, and how much it costs (SPEC 7)."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from hunter_adapters.memory.limits import MemoryLimiter
from hunter_adapters.redis import connection as redis_connection
from hunter_adapters.redis.connection import RedisAway, RedisConnection
from hunter_adapters.redis.limits import RedisLimiter
from hunter_core.limits.fallback import FallingBack
from hunter_core.limits.limit import Bucket, Limit, LimitName
from tests.servers.redis import RedisServer

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TWO = Limit(2, 60)
MINE = Bucket.of_address(LimitName.OTHER, "192.0.2.1")


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with RedisServer.start() as started:
        yield started


@pytest.fixture
def connection(server: RedisServer, patient_with_a_hang: None) -> Iterator[RedisConnection]:
    server.flush()
    opened = RedisConnection(server.url)
    yield opened
    opened.close()


def passing(limiter: FallingBack, name: LimitName, times: int) -> list[bool]:
    return [limiter.take(Bucket(name, "me"), TWO, NOON).allowed for _ in range(times)]


def test_killed_and_started_again_it_counts_again(server: RedisServer, connection: RedisConnection) -> None:
    limiter = FallingBack(RedisLimiter(connection), MemoryLimiter())
    assert passing(limiter, LimitName.QUESTS, 3) == [True, True, False]

    server.kill()
    assert passing(limiter, LimitName.QUESTS, 3) == [True, True, True]
    assert passing(limiter, LimitName.AUTH, 3) == [True, True, False]
    assert limiter.missed == {LimitName.QUESTS: 3, LimitName.AUTH: 3}

    server.restart()
    deadline = time.monotonic() + 5
    while limiter.missed[LimitName.QUESTS] and time.monotonic() < deadline:
        before = limiter.missed[LimitName.QUESTS]
        limiter.take(Bucket(LimitName.QUESTS, "somebody"), TWO, NOON)
        if limiter.missed[LimitName.QUESTS] == before:
            break
        time.sleep(0.05)
    # It is back within five seconds, and what it held is gone: nobody is refused for it.
    assert time.monotonic() < deadline
    assert passing(limiter, LimitName.QUESTS, 3) == [True, True, False]


def test_flushed_it_begins_anew_and_its_script_too(server: RedisServer, connection: RedisConnection) -> None:
    limiter = FallingBack(RedisLimiter(connection), MemoryLimiter())
    assert passing(limiter, LimitName.QUESTS, 3) == [True, True, False]
    server.flush()
    assert passing(limiter, LimitName.QUESTS, 3) == [True, True, False]
    assert limiter.missed == {}


def test_one_that_hangs_costs_one_request_half_a_second_and_the_others_nothing(
    server: RedisServer, connection: RedisConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_connection, "REST", 60.0)
    limiter = RedisLimiter(connection)
    limiter.take(MINE, TWO, NOON)
    asked: list[None] = []
    server.pause()
    try:
        with pytest.raises(RedisAway, match="Timeout"):
            connection.ask(lambda client: client.ping())
        for _ in range(20):
            with pytest.raises(RedisAway, match="a moment ago"):
                connection.ask(lambda _: asked.append(None))
    finally:
        server.resume()
    assert asked == []


def test_of_many_who_find_it_away_one_asks_whether_it_is_back(
    connection: RedisConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_connection, "REST", 0.05)

    def broken(_: object) -> None:
        raise OSError("broken")

    with pytest.raises(RedisAway):
        connection.ask(broken)
    time.sleep(0.1)
    monkeypatch.setattr(redis_connection, "REST", 60.0)
    asking, answer = threading.Event(), threading.Event()

    def wait(_: object) -> bool:
        asking.set()
        return answer.wait(30)

    first = threading.Thread(target=connection.ask, args=(wait,))
    first.start()
    assert asking.wait(30)
    with pytest.raises(RedisAway, match="a moment ago"):
        connection.ask(lambda client: client.ping())
    answer.set()
    first.join(30)
    assert connection.ask(lambda client: client.ping())


def test_it_is_told_once_that_it_is_away_and_once_that_it_is_back(
    server: RedisServer,
    connection: RedisConnection,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(redis_connection, "REST", 0.0)
    server.kill()
    for _ in range(5):
        with pytest.raises(RedisAway):
            connection.ask(lambda client: client.ping())
    server.restart()
    for _ in range(5):
        assert connection.ask(lambda client: client.ping())
    told = [record.getMessage() for record in caplog.records]
    assert len(told) == 2
    assert told[0].startswith("Redis does not answer")
    assert told[1] == "Redis answers again"


def test_what_is_over_is_gone_from_redis_by_itself(server: RedisServer, connection: RedisConnection) -> None:
    RedisLimiter(connection).take(MINE, TWO, NOON)
    with server.client() as client:
        (key,) = client.keys("*")
        assert 59_000 < client.pttl(key) <= 60_000


def test_nothing_is_connected_before_it_is_used() -> None:
    with pytest.raises(RedisAway):
        RedisConnection("redis://127.0.0.1:1").ask(lambda client: client.ping())


@pytest.mark.parametrize("url", ["redis://h?no_such_option=1", "redis://h?socket_timeout=soon", "http://h"])
def test_an_address_that_cannot_be_used_is_found_at_once(url: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        RedisConnection(url)
