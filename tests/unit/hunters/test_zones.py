from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from hunter_core.days import Calendar, RestDays
from hunter_core.errors import InvalidInput, SettingsChangeTooSoon
from hunter_core.hunters.zones import (
    PendingChange,
    check_rest_days,
    pending_change,
    rest_days,
    with_rest_days,
    with_zone,
)
from tests.builders import a_rulebook

LIMITS = a_rulebook().limits
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# A Sunday, in the evening: 18:00 in Paris, Monday 02:00 in Tokyo.
NOW = datetime(2026, 11, 22, 17, tzinfo=UTC)


def chosen(calendar: Calendar, zone: str, now: datetime, day_start: int = 0) -> Calendar:
    return with_zone(calendar, zone=zone, day_start=day_start, now=now, limits=LIMITS)


def test_a_zone_holds_from_the_end_of_the_day_in_the_old_zone() -> None:
    calendar = chosen(Calendar.starting("Europe/Paris"), "Asia/Tokyo", NOW)
    midnight_in_paris = datetime(2026, 11, 22, 23, tzinfo=UTC)
    assert pending_change(calendar, NOW) == PendingChange("Asia/Tokyo", 0, midnight_in_paris)
    assert pending_change(calendar, midnight_in_paris) is None
    assert calendar.zone_at(midnight_in_paris - HOUR).zone == "Europe/Paris"
    assert calendar.zone_at(midnight_in_paris).zone == "Asia/Tokyo"
    assert calendar.local_day(midnight_in_paris) == date(2026, 11, 23)


def test_a_day_start_holds_from_the_end_of_the_day_by_the_old_one() -> None:
    calendar = chosen(Calendar.starting("UTC", 240), "UTC", NOW, day_start=120)
    assert pending_change(calendar, NOW) == PendingChange("UTC", 120, datetime(2026, 11, 23, 4, tzinfo=UTC))


def test_the_zone_of_the_registration_is_no_change() -> None:
    assert len(chosen(Calendar.starting("Europe/Paris"), "Asia/Tokyo", NOW).zones) == 2


def test_what_is_chosen_already_changes_nothing_however_soon() -> None:
    first = Calendar.starting("Europe/Paris")
    assert chosen(first, "Europe/Paris", NOW) is first
    pending = chosen(first, "Asia/Tokyo", NOW)
    assert chosen(pending, "Asia/Tokyo", NOW + HOUR) is pending
    assert chosen(pending, "Asia/Tokyo", NOW + 10 * HOUR) is pending


def test_a_second_change_within_24_hours_is_refused_and_says_when_it_may_be() -> None:
    calendar = chosen(Calendar.starting("Europe/Paris"), "Asia/Tokyo", NOW)
    for soon in (timedelta(0), HOUR, DAY - timedelta(microseconds=1)):
        with pytest.raises(SettingsChangeTooSoon) as refusal:
            chosen(calendar, "UTC", NOW + soon)
        assert refusal.value.again_at == NOW + DAY
    assert chosen(calendar, "UTC", NOW + DAY).zones[-1].zone == "UTC"


def test_going_back_after_the_change_holds_is_a_change() -> None:
    calendar = chosen(Calendar.starting("Europe/Paris"), "Asia/Tokyo", NOW)
    with pytest.raises(SettingsChangeTooSoon):
        chosen(calendar, "Europe/Paris", NOW + 7 * HOUR)


def test_a_pending_change_is_taken_back_at_any_time_and_another_may_follow() -> None:
    first = Calendar.starting("Europe/Paris")
    calendar = chosen(first, "Asia/Tokyo", NOW)
    taken_back = chosen(calendar, "Europe/Paris", NOW + HOUR)
    assert taken_back == first
    assert pending_change(chosen(taken_back, "UTC", NOW + 2 * HOUR), NOW + 2 * HOUR) is not None


def test_half_of_a_pending_change_taken_back_is_another_change() -> None:
    calendar = chosen(Calendar.starting("Europe/Paris"), "Asia/Tokyo", NOW, day_start=60)
    with pytest.raises(SettingsChangeTooSoon):
        chosen(calendar, "Europe/Paris", NOW + HOUR, day_start=60)


