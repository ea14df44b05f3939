"""A store of tables in memory: writers one after the other, readers on what was last committed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from hunter_adapters.memory.scores import MemoryBoards
from hunter_adapters.memory.tables import Tables
from hunter_adapters.memory.unit_of_work import MemoryUnitOfWork
from hunter_core.errors import StoreUnavailable

Result = TypeVar("Result")


class MemoryStore:
    """
    Implements `hunter_core.ports.Store`.

    One writer at a time: another waits at most *lock_timeout* seconds for it. *before_commit* runs where a
    database would write to its disk; what it raises is a commit that failed.
    """

    def __init__(self, *, lock_timeout: float = 2.0, before_commit: Callable[[], None] | None = None) -> None:
        self.before_commit = before_commit
        # Told after a commit that added events; it never raises.
        self.after_events: Callable[[], object] | None = None
        self._lock_timeout = lock_timeout
        self._tables = Tables()
        self._writer = threading.Lock()
        self._counting = threading.Lock()
        self._open = 0
        self.boards = MemoryBoards(lambda: self._tables)

    @property
    def open_transactions(self) -> int:
        """How many transactions are under way."""
        return self._open

    def run(self, work: Callable[[MemoryUnitOfWork], Result]) -> Result:
        """Do *work* in a transaction, commit it, and return what it returned; nothing stands in its way here."""
        with self.write() as uow:
            result = work(uow)
            uow.commit()
        return result

    @contextmanager
    def write(self) -> Iterator[MemoryUnitOfWork]:
        """
        Return a transaction that may change things; leaving it without `commit` changes nothing.

        Raises:
            StoreUnavailable: If another writer does not end in time.
        """
        if not self._writer.acquire(timeout=self._lock_timeout):
            raise StoreUnavailable
        try:
            with self._counted(), MemoryUnitOfWork(self._tables, publish=self._publish) as uow:
                yield uow
        finally:
            self._writer.release()
        if self.after_events is not None and uow.committed and uow.outbox.added:
            self.after_events()

    @contextmanager
    def read(self) -> Iterator[MemoryUnitOfWork]:
        """Return a transaction that only reads, and reads the same throughout."""
        with self._counted(), MemoryUnitOfWork(self._tables, publish=None) as uow:
            yield uow

    def _publish(self, tables: Tables) -> None:
        if self.before_commit is not None:
            self.before_commit()
        self._tables = tables

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._counting:
            self._open += 1
        try:
            yield
        finally:
            with self._counting:
                self._open -= 1
