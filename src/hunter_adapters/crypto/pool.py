"""A bounded pool for slow hashes: a flood of sign-ins is turned away, and takes no thread that serves others."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, ThreadPoolExecutor
from typing import TypeVar

from hunter_core.errors import TooBusy

Result = TypeVar("Result")

NICENESS = 5
"""How much the hashing threads give way to those that serve requests, where the system lets a thread say so."""


_FULL = "Too many sign-ins at this moment. Try again in a few seconds."
_CLOSED = "The server is shutting down. Try again in a few seconds."


class BoundedPool:
    """
    Runs at most *threads* hashes at once, lets at most *waiting* wait, and refuses the rest.

    A caller waits in its own thread, so that no more than `threads + waiting` of those who serve requests
    are ever held up; after `timeout` seconds it is turned away, too.
    """

    def __init__(self, *, threads: int, waiting: int, timeout: float = 10.0) -> None:
        self.timeout = timeout
        self._places = threads + waiting
        self._room = threading.BoundedSemaphore(self._places)
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="hash", initializer=_give_way)

    @classmethod
    def of_this_machine(cls) -> BoundedPool:
        """Return a pool with a thread for each processor, at most 4, and 8 in waiting for each thread."""
        threads = max(1, min(4, os.cpu_count() or 1))
        return cls(threads=threads, waiting=8 * threads)

    def count(self) -> int:
        """Return how many hashes are under way or wait."""
        return self._places - self._room._value

    def run(self, work: Callable[[], Result]) -> Result:
        """
        Return what *work* returns.

        Raises:
            TooBusy: If the pool is full, or its turn does not come in time. Nobody sees what came of it.
        """
        if not self._room.acquire(blocking=False):
            raise TooBusy(_FULL, retry_after=2)
        try:
            future = self._executor.submit(self._in_turn, work)
        except RuntimeError as closed:
            self._room.release()
            raise TooBusy(_CLOSED, retry_after=5) from closed
        try:
            return future.result(self.timeout)
        except CancelledError as closed:
            self._room.release()
            raise TooBusy(_CLOSED, retry_after=5) from closed
        except TimeoutError as slow:
            if future.cancel():
                self._room.release()
            raise TooBusy(_FULL, retry_after=5) from slow

    def close(self) -> None:
        """Let what runs come to its end, and turn away what waits."""
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _in_turn(self, work: Callable[[], Result]) -> Result:
        try:
            return work()
        finally:
            self._room.release()


def _give_way() -> None:
    # Only Linux has priorities for threads. A sandbox may forbid even to lower one: it is a courtesy.
    if sys.platform == "linux":
        thread = threading.get_native_id()
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, thread, max(NICENESS, os.getpriority(os.PRIO_PROCESS, thread)))
