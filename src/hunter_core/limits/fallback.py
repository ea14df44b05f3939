"""What holds while the shared counts are away: auth is counted by each process alone, the rest is open (SPEC 4)."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from hunter_core.limits.limit import Bucket, Decision, Limit, LimitName
from hunter_core.limits.ports import Limiter, LimiterAway


class FallingBack:
    """
    A limiter that always answers.

    Guessing passwords must stay slow whatever is broken, so the auth limit falls back to *own*. Everything
    else keeps somebody from crowding others out, and being refused because of our own fault would be worse.
    """

    def __init__(self, shared: Limiter, own: Limiter) -> None:
        self._shared, self._own = shared, own
        self._lock = threading.Lock()
        self._missed: Counter[LimitName] = Counter()

    @property
    def missed(self) -> Mapping[LimitName, int]:
        """How many requests under each limit the shared counts did not answer for; metrics read it."""
        with self._lock:
            return dict(self._missed)

    def take(self, bucket: Bucket, limit: Limit, now: datetime) -> Decision:
        """Return what the shared counts say, or what holds without them; never raises `LimiterAway`."""
        try:
            return self._shared.take(bucket, limit, now)
        except LimiterAway:
            with self._lock:
                self._missed[bucket.name] += 1
            if bucket.name is LimitName.AUTH:
                return self._own.take(bucket, limit, now)
            return Decision.uncounted(limit)
