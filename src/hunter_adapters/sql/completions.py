"""Keeps completions."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select, update

from hunter_adapters.sql.rows import COMPLETION, completion_of, completion_row
from hunter_adapters.sql.statements import Insert, Statement, number, param
from hunter_adapters.sql.tables import completions
from hunter_adapters.sql.transaction import Transaction
from hunter_core.completions.completion import Completion
from hunter_core.ids import HunterId, QuestId

_ADD = Insert(completions, COMPLETION)
_VOID = Statement(
    update(completions)
    .where(completions.c.id == param("this", completions.c.id))
    .values(voided_at=param("at", completions.c.voided_at))
)
_STANDING_OF_QUEST = (
    completions.c.hunter_id == param("hunter_id", completions.c.hunter_id),
    completions.c.quest_id == param("quest_id", completions.c.quest_id),
    completions.c.voided_at.is_(None),
)
_COUNT = Statement(select(func.count()).select_from(completions).where(*_STANDING_OF_QUEST))
_PAGE = Statement(
    select(completions)
    .where(*_STANDING_OF_QUEST)
    .order_by(completions.c.recorded_at.desc(), completions.c.id.desc())
    .limit(number("limit"))
    .offset(number("offset"))
)


class SqlCompletions:
    """Keeps completions in a table."""

    __slots__ = ("_sql",)

    def __init__(self, transaction: Transaction) -> None:
        self._sql = transaction

    def add(self, completion: Completion) -> None:
        self._sql.insert(_ADD, [completion_row(completion)])

    def void(self, completion: Completion) -> None:
        self._sql.do(_VOID, this=completion.id, at=completion.voided_at)

    def of_quest(
        self, hunter_id: HunterId, quest_id: QuestId, *, page: int, limit: int
    ) -> tuple[Sequence[Completion], int]:
        total: int = self._sql.value(_COUNT, hunter_id=hunter_id, quest_id=quest_id)
        offset = (page - 1) * limit
        if offset >= total:
            return [], total
        rows = self._sql.rows(_PAGE, hunter_id=hunter_id, quest_id=quest_id, limit=limit, offset=offset)
        return [completion_of(row) for row in rows], total
