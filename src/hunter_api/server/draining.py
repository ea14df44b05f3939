"""That a process ends, and how much of the time in which it must is left (SPEC 7)."""

from __future__ import annotations

import time

ALL_SECONDS = 9.3
"""Seconds from the signal to the end, at most; a little is left to whoever ends the process itself."""

_LEAST = 0.2


class Draining:
    """Whether the process ends; true from `begin` on."""

    def __init__(self) -> None:
        self._until: float | None = None

    def begin(self) -> None:
        """Say that it ends."""
        if self._until is None:
            self._until = time.monotonic() + ALL_SECONDS

    def __bool__(self) -> bool:
        return self._until is not None

    def left(self, most: float) -> float:
        """Return how many seconds there are for something that takes *most*: little, where the end comes near."""
        if self._until is None:
            return most
        return min(most, max(_LEAST, self._until - time.monotonic()))
