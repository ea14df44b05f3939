"""What keeps the counts."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from hunter_core.limits.limit import Bucket, Decision, Limit


class LimiterAway(Exception):
    """What keeps the counts does not answer. Whether the request was counted is not known."""


class Limiter(Protocol):
    """Counts requests."""

    def take(self, bucket: Bucket, limit: Limit, now: datetime) -> Decision:
        """
        Return whether one more request of *bucket* passes at *now*; if it does, it counts.

        However many ask at one time, in any `limit.seconds` at most `limit.requests` of a bucket pass.

        Raises:
            LimiterAway: If what keeps the counts does not answer.
        """
        ...
