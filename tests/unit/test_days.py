from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hunter_core.days import (
    Calendar,
    Pause,
    RestDays,
    ZonePeriod,
    check_zone,
    format_day_start,
    parse_day_start,
    zone_day,
    zone_day_begins,
    zone_names,
)
from hunter_core.errors import InvalidInput

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "local_days.json").read_text())
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def begins(zone: str, day: str, day_start: str = "00:00") -> datetime:
    return zone_day_begins(ZoneInfo(zone), date.fromisoformat(day), parse_day_start(day_start))


# --- one zone ----------------------------------------------------------------------------------------


def test_every_golden_vector_has_its_day() -> None:
    assert len(VECTORS) > 100
    for case in VECTORS:
        calendar = Calendar.starting(case["zone"], case["dayStartMinutes"])
        assert calendar.local_day(at(case["instant"])).isoformat() == case["localDay"], case


@pytest.mark.parametrize(
    ("zone", "day", "day_start", "instant"),
    [
        # An ordinary day begins at its wall-clock time.
        ("UTC", "2026-11-22", "00:00", "2026-11-22T00:00Z"),
        ("Asia/Kathmandu", "2026-11-22", "00:00", "2026-11-21T18:15Z"),
        ("Europe/Paris", "2026-11-22", "04:30", "2026-11-22T03:30Z"),
        ("Pacific/Kiritimati", "2026-11-22", "00:00", "2026-11-21T10:00Z"),
        ("Pacific/Pago_Pago", "2026-11-22", "12:00", "2026-11-22T23:00Z"),
        # Midnight does not exist: the day begins at the jump.
        ("Africa/Cairo", "2026-04-24", "00:00", "2026-04-23T22:00Z"),
        ("America/Havana", "2026-03-08", "00:00", "2026-03-08T05:00Z"),
        ("America/Santiago", "2026-09-06", "00:00", "2026-09-06T04:00Z"),
        ("Asia/Beirut", "2026-03-29", "00:00", "2026-03-28T22:00Z"),
        ("Atlantic/Azores", "2026-03-29", "00:00", "2026-03-29T01:00Z"),
        # A day start inside the gap begins at the jump, too, and one after it at its own time.
        ("Africa/Cairo", "2026-04-24", "00:59", "2026-04-23T22:00Z"),
        ("Africa/Cairo", "2026-04-24", "01:00", "2026-04-23T22:00Z"),
        ("Africa/Cairo", "2026-04-24", "01:01", "2026-04-23T22:01Z"),
        ("Europe/Paris", "2026-03-29", "02:30", "2026-03-29T01:00Z"),
        ("Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:30Z"),
        # It comes twice: the first one counts.
        ("Atlantic/Azores", "2026-10-25", "00:00", "2026-10-25T00:00Z"),
        ("America/Havana", "2026-11-01", "00:30", "2026-11-01T04:30Z"),
        ("Pacific/Chatham", "2026-04-05", "03:00", "2026-04-04T13:15Z"),
        ("Australia/Lord_Howe", "2026-04-05", "01:45", "2026-04-04T14:45Z"),
        # The clock goes back over midnight, into the day before: midnight is reached once, later.
        ("America/Santiago", "2026-04-05", "00:00", "2026-04-05T04:00Z"),
        # Samoa left out 30 December 2011: that date begins, and ends, where the 31st begins.
        ("Pacific/Apia", "2011-12-30", "00:00", "2011-12-30T10:00Z"),
        ("Pacific/Apia", "2011-12-31", "00:00", "2011-12-30T10:00Z"),
        ("Pacific/Apia", "2011-12-30", "04:00", "2011-12-30T10:00Z"),
        ("Pacific/Apia", "2011-12-31", "04:00", "2011-12-30T14:00Z"),
    ],
)
def test_a_day_begins_when_the_wall_clock_first_reaches_its_start(
    zone: str, day: str, day_start: str, instant: str
) -> None:
    assert begins(zone, day, day_start) == at(instant)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("UTC", "2026-11-22", 24),
        ("Europe/Paris", "2026-03-29", 23),
        ("Europe/Paris", "2026-10-25", 25),
        ("Africa/Cairo", "2026-04-24", 23),
        ("America/Santiago", "2026-04-04", 25),
        ("Australia/Lord_Howe", "2026-10-04", 23.5),
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ("Pacific/Apia", "2011-12-29", 24),
        ("Pacific/Apia", "2011-12-30", 0),
    ],
)
def test_a_day_is_as_long_as_its_clock_makes_it(zone: str, day: str, hours: float) -> None:
    calendar, first = Calendar.starting(zone), date.fromisoformat(day)
    assert calendar.begins(first + timedelta(days=1)) - calendar.begins(first) == hours * HOUR


