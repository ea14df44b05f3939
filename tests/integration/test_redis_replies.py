"""Error replies of genuine Redis and Valkey: what is wrong with one key is not Redis being away (SPEC 4, 7)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from redis import Redis
from redis.exceptions import NoPermissionError, OutOfMemoryError, ReadOnlyError, ResponseError

from hunter_adapters.memory.limits import MemoryLimiter
from hunter_adapters.redis import connection as redis_connection
from hunter_adapters.redis.connection import KeyUnusable, RedisAway, RedisConnection
from hunter_adapters.redis.limits import RedisLimiter
from hunter_adapters.redis.replies import is_about_a_key
from hunter_core.limits.fallback import FallingBack
from hunter_core.limits.limit import Bucket, Limit, LimitName
from tests.servers.redis import KINDS, RedisServer

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TWO = Limit(2, 60)
MINE = Bucket(LimitName.LEADERBOARD, "account:mine")
KEY = f"hunter:limit:{MINE}"

FOREIGN: dict[str, Callable[[Redis], Any]] = {
    "string": lambda client: client.set(KEY, "x"),
    "hash": lambda client: client.hset(KEY, "x", "y"),
    "set": lambda client: client.sadd(KEY, "x"),
    "sorted set": lambda client: client.zadd(KEY, {"x": 1}),
    "list of words": lambda client: client.rpush(KEY, "not", "moments"),
    "list that begins with words": lambda client: client.rpush(KEY, "not", "1", "1"),
}


@pytest.fixture(params=KINDS)
def server(request: pytest.FixtureRequest, redis_servers: dict[str, RedisServer]) -> RedisServer:
    started = redis_servers[request.param]
    started.flush()
    return started


@pytest.fixture
def connection(
    server: RedisServer, patient_redis: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[RedisConnection]:
    # No breaker closes by itself here.
    monkeypatch.setattr(redis_connection, "REST", 600.0)
    opened = RedisConnection(server.url)
    yield opened
    opened.close()


@pytest.mark.parametrize("foreign", FOREIGN)
def test_a_count_under_whose_key_something_else_lies_begins_anew_at_once(
    server: RedisServer, connection: RedisConnection, foreign: str, caplog: pytest.LogCaptureFixture
) -> None:
    with server.client() as client:
        FOREIGN[foreign](client)
        limiter = FallingBack(RedisLimiter(connection), MemoryLimiter())
        assert [limiter.take(MINE, TWO, NOON).allowed for _ in range(4)] == [True, True, False, False]
        assert limiter.missed == {}
        assert 0 < client.pttl(KEY) <= 60_000
    assert connection.foreign.replaced == {"limits": 1}
    (told,) = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert KEY in told
    assert told.endswith(" Give the Hunter System a Redis of its own.")


def test_keys_that_are_foreign_again_and_again_are_counted_and_said_once(
    server: RedisServer, connection: RedisConnection, caplog: pytest.LogCaptureFixture
) -> None:
    limiter = RedisLimiter(connection)
    with server.client() as client:
        for _ in range(3):
            client.delete(KEY)
            client.set(KEY, "x")
            assert limiter.take(MINE, TWO, NOON).remaining == 1
    assert connection.foreign.replaced == {"limits": 3}
    assert len([record for record in caplog.records if record.levelno >= logging.WARNING]) == 1


def ask_by_pipeline(client: Redis) -> list[Any]:
    pipeline = client.pipeline()
    pipeline.hget("x", "OOM")
    return pipeline.execute()


def test_a_reply_about_one_key_stops_nobody_else(server: RedisServer, connection: RedisConnection) -> None:
    with server.client() as client:
        client.set("x", "a string")
    limiter = FallingBack(RedisLimiter(connection), MemoryLimiter())
    with pytest.raises(KeyUnusable, match="WRONGTYPE"):
        connection.ask(lambda client: client.llen("x"))
    with pytest.raises(KeyUnusable, match=r"^WRONGTYPE"):
        connection.ask(ask_by_pipeline)
    with pytest.raises(KeyUnusable, match="WRONGTYPE"):
        connection.ask(lambda client: client.eval("return redis.call('LLEN', KEYS[1])", 1, "x"))
    with pytest.raises(KeyUnusable, match="not an integer"):
        connection.ask(lambda client: client.incr("x"))
    assert [limiter.take(MINE, TWO, NOON).allowed for _ in range(3)] == [True, True, False]
    assert limiter.missed == {}


def test_a_reply_about_one_key_says_that_redis_is_back(
    server: RedisServer, connection: RedisConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    with server.client() as client:
        client.set("x", "a string")

    def broken(_: object) -> None:
        raise OSError("broken")

    monkeypatch.setattr(redis_connection, "REST", 0.0)
    with pytest.raises(RedisAway, match="broken"):
        connection.ask(broken)
    with pytest.raises(KeyUnusable):
        connection.ask(lambda client: client.llen("x"))
    monkeypatch.setattr(redis_connection, "REST", 600.0)
    assert connection.ask(lambda client: client.ping())


def fill_up(client: Redis) -> None:
    client.config_set("maxmemory-policy", "noeviction")
    client.config_set("maxmemory", 1)


def follow_nobody(client: Redis) -> None:
    client.replicaof("127.0.0.1", 1)


def nothing(_: Redis) -> None:
    pass


@pytest.mark.parametrize(
    ("harm", "work"),
    [
        (fill_up, lambda client: client.rpush("x", "y")),
        (fill_up, lambda client: client.eval("return redis.call('RPUSH', KEYS[1], 'y')", 1, "x")),
        (fill_up, lambda client: client.pipeline(transaction=True).set("x", "y").execute()),
        (follow_nobody, lambda client: client.set("x", "y")),
        (nothing, lambda client: client.execute_command("NO-SUCH-COMMAND")),
        (nothing, lambda client: client.eval("return redis.call('NO-SUCH-COMMAND')", 0)),
        (nothing, lambda client: client.execute_command("SELECT", 99)),
    ],
)
def test_a_server_that_cannot_be_worked_with_is_away_for_all(
    server: RedisServer,
    connection: RedisConnection,
    harm: Callable[[Redis], None],
    work: Callable[[Redis], Any],
) -> None:
    with server.client() as client:
        try:
            harm(client)
            with pytest.raises(RedisAway) as refused:
                connection.ask(work)
            assert not isinstance(refused.value, KeyUnusable)
            with pytest.raises(RedisAway, match="a moment ago"):
                connection.ask(lambda client: client.ping())
        finally:
            client.config_set("maxmemory", 0)
            client.replicaof("NO", "ONE")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ResponseError("WRONGTYPE Operation against a key holding the wrong kind of value"), True),
        (ResponseError("Command # 1 (SET x OOM) of pipeline caused error: WRONGTYPE Operation"), True),
        (ResponseError("Command # 1 (SET x WRONGTYPE) of pipeline caused error: MISCONF No snapshot"), False),
        (ResponseError("hash value is not an integer"), True),
        (ResponseError("value is not a valid float script: on @user_script:1."), True),
        (ResponseError("user_script:1: attempt to compare number with nil script: on @user_script:1."), True),
        (ResponseError("Error running script: @user_script: 10: -OOM command not allowed"), False),
        (ResponseError("MISCONF Redis is configured to save RDB snapshots"), False),
        (ResponseError("BUSY Redis is busy running a script."), False),
        (ResponseError("NOREPLICAS Not enough good replicas to write."), False),
        (ResponseError("DB index is out of range"), False),
        (ResponseError("Unknown command called from script script: on @user_script:1."), False),
        (OutOfMemoryError("command not allowed when used memory > 'maxmemory'."), False),
        (ReadOnlyError("You can't write against a read only replica."), False),
        (NoPermissionError("No permissions to access a key"), False),
    ],
)
def test_which_replies_are_about_a_key(error: ResponseError, expected: bool) -> None:
    assert is_about_a_key(error) is expected
