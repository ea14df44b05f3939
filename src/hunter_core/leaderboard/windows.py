"""A window is a UTC day, an ISO week or a month, by its name; all time has no end (SPEC 10, Boards)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from hunter_core.errors import InvalidInput

ALL_TIME = "all"
"""The name of the window that holds every entry."""

_FORMS = {
    "daily": re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII),
    "weekly": re.compile(r"(\d{4})-W(\d{2})", re.ASCII),
    "monthly": re.compile(r"(\d{4})-(\d{2})", re.ASCII),
}


class Timeframe(StrEnum):
    """How long a window is."""

    ALL_TIME = "all-time"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class Windows(NamedTuple):
    """The names of the three windows that a moment lies in."""

    daily: str
    weekly: str
    monthly: str


def windows_at(moment: datetime) -> Windows:
    """Return the windows that *moment* (aware) lies in."""
    return _windows_of(moment.astimezone(UTC).date())


@lru_cache(maxsize=1024)
def _windows_of(day: date) -> Windows:
    year, week, _ = day.isocalendar()
    return Windows(day.isoformat(), f"{year:04d}-W{week:02d}", f"{day.year:04d}-{day.month:02d}")


def window_at(timeframe: Timeframe, moment: datetime) -> str:
    """Return the window of that length that *moment* lies in."""
    daily, weekly, monthly = windows_at(moment)
    match timeframe:
        case Timeframe.DAILY:
            return daily
        case Timeframe.WEEKLY:
            return weekly
        case Timeframe.MONTHLY:
            return monthly
        case Timeframe.ALL_TIME:
            return ALL_TIME


def earliest_start(moment: datetime) -> datetime:
    """Return when the first of the windows of *moment* began: its month or its week."""
    day = moment.astimezone(UTC).date()
    first = min(day.replace(day=1), day - timedelta(days=min(day.weekday(), day.toordinal() - 1)))
    return datetime.combine(first, time(), UTC)


def parse_window(timeframe: Timeframe, name: str) -> str:
    """
    Return *name* when it names a window of that length: `2026-11-22`, `2026-W47` or `2026-11`.

    Raises:
        InvalidInput: If it does not; all time has no windows.
    """
    if timeframe is Timeframe.ALL_TIME:
        raise InvalidInput("window", "is for daily, weekly and monthly boards")
    found = _FORMS[timeframe].fullmatch(name)
    try:
        if found is None:
            raise ValueError("another form")
        numbers = [int(part) for part in found.groups()]
        if timeframe is Timeframe.WEEKLY:
            date.fromisocalendar(numbers[0], numbers[1], 1)
        else:
            date(*[*numbers, 1][:3])
    except ValueError as error:
        example = {"daily": "2026-11-22", "weekly": "2026-W47", "monthly": "2026-11"}[timeframe]
        raise InvalidInput("window", f"must name a window of that timeframe, such as {example}") from error
    return name
