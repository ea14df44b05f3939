"""Reading quests: one, a list, today's, and the calendar of one, each with what was done of it (SPEC 4, Quests)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from hunter_core.completions.completion import Completion
from hunter_core.errors import InvalidInput
from hunter_core.hunters.hunter import Hunter
from hunter_core.ids import HunterId, QuestId
from hunter_core.ports import UnitOfWork
from hunter_core.quests.calendar import LOOK_BACK, DayState, QuestDay, is_due, quest_calendar, state_of
from hunter_core.quests.judge import Timeline
from hunter_core.quests.listing import QuestFilter, QuestSort, check_page
from hunter_core.quests.quest import Quest
from hunter_core.quests.record import HunterDays, QuestRecord, frozen_days
from hunter_core.quests.streak import current_streak
from hunter_core.rules.rulebook import Rulebook
from hunter_core.rules.schedules import Once
from hunter_core.rules.streaks import StreakRules

LONGEST_CALENDAR = 366
"""Days that one calendar shows at most, and how many days ahead of today it may end."""
USUAL_CALENDAR = 30
STREAK_WINDOWS: tuple[timedelta | None, ...] = (timedelta(days=62), timedelta(days=400), None)
"""How far back streaks are looked for, each only for the runs that the one before left open; None: all the way."""
FROZEN_REACH = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestView:
    """
    A quest with what was done of it.

    `is_completed`: for ONE_TIME that it is done, else that today is. `state` is today's.
    """

    quest: Quest
    completions_today: int
    completions_total: int
    current_streak: int
    due_today: bool
    is_completed: bool
    state: DayState


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestPage:
    """A page of quests, and how many there are in all."""

    quests: Sequence[QuestView]
    page: int
    limit: int
    total: int


def get_quest(
    *, uow: UnitOfWork, hunter_id: HunterId, quest_id: QuestId, now: datetime, rulebook: Rulebook
) -> QuestView:
    """
    Return a quest of the hunter, archived or not.

    Raises:
        NotFound: If the hunter has no such quest.
    """
    hunter = uow.hunters.get(hunter_id)
    quest = uow.quests.get(hunter_id, quest_id)
    return views_of(uow=uow, hunter=hunter, quests=[quest], now=now, rules=rulebook.streaks)[0]


def list_quests(
    *,
    uow: UnitOfWork,
    hunter_id: HunterId,
    now: datetime,
    rulebook: Rulebook,
    matching: QuestFilter,
    due: bool | None,
    sort: QuestSort,
    page: int,
    limit: int,
) -> QuestPage:
    """
    Return a page of the hunter's unarchived quests that match; *due* asks for those due today, or not due.

    Raises:
        InvalidInput: If the page cannot be.
        NotFound: If there is no such hunter.
    """
    check_page(page, limit)
    hunter = uow.hunters.get(hunter_id)
    if due is not None:
        found = _due_today(uow, hunter, now, rulebook.streaks)
        ids = frozenset(quest.id for quest in found)
        matching = replace(matching, among=ids) if due else replace(matching, besides=ids)
    quests, total = uow.quests.page(hunter_id, matching=matching, sort=sort, page=page, limit=limit)
    views = views_of(uow=uow, hunter=hunter, quests=quests, now=now, rules=rulebook.streaks)
    return QuestPage(quests=views, page=page, limit=limit, total=total)


def quests_today(
    *, uow: UnitOfWork, hunter_id: HunterId, now: datetime, rulebook: Rulebook
) -> Sequence[QuestView]:
    """
    Return every quest that is due today, done or not, oldest first.

    Raises:
        NotFound: If there is no such hunter.
    """
    hunter = uow.hunters.get(hunter_id)
    quests = _due_today(uow, hunter, now, rulebook.streaks)
    return views_of(uow=uow, hunter=hunter, quests=quests, now=now, rules=rulebook.streaks)


def quest_days(
    *,
    uow: UnitOfWork,
    hunter_id: HunterId,
    quest_id: QuestId,
    first: date | None,
    last: date | None,
    now: datetime,
    rulebook: Rulebook,
) -> Sequence[QuestDay]:
    """
    Return the calendar of a quest from *first* to *last*, both included: 30 days up to today unless said.

    Raises:
        InvalidInput: If it ends before it begins, is longer than 366 days, or ends more than 366 days ahead.
        NotFound: If the hunter has no such quest.
    """
    hunter = uow.hunters.get(hunter_id)
    first, last = _calendar_range(first, last, hunter.calendar.local_day(now))
    quest = uow.quests.get(hunter_id, quest_id)
    return calendar_of(
        uow=uow, hunter=hunter, quest=quest, first=first, last=last, now=now, rules=rulebook.streaks
    )


def quest_completions(
    *, uow: UnitOfWork, hunter_id: HunterId, quest_id: QuestId, page: int, limit: int
) -> tuple[Sequence[Completion], int]:
    """
    Return a page of the standing completions of a quest, latest recorded first, and how many there are.

    Raises:
        InvalidInput: If the page cannot be.
        NotFound: If the hunter has no such quest.
    """
    check_page(page, limit)
    quest = uow.quests.get(hunter_id, quest_id)
    return uow.completions.of_quest(hunter_id, quest.id, page=page, limit=limit)


def calendar_of(
    *,
    uow: UnitOfWork,
    hunter: Hunter,
    quest: Quest,
    first: date,
    last: date,
    now: datetime,
    rules: StreakRules,
) -> list[QuestDay]:
    """Return the calendar of *quest*, which is *hunter*'s, from *first* to *last*."""
    since = max(first, quest.created_day) - LOOK_BACK
    days = hunter_days(uow, hunter, now, rules, since)
    record = _records(uow, hunter.id, [quest], since)[quest.id]
    return quest_calendar(quest, record, days, first, last)


