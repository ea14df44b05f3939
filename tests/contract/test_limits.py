"""Counts of requests, held to their contract over memory, a genuine Redis and a genuine Valkey."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hunter_adapters.memory.limits import MemoryLimiter
from hunter_adapters.redis.connection import RedisConnection
from hunter_adapters.redis.limits import RedisLimiter
from hunter_adapters.testing.contract import LimiterContract
from hunter_core.limits.ports import Limiter
from tests.servers.redis import KINDS, RedisServer


@pytest.fixture(params=["memory", *KINDS])
def limiter(request: pytest.FixtureRequest, patient_redis: None) -> Iterator[Limiter]:
    """A limiter that has counted nothing yet."""
    if request.param == "memory":
        yield MemoryLimiter()
        return
    server: RedisServer = request.getfixturevalue("redis_servers")[request.param]
    server.flush()
    connection = RedisConnection(server.url)
    yield RedisLimiter(connection)
    connection.close()


class TestLimiter(LimiterContract):
    pass
