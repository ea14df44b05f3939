"""The counts of a process take bounded memory, whoever asks from wherever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hunter_adapters.memory.limits import MemoryLimiter
from hunter_core.limits.limit import Bucket, Limit, LimitName

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LIMIT = Limit(3, 60)


def bucket(number: int, name: LimitName = LimitName.AUTH) -> Bucket:
    return Bucket.of_address(name, f"192.0.2.{number}")


def test_what_is_over_is_forgotten() -> None:
    limiter = MemoryLimiter()
    for number in range(100):
        limiter.take(bucket(number), LIMIT, NOON)
    assert limiter.counted(LimitName.AUTH) == (100, 100)
    limiter.take(bucket(1), LIMIT, NOON + timedelta(seconds=60))
    assert limiter.counted(LimitName.AUTH) == (1, 1)


def test_of_too_many_buckets_the_quietest_go() -> None:
    limiter = MemoryLimiter(most_buckets=10)
    for number in range(10):
        limiter.take(bucket(number), LIMIT, NOON + timedelta(seconds=number))
    later = NOON + timedelta(seconds=20)
    for _ in range(2):
        limiter.take(bucket(0), LIMIT, later)
    for number in range(100, 109):
        limiter.take(bucket(number), LIMIT, later)
    assert limiter.counted(LimitName.AUTH)[0] == 10
    assert not limiter.take(bucket(0), LIMIT, later).allowed
    # Who asks from many addresses is let through once more, and nobody else is refused for it.
    assert limiter.take(bucket(1), LIMIT, later).remaining == 2


def test_of_too_many_requests_the_quietest_buckets_go() -> None:
    limiter = MemoryLimiter(most_counted=12)
    for number in range(10):
        for _ in range(3):
            limiter.take(bucket(number), LIMIT, NOON)
    assert limiter.counted(LimitName.AUTH) == (4, 12)
    assert not limiter.take(bucket(9), LIMIT, NOON).allowed


def test_a_bucket_that_is_alone_is_kept_however_large_it_is() -> None:
    limiter = MemoryLimiter(most_counted=2)
    limit = Limit(5, 60)
    assert [limiter.take(bucket(1), limit, NOON).allowed for _ in range(6)] == [True] * 5 + [False]


def test_what_is_refused_takes_no_memory() -> None:
    limiter = MemoryLimiter()
    for _ in range(100):
        limiter.take(bucket(1), LIMIT, NOON)
    assert limiter.counted(LimitName.AUTH) == (1, 3)


def test_limits_are_kept_apart() -> None:
    limiter = MemoryLimiter(most_buckets=2)
    limiter.take(bucket(1, LimitName.QUESTS), LIMIT, NOON)
    for number in range(50):
        limiter.take(bucket(number), LIMIT, NOON)
    assert limiter.counted(LimitName.QUESTS) == (1, 1)
