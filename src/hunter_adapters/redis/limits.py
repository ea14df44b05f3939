"""Counts of requests that processes share, in Redis."""

from __future__ import annotations

from datetime import datetime
from importlib.resources import files

from redis import Redis

from hunter_adapters.redis.connection import RedisAway, RedisConnection
from hunter_core.limits.limit import Bucket, Decision, Limit, micros
from hunter_core.limits.ports import LimiterAway

PREFIX = "hunter:limit:"


class RedisLimiter:
    """The limiter of all processes together: one script a request, called by its hash."""

    def __init__(self, connection: RedisConnection) -> None:
        self._connection = connection
        script = files(__package__).joinpath("take.lua").read_text(encoding="utf-8")
        self._take = connection.client.register_script(script)

    def take(self, bucket: Bucket, limit: Limit, now: datetime) -> Decision:
        key, arguments = f"{PREFIX}{bucket}", (micros(now), limit.requests, limit.span)

        def work(client: Redis) -> tuple[int, int, int, int]:
            allowed, remaining, wait, was_foreign = self._take([key], arguments, client)
            return int(allowed), int(remaining), int(wait), int(was_foreign)

        try:
            allowed, remaining, wait, was_foreign = self._connection.ask(work)
        except RedisAway as error:
            raise LimiterAway(str(error)) from error
        if was_foreign:
            self._connection.foreign.found(
                "limits",
                f"Under {key} in Redis lay something that is no count of ours: it was deleted, and the count "
                "begins anew.",
            )
        return Decision(limit=limit, allowed=bool(allowed), remaining=remaining, wait=wait)
