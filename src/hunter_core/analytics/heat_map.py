"""A year at a glance: each local day in one of five shades, by how much of a good day of that hunter it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from hunter_core.analytics.ports import DayGain, Gains
from hunter_core.analytics.spans import DayRange, Span
from hunter_core.errors import InvalidInput
from hunter_core.ids import HunterId
from hunter_core.ports import UnitOfWork

FIRST_YEAR, LAST_YEAR = 1970, 9999
LEVELS = 4
"""Shades besides 0, which is a day on which nothing was done."""


class HeatDay(NamedTuple):
    """A local day and its level, 0 to 4."""

    day: date
    level: int
    xp: int
    completed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatMap:
    """
    Every day of a year, also those to come.

    `least` says how many completions a day of the levels 1, 2, 3 and 4 has at least.
    """

    year: int
    least: tuple[int, ...]
    days: Sequence[HeatDay]


def heat_map_of(gains: Gains, year: int | None, now: datetime) -> HeatMap:
    """
    Return the map of *year* (None: the hunter's present one) that *gains* make.

    A day's level is the quarter that its completions reach of those of a good day: the number that one in ten
    of the year's standing days reaches (the nearest-rank 90th percentile), so that a single wild day does not
    pale the others, and a hunter who always does the same is always at 4.
    """
    shown_year = gains.calendar.local_day(now).year if year is None else year
    found = {row.day: row for row in gains.days if row.day.year == shown_year}
    good = good_day([row.completed for row in found.values()])
    days = []
    for day in _year(shown_year).days():
        row = found.get(day) or DayGain(day, 0, 0)
        days.append(HeatDay(day, min(LEVELS, -(-LEVELS * row.completed // good)), row.xp, row.completed))
    least = tuple(level * good // LEVELS + 1 for level in range(LEVELS))
    return HeatMap(year=shown_year, least=least, days=days)


def good_day(completions: Sequence[int]) -> int:
    """Return the number of completions that one in ten of the days with any reaches; 1 where there are none."""
    counts = sorted(count for count in completions if count > 0)
    return counts[(9 * len(counts) + 9) // 10 - 1] if counts else 1


def heat_map(*, uow: UnitOfWork, hunter_id: HunterId, year: int | None, now: datetime) -> HeatMap:
    """
    Return the hunter's *year* (None: the present one); the store is asked once.

    Raises:
        InvalidInput: Unless the year is from 1970 to 9999.
        NotFound: If there is no such hunter.
    """
    if year is not None and not FIRST_YEAR <= year <= LAST_YEAR:
        raise InvalidInput("year", f"must be from {FIRST_YEAR} to {LAST_YEAR}")
    # Which year it is, is known when the calendar is read: around New Year, two are read for one.
    near = Span.WEEK.reading(now) if year is None else _year(year)
    first, last = _year(near.first.year).first, _year(near.last.year).last
    return heat_map_of(uow.analytics.gains(hunter_id, first, last), year, now)


def _year(year: int) -> DayRange:
    return DayRange(date(year, 1, 1), date(year, 12, 31))
