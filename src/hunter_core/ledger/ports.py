"""What use cases ask of a store of ledger entries, days and whole histories."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from hunter_core.hunters.hunter import Hunter
from hunter_core.ids import HunterId
from hunter_core.ledger.days import DayRow
from hunter_core.ledger.entry import LedgerEntry
from hunter_core.ledger.history import History


class Ledger(Protocol):
    """Keeps ledger entries; nothing is ever changed or deleted."""

    def append(self, entries: Sequence[LedgerEntry]) -> None:
        """Keep *entries*, all of one locked hunter; (kind, source_id) stands once."""
        ...

    def page(self, hunter_id: HunterId, *, page: int, limit: int) -> tuple[Sequence[LedgerEntry], int]:
        """Return a page of a hunter's entries, newest first, and how many there are."""
        ...


class Days(Protocol):
    """Keeps a hunter's days in figures."""

    def get(self, hunter_id: HunterId, day: date) -> DayRow | None:
        """Return the row of *day*."""
        ...

    def between(self, hunter_id: HunterId, first: date, last: date) -> Sequence[DayRow]:
        """Return the rows from *first* to *last*, both included, ascending."""
        ...

    def save(self, hunter_id: HunterId, rows: Sequence[DayRow]) -> None:
        """Keep *rows* as they are now; a row that is empty is no longer kept."""
        ...


class Histories(Protocol):
    """Reads and restores whole histories, for audit and for a change of rulebook."""

    def hunter_ids(self) -> Sequence[HunterId]:
        """Return every hunter's id, ascending; without those whose account is being erased."""
        ...

    def read(self, hunter_id: HunterId) -> History:
        """
        Return everything that is stored of a hunter's game.

        Raises:
            NotFound: If there is no such hunter, or the account is being erased.
        """
        ...

    def restore(self, hunter: Hunter, days: Sequence[DayRow]) -> None:
        """Keep *hunter* and exactly *days* in the place of what is stored."""
        ...

    def rulebook(self) -> str | None:
        """Return the hash of the rulebook that the database was last used under."""
        ...

    def set_rulebook(self, rulebook_hash: str) -> None:
        """Remember the rulebook that the database is used under."""
        ...
