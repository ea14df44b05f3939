"""Quests: made, listed, changed, completed, voided and skipped (SPEC 4, Quests)."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from msgspec import UnsetType

from hunter_api.answers import NO_CONTENT, Answer, Call, Render, ok
from hunter_api.operations import Routes
from hunter_api.schemas.common import PaginationView
from hunter_api.schemas.completions import CompletedView, CompleteRequest, CompletionsView, CompletionView
from hunter_api.schemas.quests import (
    CalendarQuery,
    CalendarView,
    PageQuery,
    QuestChange,
    QuestDayView,
    QuestDraft,
    QuestsQuery,
    QuestsView,
    QuestView,
    SkipRequest,
    TodayView,
)
from hunter_api.schemas.schedules import ScheduleValue
from hunter_core.completions.commands import CompleteQuest, VoidCompletion
from hunter_core.completions.complete import complete
from hunter_core.completions.outcome import Outcome
from hunter_core.completions.take_back import take_back
from hunter_core.errors import (
    CompletionLimitReached,
    QuestAlreadyCompleted,
    QuestExpired,
    QuestInactive,
    QuestLimitReached,
    VoidWindowPassed,
)
from hunter_core.ids import CompletionId, QuestId, new_id
from hunter_core.keys import StoredAnswer
from hunter_core.limits.limit import LimitName
from hunter_core.once import once
from hunter_core.ports import UnitOfWork
from hunter_core.quests import read
from hunter_core.quests.archive import archive_quest
from hunter_core.quests.create import create_quest
from hunter_core.quests.edit import edit_quest
from hunter_core.quests.fields import UNSET as LEFT_OUT
from hunter_core.quests.fields import QuestFields, Unset
from hunter_core.quests.listing import QuestFilter, parse_due
from hunter_core.quests.skip import Skipped, skip_quest
from hunter_core.rules.schedules import Schedule

Value = TypeVar("Value")

routes = Routes("Quests", "/api/quests", limit=LimitName.QUESTS, tokens=True)


@routes.post("", status=201, keyed=True, refuses=(QuestLimitReached,), gives={"quest_id": "/data/id"})
def post_quest(call: Call, *, body: QuestDraft) -> Answer[QuestView]:
    """
    Create a quest.

    Of a RECURRING quest, `frequency` or `schedule` may be left out: the one follows from the other. At most
    500 quests of a hunter are active.
    """
    limits = call.ports.rulebook.limits

    def effect(uow: UnitOfWork) -> read.QuestView:
        quest = create_quest(
            uow=uow, hunter_id=call.hunter_id, fields=_fields(body), now=call.now, limits=limits
        )
        return _seen(call, uow, quest.id)

    def work(uow: UnitOfWork, render: Render[read.QuestView]) -> read.QuestView | StoredAnswer:
        return once(uow=uow, request=call.key, now=call.now, effect=lambda: effect(uow), answer=render)

    return call.once(work, QuestView.of, 201)


@routes.get("", listed=True)
def list_quests(call: Call, *, query: QuestsQuery) -> Answer[QuestsView]:
    """List quests; archived ones are gone from here."""
    matching = QuestFilter(
        type=query.type,
        is_active=query.isActive,
        difficulty=query.difficulty,
        attribute=query.attribute,
    )
    found = call.read(
        lambda uow: read.list_quests(
            uow=uow,
            hunter_id=call.hunter_id,
            now=call.now,
            rulebook=call.ports.rulebook,
            matching=matching,
            due=parse_due(query.due),
            sort=query.sort,
            page=query.page,
            limit=query.limit,
        )
    )
    return ok(QuestsView.of(found))


@routes.get("/today", listed=True)
def list_today(call: Call) -> Answer[TodayView]:
    """List every quest that is due on the hunter's local day, done or not."""

    def work(uow: UnitOfWork) -> TodayView:
        quests = read.quests_today(
            uow=uow, hunter_id=call.hunter_id, now=call.now, rulebook=call.ports.rulebook
        )
        today = uow.hunters.get(call.hunter_id).calendar.local_day(call.now)
        return TodayView(date=today, quests=tuple(map(QuestView.of, quests)))

    return ok(call.read(work))


@routes.get("/{quest_id}")
def get_quest(call: Call, *, quest_id: UUID) -> Answer[QuestView]:
    """Show a quest, archived or not."""
    return ok(QuestView.of(call.read(lambda uow: _seen(call, uow, QuestId(quest_id)))))


@routes.patch("/{quest_id}", refuses=(QuestInactive, QuestLimitReached))
def patch_quest(call: Call, *, quest_id: UUID, body: QuestChange) -> Answer[QuestView]:
    """
    Change a quest.

    What it asks for changes from the hunter's today on; the days before keep the schedule that they had.
    """

    def work(uow: UnitOfWork) -> read.QuestView:
        quest = edit_quest(
            uow=uow,
            hunter_id=call.hunter_id,
            quest_id=QuestId(quest_id),
            fields=_fields(body),
            now=call.now,
            limits=call.ports.rulebook.limits,
        )
        return _seen(call, uow, quest.id)

    return ok(QuestView.of(call.write(work)))


@routes.delete("/{quest_id}", status=204)
def delete_quest(call: Call, *, quest_id: UUID) -> Answer[None]:
    """
    Archive a quest.

    It is gone from lists and cannot be completed; what it paid stays, and can still be read and voided.
    """
    call.write(
        lambda uow: archive_quest(uow=uow, hunter_id=call.hunter_id, quest_id=QuestId(quest_id), now=call.now)
    )
    return NO_CONTENT


