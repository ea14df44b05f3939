"""Analytics on the wire (SPEC 4, Analytics)."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from itertools import starmap
from typing import Annotated

import attrs
import msgspec
from msgspec import Meta

from hunter_api.schemas.common import AttributesView
from hunter_core.analytics.attribute_history import AttributeDay, AttributeHistory
from hunter_core.analytics.heat_map import FIRST_YEAR, LAST_YEAR, HeatMap
from hunter_core.analytics.spans import Span
from hunter_core.analytics.xp_history import XpHistory

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
            history=[*starmap(XpDayView, found.days)],
            summary=XpSummaryView(
                totalXP=found.total_xp,
                avgDailyXP=hundredths(found.average),
                bestDay=None if found.best is None else BestDayView(found.best.day, found.best.xp),
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
        return cls(year=found.year, levels=[*found.least], days=[*starmap(HeatDayView, found.days)])


def hundredths(value: Fraction) -> float:
    """Return *value* to two places."""
    return float(round(value, 2))
