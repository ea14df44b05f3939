"""Analytics on the wire (SPEC 4, Analytics)."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Annotated
from uuid import UUID

import attrs
import msgspec
from msgspec import Meta

from hunter_api.schemas.common import AttributesView, PaginationView
from hunter_api.schemas.fields import Weekday
from hunter_core.analytics.attribute_history import AttributeDay, AttributeHistory
from hunter_core.analytics.heat_map import FIRST_YEAR, LAST_YEAR, HeatDay, HeatMap
from hunter_core.analytics.occasions import Success
from hunter_core.analytics.ports import DayGain, QuestCount
from hunter_core.analytics.quests import QuestFigures, QuestFiguresPage, WeekdayFigures
from hunter_core.analytics.spans import DayRange, Span
from hunter_core.analytics.summary import Sum, Summary
from hunter_core.analytics.xp_history import XpHistory
from hunter_core.words import QuestType

WEEKDAY_NAMES = tuple(Weekday)

# An answer may hold a day for each of a century: these classes are the ones that are made fastest.
_A_DAY = {"frozen": True, "gc": False}


# --- requests --------------------------------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class SpanQuery:
    """How far back an answer looks: so many local days up to today; `all` since the hunter began."""

    period: Span = Span.MONTH


@attrs.frozen(kw_only=True)
class YearQuery:
    """Which year is shown: the hunter's present one when it is left out."""

    year: (
        Annotated[
            int,
            Meta(
                ge=FIRST_YEAR,
                le=LAST_YEAR,
                description="A year; the hunter's present one unless said.",
                examples=[2026],
            ),
        ]
        | None
    ) = None


# --- XP day by day ---------------------------------------------------------------------------------------------


class XpDayView(msgspec.Struct, **_A_DAY):
    """What a local day gave; achievement rewards are in its XP."""

    date: date
    xpGained: int
    questsCompleted: int


class BestDayView(msgspec.Struct, frozen=True):
    """The day that gave most XP; the first of those that gave as much."""

    date: date
    xpGained: int


@attrs.frozen(kw_only=True, slots=False)
class XpSummaryView:
    """
    What the days gave together.

    `avgDailyXP` is over every day of the period, to two places; `bestDay` is null where none gave XP.
    """

    totalXP: int
    avgDailyXP: float
    bestDay: BestDayView | None


@attrs.frozen(kw_only=True, slots=False)
class XpHistoryView:
    """Every local day of the period, first day first, and what they gave together."""

    history: list[XpDayView]
    summary: XpSummaryView

    @classmethod
    def of(cls, found: XpHistory) -> XpHistoryView:
        """Return the history as it goes out."""
        return cls(
            history=[XpDayView(*each) for each in found.days],
            summary=XpSummaryView(
                totalXP=found.total_xp,
                avgDailyXP=_hundredths(found.average),
                bestDay=None if found.best is None else _best_day(found.best),
            ),
        )


# --- attributes ------------------------------------------------------------------------------------------------


class AttributeDayView(msgspec.Struct, **_A_DAY):
    """What the hunter had in the six at the end of a local day."""

    date: date
    strength: int
    intelligence: int
    constitution: int
    dexterity: int
    charisma: int
    luck: int

    @classmethod
    def of(cls, each: AttributeDay) -> AttributeDayView:
        """Return the day as it goes out."""
        return cls(each.day, *each.attributes)


@attrs.frozen(kw_only=True, slots=False)
class AttributeHistoryView:
    """Every local day of the period, first day first, and what they gave together."""

    history: list[AttributeDayView]
    gained: AttributesView

    @classmethod
    def of(cls, found: AttributeHistory) -> AttributeHistoryView:
        """Return the history as it goes out."""
        return cls(history=[*map(AttributeDayView.of, found.days)], gained=AttributesView.of(found.gained))


# --- heat map --------------------------------------------------------------------------------------------------


class HeatDayView(msgspec.Struct, **_A_DAY):
    """A local day and its level: 0 where nothing was done, 4 where it was a good day of that hunter."""

    date: date
    level: int
    xpGained: int
    questsCompleted: int

    @classmethod
    def of(cls, each: HeatDay) -> HeatDayView:
        """Return the day as it goes out."""
        return cls(*each)


@attrs.frozen(kw_only=True, slots=False)
class HeatMapView:
    """
    Every day of the year, also those to come.

    `levels` says how many completions the levels 1, 2, 3 and 4 take at least: quarters of what one in ten of
    the year's days with a completion reaches.
    """

    year: int
    levels: list[int]
    days: list[HeatDayView]

    @classmethod
    def of(cls, found: HeatMap) -> HeatMapView:
        """Return the map as it goes out."""
        return cls(year=found.year, levels=[*found.least], days=[*map(HeatDayView.of, found.days)])


