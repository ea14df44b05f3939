"""What a decision depends on, read after the hunter's lock: one statement for a completion, a few to take one back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, ScalarSelect, Select, and_, bindparam, case, exists, func, or_, select

from hunter_adapters.sql.constructs import IdList, JsonRows
from hunter_adapters.sql.rows import (
    COMPLETION,
    DAY,
    QUEST,
    UNLOCK,
    completion_of,
    day_of_json,
    entry_of,
    quest_of,
    unlock_of,
)
from hunter_adapters.sql.statements import Row, Statement, inline, param
from hunter_adapters.sql.tables import (
    completions,
    daily_stats,
    idempotency_keys,
    outbox,
    quests,
    unlocks,
    xp_entries,
)
from hunter_adapters.sql.transaction import Transaction
from hunter_core.completions.situation import CompletionFacts, VoidFacts
from hunter_core.errors import NotFound
from hunter_core.hunters.hunter import Hunter
from hunter_core.ids import AchievementId, CompletionId, QuestId
from hunter_core.keys import StoredAnswer
from hunter_core.ledger.days import DayRow
from hunter_core.words import EntryKind

_HUNTER = param("hunter_id", quests.c.hunter_id)
_QUEST = param("quest_id", quests.c.id)
_DAY = param("day", daily_stats.c.local_day)
_LAST = param("last", daily_stats.c.local_day)


def _days() -> ScalarSelect[str]:
    """
    Return the day rows as a JSON list: the last standing day before `day`, and all from `day` to `last`.

    The primary key (hunter_id, local_day) is walked back from `day` to the first that stands, and then
    forth: few rows, because a completion is late by two days and taken back within seven.
    """
    before, day = daily_stats.alias(), daily_stats.c.local_day
    start = (
        select(before.c.local_day)
        .where(before.c.hunter_id == _HUNTER, before.c.local_day < _DAY, before.c.completed > inline(0))
        .order_by(before.c.local_day.desc())
        .limit(inline(1))
        .scalar_subquery()
    )
    return (
        select(JsonRows(*(daily_stats.c[name] for name in DAY if name != "hunter_id")))
        .where(
            daily_stats.c.hunter_id == _HUNTER,
            # Both ends are given, so that no planner takes it for a third of the table.
            day.between(func.coalesce(start, _DAY), _LAST),
            or_(day >= _DAY, daily_stats.c.completed > inline(0)),
        )
        .scalar_subquery()
    )


def _unlocked() -> ScalarSelect[str]:
    """Return the ids of the achievements that the hunter holds, as one text."""
    held = (unlocks.c.hunter_id == _HUNTER, unlocks.c.taken_back_at.is_(None))
    return select(IdList(unlocks.c.achievement_id)).where(*held).scalar_subquery()


def _last(table: Any) -> ScalarSelect[int]:
    """Return the last number of the hunter in *table*; NULL before the first."""
    return select(func.max(table.c.seq)).where(table.c.hunter_id == _HUNTER).scalar_subquery()


def _latest_completion(*besides: Any) -> ScalarSelect[UUID]:
    """Return the completion that was recorded last of those that stand: the ledger, walked from its end."""
    return (
        select(completions.c.id)
        .select_from(xp_entries.join(completions, completions.c.id == xp_entries.c.source_id))
        .where(
            xp_entries.c.hunter_id == _HUNTER,
            xp_entries.c.kind == inline(EntryKind.COMPLETION),
            completions.c.voided_at.is_(None),
            *besides,
        )
        .order_by(xp_entries.c.seq.desc())
        .limit(inline(1))
        .scalar_subquery()
    )


def _for_completion() -> Select[Any]:
    of_quest = and_(completions.c.quest_id == _QUEST, completions.c.voided_at.is_(None))
    on_day = select(func.count()).where(of_quest, completions.c.local_day == _DAY).scalar_subquery()
    # Whether it was ever done is all that is asked, so one is enough: a count would grow with the history.
    # The order is that of the index, so that nobody looks for the one in the table, from its beginning.
    ordered = select(inline(1)).select_from(completions).where(of_quest).order_by(completions.c.local_day)
    one = ordered.limit(inline(1)).subquery()
    ever = select(func.count()).select_from(one).scalar_subquery()
    overdue = bindparam("overdue", type_=Boolean)
    keys = idempotency_keys
    # One row, whether or not there is such a quest, or such a key.
    base = select(inline(1).label("one")).subquery("base")
    found = base.outerjoin(quests, and_(quests.c.id == _QUEST, quests.c.hunter_id == _HUNTER)).outerjoin(
        keys, and_(keys.c.account_id == _HUNTER, keys.c.key == param("key", keys.c.key))
    )
    return select(
        *(quests.c[name] for name in QUEST),
        on_day,
        ever,
        _days(),
        _unlocked(),
        _last(xp_entries),
        _last(outbox),
        case((overdue, _latest_completion())),
        keys.c.fingerprint,
        keys.c.status,
        keys.c.body,
        keys.c.stored_at,
    ).select_from(found)


_FOR_COMPLETION = Statement(_for_completion())

_COMPLETION = param("completion_id", completions.c.id)
_VOIDED = Statement(
    select(completions, xp_entries)
    .join_from(
        completions,
        xp_entries,
        and_(xp_entries.c.source_id == completions.c.id, xp_entries.c.kind == inline(EntryKind.COMPLETION)),
    )
    .where(
        completions.c.id == _COMPLETION,
        completions.c.quest_id == _QUEST,
        completions.c.hunter_id == _HUNTER,
        completions.c.voided_at.is_(None),
    )
)
_hangs_on_it = and_(unlocks.c.completion_id == _COMPLETION, unlocks.c.taken_back_at.is_(None))
_EARNED = Statement(
    select(unlocks, xp_entries)
    .join_from(
        unlocks,
        xp_entries,
        and_(xp_entries.c.source_id == unlocks.c.id, xp_entries.c.kind == inline(EntryKind.ACHIEVEMENT)),
    )
    .where(_hangs_on_it)
    .order_by(xp_entries.c.seq)
)


def _for_void() -> Select[Any]:
    reversal = xp_entries.alias()
    reached = (
        select(xp_entries.c.recorded_at)
        .where(
            xp_entries.c.hunter_id == _HUNTER,
            xp_entries.c.amount != inline(0),
            xp_entries.c.kind != inline(EntryKind.REVERSAL),
            xp_entries.c.source_id != _COMPLETION,
            xp_entries.c.source_id.not_in(select(unlocks.c.id).where(_hangs_on_it)),
            ~exists().where(
                reversal.c.kind == inline(EntryKind.REVERSAL), reversal.c.source_id == xp_entries.c.id
            ),
        )
        .order_by(xp_entries.c.seq.desc())
        .limit(inline(1))
        .scalar_subquery()
    )
    return select(
        _days(),
        _unlocked(),
        _last(xp_entries),
        _last(outbox),
        _latest_completion(completions.c.id != _COMPLETION),
        reached,
    )


_FOR_VOID = Statement(_for_void())


class SqlSituations:
    """Reads situations."""

    __slots__ = ("_sql",)

    def __init__(self, transaction: Transaction) -> None:
        self._sql = transaction

    def for_completion(
        self, hunter: Hunter, *, quest_id: QuestId, day: date, today: date, key: str | None, overdue: bool
    ) -> CompletionFacts:
        row = self._sql.only(
            _FOR_COMPLETION,
            hunter_id=hunter.id,
            quest_id=quest_id,
            day=day,
            last=_last_day(hunter, today),
            key=key,
            overdue=overdue,
        )
        quest = row[: len(QUEST)]
        on_day, ever, days, unlocked, ledger_seq, event_seq, latest, *answer = row[len(QUEST) :]
        return CompletionFacts(
            quest=None if quest[0] is None else quest_of(quest),
            done_on_day=on_day,
            done_ever=ever,
            days=_days_of(days),
            unlocked=_achievements_of(unlocked),
            ledger_seq=ledger_seq or 0,
            event_seq=event_seq or 0,
            latest_completion=latest,
            answer=None if answer[0] is None else _answer_of(answer),
        )

    def for_void(
        self, hunter: Hunter, *, quest_id: QuestId, completion_id: CompletionId, today: date
    ) -> VoidFacts:
        row = self._sql.row(_VOIDED, hunter_id=hunter.id, quest_id=quest_id, completion_id=completion_id)
        if row is None:
            raise NotFound("completion", completion_id)
        completion, entry = completion_of(row[: len(COMPLETION)]), entry_of(row[len(COMPLETION) :])
        earned = [
            (unlock_of(row[: len(UNLOCK)]), entry_of(row[len(UNLOCK) :]))
            for row in self._sql.rows(_EARNED, completion_id=completion_id)
        ]
        row = self._sql.only(
            _FOR_VOID,
            hunter_id=hunter.id,
            completion_id=completion_id,
            day=completion.local_day,
            last=_last_day(hunter, today),
        )
        days, unlocked, ledger_seq, event_seq, latest, reached_at = row
        return VoidFacts(
            completion=completion,
            entry=entry,
            earned=earned,
            days=_days_of(days),
            unlocked=_achievements_of(unlocked),
            ledger_seq=ledger_seq or 0,
            event_seq=event_seq or 0,
            latest_completion=latest,
            reached_at=reached_at,
        )


def _last_day(hunter: Hunter, today: date) -> date:
    """Return the last day that can have a row: today, or a day that stands though the clock was set back."""
    return today if hunter.last_day is None or hunter.last_day < today else hunter.last_day


def _days_of(text: str | None) -> Sequence[DayRow]:
    rows = json.loads(text) if text else []
    # Written YYYY-MM-DD, days sort as text.
    rows.sort()
    return [day_of_json(row) for row in rows]


def _achievements_of(text: str | None) -> frozenset[AchievementId]:
    return frozenset(map(_achievement, text.split(","))) if text else frozenset()


@lru_cache(maxsize=4096)
def _achievement(text: str) -> AchievementId:
    # A catalogue is small, and reading its ids anew each time would be the dearest part of the facts.
    return AchievementId(UUID(text))


def _answer_of(row: Row | list[Any]) -> StoredAnswer:
    return StoredAnswer(fingerprint=row[0], status=row[1], body=row[2], stored_at=row[3])