def test_what_was_taken_back_does_not_hide_the_change_before_it() -> None:
    calendar = chosen(Calendar.starting("Europe/Paris"), "Asia/Tokyo", NOW)
    later = NOW + DAY
    calendar = chosen(calendar, "UTC", later)
    calendar = chosen(calendar, "Asia/Tokyo", later)
    assert [period.zone for period in calendar.zones] == ["Europe/Paris", "Asia/Tokyo"]
    assert chosen(calendar, "America/Havana", later).zones[-1].chosen_at == later


def test_a_change_that_is_still_pending_after_24_hours_is_replaced() -> None:
    # From Kiritimati to Pago Pago the day lasts 49 hours, so a change in its first hour waits for two days.
    calendar = chosen(Calendar.starting("Pacific/Kiritimati"), "Pacific/Pago_Pago", NOW)
    began = calendar.begins(date(2026, 11, 24))
    assert calendar.local_day(began) == calendar.local_day(began + 48 * HOUR) == date(2026, 11, 24)
    calendar = chosen(calendar, "Asia/Tokyo", began + DAY - HOUR)
    replaced = chosen(calendar, "UTC", began + 2 * DAY - HOUR)
    assert [period.zone for period in replaced.zones] == ["Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"]
    assert replaced.zones[-1].since == calendar.zones[-1].since
    taken_back = chosen(replaced, "Pacific/Pago_Pago", began + 2 * DAY)
    assert [period.zone for period in taken_back.zones] == ["Pacific/Kiritimati", "Pacific/Pago_Pago"]


# --- rest days ---------------------------------------------------------------------------------------


def test_rest_days_hold_from_the_next_local_day() -> None:
    # 2026-11-22 is a Sunday, 6; the next day is a Monday, 0.
    calendar = with_rest_days(Calendar.starting(), (0, 6), now=NOW)
    assert rest_days(calendar) == (0, 6)
    covered = [day for day in range(15, 31) if calendar.covered(date(2026, 11, day))]
    assert covered == [23, 29, 30]


def test_a_second_choice_on_one_day_takes_the_place_of_the_first() -> None:
    calendar = with_rest_days(Calendar.starting(), (0,), now=NOW)
    calendar = with_rest_days(calendar, (1,), now=NOW + HOUR)
    assert calendar.rests == (RestDays(date(2026, 11, 23), (1,)),)


def test_rest_days_taken_back_before_they_hold_leave_no_trace() -> None:
    first = with_rest_days(Calendar.starting(), (2,), now=NOW - 7 * DAY)
    calendar = with_rest_days(with_rest_days(first, (0,), now=NOW), (2,), now=NOW + HOUR)
    assert calendar == first
    assert with_rest_days(Calendar.starting(), (), now=NOW) == Calendar.starting()


def test_rest_days_given_up_cover_what_they_covered() -> None:
    first = with_rest_days(Calendar.starting(), (6,), now=NOW - 14 * DAY)
    calendar = with_rest_days(first, (), now=NOW)
    assert rest_days(calendar) == ()
    assert calendar.covered(date(2026, 11, 22))
    assert not calendar.covered(date(2026, 11, 29))


@pytest.mark.parametrize("weekdays", [(), (3,), (6, 0)])
def test_up_to_two_weekdays_of_rest_are_taken_in_order(weekdays: tuple[int, ...]) -> None:
    assert check_rest_days(weekdays, LIMITS) == tuple(sorted(weekdays))


@pytest.mark.parametrize("weekdays", [(0, 1, 2), (1, 1), (7,), (-1,)])
def test_more_rest_days_or_none_of_the_week_are_refused(weekdays: tuple[int, ...]) -> None:
    with pytest.raises(InvalidInput) as refusal:
        check_rest_days(weekdays, LIMITS)
    assert [field for field, _ in refusal.value.problems] == ["restDays"]
