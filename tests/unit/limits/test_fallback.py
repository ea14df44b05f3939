"""What holds while the shared counts are away."""

from __future__ import annotations

from datetime import UTC, datetime

from hunter_adapters.memory.limits import MemoryLimiter
from hunter_core.limits.fallback import FallingBack
from hunter_core.limits.limit import Bucket, Decision, Limit, LimitName
from hunter_core.limits.ports import LimiterAway

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TWO = Limit(2, 60)


class Shared(MemoryLimiter):
    """Counts that may be away."""

    away = False

    def take(self, bucket: Bucket, limit: Limit, now: datetime) -> Decision:
        if self.away:
            raise LimiterAway("away")
        return super().take(bucket, limit, now)


def passing(limiter: FallingBack, name: LimitName, times: int) -> list[bool]:
    return [limiter.take(Bucket(name, "me"), TWO, NOON).allowed for _ in range(times)]


def test_while_the_shared_counts_answer_they_alone_decide() -> None:
    limiter = FallingBack(Shared(), MemoryLimiter())
    for name in LimitName:
        assert passing(limiter, name, 3) == [True, True, False]
    assert limiter.missed == {}


def test_while_they_are_away_auth_is_counted_here_and_the_rest_is_open() -> None:
    shared = Shared()
    limiter = FallingBack(shared, MemoryLimiter())
    shared.away = True
    assert passing(limiter, LimitName.AUTH, 4) == [True, True, False, False]
    for name in set(LimitName) - {LimitName.AUTH}:
        assert passing(limiter, name, 4) == [True] * 4
    assert limiter.missed == dict.fromkeys(LimitName, 4)


def test_when_they_are_back_they_decide_again() -> None:
    shared = Shared()
    limiter = FallingBack(shared, MemoryLimiter())
    passing(limiter, LimitName.OTHER, 2)
    shared.away = True
    assert passing(limiter, LimitName.OTHER, 1) == [True]
    shared.away = False
    assert passing(limiter, LimitName.OTHER, 1) == [False]
    assert limiter.missed == {LimitName.OTHER: 1}
