"""Whoever was changed by this process, until Redis has it."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from hunter_adapters.redis.boards.writer import BoardWriter
from hunter_core.ids import HunterId


class Waiting:
    """Hunters who wait to be brought over: each until a reading is in Redis that began after their last change."""

    def __init__(self, writer: BoardWriter) -> None:
        self._writer = writer
        # Each change has a mark of its own.
        self._marks: dict[HunterId, object] = {}
        self._guard, self._bringing = threading.Lock(), threading.Lock()

    def __bool__(self) -> bool:
        return bool(self._marks)

    def add(self, hunter_ids: Sequence[HunterId]) -> None:
        """Let *hunter_ids*, who were just changed, wait."""
        with self._guard:
            self._marks.update((each, object()) for each in hunter_ids)

    def bring_over(self, generation: bytes, others: Sequence[HunterId] = ()) -> None:
        """
        Bring over whoever waits, and *others*; return when they are there.

        Raises:
            As `BoardWriter.apply`; then they go on waiting.
        """
        with self._bringing:
            with self._guard:
                taken = dict(self._marks)
            self._writer.apply(list(dict.fromkeys([*taken, *others])), generation)
            # Not sooner, so that nobody who reads takes them to be there; who changed meanwhile goes on waiting.
            with self._guard:
                for each, mark in taken.items():
                    if self._marks[each] is mark:
                        del self._marks[each]
