"""XP and attributes, day by day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest

from hunter_core.analytics.attribute_history import attribute_history_of
from hunter_core.analytics.ports import DayGain, Gains, Points
from hunter_core.analytics.spans import Span
from hunter_core.analytics.xp_history import history_of
from hunter_core.days import Calendar
from hunter_core.words import Attributes

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TODAY = NOW.date()
BEGUN = NOW - timedelta(days=9)
UTC_CALENDAR = Calendar.starting()


def back(number: int) -> date:
    return TODAY - timedelta(days=number)


def gains(*days: DayGain, calendar: Calendar = UTC_CALENDAR) -> Gains:
    return Gains(calendar, BEGUN, days)


def test_every_day_of_the_span_is_there_and_nothing_besides() -> None:
    rows = [
        DayGain(back(3), 40, 2),
        DayGain(back(0), 10, 1),
        DayGain(back(7), 99, 9),
        DayGain(back(-1), 5, 1),
    ]

    history = history_of(gains(*rows), Span.WEEK, NOW)

    assert [gain.day for gain in history.days] == [back(number) for number in (6, 5, 4, 3, 2, 1, 0)]
    assert [(gain.xp, gain.completed) for gain in history.days] == [
        (0, 0), (0, 0), (0, 0), (40, 2), (0, 0), (0, 0), (10, 1),
    ]  # fmt: skip
    assert (history.total_xp, history.average) == (50, Fraction(50, 7))
    assert history.best == DayGain(back(3), 40, 2)


def test_of_equal_days_the_first_is_the_best() -> None:
    history = history_of(gains(DayGain(back(1), 40, 1), DayGain(back(4), 40, 3)), Span.WEEK, NOW)

    assert history.best == DayGain(back(4), 40, 3)


@pytest.mark.parametrize("rows", [(), (DayGain(TODAY, 0, 0),), (DayGain(TODAY, -5, 0),)])
def test_where_nothing_was_gained_no_day_is_the_best(rows: tuple[DayGain, ...]) -> None:
    assert history_of(gains(*rows), Span.WEEK, NOW).best is None


def test_all_is_the_days_since_the_hunter_began() -> None:
    assert len(history_of(gains(), Span.ALL, NOW).days) == 10
    assert len(history_of(gains(DayGain(back(11), 1, 1)), Span.ALL, NOW).days) == 12


def test_today_is_the_hunters_own() -> None:
    seoul, honolulu = Calendar.starting("Asia/Seoul", 240), Calendar.starting("Pacific/Honolulu")
    evening = datetime(2026, 11, 22, 20, tzinfo=UTC)

    assert history_of(gains(calendar=seoul), Span.WEEK, evening).days[-1].day == date(2026, 11, 23)
    assert history_of(gains(calendar=honolulu), Span.WEEK, NOW).days[-1].day == date(2026, 11, 22)
    assert history_of(gains(calendar=honolulu), Span.WEEK, NOW.replace(hour=9)).days[-1].day == back(1)


def test_attributes_are_running_sums_that_end_with_what_the_hunter_has() -> None:
    gained = {back(2): Attributes(strength=2, luck=1), back(0): Attributes(strength=1)}
    points = Points(UTC_CALENDAR, BEGUN, Attributes(9, 0, 0, 0, 0, 4), gained)

    history = attribute_history_of(points, Span.WEEK, NOW)

    assert [each.day for each in history.days] == [back(number) for number in (6, 5, 4, 3, 2, 1, 0)]
    assert [each.attributes.strength for each in history.days] == [6, 6, 6, 6, 8, 8, 9]
    assert [each.attributes.luck for each in history.days] == [3, 3, 3, 3, 4, 4, 4]
    assert history.gained == Attributes(strength=3, luck=1)


def test_points_of_before_the_span_are_in_its_first_day_and_those_of_after_it_are_not_shown() -> None:
    gained = {back(8): Attributes(5), back(1): Attributes(1), back(-1): Attributes(3)}
    points = Points(UTC_CALENDAR, BEGUN, Attributes(9), gained)

    history = attribute_history_of(points, Span.WEEK, NOW)

    assert history.days[0].attributes == Attributes(5)
    assert history.days[-1].attributes == Attributes(6)
    assert history.gained == Attributes(1)


def test_all_attributes_begin_at_nothing() -> None:
    points = Points(
        UTC_CALENDAR, BEGUN, Attributes(1, 1, 1, 1, 1, 1), {back(4): Attributes(1, 1, 1, 1, 1, 1)}
    )

    history = attribute_history_of(points, Span.ALL, NOW)

    assert history.days[0].attributes == Attributes()
    assert history.gained == Attributes(1, 1, 1, 1, 1, 1)
