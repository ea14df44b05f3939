"""Rate limits over four processes: of twenty times too many requests at one moment, exactly the limit passes."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from hunter_adapters.memory.limits import MemoryLimiter
from hunter_adapters.redis.connection import RedisConnection
from hunter_adapters.redis.limits import RedisLimiter
from hunter_core.limits.limit import Bucket, Limit, LimitName
from hunter_core.limits.ports import Limiter
from tests.bench.figures import Figure
from tests.servers.app import App
from tests.servers.client import Client
from tests.servers.flood import Flood
from tests.servers.postgres import PostgresServer
from tests.servers.redis import RedisServer

LIMIT, TIMES, ROUNDS, WORKERS = 20, 20, 20, 4
COUNTED = 4000
PATH = "/api/auth/me"


def figures() -> Iterator[Figure]:
    """Flood four processes over one Redis, and take what one count costs."""
    with RedisServer.start() as redis:
        postgres = PostgresServer.start(durable=False)
        try:
            yield from _floods(redis, postgres.fresh_database())
        finally:
            postgres.close()
        yield from _costs(redis)


def _floods(redis: RedisServer, url: str) -> Iterator[Figure]:
    settings = {
        "HUNTER_WORKERS": str(WORKERS),
        "HUNTER_REDIS_URL": redis.url,
        "HUNTER_LIMIT_OTHER": f"{LIMIT}/60",
        "HUNTER_TRUSTED_PROXIES": "127.0.0.1",
    }
    with (
        tempfile.TemporaryDirectory() as folder,
        App(data_dir=Path(folder), database_url=url, settings=settings) as app,
    ):
        flood = Flood(app.url)
        by_account = by_address = 0
        for number in range(ROUNDS):
            with Client(app.url) as hunter:
                token = hunter.register().token
            many = [{"Authorization": f"Bearer {token}"}] * LIMIT * TIMES
            by_account += _is_exact(flood.statuses(PATH, many), 200)
            forged = [
                {"X-Forwarded-For": f"203.0.113.{n % 250}, 198.51.100.{number}"} for n in range(LIMIT * TIMES)
            ]
            by_address += _is_exact(flood.statuses(PATH, forged), 401)
    for whose, exact in (("account", by_account), ("address, forged headers", by_address)):
        yield Figure(
            name=f"limits: rounds in which not exactly the limit passed ({whose})",
            measured=ROUNDS - exact,
            limit=0,
            unit="",
            against=f"{ROUNDS} rounds, {WORKERS} processes, limit {LIMIT}, {LIMIT * TIMES} requests at once",
        )


def _is_exact(seen: dict[int, int], passing: int) -> bool:
    return seen == {passing: LIMIT, 429: LIMIT * (TIMES - 1)}


def _costs(redis: RedisServer) -> Iterator[Figure]:
    connection = RedisConnection(redis.url)
    bare = connection.client
    memory, shared = MemoryLimiter(), RedisLimiter(connection)
    costs = {
        "in process": _micros(_counting(memory)),
        "in Redis": _micros(_counting(shared)),
        "PING": _micros(bare.ping),
    }
    connection.close()
    yield Figure(
        name="limits: one count in Redis, CPU of the client",
        measured=costs["in Redis"] / costs["PING"],
        limit=3,
        unit="x",
        against=f"a bare PING, {costs['PING']:.0f} µs",
    )
    yield Figure(
        name="limits: one count in process, CPU",
        measured=costs["in process"],
        limit=None,
        unit="µs",
        against=f"in Redis {costs['in Redis']:.0f} µs",
    )


def _counting(limiter: Limiter) -> Callable[[], object]:
    limit, bucket = Limit(100, 60), Bucket.of_address(LimitName.QUESTS, "192.0.2.1")
    return lambda: limiter.take(bucket, limit, datetime.now(UTC))


def _micros(work: Callable[[], object]) -> float:
    for _ in range(COUNTED // 10):
        work()
    began = time.process_time()
    for _ in range(COUNTED):
        work()
    return (time.process_time() - began) / COUNTED * 1e6
