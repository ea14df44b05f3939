"""Lets nobody read boards that lack a change of what others may see, whether or not Redis can be told of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection

from hunter_adapters.redis.boards.commands import LEASE_SECONDS, withdraw
from hunter_adapters.redis.connection import RedisAway, RedisConnection
from hunter_core.ids import HunterId

CERTAIN_SECONDS = LEASE_SECONDS + 0.1
"""After how long nobody reads boards any more that lack a change, whoever was not told of it."""


class Withdrawal:
    """Takes leases back, or knows when they have run out."""

    def __init__(self, connection: RedisConnection) -> None:
        self._connection = connection
        self._certain: dict[HunterId, float] = {}
        self._guard = threading.Lock()

    def withdraw(self, hidden: Collection[HunterId], committed: float) -> None:
        """
        Let nobody read what lacks a change.

        Where Redis cannot be told so, take note that *hidden* have hidden at the moment *committed*.
        """
        try:
            self._connection.ask(withdraw)
        except RedisAway:
            self._note(hidden, committed)

    def seconds_left(self, hunter_id: HunterId | None = None) -> float:
        """Return in how many seconds a hunter, or everybody, is hidden for certain: every older lease is over then."""
        with self._guard:
            if hunter_id is None:
                certain = max(self._certain.values(), default=0.0)
            else:
                certain = self._certain.get(hunter_id, 0.0)
        return max(0.0, certain - time.monotonic()) if certain else 0.0

    def _note(self, hidden: Collection[HunterId], committed: float) -> None:
        now = time.monotonic()
        with self._guard:
            self._certain = {each: certain for each, certain in self._certain.items() if certain > now}
            # Who hides again is hidden for certain after the last time.
            self._certain.update(dict.fromkeys(hidden, committed + CERTAIN_SECONDS))
