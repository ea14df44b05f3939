"""When a wall clock shows a time on a local day, and when it is quiet."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from hunter_core.days import Calendar
from hunter_core.errors import InvalidInput
from hunter_core.hunters.quiet import QuietHours, quiet_hours
from hunter_core.hunters.zones import with_zone
from hunter_core.notifications.moments import moment_on, quiet_since, quiet_until
from hunter_core.notifications.outlook import warning_at
from tests.builders import a_rulebook

DAY = date(2026, 11, 23)
LIMITS = a_rulebook().limits


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day_start", "day", "wall", "expected"),
    [
        ("UTC", 0, DAY, time(7, 30), "2026-11-23T07:30"),
        # Before the day start, it is the night in which the day ends.
        ("UTC", 240, DAY, time(2), "2026-11-24T02:00"),
        ("UTC", 240, DAY, time(4), "2026-11-23T04:00"),
        # New York skips 02:30 on 2026-03-08, and shows 01:30 twice on 2026-11-01.
        ("America/New_York", 0, date(2026, 3, 8), time(2, 30), "2026-03-08T07:00"),
        ("America/New_York", 0, date(2026, 11, 1), time(1, 30), "2026-11-01T05:30"),
        # A day start at the jump: what falls into it is told in the last minute of the night before.
        ("America/New_York", 180, date(2026, 3, 7), time(2, 30), "2026-03-08T06:59"),
        # Cairo has no midnight on 2026-04-24.
        ("Africa/Cairo", 0, date(2026, 4, 24), time(0, 15), "2026-04-23T22:00"),
        ("Australia/Lord_Howe", 0, date(2026, 10, 4), time(2, 15), "2026-10-03T15:30"),
    ],
)
def test_a_time_comes_once_on_each_local_day(
    zone: str, day_start: int, day: date, wall: time, expected: str
) -> None:
    assert moment_on(Calendar.starting(zone, day_start), day, wall) == at(expected)


def test_a_date_that_did_not_happen_has_no_time() -> None:
    assert moment_on(Calendar.starting("Pacific/Apia"), date(2011, 12, 30), time(7)) is None


@pytest.mark.parametrize(("first", "then"), [("UTC", "Pacific/Kiritimati"), ("Pacific/Kiritimati", "UTC")])
def test_over_a_change_of_zone_each_day_has_one_moment_within_it(first: str, then: str) -> None:
    calendar = with_zone(
        Calendar.starting(first), zone=then, day_start=0, now=at("2026-11-23T09:00"), limits=LIMITS
    )
    for hour in range(24):
        for day in (DAY + timedelta(days=by) for by in range(-1, 5)):
            begins, ends = calendar.begins(day), calendar.begins(day + timedelta(days=1))
            moment = moment_on(calendar, day, time(hour))
            assert (moment is None) == (begins == ends)
            assert moment is None or begins <= moment < ends


def test_quiet_hours_hold_over_midnight_and_end_by_the_wall_clock() -> None:
    calendar, quiet = Calendar.starting("America/New_York"), QuietHours(22 * 60, 7 * 60)
    # The clocks go forward in this night: it is an hour shorter.
    assert quiet_until(calendar, quiet, at("2026-03-08T03:30")) == at("2026-03-08T11:00")
    assert quiet_since(calendar, quiet, at("2026-03-08T08:30")) == at("2026-03-08T03:00")
    assert quiet_until(calendar, quiet, at("2026-03-08T11:00")) is None
    assert quiet_until(calendar, None, at("2026-03-08T03:30")) is None


@pytest.mark.parametrize(
    ("zone", "quiet", "now", "ends"),
    [
        ("America/New_York", QuietHours(22 * 60, 90), "2026-11-01T05:10", "2026-11-01T05:30"),
        ("America/New_York", QuietHours(22 * 60, 90), "2026-11-01T06:10", "2026-11-01T06:30"),
        ("Africa/Cairo", QuietHours(22 * 60, 23 * 60 + 30), "2026-10-29T21:10", "2026-10-29T21:30"),
        ("America/Havana", QuietHours(23 * 60 + 30, 30), "2026-11-01T05:10", "2026-11-01T05:30"),
    ],
)
def test_quiet_hours_end_in_an_hour_that_is_shown_twice_each_time_it_is(
    zone: str, quiet: QuietHours, now: str, ends: str
) -> None:
    assert quiet_until(Calendar.starting(zone), quiet, at(now)) == at(ends)


@pytest.mark.parametrize("minute", range(0, 24 * 60, 7))
def test_quiet_hours_end_at_a_moment_that_is_not_quiet(minute: int) -> None:
    calendar = Calendar.starting("Australia/Lord_Howe")
    for day in ("2026-04-05", "2026-10-04", "2026-07-01"):
        now = at(f"{day}T00:00") + timedelta(minutes=minute)
        for quiet in (QuietHours(60, 135), QuietHours(22 * 60, 7 * 60), QuietHours(120, 150)):
            ends = quiet_until(calendar, quiet, now)
            assert ends is None or ends > now


def test_a_warning_comes_hours_before_the_day_ends_and_before_quiet_hours() -> None:
    calendar = Calendar.starting("UTC")
    assert warning_at(calendar, DAY, None) == at("2026-11-23T21:00")
    assert warning_at(calendar, DAY, QuietHours(20 * 60, 420)) == at("2026-11-23T19:55")
    assert warning_at(calendar, DAY, QuietHours(21 * 60 + 1, 420)) == at("2026-11-23T21:00")


@pytest.mark.parametrize(("begins", "until"), [("7:00", "08:00"), ("24:00", "08:00"), ("07:00", "07:00")])
def test_quiet_hours_that_are_none_are_refused(begins: str, until: str) -> None:
    with pytest.raises(InvalidInput):
        quiet_hours(begins, until)