# --- quests ----------------------------------------------------------------------------------------------------


@attrs.frozen(kw_only=True, slots=False)
class SuccessView:
    """How many days the quest was due on and settled, on how many it was done, and the share; null without any."""

    due: int
    done: int
    rate: float | None

    @classmethod
    def of(cls, success: Success) -> SuccessView:
        """Return the success as it goes out."""
        return cls(due=success.due, done=success.done, rate=success.rate)


@attrs.frozen(kw_only=True, slots=False)
class QuestWeekdayView:
    """What was done of a quest on one day of the week."""

    weekday: Weekday
    completions: int
    due: int
    done: int
    rate: float | None

    @classmethod
    def of(cls, found: WeekdayFigures) -> QuestWeekdayView:
        """Return the weekday as it goes out."""
        success = found.success
        return cls(
            weekday=WEEKDAY_NAMES[found.weekday],
            completions=found.completions,
            due=success.due,
            done=success.done,
            rate=success.rate,
        )


@attrs.frozen(kw_only=True, slots=False)
class QuestFiguresView:
    """
    A quest in figures, over the local days from `since` on: the last 365, or since it was created.

    `successRate` is that of `success`; `lately` are the last 30 days. `strength` (0 to 1) weighs recent days
    more, and is null for what is done once. `hours` are the completions by the hour of the hunter's clock, from
    0 to 23; `bestHour` is the first of those with most, null where nothing was done.
    """

    questId: UUID
    title: str
    type: QuestType
    isActive: bool
    since: date
    completions: int
    successRate: float | None
    success: SuccessView
    lately: SuccessView
    strength: float | None
    bestHour: int | None
    hours: list[int]
    weekdays: list[QuestWeekdayView]

    @classmethod
    def of(cls, found: QuestFigures) -> QuestFiguresView:
        """Return the quest in figures as it goes out."""
        return cls(
            questId=found.quest.id,
            title=found.quest.title,
            type=found.quest.type,
            isActive=found.quest.is_active,
            since=found.since,
            completions=found.completions,
            successRate=found.success.rate,
            success=SuccessView.of(found.success),
            lately=SuccessView.of(found.lately),
            strength=found.strength,
            bestHour=found.best_hour,
            hours=[*found.hours],
            weekdays=[*map(QuestWeekdayView.of, found.weekdays)],
        )


@attrs.frozen(kw_only=True, slots=False)
class QuestsInFiguresView:
    """A page of quests in figures, oldest first."""

    quests: list[QuestFiguresView]
    pagination: PaginationView

    @classmethod
    def of(cls, found: QuestFiguresPage) -> QuestsInFiguresView:
        """Return the page as it goes out."""
        return cls(
            quests=[*map(QuestFiguresView.of, found.quests)],
            pagination=PaginationView.of(page=found.page, limit=found.limit, total=found.total),
        )


# --- summary ---------------------------------------------------------------------------------------------------


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
                avgDailyXP=_hundredths(found.average),
            ),
            today=SumView.of(found.on_today),
            thisWeek=WeekView.of(week, this_week),
            lastWeek=WeekView.of(found.last_week_days, found.last_week),
            lastWeekSoFar=WeekView.of(found.last_week_days._replace(last=found.same_day_last_week), so_far),
            change=ChangeView(
                xpGained=this_week.xp - so_far.xp, questsCompleted=this_week.completed - so_far.completed
            ),
            streak=StreakView(current=found.streak, best=found.best_streak, bestUntil=found.best_until),
            bestDay=None if best is None else BestDayView(best.local_day, best.xp),
            bestWeekday=None if found.best_weekday is None else WEEKDAY_NAMES[found.best_weekday],
            weekdays=[
                WeekdaySumView(weekday=WEEKDAY_NAMES[place], **_sum(each))
                for place, each in enumerate(found.weekdays)
            ],
            mostDone=[*map(QuestCountView.of, found.most_done)],
        )


def _best_day(found: DayGain) -> BestDayView:
    return BestDayView(found.day, found.xp)


def _hundredths(value: Fraction) -> float:
    return float(round(value, 2))


def _sum(found: Sum) -> dict[str, int]:
    return {
        "xpGained": found.xp,
        "questsCompleted": found.completed,
        "timeSpent": found.time_spent,
        "activeDays": found.active,
    }
