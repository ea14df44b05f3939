from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from hunter_core.analytics.spans import LONGEST_SPAN, DayRange, Span
from hunter_core.days import Calendar, ZonePeriod

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("span", "days"), [(Span.WEEK, 7), (Span.MONTH, 30), (Span.QUARTER, 90), (Span.YEAR, 365)]
)
def test_a_span_is_so_many_days_and_ends_today(span: Span, days: int) -> None:
    shown = span.until(TODAY, begun=TODAY, known=[date(2020, 1, 1)])

    assert shown.last == TODAY
    assert len(shown.days()) == days
    assert shown.days() == sorted(set(shown.days()))


def test_all_begins_with_the_hunter_or_with_an_earlier_day_that_is_known() -> None:
    begun = date(2026, 9, 1)

    assert Span.ALL.until(TODAY, begun) == DayRange(begun, TODAY)
    assert Span.ALL.until(TODAY, begun, [date(2026, 8, 31), TODAY]) == DayRange(date(2026, 8, 31), TODAY)
    assert Span.ALL.until(TODAY, TODAY).days() == [TODAY]


def test_all_of_a_hunter_who_begins_tomorrow_by_a_clock_that_was_set_back_is_today() -> None:
    assert Span.ALL.until(TODAY, TODAY + timedelta(days=1)).days() == [TODAY]


@pytest.mark.parametrize("today", [TODAY, date(9999, 12, 31), date(50, 1, 1), date(1, 1, 1)])
def test_all_is_a_century_at_most(today: date) -> None:
    days = Span.ALL.until(today, date(1, 1, 1)).days()

    assert days[-1] == today
    assert len(days) == min(LONGEST_SPAN, today.toordinal())


@pytest.mark.parametrize("zone", ["Etc/GMT+12", "Pacific/Kiritimati", "UTC", "Pacific/Chatham"])
@pytest.mark.parametrize("day_start", [0, 720])
@pytest.mark.parametrize("hour", range(0, 24, 3))
@pytest.mark.parametrize("span", Span)
def test_what_is_read_holds_the_span_of_every_calendar(
    zone: str, day_start: int, hour: int, span: Span
) -> None:
    now = datetime(2026, 3, 1, hour, 59, tzinfo=UTC)
    shown = span.until(Calendar.starting(zone, day_start).local_day(now), date(2020, 1, 1))
    read = span.reading(now)

    assert read.first <= shown.first
    assert shown.last <= read.last


def test_what_is_read_holds_the_span_after_a_journey_around_the_world() -> None:
    east = Calendar.starting("Pacific/Kiritimati")
    day = date(2026, 3, 1)
    since = east.begins(day + timedelta(days=1))
    west = ZonePeriod("Etc/GMT+12", 720, since, day + timedelta(days=1), since)
    now = since + timedelta(minutes=1)
    today = Calendar((*east.zones, west)).local_day(now)

    assert today == day + timedelta(days=1)
    assert Span.WEEK.reading(now).first <= today - timedelta(days=6)
    assert today <= Span.WEEK.reading(now).last