@routes.post(
    "/{quest_id}/complete",
    keyed=True,
    refuses=(QuestInactive, QuestAlreadyCompleted, QuestExpired, CompletionLimitReached),
    gives={"quest_id": "/data/completion/questId", "completion_id": "/data/completion/id"},
)
def post_completion(call: Call, *, quest_id: UUID, body: CompleteRequest) -> Answer[CompletedView]:
    """
    Complete a quest, now or up to 48 hours ago.

    It pays XP and attribute points, may raise level and rank, extend the streak and unlock achievements.
    """
    command = CompleteQuest(
        completion_id=CompletionId(new_id(call.now)),
        hunter_id=call.hunter_id,
        quest_id=QuestId(quest_id),
        completed_at=body.completedAt,
        time_spent=body.timeSpent,
        difficulty_override=body.difficultyOverride,
        notes=body.notes,
    )

    def work(uow: UnitOfWork, render: Render[Outcome]) -> Outcome | StoredAnswer:
        return complete(
            uow=uow,
            command=command,
            now=call.now,
            rulebook=call.ports.rulebook,
            dice=call.ports.dice,
            request=call.key,
            answer=render,
        )

    return call.once(work, CompletedView.of)


@routes.get("/{quest_id}/completions", listed=True)
def list_completions(call: Call, *, quest_id: UUID, query: PageQuery) -> Answer[CompletionsView]:
    """List the completions of a quest that stand, latest recorded first."""
    found, total = call.read(
        lambda uow: read.quest_completions(
            uow=uow,
            hunter_id=call.hunter_id,
            quest_id=QuestId(quest_id),
            page=query.page,
            limit=query.limit,
        )
    )
    view = CompletionsView(
        completions=tuple(map(CompletionView.of, found)),
        pagination=PaginationView.of(page=query.page, limit=query.limit, total=total),
    )
    return ok(view)


@routes.delete("/{quest_id}/completions/{completion_id}", refuses=(VoidWindowPassed,))
def delete_completion(call: Call, *, quest_id: UUID, completion_id: UUID) -> Answer[CompletedView]:
    """
    Void a completion of the last 7 local days.

    Its XP, points and what it unlocked are taken back; the streak follows from the days that stand.
    """
    command = VoidCompletion(
        hunter_id=call.hunter_id,
        quest_id=QuestId(quest_id),
        completion_id=CompletionId(completion_id),
    )
    outcome = call.write(
        lambda uow: take_back(uow=uow, command=command, now=call.now, rulebook=call.ports.rulebook)
    )
    return ok(CompletedView.taken_back(outcome))


@routes.get("/{quest_id}/calendar", listed=True)
def get_calendar(call: Call, *, quest_id: UUID, query: CalendarQuery) -> Answer[CalendarView]:
    """Show what became of a quest on each local day, at most 366 days."""
    days = call.read(
        lambda uow: read.quest_days(
            uow=uow,
            hunter_id=call.hunter_id,
            quest_id=QuestId(quest_id),
            first=query.from_,
            last=query.to,
            now=call.now,
            rulebook=call.ports.rulebook,
        )
    )
    return ok(CalendarView(days=tuple(map(QuestDayView.of, days))))


@routes.post("/{quest_id}/skip", keyed=True, refuses=(QuestInactive,))
def post_skip(call: Call, *, quest_id: UUID, body: SkipRequest) -> Answer[QuestDayView]:
    """
    Skip a quest on a local day: its own calendar and streak pass over that day.

    From six days back to seven days ahead; skipping a day twice is skipping it once.
    """

    def effect(uow: UnitOfWork) -> Skipped:
        return skip_quest(
            uow=uow,
            hunter_id=call.hunter_id,
            quest_id=QuestId(quest_id),
            day=body.day,
            now=call.now,
            rulebook=call.ports.rulebook,
        )

    def work(uow: UnitOfWork, render: Render[Skipped]) -> Skipped | StoredAnswer:
        return once(uow=uow, request=call.key, now=call.now, effect=lambda: effect(uow), answer=render)

    return call.once(work, lambda skipped: QuestDayView.of(skipped.day))


def _seen(call: Call, uow: UnitOfWork, quest_id: QuestId) -> read.QuestView:
    return read.get_quest(
        uow=uow, hunter_id=call.hunter_id, quest_id=quest_id, now=call.now, rulebook=call.ports.rulebook
    )


def _fields(body: QuestDraft | QuestChange) -> QuestFields:
    """Return what *body* says; null for a field that has a default means the default."""
    return QuestFields(
        title=_said(body.title),
        type=_said(body.type),
        base_xp=_said(body.baseXP),
        description=_said(body.description),
        difficulty=_said(body.difficulty),
        attributes=_said(body.attributes),
        reminder_time=_said(body.reminderTime),
        frequency=_said(body.frequency),
        schedule=_schedule(body.schedule),
        deadline=_said(body.deadline),
        completions_per_day=_said(body.completionsPerDay),
        estimated_time=_said(body.estimatedTime),
        is_active=_said(body.isActive),
    )


def _said(value: Value | UnsetType) -> Value | Unset:
    return LEFT_OUT if isinstance(value, UnsetType) else value


def _schedule(value: ScheduleValue | UnsetType | None) -> Schedule | Unset | None:
    if isinstance(value, UnsetType):
        return LEFT_OUT
    return None if value is None else value.schedule
