"""What anybody can cause a thousand times a second is written to the security log once a minute, with its number."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Hashable
from dataclasses import replace
from datetime import datetime, timedelta

from hunter_core.accounts.security_log import SecurityEvent, SecurityLog

EVERY = timedelta(minutes=1)
"""How long after a line the next one of the same kind from the same place is written."""

MOST_LINES = 60
"""Lines in any `EVERY`, from however many places."""

MOST_PLACES = 10_000
"""Places that are remembered; the one that was quiet for longest is forgotten."""


class Sampler:
    """
    Writes the first event of its kind from a place at once, and counts those that follow for a minute.

    The next line says how many were not written (`unreported`). Each process samples by itself.
    """

    def __init__(self, log: SecurityLog) -> None:
        self._log = log
        self._lock = threading.Lock()
        self._seen: OrderedDict[Hashable, _Seen] = OrderedDict()
        self._lines: deque[datetime] = deque(maxlen=MOST_LINES)

    def record(self, event: SecurityEvent, place: str) -> None:
        """Write *event*, which comes from *place*, or count it."""
        unreported = self._take((event.kind, place), event.at)
        if unreported is None:
            return
        details = {**event.details, "unreported": str(unreported)} if unreported else event.details
        self._log.record(replace(event, details=details))

    def _take(self, key: Hashable, now: datetime) -> int | None:
        """Return how many events were not written before this one, which is; None where it is not either."""
        with self._lock:
            seen = self._seen.setdefault(key, _Seen())
            self._seen.move_to_end(key)
            if len(self._seen) > MOST_PLACES:
                self._seen.popitem(last=False)
            is_full = len(self._lines) == MOST_LINES and now < self._lines[0] + EVERY
            if is_full or (seen.written_at is not None and now < seen.written_at + EVERY):
                seen.unreported += 1
                return None
            self._lines.append(now)
            unreported, seen.unreported, seen.written_at = seen.unreported, 0, now
            return unreported


class _Seen:
    """When a line was last written for a place, and what came since."""

    __slots__ = ("unreported", "written_at")

    def __init__(self) -> None:
        self.unreported = 0
        self.written_at: datetime | None = None
