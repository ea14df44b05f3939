"""Reads and restores whole histories, each table by one statement."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, func, select

from hunter_adapters.sql.days import SqlDays
from hunter_adapters.sql.hunters import SqlHunters
from hunter_adapters.sql.rows import completion_of, day_of, entry_of, unlock_of
from hunter_adapters.sql.scores import SqlScores
from hunter_adapters.sql.statements import Insert, Statement, param
from hunter_adapters.sql.tables import (
    accounts,
    completions,
    daily_stats,
    hunters,
    meta,
    quests,
    unlocks,
    xp_entries,
)
from hunter_adapters.sql.transaction import Transaction
from hunter_core.errors import NotFound
from hunter_core.hunters.hunter import Hunter
from hunter_core.ids import HunterId
from hunter_core.ledger.days import DayRow
from hunter_core.ledger.history import History

RULEBOOK = "rulebook"

# Whose account is being erased has no whole history any more.
_leaving = select(accounts.c.id).where(accounts.c.delete_at.is_not(None), accounts.c.erased_at.is_not(None))
_HUNTER_IDS = Statement(select(hunters.c.id).where(hunters.c.id.not_in(_leaving)).order_by(hunters.c.id))
_HUNTER = param("hunter_id", hunters.c.id)
_LEAVING = Statement(_leaving.where(accounts.c.id == param("hunter_id", accounts.c.id)))
_ENTRIES = Statement(select(xp_entries).where(xp_entries.c.hunter_id == _HUNTER).order_by(xp_entries.c.seq))
_COMPLETIONS = Statement(
    select(completions)
    .where(completions.c.hunter_id == _HUNTER)
    .order_by(completions.c.recorded_at, completions.c.id)
)
_UNLOCKS = Statement(
    select(unlocks).where(unlocks.c.hunter_id == _HUNTER).order_by(unlocks.c.unlocked_at, unlocks.c.id)
)
_DAYS = Statement(
    select(daily_stats).where(daily_stats.c.hunter_id == _HUNTER).order_by(daily_stats.c.local_day)
)
_CREATED = Statement(
    select(quests.c.created_day, func.count())
    .where(quests.c.hunter_id == _HUNTER)
    .group_by(quests.c.created_day)
)
_FORGET_DAYS = Statement(delete(daily_stats).where(daily_stats.c.hunter_id == _HUNTER))
_META = Statement(select(meta.c.value).where(meta.c.name == param("name", meta.c.name)))
_SET_META = Insert(meta, ("name", "value"), onto=("name",))


class SqlHistories:
    """Reads histories from the tables of the game."""

    __slots__ = ("_sql",)

    def __init__(self, transaction: Transaction) -> None:
        self._sql = transaction

    def hunter_ids(self) -> Sequence[HunterId]:
        return [row[0] for row in self._sql.rows(_HUNTER_IDS)]

    def read(self, hunter_id: HunterId) -> History:
        of = {"hunter_id": hunter_id}
        if self._sql.row(_LEAVING, **of) is not None:
            raise NotFound("hunter", hunter_id)
        scores, shown, listed = SqlScores(self._sql).stored(hunter_id)
        return History(
            hunter=SqlHunters(self._sql).get(hunter_id),
            entries=[entry_of(row) for row in self._sql.rows(_ENTRIES, **of)],
            completions=[completion_of(row) for row in self._sql.rows(_COMPLETIONS, **of)],
            unlocks=[unlock_of(row) for row in self._sql.rows(_UNLOCKS, **of)],
            days=[day_of(row) for row in self._sql.rows(_DAYS, **of)],
            created=dict(self._sql.rows(_CREATED, **of)),
            scores=scores,
            shown=shown,
            listed=listed,
        )

    def restore(self, hunter: Hunter, days: Sequence[DayRow]) -> None:
        SqlHunters(self._sql).save(hunter)
        self._sql.do(_FORGET_DAYS, hunter_id=hunter.id)
        SqlDays(self._sql).save(hunter.id, days)

    def rulebook(self) -> str | None:
        row = self._sql.row(_META, name=RULEBOOK)
        return None if row is None else str(row[0])

    def set_rulebook(self, rulebook_hash: str) -> None:
        self._sql.insert(_SET_META, [(RULEBOOK, rulebook_hash)])
