"""Keeps hunters' days in figures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from sqlalchemy import delete, select

from hunter_adapters.sql.rows import DAY, day_of, day_row
from hunter_adapters.sql.statements import Insert, Statement, padded, param
from hunter_adapters.sql.tables import daily_stats
from hunter_adapters.sql.transaction import Transaction
from hunter_core.ids import HunterId
from hunter_core.ledger.days import DayRow

_OF_HUNTER = daily_stats.c.hunter_id == param("hunter_id", daily_stats.c.hunter_id)
_GET = Statement(
    select(daily_stats).where(_OF_HUNTER, daily_stats.c.local_day == param("day", daily_stats.c.local_day))
)
_BETWEEN = Statement(
    select(daily_stats)
    .where(
        _OF_HUNTER,
        daily_stats.c.local_day.between(
            param("first", daily_stats.c.local_day), param("last", daily_stats.c.local_day)
        ),
    )
    .order_by(daily_stats.c.local_day)
)
_SAVE = Insert(daily_stats, DAY, onto=("hunter_id", "local_day"))


@lru_cache(maxsize=32)
def _delete(count: int) -> Statement:
    these = [param(f"day_{place}", daily_stats.c.local_day) for place in range(count)]
    return Statement(delete(daily_stats).where(_OF_HUNTER, daily_stats.c.local_day.in_(these)))


class SqlDays:
    """Keeps days in a table."""

    __slots__ = ("_sql",)

    def __init__(self, transaction: Transaction) -> None:
        self._sql = transaction

    def get(self, hunter_id: HunterId, day: date) -> DayRow | None:
        row = self._sql.row(_GET, hunter_id=hunter_id, day=day)
        return None if row is None else day_of(row)

    def between(self, hunter_id: HunterId, first: date, last: date) -> Sequence[DayRow]:
        return [day_of(row) for row in self._sql.rows(_BETWEEN, hunter_id=hunter_id, first=first, last=last)]

    def save(self, hunter_id: HunterId, rows: Sequence[DayRow]) -> None:
        kept = [row for row in rows if not row.is_empty]
        self._sql.insert(_SAVE, [day_row(hunter_id, row) for row in kept])
        if len(kept) == len(rows):
            return
        gone = padded(row.local_day for row in rows if row.is_empty)
        named = {f"day_{place}": day for place, day in enumerate(gone)}
        self._sql.do(_delete(len(gone)), hunter_id=hunter_id, **named)
