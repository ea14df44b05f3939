"""A hunter's history on one screen: totals, this week beside the last, streak, best day, weekdays, most done quests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from operator import attrgetter
from typing import NamedTuple

from hunter_core.analytics.ports import DayFigures, QuestCount
from hunter_core.analytics.spans import DayRange
from hunter_core.hunters.hunter import Hunter
from hunter_core.ids import HunterId
from hunter_core.ports import UnitOfWork
from hunter_core.rules.rulebook import Rulebook

WEEK = timedelta(days=7)
MOST_DONE_REACH = timedelta(days=90)
"""Over how many days the most done quests are looked for."""
MOST_DONE = 5


class Sum(NamedTuple):
    """What some days gave together; `active` of them stand, and `time_spent` is in seconds."""

    xp: int
    completed: int
    time_spent: int
    active: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """
    What there is to say of a hunter at a glance.

    Weeks go from Monday to Sunday. `last_week_so_far` ends on the weekday of today: what this week is fairly
    held against. `total` is the whole history, of which `since` is the first day; its XP and completions are
    the hunter's own. `best_until` is the day on which the longest streak was reached first; `weekdays` are
    Monday to Sunday over the whole history.
    """

    today: date
    since: date
    created: int
    total: Sum
    on_today: Sum
    week: DayRange
    this_week: Sum
    last_week: Sum
    last_week_so_far: Sum
    streak: int
    best_streak: int
    best_until: date | None
    best_day: DayFigures | None
    weekdays: Sequence[Sum]
    most_done: Sequence[QuestCount]

    @property
    def days(self) -> int:
        """How many local days the history has."""
        return (self.today - self.since).days + 1

    @property
    def last_week_days(self) -> DayRange:
        """The days of last week."""
        return DayRange(self.week.first - WEEK, self.week.last - WEEK)

    @property
    def same_day_last_week(self) -> date:
        """The day a week ago, with which `last_week_so_far` ends."""
        return self.today - WEEK

    @property
    def best_weekday(self) -> int | None:
        """The weekday (0 is Monday) that gave most XP, the first of equals; None where none gave any."""
        most = max(each.xp for each in self.weekdays)
        return next((place for place, each in enumerate(self.weekdays) if each.xp == most > 0), None)

    @property
    def average(self) -> Fraction:
        """XP a day over all of them."""
        return Fraction(self.total.xp, self.days)


def summary_of(
    hunter: Hunter,
    rows: Sequence[DayFigures],
    most_done: Sequence[QuestCount],
    *,
    now: datetime,
    rulebook: Rulebook,
) -> Summary:
    """Return the summary of *hunter*, whose days in figures are *rows*, ascending."""
    today = hunter.calendar.local_day(now)
    week = week_of(today)
    so_far = DayRange(week.first - WEEK, today - WEEK)
    known = sum_of(rows)
    by_weekday: list[list[DayFigures]] = [[] for _ in range(7)]
    for row in rows:
        by_weekday[row.day.weekday()].append(row)
    # A row is a day: last week and this one are among the last 14.
    lately = rows[-14:]
    best = max(rows, key=attrgetter("xp"), default=None)
    return Summary(
        today=today,
        since=min(hunter.calendar.local_day(hunter.created_at), today, *(row.day for row in rows[:1])),
        created=sum(row.created for row in rows),
        total=Sum(hunter.total_xp, hunter.completed.total, known.time_spent, known.active),
        on_today=sum_of(_within(lately, DayRange(today, today))),
        week=week,
        this_week=sum_of(_within(lately, week)),
        last_week=sum_of(_within(lately, DayRange(week.first - WEEK, week.last - WEEK))),
        last_week_so_far=sum_of(_within(lately, so_far)),
        streak=hunter.effective_streak(today, rulebook.streaks),
        best_streak=hunter.max_streak,
        best_until=next((row.day for row in rows if row.streak and row.streak == hunter.max_streak), None),
        best_day=best if best is not None and best.xp > 0 else None,
        weekdays=[*map(sum_of, by_weekday)],
        most_done=most_done,
    )


def summary(*, uow: UnitOfWork, hunter_id: HunterId, now: datetime, rulebook: Rulebook) -> Summary:
    """
    Return the hunter's summary.

    Raises:
        NotFound: If there is no such hunter.
    """
    hunter = uow.hunters.get(hunter_id)
    today = hunter.calendar.local_day(now)
    rows = uow.analytics.figures(hunter_id, today)
    first = today - MOST_DONE_REACH + timedelta(days=1)
    most_done = uow.analytics.most_done(hunter_id, first=first, last=today, limit=MOST_DONE)
    return summary_of(hunter, rows, most_done, now=now, rulebook=rulebook)


def week_of(day: date) -> DayRange:
    """Return the week of *day*, Monday to Sunday."""
    monday = day - timedelta(days=day.weekday())
    return DayRange(monday, monday + WEEK - timedelta(days=1))


def sum_of(rows: Sequence[DayFigures]) -> Sum:
    """Return what *rows* gave together."""
    return Sum(
        sum(row.xp for row in rows),
        sum(row.completed for row in rows),
        sum(row.time_spent for row in rows),
        sum(row.completed > 0 for row in rows),
    )


def _within(rows: Sequence[DayFigures], shown: DayRange) -> list[DayFigures]:
    return [row for row in rows if shown.first <= row.day <= shown.last]
