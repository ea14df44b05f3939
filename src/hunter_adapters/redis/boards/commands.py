"""What is asked of Redis about the boards, and told it: one exchange each. Raises what redis-py raises."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

from redis import Redis

from hunter_adapters.redis.boards import keys
from hunter_adapters.redis.boards.parsing import parsing
from hunter_core.ids import HunterId
from hunter_core.leaderboard.order import Score
from hunter_core.leaderboard.windows import ALL_TIME

LEASE_SECONDS = 3.0
LEASE_MICROS = int(LEASE_SECONDS * 1_000_000)

BUILDING_SECONDS = 10
"""After how long without a sign somebody who made the boards anew is taken for dead."""

Fields = Mapping[str, bytes | str | int]
"""Fields of the state with their values; an empty one is not there."""


class Believed(NamedTuple):
    """What a process has seen to be boards of its own database: under which rebuild, on which run of the server."""

    generation: bytes
    run: str


class State(NamedTuple):
    """What boards say of themselves; empty for what they do not say. *at* is in microseconds of the server's clock."""

    run: str
    at: int
    ready: bytes
    generation: bytes
    word: bytes
    next_word: bytes
    withdrawn: bytes
    looked: bytes

    @property
    def believed(self) -> Believed:
        """What is believed, once they are found to be ours."""
        return Believed(self.generation, self.run)


def state(client: Redis) -> State:
    """Return what the boards say of themselves, and who is asked."""
    fields = (keys.READY, keys.GENERATION, keys.WORD, keys.NEXT_WORD, keys.WITHDRAWN, keys.LOOKED)
    pipeline = client.pipeline(transaction=True)
    pipeline.info("server")
    pipeline.time()
    pipeline.hmget(keys.STATE, list(fields))
    server, (seconds, micros), found = pipeline.execute()
    return State(server["run_id"], seconds * 1_000_000 + micros, *(each or b"" for each in found))


def change(client: Redis, expected: Fields, changes: Fields) -> bool:
    """Make *changes* to the state where it is as *expected*; return whether it was."""
    pairs = [part for fields in (expected, changes) for pair in fields.items() for part in pair]
    return bool(client.eval(_script("state.lua"), 1, keys.STATE, len(expected), *pairs))


def is_whole(client: Redis, now: datetime) -> bool:
    """Tell whether every key of the boards is there, as it was kept: Redis may evict when its memory is full."""
    windows = keys.open_windows(now)
    hashes = [keys.APPLIED, keys.CARDS, keys.FRESH]
    orders = [keys.order_of(window) for window in windows]
    pipeline = client.pipeline(transaction=True)
    pipeline.hmget(keys.STATE, [keys.GENERATION, keys.LOOKED, *hashes, *orders])
    for key in hashes:
        pipeline.hlen(key)
    for window in windows:
        pipeline.zcard(keys.order_of(window))
        pipeline.hlen(keys.members_of(window))
    (generation, looked, *counted), *found = pipeline.execute()
    if not all(each is None or each.isdigit() for each in (looked, *counted)):
        return False
    sizes = [int(size or 0) for size in counted]
    twice = [size for size in sizes[len(hashes) :] for _ in range(2)]
    return None not in (generation, looked) and found == [*sizes[: len(hashes)], *twice]


def withdraw(client: Redis) -> None:
    """Let nobody read, until somebody gives a lease who has looked at the store after this."""
    pipeline = client.pipeline(transaction=True)
    pipeline.hdel(keys.STATE, keys.LEASE)
    pipeline.hset(keys.STATE, keys.WITHDRAWN, uuid.uuid4().hex)
    pipeline.execute()


def forget_closed(client: Redis, now: datetime) -> None:
    """Forget how many members the boards of windows had that were over a day ago; their keys end by themselves."""
    # Somebody's clock may be behind or ahead, and they hold the sizes of yesterday's or tomorrow's against them.
    day = timedelta(days=1)
    open_windows = {each for moment in (now - day, now, now + day) for each in keys.open_windows(moment)}
    counted: Any = client.hkeys(keys.STATE)
    closed = {each for each in counted if each.startswith(keys.order_of("").encode())}
    closed -= {keys.order_of(window).encode() for window in open_windows}
    if closed:
        client.hdel(keys.STATE, *closed)


def ticket(client: Redis) -> tuple[bytes | None, int]:
    """Return under which rebuild the boards are, None where Redis was emptied, and a number greater than any before."""
    pipeline = client.pipeline(transaction=True)
    pipeline.hget(keys.STATE, keys.GENERATION)
    pipeline.hincrby(keys.STATE, keys.TICKET, 1)
    generation, ticket = pipeline.execute()
    return generation, ticket


def fresh(client: Redis) -> dict[bytes, bytes]:
    """Return whom a copy of the store may not know as they are here, and after which ticket they were read."""
    found: Any = client.hgetall(keys.FRESH)
    return dict(found)


def no_longer_fresh(client: Redis, generation: bytes, found: Mapping[bytes, bytes]) -> None:
    """Forget *found*, but for who was brought over again since."""
    pairs = list(found.items())
    for first in range(0, len(pairs), 1_000):
        parts = [part for pair in pairs[first : first + 1_000] for part in pair]
        client.eval(_script("kept.lua"), 2, keys.STATE, keys.FRESH, generation, *parts)


def is_time_for(client: Redis, key: str, seconds: int) -> bool:
    """Tell whether nobody of all processes was told so by *key* within *seconds*."""
    if client.set(key, "1", nx=True, ex=seconds):
        return True
    # What never ends is not ours, and would keep everybody from it for ever.
    return client.ttl(key) == -1 and bool(client.set(key, "1", ex=seconds))


def hold(client: Redis) -> None:
    """Let nobody else begin anew while we are at it."""
    client.set(keys.BUILDING, "1", ex=BUILDING_SECONDS)


def begin(client: Redis, generation: str) -> None:
    """Empty the boards and begin anew under *generation*: nobody reads them until they are ready."""
    hold(client)
    client.delete(keys.STATE)
    kept = {each.encode() for each in (keys.BUILDING, keys.EVICTED, keys.OTHERS)}
    for key in client.scan_iter(match=f"{keys.PREFIX}*", count=1000):
        if key not in kept:
            client.unlink(key)
    client.hset(keys.STATE, mapping={keys.GENERATION: generation, keys.order_of(ALL_TIME): 0})


def scores_of(
    client: Redis, hunter_ids: Sequence[HunterId], windows: Sequence[str]
) -> list[tuple[HunterId, Score]]:
    """
    Return what Redis holds of *hunter_ids* in *windows*; what changes meanwhile may be missing.

    Raises:
        KeyUnusable: If it is not as we write it.
    """
    found: list[tuple[HunterId, Score]] = []
    ids = [each.bytes for each in hunter_ids]
    for window in windows:
        moments: Any = client.hmget(keys.members_of(window), ids)
        members = [moment + each for moment, each in zip(moments, ids, strict=True) if moment is not None]
        pipeline = client.pipeline(transaction=False)
        for member in members:
            pipeline.zscore(keys.order_of(window), member)
        scores: Any = pipeline.execute()
        with parsing():
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


@lru_cache(maxsize=8)
def _script(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
