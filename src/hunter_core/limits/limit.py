"""What a limit is, whose requests it counts together, and what it said of one request (SPEC 4, Rate limits)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

SECOND = 1_000_000
"""Microseconds; every moment and span here is a whole number of them."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class LimitName(StrEnum):
    """Which requests are counted together."""

    AUTH = "auth"
    QUESTS = "quests"
    LEADERBOARD = "leaderboard"
    ANALYTICS = "analytics"
    OTHER = "other"


class Limit(NamedTuple):
    """At most so many requests in any so many seconds."""

    requests: int
    seconds: int

    @property
    def span(self) -> int:
        """The length of the window in microseconds."""
        return self.seconds * SECOND


class Bucket(NamedTuple):
    """What one count is kept for: a limit, and somebody."""

    name: LimitName
    whose: str

    @classmethod
    def of_account(cls, name: LimitName, account_id: UUID) -> Bucket:
        """Return the bucket of somebody who is signed in."""
        return cls(name, f"account:{account_id}")

    @classmethod
    def of_address(cls, name: LimitName, address: str) -> Bucket:
        """Return the bucket of whoever asks from *address*."""
        return cls(name, f"address:{address}")

    def __str__(self) -> str:
        return f"{self.name}:{self.whose}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """
    What a limit said of one request.

    Attributes:
        limit: The limit itself.
        allowed: Whether the request passed; one that did not has taken nothing.
        remaining: How many more would pass at this moment.
        wait: Microseconds until one more passes than `remaining` says; 0 where nothing was counted.
    """

    limit: Limit
    allowed: bool
    remaining: int
    wait: int

    @classmethod
    def uncounted(cls, limit: Limit) -> Decision:
        """Return what is said of a request that nobody could count: it passed."""
        return cls(limit=limit, allowed=True, remaining=limit.requests, wait=0)

    @property
    def seconds(self) -> int:
        """Whole seconds after which `wait` is over."""
        return -(-self.wait // SECOND)

    def reset(self, now: datetime) -> int:
        """Return the second of the epoch at which `wait` is over, for a request that was counted at *now*."""
        return -(-(micros(now) + self.wait) // SECOND)


def micros(moment: datetime) -> int:
    """Return *moment* as microseconds of the epoch, exactly."""
    return (moment - _EPOCH) // _MICROSECOND
