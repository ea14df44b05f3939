"""Counts of requests in this process, in bounded memory."""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import datetime

from hunter_core.limits.limit import Bucket, Decision, Limit, LimitName, micros
from hunter_core.limits.window import Window

MOST_BUCKETS = 50_000
"""Buckets of one limit that are kept at one time."""

MOST_COUNTED = 500_000
"""Requests of one limit that are kept at one time: about 20 MB of them."""


class MemoryLimiter:
    """
    The limiter of a process that has no Redis.

    Where there are more buckets than are kept, the one that was quiet for longest goes: whoever asks from
    very many addresses gains that, and nobody else is refused for it.
    """

    def __init__(self, *, most_buckets: int = MOST_BUCKETS, most_counted: int = MOST_COUNTED) -> None:
        self._most_buckets, self._most_counted = most_buckets, most_counted
        self._lock = threading.Lock()
        self._tables = {name: _Table() for name in LimitName}

    def take(self, bucket: Bucket, limit: Limit, now: datetime) -> Decision:
        at = micros(now)
        table = self._tables[bucket.name]
        with self._lock:
            window = table.windows.get(bucket.whose)
            if window is None:
                window = table.windows[bucket.whose] = Window()
            before = len(window)
            decision = window.take(limit, at)
            table.counted += len(window) - before
            if decision.allowed:
                table.windows.move_to_end(bucket.whose)
                self._make_room(table, at - limit.span)
        return decision

    def _make_room(self, table: _Table, over: int) -> None:
        """Drop the quietest buckets: those whose last request is *over*, and those that there is no room for."""
        windows = table.windows
        while len(windows) > 1:
            quietest = next(iter(windows.values()))
            full = len(windows) > self._most_buckets or table.counted > self._most_counted
            if not full and quietest.newest > over:
                return
            table.counted -= len(quietest)
            windows.popitem(last=False)

    def counted(self, name: LimitName) -> tuple[int, int]:
        """Return how many buckets of a limit are kept, and how many requests."""
        with self._lock:
            return len(self._tables[name].windows), self._tables[name].counted


class _Table:
    """The windows of one limit, the one that was quiet for longest first."""

    __slots__ = ("counted", "windows")

    def __init__(self) -> None:
        self.windows: OrderedDict[str, Window] = OrderedDict()
        self.counted = 0