def test_the_clock_that_goes_back_behind_the_day_start_leaves_the_day() -> None:
    # Chatham, 2026-04-05, day start 03:00: at 03:45 the clock goes back to 02:45, and the 5th has begun.
    zone, day = ZoneInfo("Pacific/Chatham"), date(2026, 4, 5)
    began = zone_day_begins(zone, day, 180)
    moments = [began + timedelta(minutes=5 * step) for step in range(-3, 30)]
    days = [zone_day(zone, moment, 180) for moment in moments]
    assert days == sorted(days)
    assert days.index(day) == 3


def test_two_days_are_consecutive_though_they_are_25_hours_apart() -> None:
    calendar = Calendar.starting("Europe/Paris")
    first, second = at("2026-10-24T22:30Z"), at("2026-10-25T23:30Z")
    assert (calendar.local_day(first), calendar.local_day(second)) == (date(2026, 10, 25), date(2026, 10, 26))


def test_a_date_that_the_zone_left_out_is_skipped_and_covered() -> None:
    calendar = Calendar.starting("Pacific/Apia")
    skipped = [day for day in range(25, 32) if calendar.skipped(date(2011, 12, day))]
    assert skipped == [30]
    assert calendar.covered(date(2011, 12, 30))
    assert not calendar.covered(date(2011, 12, 29))


# --- a change of zone --------------------------------------------------------------------------------


def moved(old: str, new: str, day: str, *, day_start: str = "00:00", new_start: str = "00:00") -> Calendar:
    """Return the calendar of a hunter who chose *new* on *day* of *old*."""
    before = Calendar.starting(old, parse_day_start(day_start))
    first_day = date.fromisoformat(day) + timedelta(days=1)
    since = before.begins(first_day)
    change = ZonePeriod(new, parse_day_start(new_start), since, first_day, since - HOUR)
    return Calendar((*before.zones, change))


def test_from_kiritimati_to_pago_pago_one_day_is_long_and_none_comes_twice() -> None:
    calendar = moved("Pacific/Kiritimati", "Pacific/Pago_Pago", "2026-11-22")
    change = at("2026-11-22T10:00Z")
    assert calendar.local_day(change - SECOND) == date(2026, 11, 22)
    # In Pago Pago it is 23:00 on the 21st; the 23rd has begun and lasts until it ends there.
    assert calendar.local_day(change) == date(2026, 11, 23)
    assert calendar.local_day(at("2026-11-24T10:59:59Z")) == date(2026, 11, 23)
    assert calendar.local_day(at("2026-11-24T11:00:00Z")) == date(2026, 11, 24)
    assert not any(calendar.skipped(date(2026, 11, day)) for day in range(20, 28))


def test_from_pago_pago_to_kiritimati_the_date_in_between_is_covered() -> None:
    calendar = moved("Pacific/Pago_Pago", "Pacific/Kiritimati", "2026-11-22")
    change = at("2026-11-23T11:00Z")
    assert calendar.local_day(change - SECOND) == date(2026, 11, 22)
    assert calendar.local_day(change) == date(2026, 11, 24)
    assert [day for day in range(18, 30) if calendar.covered(date(2026, 11, day))] == [23]
    assert calendar.begins(date(2026, 11, 23)) == calendar.begins(date(2026, 11, 24)) == change


def test_a_later_day_start_stretches_the_day_after_it_was_chosen() -> None:
    calendar = moved("UTC", "UTC", "2026-11-22", new_start="12:00")
    assert calendar.local_day(at("2026-11-22T23:59:59Z")) == date(2026, 11, 22)
    assert calendar.local_day(at("2026-11-23T00:00:00Z")) == date(2026, 11, 23)
    assert calendar.local_day(at("2026-11-24T11:59:59Z")) == date(2026, 11, 23)
    assert calendar.local_day(at("2026-11-24T12:00:00Z")) == date(2026, 11, 24)


