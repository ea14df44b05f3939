"""Which rows a transaction has locked: writing others is a mistake that no database would tell (SPEC 7)."""

from __future__ import annotations

from uuid import UUID

from hunter_adapters.memory.tables import NotLocked


class Locks:
    """The ids of hunters, accounts and sessions locked in a transaction. The store's writer lock is the lock itself."""

    __slots__ = ("_held", "_writes")

    def __init__(self, *, writes: bool) -> None:
        self._writes = writes
        self._held: set[tuple[str, UUID]] = set()

    def take(self, what: str, wanted: UUID) -> None:
        """
        Lock the *what* with the id *wanted*.

        Raises:
            RuntimeError: If this transaction only reads.
        """
        self._check_writes(what)
        self._held.add((what, wanted))

    def need(self, what: str, wanted: UUID) -> None:
        """
        Make sure that the *what* with the id *wanted* is locked.

        Raises:
            NotLocked: If it is not.
            RuntimeError: If this transaction only reads, or is over.
        """
        self._check_writes(what)
        if (what, wanted) not in self._held:
            raise NotLocked(f"The {what} {wanted} is written to, and was not locked first.")

    def _check_writes(self, what: str) -> None:
        if not self._writes:
            raise RuntimeError(f"A transaction that only reads, or is over, locks and writes no {what}.")

    def close(self) -> None:
        """Let go of all, and take no more."""
        self._held.clear()
        self._writes = False
