"""The threads that requests are answered in: as many as the store has connections, so that none waits for one."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from typing import TYPE_CHECKING, TypeVar

from hunter_core.errors import TooBusy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hunter_core.keys import KeyedRequest

T = TypeVar("T")

LONGEST_WAIT = 5.0
"""Seconds a request may wait for a thread before it is told to come again: a store that hangs frees the queue."""

_BUSY = "Too many requests are waiting. Nothing was changed; try again."
_COME_BACK = 5


class Threads:
    """
    A pool of threads that refuses what has waited too long, and what finds *waiting* before it, at once.

    Without *waiting* the queue has no end but `LONGEST_WAIT`.
    """

    def __init__(self, size: int, name: str = "hunter", *, waiting: int | None = None) -> None:
        self._pool = ThreadPoolExecutor(max_workers=size, thread_name_prefix=name)
        self._most = None if waiting is None else size + waiting
        # Counted by the event loop alone.
        self._under_way = 0

    async def run(self, work: Callable[[], T]) -> T:
        """
        Return what *work* returns, done in a thread.

        Raises:
            TooBusy: If no thread was free in time, or the queue is full; *work* was not begun.
        """
        if self._most is not None and self._under_way >= self._most:
            raise TooBusy(_BUSY, retry_after=_COME_BACK)
        asked = time.monotonic()

        def begin() -> T:
            if time.monotonic() - asked > LONGEST_WAIT:
                raise TooBusy(_BUSY)
            return work()

        self._under_way += 1
        try:
            # What the thread logs belongs to the request, too.
            context = copy_context()
            return await asyncio.get_running_loop().run_in_executor(self._pool, context.run, begin)
        finally:
            self._under_way -= 1

    def count(self) -> int:
        """Return how many are in a thread, or wait for one."""
        return self._under_way

    def close(self) -> None:
        """End the threads when what was begun is done; what was not begun is not."""
        self._pool.shutdown(wait=False, cancel_futures=True)


class KeyUnderWay(Exception):
    """A request with the same Idempotency-Key is being answered in this process; `finished` tells when it was."""

    def __init__(self, finished: Future[None]) -> None:
        super().__init__("A request with this Idempotency-Key is under way.")
        self.finished = finished


class KeysUnderWay:
    """
    Which Idempotency-Keys are being answered in this process.

    A second request waits outside of the thread pool, so that twenty retries of one slow request cannot
    take the threads of all others. Between processes the hunter's row lock does the same.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._finished: dict[tuple[object, str], Future[None]] = {}

    @contextmanager
    def holding(self, request: KeyedRequest) -> Iterator[None]:
        """
        Hold the key of *request*.

        Raises:
            KeyUnderWay: If another request holds it.
        """
        name = (request.account_id, request.key)
        mine: Future[None] = Future()
        with self._lock:
            theirs = self._finished.setdefault(name, mine)
        if theirs is not mine:
            raise KeyUnderWay(theirs)
        try:
            yield
        finally:
            with self._lock:
                del self._finished[name]
            mine.set_result(None)
