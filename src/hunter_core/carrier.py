"""
A carrier brings what is due to many targets at a time: webhooks, and push targets.

Each target has a queue, of which the first is taken by a lease, carried out outside of any transaction, and what
came of it is kept. Whoever dies in between leaves a lease that ends: it is then sent again. One that hangs takes a
place until its time is over; nobody gets so many that others have none (`places`).
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from contextvars import copy_context
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from hunter_core.errors import TryLater
from hunter_core.places import Full, Places, Seat
from hunter_core.ports import Clock, Store, UnitOfWork

LONGEST_RUN = 5.0
"""Seconds after which a run ends though somebody hangs: the next one goes on, and hears what came of it."""

NO_KEY = (
    "this server does not have the key that sealed its address, and leaves it to one that does; "
    "where that key is gone for good, remove it and add it again"
)
"""Why nothing was sent where a target's address does not open: no failure of the target's."""

LOOK_AGAIN = 0.5
"""Seconds after which others are looked for, while somebody hangs."""

_DRAINING = 0.05


class HasSeat(Protocol):
    """A delivery that somebody took: it takes a place."""

    @property
    def seat(self) -> Seat:
        """For whom."""
        ...


Task = TypeVar("Task", bound=HasSeat)
Tried = TypeVar("Tried")


class Carrier(ABC, Generic[Task, Tried]):
    """Carries out what is due in *store*, until it is closed; logs to *log*."""

    name: str
    """What its threads are called."""

    def __init__(self, *, store: Store, clock: Clock, log: logging.Logger) -> None:
        self._store, self._clock, self._log = store, clock, log
        # No SimpleQueue: with two who wait, as at the end, its `get` may wait for ever in spite of its timeout
        # (CPython 3.11: what is left of the time becomes negative, and that stands for no end).
        self._tried: queue.Queue[tuple[Task, Tried]] = queue.Queue()
        self._places = Places()
        self._closed = threading.Event()
        self._said_keyless = False

    @abstractmethod
    def due(self, uow: UnitOfWork, now: datetime, limit: int, full: Full) -> Sequence[Task]:
        """Take, by a lease, at most *limit* deliveries that are due, of other targets than those who are *full*."""

    @abstractmethod
    def put_back(self, uow: UnitOfWork, task: Task) -> None:
        """Keep what was taken as it was before."""

    @abstractmethod
    def send(self, task: Task) -> Tried:
        """Carry *task* out, in a thread of its own and a bounded time, and return what came of it."""

    @abstractmethod
    def mistaken(self, task: Task) -> Tried:
        """Return what came of *task* where `send` failed in a way that nobody foresaw."""

    @abstractmethod
    def keep(self, uow: UnitOfWork, task: Task, tried: Tried, now: datetime) -> None:
        """Keep what came of *task*."""

    def run(self) -> bool:
        """
        Carry out what is due, and return whether there may be more. One thread at a time may call this.

        Raises:
            StoreUnavailable: If the store is away or busy; what was taken is due again when its lease is over.
        """
        began = time.monotonic()
        while True:
            for task in self._taken():
                self._begin(task)
            if self._places.taken == 0:
                return False
            with suppress(queue.Empty):
                # Whoever hangs is waited for, but for a moment: somebody else may have come meanwhile.
                self._keep(*self._tried.get(timeout=LOOK_AGAIN))
            if time.monotonic() - began > LONGEST_RUN or self._closed.is_set():
                return not self._closed.is_set()

    def stop(self) -> None:
        """Take nothing any more; returns at once."""
        self._closed.set()

    def close(self, wait: float = 3.0) -> None:
        """Take nothing any more; what came of those under way is kept, if it comes within *wait* seconds."""
        self.stop()
        until = time.monotonic() + wait
        while self._places.taken > 0 and time.monotonic() < until:
            try:
                self._keep(*self._tried.get(timeout=_DRAINING))
            except queue.Empty:
                continue
            except TryLater as error:
                self._log.warning("what came of a delivery was not kept: %s", error)

    def keyless(self) -> None:
        """Say that an address does not open, once: it comes again with every delivery."""
        if not self._said_keyless:
            self._said_keyless = True
            self._log.error(
                "an address (%s) was sealed under a pepper that this process does not have: what is due there waits. "
                "Give all processes the same HUNTER_PEPPERS, or the same HUNTER_DATA_DIR where that has them",
                self.name,
            )

    def _begin(self, task: Task) -> None:
        self._places.take(task.seat)
        # With the context, so that what it logs is said to belong to this run.
        run = copy_context().run
        threading.Thread(target=run, args=(self._carry, task), name=self.name, daemon=True).start()

    def _taken(self) -> Sequence[Task]:
        if self._closed.is_set() or self._places.free <= 0:
            return ()
        now = self._clock.now()
        return self._store.run(lambda uow: self._take(uow, now))

    def _take(self, uow: UnitOfWork, now: datetime) -> Sequence[Task]:
        """Take what is due, the longest due first, and of nobody more than there are places for."""
        places, taken = self._places.copy(), []
        while (limit := places.free) > 0:
            found = self.due(uow, now, limit, places.full)
            for task in found:
                if places.take(task.seat):
                    taken.append(task)
                else:
                    self.put_back(uow, task)
            if len(found) < limit:
                break
            # Where some were put back, their hunter or host is full by now, and left out the next time.
        return taken

    def _carry(self, task: Task) -> None:
        """Send one, and say what came of it; whatever happens, something is said."""
        try:
            tried = self.send(task)
        except Exception:  # noqa: BLE001 - a mistake with one must not take its place for ever
            self._log.exception("a delivery (%s) failed in a way that nobody foresaw", self.name)
            tried = self.mistaken(task)
        self._tried.put((task, tried))

    def _keep(self, task: Task, tried: Tried) -> None:
        self._places.leave(task.seat)
        now = self._clock.now()
        self._store.run(lambda uow: self.keep(uow, task, tried, now))
