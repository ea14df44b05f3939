"""Creating a quest: it counts on its local day, and the world is told (SPEC 4, Quests)."""

from __future__ import annotations

from datetime import UTC, datetime

from hunter_core import events
from hunter_core.errors import QuestLimitReached
from hunter_core.hunters.hunter import Hunter
from hunter_core.ids import HunterId, QuestId, new_id
from hunter_core.ledger.days import DayRow
from hunter_core.ports import UnitOfWork
from hunter_core.quests.fields import (
    UNSET,
    QuestFields,
    Unset,
    Value,
    check_fields,
    in_order,
    last_day_of,
    reminder_of,
    settle,
)
from hunter_core.quests.quest import Quest, QuestVersion
from hunter_core.rules.rulebook import Limits
from hunter_core.words import Difficulty, QuestType


def create_quest(
    *,
    uow: UnitOfWork,
    hunter_id: HunterId,
    fields: QuestFields,
    now: datetime,
    limits: Limits,
    ai_confidence: float | None = None,
) -> Quest:
    """
    Create a quest and return it. *ai_confidence* (0 to 1) is given when a recommendation made it. The caller commits.

    Raises:
        NotFound: If there is no such hunter.
        InvalidInput: Naming each field that breaks its rule.
        QuestLimitReached: If the hunter has as many active quests as there may be, and this one would be.
    """
    hunter = uow.hunters.lock(hunter_id)
    quest = new_quest(hunter=hunter, fields=fields, now=now, limits=limits, ai_confidence=ai_confidence)
    if quest.is_active:
        check_room(uow, hunter_id, limits)
    uow.quests.add(quest)
    row = uow.days.get(hunter_id, quest.created_day) or DayRow(local_day=quest.created_day)
    uow.days.save(hunter_id, [row.gaining(created=1)])
    news = events.Announcements(hunter_id, after=uow.outbox.last_seq(hunter_id), at=now)
    news.tell(events.QUEST_CREATED, questId=str(quest.id), title=quest.title, type=quest.type.value)
    uow.outbox.add(news.events)
    return quest


def new_quest(
    *, hunter: Hunter, fields: QuestFields, now: datetime, limits: Limits, ai_confidence: float | None = None
) -> Quest:
    """
    Return the quest that *fields* describe, created at *now* by *hunter*.

    Raises:
        InvalidInput: Naming each field that breaks its rule.
    """
    check_fields(fields, limits, complete=True)
    today = hunter.calendar.local_day(now)
    kind = given(fields.type, QuestType.DAILY)
    frequency, schedule = settle(kind, given(fields.frequency, None), given(fields.schedule, None), today)
    reminder = given(fields.reminder_time, None)
    deadline = given(fields.deadline, None)
    completions_per_day = given(fields.completions_per_day, 1)
    is_active = given(fields.is_active, True)
    version = QuestVersion(
        today, schedule, completions_per_day, is_active, last_day_of(deadline, hunter.calendar)
    )
    return Quest(
        id=QuestId(new_id(now)),
        hunter_id=hunter.id,
        title=given(fields.title, ""),
        type=kind,
        base_xp=given(fields.base_xp, 0),
        created_day=today,
        created_at=now,
        updated_at=now,
        versions=(version,),
        description=given(fields.description, None),
        difficulty=given(fields.difficulty, Difficulty.NORMAL),
        attributes=in_order(given(fields.attributes, ())),
        reminder_time=None if reminder is None else reminder_of(reminder, hunter.calendar, now),
        frequency=frequency,
        deadline=None if deadline is None else deadline.astimezone(UTC),
        completions_per_day=completions_per_day,
        estimated_time=given(fields.estimated_time, None),
        is_active=is_active,
        is_ai_generated=ai_confidence is not None,
        ai_confidence=ai_confidence,
    )


def check_room(uow: UnitOfWork, hunter_id: HunterId, limits: Limits) -> None:
    """
    Refuse one more active quest where there are as many as there may be; the hunter is locked.

    Raises:
        QuestLimitReached: If there are.
    """
    if uow.quests.count_open(hunter_id) >= limits.active_quests:
        raise QuestLimitReached(limits.active_quests)


def given(value: Value | Unset | None, otherwise: Value) -> Value:
    """Return *value*, or *otherwise* when it was left out or null."""
    return otherwise if value is None or value is UNSET else value
