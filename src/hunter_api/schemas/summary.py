"""A hunter's summary on the wire (SPEC 4, Analytics)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import attrs
import msgspec

from hunter_api.schemas.analytics import BestDayView, hundredths
from hunter_api.schemas.fields import Weekday
from hunter_core.analytics.ports import QuestCount
from hunter_core.analytics.spans import DayRange
from hunter_core.analytics.summary import Sum, Summary

WEEKDAY_NAMES = tuple(Weekday)


@attrs.frozen(kw_only=True, slots=False)
class SumView:
    """What some days gave together; `activeDays` of them have a completion, `timeSpent` is in seconds."""

    xpGained: int
    questsCompleted: int
    timeSpent: int
    activeDays: int

    @classmethod
    def of(cls, found: Sum) -> SumView:
        """Return the sum as it goes out."""
        return cls(**_sum(found))


class WeekView(msgspec.Struct, kw_only=True, rename={"from_": "from"}):
    """What a week, or a part of it, gave; both days included."""

    from_: date
    to: date
    xpGained: int
    questsCompleted: int
    timeSpent: int
    activeDays: int

    @classmethod
    def of(cls, days: DayRange, found: Sum) -> WeekView:
        """Return the week as it goes out."""
        return cls(from_=days.first, to=days.last, **_sum(found))


@attrs.frozen(kw_only=True, slots=False)
class ChangeView:
    """What this week has more than last week had on the same weekday; negative where it has less."""

    xpGained: int
    questsCompleted: int


@attrs.frozen(kw_only=True, slots=False)
class TotalsView:
    """The whole history: `days` from the first to today, `activeDays` of them with a completion."""

    totalXP: int
    questsCompleted: int
    questsCreated: int
    timeSpent: int
    days: int
    activeDays: int
    avgDailyXP: float


@attrs.frozen(kw_only=True, slots=False)
class StreakView:
    """The effective streak, the longest, and the day on which the longest was reached first."""

    current: int
    best: int
    bestUntil: date | None


@attrs.frozen(kw_only=True, slots=False)
class WeekdaySumView:
    """What one day of the week gave over the whole history."""

    weekday: Weekday
    xpGained: int
    questsCompleted: int
    timeSpent: int
    activeDays: int


@attrs.frozen(kw_only=True, slots=False)
class QuestCountView:
    """How often a quest was done."""

    questId: UUID
    title: str
    completions: int

    @classmethod
    def of(cls, found: QuestCount) -> QuestCountView:
        """Return the count as it goes out."""
        return cls(questId=found.quest_id, title=found.title, completions=found.completions)


@attrs.frozen(kw_only=True, slots=False)
class SummaryView:
    """
    A hunter's history on one screen, by local days; weeks go from Monday to Sunday.

    `lastWeekSoFar` ends on the weekday of today, and `change` is against it. `bestWeekday` gave most XP.
    `mostDone` are at most 5 quests of the last 90 days, archived ones too.
    """

    since: date
    date: date
    totals: TotalsView
    today: SumView
    thisWeek: WeekView
    lastWeek: WeekView
    lastWeekSoFar: WeekView
    change: ChangeView
    streak: StreakView
    bestDay: BestDayView | None
    bestWeekday: Weekday | None
    weekdays: list[WeekdaySumView]
    mostDone: list[QuestCountView]

    @classmethod
    def of(cls, found: Summary) -> SummaryView:
        """Return the summary as it goes out."""
        week, total, best = found.week, found.total, found.best_day
        this_week, so_far = found.this_week, found.last_week_so_far
        return cls(
            date=found.today,
            since=found.since,
            totals=TotalsView(
                totalXP=total.xp,
                questsCompleted=total.completed,
                questsCreated=found.created,
                timeSpent=total.time_spent,
                days=found.days,
                activeDays=total.active,
                avgDailyXP=hundredths(found.average),
            ),
            today=SumView.of(found.on_today),
            thisWeek=WeekView.of(week, this_week),
            lastWeek=WeekView.of(found.last_week_days, found.last_week),
            lastWeekSoFar=WeekView.of(found.last_week_days._replace(last=found.same_day_last_week), so_far),
            change=ChangeView(
                xpGained=this_week.xp - so_far.xp, questsCompleted=this_week.completed - so_far.completed
            ),
            streak=StreakView(current=found.streak, best=found.best_streak, bestUntil=found.best_until),
            bestDay=None if best is None else BestDayView(best.day, best.xp),
            bestWeekday=None if found.best_weekday is None else WEEKDAY_NAMES[found.best_weekday],
            weekdays=[
                WeekdaySumView(weekday=WEEKDAY_NAMES[place], **_sum(each))
                for place, each in enumerate(found.weekdays)
            ],
            mostDone=[*map(QuestCountView.of, found.most_done)],
        )


def _sum(found: Sum) -> dict[str, int]:
    return {
        "xpGained": found.xp,
        "questsCompleted": found.completed,
        "timeSpent": found.time_spent,
        "activeDays": found.active,
    }
