"""Keeps which achievements hunters have."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import select, update

from hunter_adapters.sql.rows import UNLOCK, unlock_of, unlock_row
from hunter_adapters.sql.statements import Insert, Statement, padded, param
from hunter_adapters.sql.tables import unlocks
from hunter_adapters.sql.transaction import Transaction
from hunter_core.completions.unlock import Unlock
from hunter_core.ids import HunterId

_ADD = Insert(unlocks, UNLOCK)
_STANDING = Statement(
    select(unlocks)
    .where(unlocks.c.hunter_id == param("hunter_id", unlocks.c.hunter_id), unlocks.c.taken_back_at.is_(None))
    .order_by(unlocks.c.unlocked_at.desc(), unlocks.c.id.desc())
)


@lru_cache(maxsize=32)
def _take_back(count: int) -> Statement:
    these = [param(f"id_{place}", unlocks.c.id) for place in range(count)]
    return Statement(
        update(unlocks)
        .where(unlocks.c.id.in_(these))
        .values(taken_back_at=param("at", unlocks.c.taken_back_at))
    )


class SqlUnlocks:
    """Keeps unlocks in a table."""

    __slots__ = ("_sql",)

    def __init__(self, transaction: Transaction) -> None:
        self._sql = transaction

    def add(self, unlocks: Sequence[Unlock]) -> None:
        self._sql.insert(_ADD, [unlock_row(unlock) for unlock in unlocks])

    def take_back(self, unlocks: Sequence[Unlock]) -> None:
        for at in {unlock.taken_back_at for unlock in unlocks}:
            ids = padded(unlock.id for unlock in unlocks if unlock.taken_back_at == at)
            named = {f"id_{place}": each for place, each in enumerate(ids)}
            self._sql.do(_take_back(len(ids)), at=at, **named)

    def standing(self, hunter_id: HunterId) -> Sequence[Unlock]:
        return [unlock_of(row) for row in self._sql.rows(_STANDING, hunter_id=hunter_id)]
