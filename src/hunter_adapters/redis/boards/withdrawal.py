"""Lets nobody read boards that lack a change of what others may see, whether or not Redis can be told of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

from hunter_adapters.redis.boards.commands import LEASE_SECONDS, withdraw
from hunter_adapters.redis.connection import TIMEOUT, RedisAway, RedisConnection
from hunter_core.ids import HunterId

CERTAIN_SECONDS = LEASE_SECONDS + 0.1
"""After how long nobody reads boards any more that lack a change, whoever was not told of it."""

_AGAIN_SECONDS = 0.1
"""Between two attempts to tell Redis."""


class Withdrawal:
    """Takes leases back, or waits until they have run out."""

    def __init__(self, connection: RedisConnection) -> None:
        self._connection = connection
        self._waiting: set[HunterId] = set()
        self._guard = threading.Lock()

    @property
    def waiting(self) -> int:
        """Of how many hunters a change waits."""
        return len(self._waiting)

    def withdraw(self) -> bool:
        """Let nobody read what lacks a change, and return whether Redis could be told so."""
        try:
            self._connection.ask(withdraw)
        except RedisAway:
            return False
        return True

    def wait(self, hunter_ids: Sequence[HunterId], certain: float) -> None:
        """Return when Redis was told, or at the moment *certain*, when every lease from before has run out."""
        with self._guard:
            # One who changes it to and fro holds up one thread of ours, and no more.
            if not self._waiting.isdisjoint(hunter_ids):
                return
            self._waiting.update(hunter_ids)
        try:
            while (left := certain - time.monotonic()) > 0:
                # An answer that could come too late is not asked for.
                if left > TIMEOUT and self.withdraw():
                    return
                time.sleep(min(left, _AGAIN_SECONDS))
        finally:
            with self._guard:
                self._waiting.difference_update(hunter_ids)
