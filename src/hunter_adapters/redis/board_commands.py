"""What is asked of Redis about the boards, and told it: one exchange each. Raises what redis-py raises."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from redis import Redis

from hunter_adapters.redis import board_keys as keys
from hunter_core.ids import HunterId
from hunter_core.leaderboard.order import Score
from hunter_core.leaderboard.projection import micros
from hunter_core.leaderboard.windows import ALL_TIME

LEASE_SECONDS = 3.0

BUILDING_SECONDS = 10
"""After how long without a sign somebody who made the boards anew is taken for dead."""


def state(client: Redis, fingerprint: str) -> tuple[bytes, bytes | None]:
    """Return what boards that are ready would say of themselves, and what they do say."""
    run: Any = client.info("server")
    ready: Any = client.get(keys.READY)
    # Another run of the server may have come back with what it knew an hour ago.
    return f"{run['run_id']}:{fingerprint}".encode(), ready


def is_whole(client: Redis, now: datetime) -> bool:
    """Tell whether every key of the boards is there, as it was kept: Redis may evict when its memory is full."""
    windows = keys.open_windows(now)
    hashes = [keys.APPLIED, keys.CARDS]
    orders = [keys.order_of(window) for window in windows]
    pipeline = client.pipeline(transaction=True)
    pipeline.hmget(keys.STATE, [keys.GENERATION, keys.LOOKED, *hashes, *orders])
    for key in hashes:
        pipeline.hlen(key)
    for window in windows:
        pipeline.zcard(keys.order_of(window))
        pipeline.hlen(keys.members_of(window))
    (generation, looked, *counted), *found = pipeline.execute()
    sizes = [int(size or 0) for size in counted]
    twice = [size for size in sizes[len(hashes) :] for _ in range(2)]
    return None not in (generation, looked) and found == [*sizes[: len(hashes)], *twice]


def renew(client: Redis, expected: bytes, looked_at: datetime | None) -> bool:
    """Say that the boards have all up to *looked_at*, for as long as the lease; False if others are there."""
    if client.get(keys.READY) != expected:
        return False
    client.hset(keys.STATE, keys.LOOKED, micros(looked_at))
    client.set(keys.LEASE, "1", px=int(LEASE_SECONDS * 1000))
    return True


def ticket(client: Redis) -> tuple[bytes | None, int]:
    """Return under which rebuild the boards are, None where Redis was emptied, and a number greater than any before."""
    pipeline = client.pipeline(transaction=True)
    pipeline.hget(keys.STATE, keys.GENERATION)
    pipeline.hincrby(keys.STATE, keys.TICKET, 1)
    generation, ticket = pipeline.execute()
    return generation, ticket


def hold(client: Redis) -> None:
    """Let nobody else begin anew while we are at it."""
    client.set(keys.BUILDING, "1", ex=BUILDING_SECONDS)


def begin(client: Redis, generation: str) -> None:
    """Empty the boards and begin anew under *generation*: nobody reads them until they are ready."""
    hold(client)
    client.delete(keys.LEASE, keys.READY, keys.STATE)
    kept = (keys.BUILDING.encode(), keys.EVICTED.encode())
    for key in client.scan_iter(match=f"{keys.PREFIX}*", count=1000):
        if key not in kept:
            client.unlink(key)
    client.hset(keys.STATE, mapping={keys.GENERATION: generation, keys.order_of(ALL_TIME): 0})


def scores_of(
    client: Redis, hunter_ids: Sequence[HunterId], windows: Sequence[str]
) -> list[tuple[HunterId, Score]]:
    """Return what Redis holds of *hunter_ids* in *windows*; what changes meanwhile may be missing."""
    found: list[tuple[HunterId, Score]] = []
    ids = [each.bytes for each in hunter_ids]
    for window in windows:
        moments: Any = client.hmget(keys.members_of(window), ids)
        members = [moment + each for moment, each in zip(moments, ids, strict=True) if moment is not None]
        pipeline = client.pipeline(transaction=False)
        for member in members:
            pipeline.zscore(keys.order_of(window), member)
        scores: Any = pipeline.execute()
        found += [
            keys.score_of(window, member, score)
            for member, score in zip(members, scores, strict=True)
            if score is not None
        ]
    return found


def span(client: Redis, window: str, first: int) -> list[tuple[bytes, bytes]]:
    """Return a part of what Redis holds of *window*, from place *first* on: member and score, as they are kept."""
    # Asked so, scores come as Redis writes them: redis-py would make floats of them.
    found: Any = client.execute_command(  # type: ignore[no-untyped-call]
        "ZRANGE", keys.order_of(window), first, first + 4_999, "WITHSCORES"
    )
    return list(zip(found[::2], found[1::2], strict=True))
