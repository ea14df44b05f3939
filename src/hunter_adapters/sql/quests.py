"""Keeps quests, counts what was done of them, and keeps their skipped days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Text, bindparam, func, select, update

from hunter_adapters.sql.constructs import JsonHas
from hunter_adapters.sql.rows import QUEST, quest_of, quest_row
from hunter_adapters.sql.statements import Insert, Statement, number, padded, param
from hunter_adapters.sql.tables import completions, quest_skips, quests
from hunter_adapters.sql.transaction import Transaction
from hunter_core.errors import NotFound
from hunter_core.ids import HunterId, QuestId
from hunter_core.quests.listing import QuestFilter, QuestSort
from hunter_core.quests.quest import Quest

_HUNTER = quests.c.hunter_id == param("hunter_id", quests.c.hunter_id)
_OPEN = (quests.c.is_active, quests.c.archived_at.is_(None))
_GET = Statement(select(quests).where(_HUNTER, quests.c.id == param("quest_id", quests.c.id)))
_ADD = Insert(quests, QUEST)
_SAVE = Statement(
    update(quests)
    .where(quests.c.id == param("this", quests.c.id))
    .values(
        {name: param(name, quests.c[name]) for name in QUEST if name not in ("id", "hunter_id", "created_at")}
    )
)
_COUNT_OPEN = Statement(select(func.count()).select_from(quests).where(_HUNTER, *_OPEN))
_ALL_OPEN = Statement(select(quests).where(_HUNTER, *_OPEN).order_by(quests.c.created_at, quests.c.id))
_SORTED_BY = {
    "createdAt": quests.c.created_at,
    "updatedAt": quests.c.updated_at,
    "title": quests.c.title,
    "baseXP": quests.c.base_xp,
    "deadline": quests.c.deadline,
}


def _among(column: Any, prefix: str, count: int) -> ColumnElement[bool]:
    """Return the condition that *column* is one of *count* parameters, `prefix_0` onwards."""
    listed: ColumnElement[bool] = column.in_([param(f"{prefix}_{place}", column) for place in range(count)])
    return listed


def _named(prefix: str, ids: Sequence[Any]) -> dict[str, Any]:
    return {f"{prefix}_{place}": each for place, each in enumerate(ids)}


@lru_cache(maxsize=512)
def _page(
    asked: frozenset[str], among: int | None, besides: int, sort: QuestSort
) -> tuple[Statement, Statement]:
    """Return the statements that count and list what matches a filter that asks for *asked*."""
    conditions: list[Any] = [_HUNTER, quests.c.archived_at.is_(None)]
    conditions += [
        quests.c[name] == param(name, quests.c[name])
        for name in ("type", "is_active", "difficulty")
        if name in asked
    ]
    if "attribute" in asked:
        conditions.append(JsonHas(quests.c.attributes, bindparam("attribute", type_=Text)))
    if among is not None:
        conditions.append(_among(quests.c.id, "among", among))
    if besides:
        conditions.append(~_among(quests.c.id, "besides", besides))
    column = _SORTED_BY[sort.column]
    listed = (
        select(quests)
        .where(*conditions)
        # A false comes before a true: what has no value is last, either way round.
        .order_by(column.is_(None), column.desc() if sort.descends else column, quests.c.id)
        .limit(number("limit"))
        .offset(number("offset"))
    )
    return Statement(select(func.count()).select_from(quests).where(*conditions)), Statement(listed)


class SqlQuests:
    """Keeps quests in a table."""

    __slots__ = ("_sql",)

    def __init__(self, transaction: Transaction) -> None:
        self._sql = transaction

    def get(self, hunter_id: HunterId, quest_id: QuestId) -> Quest:
        row = self._sql.row(_GET, hunter_id=hunter_id, quest_id=quest_id)
        if row is None:
            raise NotFound("quest", quest_id)
        return quest_of(row)

    def add(self, quest: Quest) -> None:
        self._sql.insert(_ADD, [quest_row(quest)])

    def save(self, quest: Quest) -> None:
        self._sql.do(_SAVE, this=quest.id, **dict(zip(QUEST, quest_row(quest), strict=True)))

    def count_open(self, hunter_id: HunterId) -> int:
        count: int = self._sql.value(_COUNT_OPEN, hunter_id=hunter_id)
        return count

    def open(self, hunter_id: HunterId) -> Sequence[Quest]:
        return [quest_of(row) for row in self._sql.rows(_ALL_OPEN, hunter_id=hunter_id)]

    def page(
        self, hunter_id: HunterId, *, matching: QuestFilter, sort: QuestSort, page: int, limit: int
    ) -> tuple[Sequence[Quest], int]:
        if matching.among is not None and not matching.among:
            return [], 0
        asked: dict[str, Any] = {
            name: getattr(matching, name)
            for name in ("type", "is_active", "difficulty", "attribute")
            if getattr(matching, name) is not None
        }
        among = None if matching.among is None else padded(matching.among)
        besides = padded(matching.besides) if matching.besides else []
        count, listed = _page(frozenset(asked), None if among is None else len(among), len(besides), sort)
        values = {
            "hunter_id": hunter_id,
            **asked,
            **_named("among", among or ()),
            **_named("besides", besides),
        }
        total: int = self._sql.value(count, **values)
        offset = (page - 1) * limit
        if offset >= total:
            return [], total
        return [quest_of(row) for row in self._sql.rows(listed, **values, limit=limit, offset=offset)], total


@lru_cache(maxsize=64)
def _counts(count: int, with_since: bool) -> Statement:
    conditions: list[Any] = [
        _among(completions.c.quest_id, "quest", count),
        completions.c.voided_at.is_(None),
    ]
    if with_since:
        conditions.append(completions.c.local_day >= param("since", completions.c.local_day))
    key = (completions.c.quest_id, completions.c.local_day)
    return Statement(
        select(*key, func.count())
        .where(completions.c.hunter_id == param("hunter_id", completions.c.hunter_id), *conditions)
        .group_by(*key)
    )


@lru_cache(maxsize=32)
def _totals(count: int) -> Statement:
    return Statement(
        select(completions.c.quest_id, func.count())
        .where(
            completions.c.hunter_id == param("hunter_id", completions.c.hunter_id),
            _among(completions.c.quest_id, "quest", count),
            completions.c.voided_at.is_(None),
        )
        .group_by(completions.c.quest_id)
    )


class SqlQuestHistory:
    """Counts completions in their table."""

    __slots__ = ("_sql",)

    def __init__(self, transaction: Transaction) -> None:
        self._sql = transaction

    def counts(
        self, hunter_id: HunterId, quest_ids: Collection[QuestId], *, since: date | None
    ) -> Mapping[QuestId, Mapping[date, int]]:
        if not quest_ids:
            return {}
        ids = padded(quest_ids)
        values = {"hunter_id": hunter_id, **_named("quest", ids)}
        if since is not None:
            values["since"] = since
        found: dict[QuestId, dict[date, int]] = defaultdict(dict)
        for quest_id, day, count in self._sql.rows(_counts(len(ids), since is not None), **values):
            found[quest_id][day] = count
        return dict(found)

    def totals(self, hunter_id: HunterId, quest_ids: Collection[QuestId]) -> Mapping[QuestId, int]:
        if not quest_ids:
            return {}
        ids = padded(quest_ids)
        rows = self._sql.rows(_totals(len(ids)), hunter_id=hunter_id, **_named("quest", ids))
        return dict(rows)


_SKIP = Statement(
    lambda insert: (
        insert(quest_skips)
        .values({column.name: param(column.name, column) for column in quest_skips.columns})
        .on_conflict_do_nothing(index_elements=["quest_id", "local_day"])
    )
)


@lru_cache(maxsize=64)
def _skips(count: int, with_since: bool) -> Statement:
    conditions: list[Any] = [_among(quest_skips.c.quest_id, "quest", count)]
    if with_since:
        conditions.append(quest_skips.c.local_day >= param("since", quest_skips.c.local_day))
    hunter = quest_skips.c.hunter_id == param("hunter_id", quest_skips.c.hunter_id)
    return Statement(select(quest_skips.c.quest_id, quest_skips.c.local_day).where(hunter, *conditions))


class SqlSkips:
    """Keeps skipped days in a table."""

    __slots__ = ("_sql",)

    def __init__(self, transaction: Transaction) -> None:
        self._sql = transaction

    def add(self, hunter_id: HunterId, quest_id: QuestId, day: date, *, at: datetime) -> bool:
        return self._sql.do(_SKIP, hunter_id=hunter_id, quest_id=quest_id, local_day=day, skipped_at=at) == 1

    def since(
        self, hunter_id: HunterId, quest_ids: Collection[QuestId], *, since: date | None
    ) -> Mapping[QuestId, AbstractSet[date]]:
        if not quest_ids:
            return {}
        ids = padded(quest_ids)
        values = {"hunter_id": hunter_id, **_named("quest", ids)}
        if since is not None:
            values["since"] = since
        found: dict[QuestId, set[date]] = defaultdict(set)
        for quest_id, day in self._sql.rows(_skips(len(ids), since is not None), **values):
            found[quest_id].add(day)
        return dict(found)
