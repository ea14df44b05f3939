"""Editing a quest: what it asks for changes from today on; the past stays as it was (SPEC 2, Schedules)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from hunter_core.errors import InvalidInput, QuestInactive
from hunter_core.hunters.hunter import Hunter
from hunter_core.ids import HunterId, QuestId
from hunter_core.ports import UnitOfWork
from hunter_core.quests.create import check_room, given
from hunter_core.quests.fields import (
    UNSET,
    QuestFields,
    Unset,
    Value,
    check_fields,
    fits,
    in_order,
    last_day_of,
    reminder_of,
    settle,
)
from hunter_core.quests.quest import Frequency, Quest, QuestVersion, with_version
from hunter_core.rules.rulebook import Limits
from hunter_core.rules.schedules import Schedule
from hunter_core.words import Difficulty, QuestType


def edit_quest(
    *,
    uow: UnitOfWork,
    hunter_id: HunterId,
    quest_id: QuestId,
    fields: QuestFields,
    now: datetime,
    limits: Limits,
) -> Quest:
    """
    Change the given fields of a quest and return it as it is then. The caller commits.

    Raises:
        InvalidInput: Naming each field that breaks its rule.
        NotFound: If the hunter has no such quest.
        QuestInactive: If it is archived.
        QuestLimitReached: If it is switched on, and there are as many active quests as there may be.
    """
    hunter = uow.hunters.lock(hunter_id)
    check_fields(fields, limits, complete=False)
    quest = uow.quests.get(hunter_id, quest_id)
    if fields.type is QuestType.ONE_TIME and quest.type is not QuestType.ONE_TIME:
        _check_never_done(uow, quest)
    edited = edited_quest(quest, hunter=hunter, fields=fields, now=now)
    if quest.archived_at is not None:
        raise QuestInactive(quest_id)
    if edited == quest:
        return quest
    if edited.is_active and not quest.is_active:
        check_room(uow, hunter_id, limits)
    edited = replace(edited, updated_at=now)
    uow.quests.save(edited)
    if edited.reminder_time != quest.reminder_time or edited.is_active != quest.is_active:
        # A reminder may be due earlier than anybody would have looked.
        uow.agendas.look([hunter_id], now)
    return edited


def edited_quest(quest: Quest, *, hunter: Hunter, fields: QuestFields, now: datetime) -> Quest:
    """
    Return *quest* with *fields*, which are valid each by itself, changed at *now*.

    Raises:
        InvalidInput: If type, frequency and schedule contradict each other.
    """
    calendar = hunter.calendar
    kind = changed(fields.type, quest.type, quest.type)
    frequency, schedule = _settle_edit(quest, kind, fields)
    reminder = quest.reminder_time
    if fields.reminder_time is not UNSET:
        text = fields.reminder_time
        reminder = None if text is None else reminder_of(text, calendar, now)
    deadline, last_day = quest.deadline, quest.versions[-1].last_day
    if fields.deadline is not UNSET:
        deadline = None if fields.deadline is None else fields.deadline.astimezone(UTC)
        if deadline != quest.deadline:
            last_day = last_day_of(deadline, calendar)
    completions_per_day = changed(fields.completions_per_day, quest.completions_per_day, 1)
    is_active = changed(fields.is_active, quest.is_active, True)
    version = QuestVersion(calendar.local_day(now), schedule, completions_per_day, is_active, last_day)
    return replace(
        quest,
        title=changed(fields.title, quest.title, quest.title),
        type=kind,
        base_xp=changed(fields.base_xp, quest.base_xp, quest.base_xp),
        versions=with_version(quest.versions, version),
        description=changed(fields.description, quest.description, None),
        difficulty=changed(fields.difficulty, quest.difficulty, Difficulty.NORMAL),
        attributes=in_order(changed(fields.attributes, quest.attributes, ())),
        reminder_time=reminder,
        frequency=frequency,
        deadline=deadline,
        completions_per_day=completions_per_day,
        estimated_time=changed(fields.estimated_time, quest.estimated_time, None),
        is_active=is_active,
    )


def closed_quest(quest: Quest, *, today: date, now: datetime) -> Quest:
    """Return *quest* as archived at *now*: from *today* on it is asked for no more."""
    latest = quest.versions[-1]
    yesterday = date.fromordinal(today.toordinal() - 1)
    closing = replace(latest, holds_from=today, active=False, last_day=yesterday)
    return replace(
        quest,
        is_active=False,
        archived_at=now,
        updated_at=now,
        versions=with_version(quest.versions, closing),
    )


def changed(value: Value | Unset | None, current: Value, usual: Value) -> Value:
    """Return *value*; *current* when it was left out, *usual* when it was null."""
    if value is UNSET:
        return current
    return usual if value is None else value


def _settle_edit(quest: Quest, kind: QuestType, fields: QuestFields) -> tuple[Frequency | None, Schedule]:
    """Return frequency and schedule after the edit: what is kept must fit what is given, else it is found anew."""
    frequency, schedule = given(fields.frequency, None), given(fields.schedule, None)
    if kind is quest.type:
        if fields.frequency is UNSET and fields.schedule is UNSET:
            return quest.frequency, quest.schedule
        if fields.schedule is UNSET and (frequency is None or fits(frequency, quest.schedule)):
            schedule = quest.schedule
        if fields.frequency is UNSET and (schedule is None or fits(quest.frequency, schedule)):
            frequency = quest.frequency
    return settle(kind, frequency, schedule, quest.created_day)


def _check_never_done(uow: UnitOfWork, quest: Quest) -> None:
    """Refuse to make a quest ONE_TIME that was done: it would be over, and may have been done often."""
    if uow.quest_history.totals(quest.hunter_id, [quest.id]).get(quest.id):
        raise InvalidInput("type", "cannot become ONE_TIME, for the quest was completed")