def test_an_earlier_day_start_shortens_the_day_after_it_was_chosen() -> None:
    calendar = moved("UTC", "UTC", "2026-11-22", day_start="12:00")
    assert calendar.local_day(at("2026-11-23T11:59:59Z")) == date(2026, 11, 22)
    assert calendar.local_day(at("2026-11-23T12:00:00Z")) == date(2026, 11, 23)
    assert calendar.local_day(at("2026-11-23T23:59:59Z")) == date(2026, 11, 23)
    assert calendar.local_day(at("2026-11-24T00:00:00Z")) == date(2026, 11, 24)


def test_a_late_moment_is_dated_by_the_zone_that_held_then() -> None:
    calendar = moved("Asia/Tokyo", "America/New_York", "2026-11-20")
    assert calendar.local_day(at("2026-11-20T14:00Z")) == date(2026, 11, 20)
    assert calendar.local_time(at("2026-11-20T14:00Z")).hour == 23
    assert calendar.local_time(at("2026-11-20T15:00Z")).hour == 10
    assert calendar.zone_at(at("2020-01-01T00:00Z")).zone == "Asia/Tokyo"


def test_who_moves_away_on_the_eve_of_a_date_that_the_zone_leaves_out_has_that_date_elsewhere() -> None:
    calendar = moved("Pacific/Apia", "Pacific/Auckland", "2011-12-29")
    # It is 23:00 on the 30th in Auckland.
    assert calendar.begins(date(2011, 12, 31)) - calendar.begins(date(2011, 12, 30)) == HOUR
    assert not any(calendar.skipped(date(2011, 12, day)) for day in range(26, 32))


# --- rest days and pauses ----------------------------------------------------------------------------


def test_a_rest_day_covers_from_the_day_it_holds_and_not_before() -> None:
    # 2026-11-22 is a Sunday.
    rests = (RestDays(date(2026, 11, 15), (6,)), RestDays(date(2026, 11, 23), (0, 5)))
    calendar = Calendar.starting()._replace(rests=rests)
    covered = [day for day in range(1, 31) if calendar.covered(date(2026, 11, day))]
    assert covered == [15, 22, 23, 28, 30]


def test_a_pause_covers_both_its_ends_and_nothing_else() -> None:
    pauses = (
        Pause("a", date(2026, 11, 3), date(2026, 11, 5)),
        Pause("b", date(2026, 11, 5), date(2026, 11, 5)),
    )
    calendar = Calendar.starting()._replace(pauses=pauses)
    assert [day for day in range(1, 31) if calendar.covered(date(2026, 11, day))] == [3, 4, 5]


# --- as text -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "minutes"), [("00:00", 0), ("03:05", 185), ("12:00", 720)])
def test_a_day_start_is_read_and_written_the_same(text: str, minutes: int) -> None:
    assert parse_day_start(text) == minutes
    assert format_day_start(minutes) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0:00",
        "24:00",
        "12:01",
        "13:00",
        "00:60",
        "03-05",
        "03:5",
        "003:05",
        "-1:00",
        "٠٣:٠٥",
        "03:05\n",
        " 3:05",
        "+3:05",
        "03:05:00",
        "²²:00",
    ],
)
def test_any_other_day_start_is_refused_by_its_field(text: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        parse_day_start(text)
    assert [field for field, _ in refusal.value.problems] == ["dayStart"]


@pytest.mark.parametrize(
    "zone", ["UTC", "Europe/Paris", "Pacific/Kiritimati", "Etc/GMT+12", "America/Argentina/Salta"]
)
def test_a_zone_of_the_iana_list_is_taken(zone: str) -> None:
    assert check_zone(zone) == zone


@pytest.mark.parametrize(
    "zone",
    [
        "",
        "europe/paris",
        "Europe/Atlantis",
        "+02:00",
        "CEST",
        "../../etc/passwd",
        "/etc/localtime",
        "UTC\0",
        "Europe/",
        "localtime",
        "Factory",
        "posixrules",
        "posix/UTC",
        "right/UTC",
        "Europe/Paris ",
        "\ud800",
    ],
)
def test_what_is_no_zone_everywhere_is_refused(zone: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        check_zone(zone)
    assert [field for field, _ in refusal.value.problems] == ["timezone"]


def test_every_zone_that_is_taken_can_date_a_moment() -> None:
    now = at("2026-11-22T12:00Z")
    for zone in zone_names():
        assert abs((Calendar.starting(zone).local_day(now) - now.date()).days) <= 1
