"""How far back an answer looks: so many local days up to the hunter's today, every one of them present."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

LONGEST_SPAN = 36_525
"""Days that `all` shows at most: a century, so that a clock gone mad makes no answer without end."""

_SLACK = timedelta(days=3)
"""How far the hunter's today may lie from the date in UTC: zones, day start and a change of zone, and a little more."""


class Span(StrEnum):
    """A span of local days that ends today; on the wire it is called `period`."""

    WEEK = "7days"
    MONTH = "30days"
    QUARTER = "90days"
    YEAR = "1year"
    ALL = "all"

    @property
    def days(self) -> int | None:
        """How many days it has; None: as many as the hunter's history."""
        return _DAYS[self]

    def reading(self, now: datetime) -> DayRange:
        """Return days that hold this span at *now* for whatever calendar: the span is read before it is known."""
        middle = now.astimezone(UTC).date()
        if self.days is None:
            return DayRange(date.min, middle + _SLACK)
        return DayRange(middle - timedelta(days=self.days) - _SLACK, middle + _SLACK)

    def until(self, today: date, begun: date, known: Iterable[date] = ()) -> DayRange:
        """
        Return the days of this span that ends *today*.

        `all` begins with the day on which the hunter did (*begun*), or with an earlier one that is *known*, and
        is no longer than `LONGEST_SPAN`.
        """
        if self.days is not None:
            return DayRange(today - timedelta(days=self.days - 1), today)
        first = min(begun, today, *known)
        return DayRange(max(first, date.fromordinal(max(today.toordinal() - LONGEST_SPAN + 1, 1))), today)


class DayRange(NamedTuple):
    """The days from `first` to `last`, both included."""

    first: date
    last: date

    def days(self) -> list[date]:
        """Return every day of it, ascending."""
        return [*map(date.fromordinal, range(self.first.toordinal(), self.last.toordinal() + 1))]


_DAYS: dict[Span, int | None] = {
    Span.WEEK: 7,
    Span.MONTH: 30,
    Span.QUARTER: 90,
    Span.YEAR: 365,
    Span.ALL: None,
}
