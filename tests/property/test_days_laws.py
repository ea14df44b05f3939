"""The laws of local days and of everything that changes them (SPEC 2, Local day and Streak)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from hunter_core.days import ONE_DAY, Calendar, zone_day, zone_day_begins, zone_names
from hunter_core.errors import SettingsChangeTooSoon
from hunter_core.hunters.zones import pending_change, with_rest_days, with_zone
from hunter_core.rules.streaks import StreakRules, fold
from tests.builders import a_rulebook

LIMITS = a_rulebook().limits
MICROSECOND, SECOND, MINUTE = timedelta(microseconds=1), timedelta(seconds=1), timedelta(minutes=1)

# Far apart, without some midnights, with halves and quarters of an hour, and one that left out a date.
ODD_ZONES = (
    "UTC",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "Pacific/Apia",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "Atlantic/Azores",
    "America/Havana",
    "America/Santiago",
    "Asia/Kathmandu",
    "Etc/GMT+12",
    "Europe/Paris",
)
zones = st.sampled_from(ODD_ZONES) | st.sampled_from(sorted(zone_names()))
day_starts = st.sampled_from((0, 1, 30, 60, 90, 120, 150, 180, 240, 719, 720)) | st.integers(0, 720)
days = st.dates(date(2010, 1, 1), date(2036, 12, 31)) | st.sampled_from(
    [
        date.fromisoformat(day)
        for day in (
            "2011-12-29",
            "2011-12-30",
            "2026-03-08",
            "2026-03-29",
            "2026-04-04",
            "2026-04-05",
            "2026-04-24",
            "2026-09-06",
            "2026-10-04",
            "2026-10-25",
            "2026-11-01",
        )
    ]
)
instants = st.builds(
    lambda day, seconds: datetime.combine(day, datetime.min.time(), UTC) + timedelta(seconds=seconds),
    days,
    st.integers(0, 86_399),
)


@st.composite
def lived(draw: st.DrawFn) -> tuple[Calendar, datetime]:
    """Return a calendar that was changed now and then, and a moment no earlier than the last change."""
    calendar = Calendar.starting(draw(zones), draw(day_starts))
    now = draw(instants)
    for _ in range(draw(st.integers(0, 5))):
        try:
            calendar = with_zone(
                calendar, zone=draw(zones), day_start=draw(day_starts), now=now, limits=LIMITS
            )
        except SettingsChangeTooSoon as refusal:
            now = draw(st.sampled_from((now + MINUTE, refusal.again_at, refusal.again_at - SECOND)))
        now += draw(st.sampled_from((timedelta(0), SECOND, timedelta(hours=23), timedelta(hours=25)))) + draw(
            st.timedeltas(timedelta(0), timedelta(days=4))
        )
    return calendar, now


def around(calendar: Calendar, now: datetime) -> list[date]:
    """Return the days from the first change of *calendar* to some after the last one."""
    moments = [now, *(period.since for period in calendar.zones if period.since)]
    first = min(moments).date() - 4 * ONE_DAY
    return [first + step * ONE_DAY for step in range((max(moments).date() - first).days + 8)]


@given(zones, days, day_starts)
@example("Pacific/Chatham", date(2026, 4, 5), 180)
@example("Africa/Cairo", date(2026, 4, 24), 0)
@example("Pacific/Apia", date(2011, 12, 30), 0)
@example("Atlantic/Azores", date(2026, 10, 25), 30)
@example("America/Santiago", date(2026, 4, 5), 0)
def test_a_day_begins_at_the_first_instant_whose_wall_clock_is_at_its_start(
    name: str, day: date, day_start: int
) -> None:
    zone = ZoneInfo(name)
    began = zone_day_begins(zone, day, day_start)
    start = datetime.combine(day, datetime.min.time()) + timedelta(minutes=day_start)
    assert began.astimezone(zone).replace(tzinfo=None) >= start
    earlier = [began - MICROSECOND, *(began - step * 5 * MINUTE for step in range(1, 12 * 26))]
    assert all(moment.astimezone(zone).replace(tzinfo=None) < start for moment in earlier)


@given(zones, day_starts, instants)
def test_an_instant_lies_in_the_day_that_has_begun_and_before_the_next(
    name: str, day_start: int, instant: datetime
) -> None:
    zone = ZoneInfo(name)
    day = zone_day(zone, instant, day_start)
    assert zone_day_begins(zone, day, day_start) <= instant < zone_day_begins(zone, day + ONE_DAY, day_start)


@given(lived(), st.lists(st.integers(-6 * 86_400, 6 * 86_400), min_size=2, max_size=40))
def test_local_days_never_run_backwards(case: tuple[Calendar, datetime], seconds: list[int]) -> None:
    calendar, now = case
    moments = [now + each * SECOND for each in seconds]
    for period in calendar.zones:
        if period.since is not None:
            moments += [period.since - MICROSECOND, period.since, period.since + SECOND]
    dated = [calendar.local_day(moment) for moment in sorted(moments)]
    assert dated == sorted(dated)


@given(lived())
def test_a_day_begins_where_the_one_before_ends_and_is_covered_when_it_has_no_moment(
    case: tuple[Calendar, datetime],
) -> None:
    calendar, now = case
    for day in around(calendar, now):
        began, ended = calendar.begins(day), calendar.begins(day + ONE_DAY)
        assert calendar.local_day(began) >= day
        assert calendar.local_day(began - MICROSECOND) < day
        if began == ended:
            assert calendar.skipped(day)
            assert calendar.covered(day)
        else:
            assert began < ended
            assert calendar.local_day(began) == day == calendar.local_day(ended - MICROSECOND)
            assert not calendar.covered(day)


@given(lived())
def test_no_change_of_zone_costs_or_gains_a_streak_day(case: tuple[Calendar, datetime]) -> None:
    calendar, now = case
    stood = [day for day in around(calendar, now) if not calendar.skipped(day)]
    assert stood == sorted({calendar.local_day(calendar.begins(day)) for day in stood})
    streaks = [state.streak for state in fold(stood, calendar.covered, StreakRules())]
    assert streaks == list(range(1, len(stood) + 1))


@given(lived(), zones, day_starts)
def test_a_change_dates_no_moment_anew_that_has_passed_or_lies_in_the_present_day(
    case: tuple[Calendar, datetime], zone: str, day_start: int
) -> None:
    before, now = case
    try:
        after = with_zone(before, zone=zone, day_start=day_start, now=now, limits=LIMITS)
    except SettingsChangeTooSoon:
        return
    today = before.local_day(now)
    ends = before.begins(today + ONE_DAY)
    step = (ends - now) / 7
    moments = [now - 13 * hours * timedelta(hours=1) for hours in range(20)]
    moments += [now + part * step for part in range(7)] + [ends - MICROSECOND]
    for moment in moments:
        assert after.local_day(moment) == before.local_day(moment)
        assert after.zone_at(moment) == before.zone_at(moment)
    assert after.begins(today + ONE_DAY) == ends
    for back in range(40):
        day = today - back * ONE_DAY
        assert after.begins(day) == before.begins(day)
        assert after.covered(day) == before.covered(day)


@given(lived(), zones, day_starts)
def test_a_change_holds_from_the_end_of_the_day_and_taking_it_back_leaves_no_trace(
    case: tuple[Calendar, datetime], zone: str, day_start: int
) -> None:
    before, now = case
    try:
        after = with_zone(before, zone=zone, day_start=day_start, now=now, limits=LIMITS)
    except SettingsChangeTooSoon:
        return
    holds = before.zone_at(now)
    chosen = after.zones[-1]
    assert (chosen.zone, chosen.day_start) == (zone, day_start)
    pending = pending_change(after, now)
    if pending is None:
        assert (holds.zone, holds.day_start) == (zone, day_start)
        return
    assert now < pending.since == before.begins(before.local_day(now) + ONE_DAY)
    back = with_zone(after, zone=holds.zone, day_start=holds.day_start, now=now, limits=LIMITS)
    assert pending_change(back, now) is None
    assert back.zones == tuple(
        period for period in before.zones if period.since is None or period.since <= now
    )


@given(lived())
def test_what_holds_was_chosen_at_most_once_in_24_hours_and_periods_ascend(
    case: tuple[Calendar, datetime],
) -> None:
    calendar, _ = case
    assert calendar.zones[0].since is calendar.zones[0].first_day is calendar.zones[0].chosen_at is None
    changes = calendar.zones[1:]
    for change in changes:
        assert change.since is not None
        assert change.chosen_at is not None
        assert change.chosen_at < change.since
    for one, next_one in pairwise(changes):
        assert one.since is not None and next_one.since is not None  # noqa: PT018 for the type checker
        assert one.chosen_at is not None and next_one.chosen_at is not None  # noqa: PT018
        assert one.since < next_one.since
        assert next_one.chosen_at - one.chosen_at >= timedelta(hours=24)


@given(lived(), st.lists(st.sets(st.integers(0, 6), max_size=2), max_size=4))
def test_rest_days_change_no_day_that_has_begun(
    case: tuple[Calendar, datetime], choices: list[set[int]]
) -> None:
    calendar, now = case
    for choice in choices:
        weekdays = tuple(sorted(choice))
        changed = with_rest_days(calendar, weekdays, now=now)
        today = calendar.local_day(now)
        for back in range(15):
            assert changed.covered(today - back * ONE_DAY) == calendar.covered(today - back * ONE_DAY)
        for ahead in range(1, 15):
            assert changed.resting(today + ahead * ONE_DAY) == (
                (today + ahead * ONE_DAY).weekday() in weekdays
            )
        assert [rest.since for rest in changed.rests] == sorted({rest.since for rest in changed.rests})
        calendar, now = changed, now + timedelta(hours=17)
