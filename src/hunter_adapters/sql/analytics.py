"""Reads what analytics are made of: one statement each, the hunter's calendar and days in the same."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, and_, func, or_, select

from hunter_adapters.sql.constructs import JsonColumns
from hunter_adapters.sql.statements import Row, Statement, inline, padded, param
from hunter_adapters.sql.tables import POINTS, completions, daily_stats, hunters, quests
from hunter_adapters.sql.transaction import Transaction
from hunter_core.analytics.ports import DayFigures, DayGain, Done, Gains, Points, QuestCount
from hunter_core.errors import NotFound
from hunter_core.ids import HunterId, QuestId
from hunter_core.words import Attributes

_HUNTER = param("hunter_id", hunters.c.id)
_FIRST, _LAST = param("first", daily_stats.c.local_day), param("last", daily_stats.c.local_day)
_POINTS = [daily_stats.c[name] for name in POINTS]
_LAST_DAY = date(9999, 12, 31)


def _days(columns: Sequence[Any], *conditions: Any) -> Select[Any]:
    """Return the hunter's row with the days from `first` to `last` in one JSON value: a calendar is sent once."""
    # Both ends are given, so that no planner takes it for a third of the table.
    between = daily_stats.c.local_day.between(_FIRST, _LAST)
    days = (
        select(JsonColumns(daily_stats.c.local_day, *columns))
        .where(daily_stats.c.hunter_id == _HUNTER, between, *conditions)
        .scalar_subquery()
    )
    own = (hunters.c.calendar, hunters.c.created_at, *(hunters.c[name] for name in POINTS))
    return select(*own, days).where(hunters.c.id == _HUNTER)


# A single read each: they are spared BEGIN and ROLLBACK.
_GAINS = Statement(_days([daily_stats.c.xp, daily_stats.c.completed]), alone=True)
_GAINED = Statement(_days(_POINTS, or_(*(column != inline(0) for column in _POINTS))), alone=True)
_FIGURES = Statement(
    select(
        JsonColumns(
            *(
                daily_stats.c[name]
                for name in ("local_day", "xp", "completed", "created", "time_spent", "streak")
            )
        )
    ).where(
        daily_stats.c.hunter_id == param("hunter_id", daily_stats.c.hunter_id),
        daily_stats.c.local_day.between(_FIRST, _LAST),
    )
)

_COUNT = func.count()
_MOST_DONE = Statement(
    select(quests.c.id, quests.c.title, _COUNT)
    .join_from(
        completions,
        quests,
        and_(quests.c.id == completions.c.quest_id, quests.c.hunter_id == completions.c.hunter_id),
    )
    .where(
        completions.c.hunter_id == param("hunter_id", completions.c.hunter_id),
        completions.c.local_day.between(
            param("first", completions.c.local_day), param("last", completions.c.local_day)
        ),
        completions.c.voided_at.is_(None),
    )
    .group_by(quests.c.id, quests.c.title)
    .order_by(_COUNT.desc(), quests.c.id)
    .limit(param("limit", completions.c.base_xp))
)


@lru_cache(maxsize=16)
def _done(count: int) -> Statement:
    these = [param(f"quest_{place}", completions.c.quest_id) for place in range(count)]
    return Statement(
        select(completions.c.quest_id, completions.c.local_day, completions.c.completed_at).where(
            completions.c.hunter_id == param("hunter_id", completions.c.hunter_id),
            completions.c.quest_id.in_(these),
            completions.c.voided_at.is_(None),
            completions.c.local_day >= param("since", completions.c.local_day),
        )
    )


class SqlAnalytics:
    """Reads days in figures and dated completions from their tables."""

    __slots__ = ("_sql",)

    def __init__(self, transaction: Transaction) -> None:
        self._sql = transaction

    def gains(self, hunter_id: HunterId, first: date, last: date) -> Gains:
        row = self._read(_GAINS, hunter_id, first, last)
        days, xp, completed = _columns(row)
        return Gains(row[0], row[1], [*map(DayGain, map(date.fromisoformat, days), xp, completed)])

    def points(self, hunter_id: HunterId, first: date) -> Points:
        row = self._read(_GAINED, hunter_id, first, _LAST_DAY)
        days, *points = _columns(row)
        gained = dict(zip(map(date.fromisoformat, days), map(Attributes, *points), strict=True))
        return Points(row[0], row[1], Attributes(*row[2:8]), gained)

    def figures(self, hunter_id: HunterId, last: date) -> Sequence[DayFigures]:
        row = self._sql.only(_FIGURES, hunter_id=hunter_id, first=date.min, last=last)
        days, *others = _columns(row)
        return sorted(map(DayFigures, map(date.fromisoformat, days), *others))

    def done(
        self, hunter_id: HunterId, quest_ids: Collection[QuestId], *, since: date
    ) -> Mapping[QuestId, Sequence[Done]]:
        if not quest_ids:
            return {}
        ids = padded(quest_ids)
        named = {f"quest_{place}": each for place, each in enumerate(ids)}
        found: dict[QuestId, list[Done]] = defaultdict(list)
        for quest_id, day, at in self._sql.rows(_done(len(ids)), hunter_id=hunter_id, since=since, **named):
            found[quest_id].append(Done(day, at))
        return dict(found)

    def most_done(self, hunter_id: HunterId, *, first: date, last: date, limit: int) -> Sequence[QuestCount]:
        rows = self._sql.rows(_MOST_DONE, hunter_id=hunter_id, first=first, last=last, limit=limit)
        return [QuestCount(*row) for row in rows]

    def _read(self, statement: Statement, hunter_id: HunterId, first: date, last: date) -> Row:
        row = self._sql.row(statement, hunter_id=hunter_id, first=first, last=last)
        if row is None:
            raise NotFound("hunter", hunter_id)
        return row


def _columns(row: Row) -> list[list[Any]]:
    """Return the columns in the JSON at the end of *row*: a list each, or NULL, where no day gave anything."""
    return [column or [] for column in json.loads(row[-1])]