def views_of(
    *, uow: UnitOfWork, hunter: Hunter, quests: Sequence[Quest], now: datetime, rules: StreakRules
) -> list[QuestView]:
    """Return *quests*, which are *hunter*'s, each with what was done of it; a few statements, however many."""
    views: dict[QuestId, QuestView] = {}
    open_runs = list(quests)
    for reach in STREAK_WINDOWS:
        if not open_runs:
            break
        since = None if reach is None else hunter.calendar.local_day(now) - reach
        days = hunter_days(uow, hunter, now, rules, since)
        records = _records(uow, hunter.id, open_runs, since)
        left_open = []
        for quest in open_runs:
            views[quest.id], is_whole = _view(quest, records[quest.id], days)
            if not is_whole:
                left_open.append(quest)
        open_runs = left_open
    return [views[quest.id] for quest in quests]


def due_and_undone(
    *,
    uow: UnitOfWork,
    hunter: Hunter,
    quests: Sequence[Quest],
    day: date,
    now: datetime,
    rules: StreakRules,
) -> list[Quest]:
    """Return those of *quests*, which are *hunter*'s, that are due on *day* and not done on it as often as it takes."""
    since = day - LOOK_BACK
    days = hunter_days(uow, hunter, now, rules, since)
    records = _records(uow, hunter.id, quests, since)
    found = []
    for quest in quests:
        timeline = Timeline(quest, records[quest.id], days)
        if is_due(timeline, day) and not timeline.judge_of(day).done(day):
            found.append(quest)
    return found


def hunter_days(
    uow: UnitOfWork, hunter: Hunter, now: datetime, rules: StreakRules, since: date | None
) -> HunterDays:
    """Return *hunter*'s days as seen at *now*, with the freezes spent from *since* on (None: ever)."""
    calendar = hunter.calendar
    if not rules.freeze_every:
        return HunterDays(calendar=calendar, now=now)
    today = calendar.local_day(now)
    # A gap is saved from its beginning: it takes the standing day before, which may lie some way back.
    start = calendar.local_day(hunter.created_at) - LOOK_BACK
    if since is not None:
        start = max(start, since - FROZEN_REACH)
    rows = uow.days.between(hunter.id, start, today)
    return HunterDays(calendar=calendar, now=now, frozen=frozen_days(rows, today, calendar.covered, rules))


def _view(quest: Quest, record: QuestRecord, days: HunterDays) -> tuple[QuestView, bool]:
    timeline, streak = Timeline(quest, record, days), current_streak(quest, record, days)
    once = isinstance(quest.schedule, Once)
    view = QuestView(
        quest=quest,
        completions_today=record.on(days.today),
        completions_total=record.total,
        current_streak=streak.length,
        due_today=is_due(timeline, days.today),
        is_completed=record.total > 0 if once else timeline.judge_of(days.today).done(days.today),
        state=state_of(timeline, days.today),
    )
    return view, streak.is_whole


def _due_today(uow: UnitOfWork, hunter: Hunter, now: datetime, rules: StreakRules) -> list[Quest]:
    quests = uow.quests.open(hunter.id)
    since = hunter.calendar.local_day(now) - LOOK_BACK
    days = hunter_days(uow, hunter, now, rules, since)
    records = _records(uow, hunter.id, quests, since)
    return [quest for quest in quests if is_due(Timeline(quest, records[quest.id], days), days.today)]


def _records(
    uow: UnitOfWork, hunter_id: HunterId, quests: Sequence[Quest], since: date | None
) -> dict[QuestId, QuestRecord]:
    """Return what was done and skipped of each of *quests* from *since* on, and its total."""
    ids = [quest.id for quest in quests]
    if not ids:
        return {}
    counts = uow.quest_history.counts(hunter_id, ids, since=since)
    totals = uow.quest_history.totals(hunter_id, ids)
    skips = uow.skips.since(hunter_id, ids, since=since)
    return {
        each: QuestRecord(
            counts=counts.get(each, {}),
            skips=skips.get(each, frozenset()),
            since=since,
            total=totals.get(each, 0),
        )
        for each in ids
    }


def _calendar_range(first: date | None, last: date | None, today: date) -> tuple[date, date]:
    usual = USUAL_CALENDAR - 1
    furthest = today + timedelta(days=LONGEST_CALENDAR)
    if first is not None and first > furthest:
        raise InvalidInput("from", f"must be no later than {furthest}")
    if last is None:
        last = today if first is None or first < today else first
        if first is not None:
            last = min(last, _later(first, LONGEST_CALENDAR - 1))
    if last > furthest:
        raise InvalidInput("to", f"must be no later than {furthest}")
    if first is None:
        first = date.fromordinal(max(last.toordinal() - usual, 1))
    if first > last:
        raise InvalidInput("to", "must not lie before from")
    if (last - first).days >= LONGEST_CALENDAR:
        raise InvalidInput("to", f"must lie at most {LONGEST_CALENDAR - 1} days after from")
    return first, last


def _later(day: date, by: int) -> date:
    return date.fromordinal(min(day.toordinal() + by, date.max.toordinal()))
