"""Quests in figures: success against what was due, strength, best hour, and weekdays (SPEC 4, Analytics)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from hunter_core.analytics.occasions import Occasion, Success, occasions, success_of
from hunter_core.analytics.ports import Done
from hunter_core.analytics.spans import DayRange
from hunter_core.analytics.strength import strength_of
from hunter_core.hunters.hunter import Hunter
from hunter_core.ids import HunterId, QuestId
from hunter_core.ports import UnitOfWork
from hunter_core.quests.calendar import LOOK_BACK
from hunter_core.quests.judge import Timeline
from hunter_core.quests.listing import QuestFilter, QuestSort, check_page
from hunter_core.quests.quest import Quest
from hunter_core.quests.read import hunter_days
from hunter_core.quests.record import HunterDays, QuestRecord
from hunter_core.rules.rulebook import Rulebook
from hunter_core.rules.schedules import Once

REACH = timedelta(days=365)
"""How far back a quest's figures reach: a habit is what is done lately, and the cost must not grow with the years."""
LATELY = timedelta(days=30)


class WeekdayFigures(NamedTuple):
    """What was done of a quest on one day of the week, 0 being Monday."""

    weekday: int
    completions: int
    success: Success


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestFigures:
    """
    A quest in figures, over the last 365 local days or since it was created.

    `lately` are the last 30 of them. `strength` (0 to 1) is None for what is done once. `hours` are the
    completions by the hour of the hunter's clock, 24 of them, and `best_hour` the first of those that have most.
    """

    quest: Quest
    since: date
    completions: int
    success: Success
    lately: Success
    strength: float | None
    best_hour: int | None
    hours: Sequence[int]
    weekdays: Sequence[WeekdayFigures]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestFiguresPage:
    """A page of quests in figures, oldest first, and how many there are in all."""

    quests: Sequence[QuestFigures]
    page: int
    limit: int
    total: int


def figures_of(
    quest: Quest, done: Sequence[Done], record: QuestRecord, days: HunterDays, since: date
) -> QuestFigures:
    """Return *quest* in figures from the day *since* on; *record* reaches back `LOOK_BACK` further."""
    shown = DayRange(max(since, quest.created_day), days.today)
    found = occasions(Timeline(quest, record, days), shown)
    counted = [each for each in done if each.day >= shown.first]
    hours = Counter(days.calendar.local_time(each.at).hour for each in counted)
    most = max(hours.values(), default=0)
    return QuestFigures(
        quest=quest,
        since=shown.first,
        completions=len(counted),
        success=success_of(found),
        lately=success_of(each for each in found if each.day > days.today - LATELY),
        strength=strength_of(quest, found, from_the_beginning=shown.first == quest.created_day),
        best_hour=min((hour for hour, count in hours.items() if count == most), default=None),
        hours=[hours[hour] for hour in range(24)],
        weekdays=_weekdays(found, counted),
    )


def quests_in_figures(
    *, uow: UnitOfWork, hunter_id: HunterId, now: datetime, rulebook: Rulebook, page: int, limit: int
) -> QuestFiguresPage:
    """
    Return a page of the hunter's unarchived quests in figures, oldest first.

    Raises:
        InvalidInput: If the page cannot be.
        NotFound: If there is no such hunter.
    """
    check_page(page, limit)
    hunter = uow.hunters.get(hunter_id)
    quests, total = uow.quests.page(
        hunter_id, matching=QuestFilter(), sort=QuestSort.OLDEST, page=page, limit=limit
    )
    since = hunter.calendar.local_day(now) - REACH + timedelta(days=1)
    done = uow.analytics.done(hunter_id, [quest.id for quest in quests], since=since - LOOK_BACK)
    records = _records(uow, hunter, quests, done, since - LOOK_BACK)
    days = hunter_days(uow, hunter, now, rulebook.streaks, since - LOOK_BACK)
    figures = [figures_of(each, done.get(each.id, ()), records[each.id], days, since) for each in quests]
    return QuestFiguresPage(quests=figures, page=page, limit=limit, total=total)


def _records(
    uow: UnitOfWork,
    hunter: Hunter,
    quests: Sequence[Quest],
    done: Mapping[QuestId, Sequence[Done]],
    since: date,
) -> dict[QuestId, QuestRecord]:
    skips = uow.skips.since(hunter.id, [quest.id for quest in quests], since=since)
    # What is done once may have been done before anything that is read, and is done then.
    once = [quest.id for quest in quests if isinstance(quest.schedule, Once)]
    totals = uow.quest_history.totals(hunter.id, once)
    return {
        quest.id: QuestRecord(
            counts=Counter(each.day for each in done.get(quest.id, ())),
            skips=skips.get(quest.id, frozenset()),
            since=since,
            total=totals.get(quest.id, -1),
        )
        for quest in quests
    }


def _weekdays(found: Sequence[Occasion], done: Sequence[Done]) -> list[WeekdayFigures]:
    completions = Counter(each.day.weekday() for each in done)
    return [
        WeekdayFigures(
            weekday,
            completions[weekday],
            success_of(each for each in found if each.day.weekday() == weekday),
        )
        for weekday in range(7)
    ]
