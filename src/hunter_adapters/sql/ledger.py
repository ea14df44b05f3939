"""Keeps the ledger's entries."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from hunter_adapters.sql.rows import ENTRY, entry_of, entry_row
from hunter_adapters.sql.statements import Insert, Statement, param
from hunter_adapters.sql.tables import xp_entries
from hunter_adapters.sql.transaction import Transaction
from hunter_core.ids import HunterId
from hunter_core.ledger.entry import LedgerEntry

_ADD = Insert(xp_entries, ENTRY)
_OF_HUNTER = xp_entries.c.hunter_id == param("hunter_id", xp_entries.c.hunter_id)
# The numbers run 1, 2, 3 … without a hole: the last one is how many there are.
_COUNT = Statement(select(func.coalesce(func.max(xp_entries.c.seq), 0)).where(_OF_HUNTER))
# And a page is a span of numbers, however far back.
_PAGE = Statement(
    select(xp_entries)
    .where(
        _OF_HUNTER,
        xp_entries.c.seq.between(param("first", xp_entries.c.seq), param("last", xp_entries.c.seq)),
    )
    .order_by(xp_entries.c.seq.desc())
)


class SqlLedger:
    """Keeps ledger entries in a table."""

    __slots__ = ("_sql",)

    def __init__(self, transaction: Transaction) -> None:
        self._sql = transaction

    def append(self, entries: Sequence[LedgerEntry]) -> None:
        self._sql.insert(_ADD, [entry_row(entry) for entry in entries])

    def page(self, hunter_id: HunterId, *, page: int, limit: int) -> tuple[Sequence[LedgerEntry], int]:
        total: int = self._sql.value(_COUNT, hunter_id=hunter_id)
        last = total - (page - 1) * limit
        if last < 1:
            return [], total
        rows = self._sql.rows(_PAGE, hunter_id=hunter_id, first=last - limit + 1, last=last)
        return [entry_of(row) for row in rows], total
