"""Schedules as values and as the JSON of SPEC 2."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from hunter_core.errors import InvalidInput
from hunter_core.rules.schedules import (
    EveryDay,
    EveryNDays,
    Once,
    OnWeekdays,
    Period,
    Schedule,
    Times,
    falls_on,
    schedule_from_json,
    schedule_to_json,
)

MONDAY = date(2026, 11, 2)

FORMS: list[tuple[dict[str, Any], Schedule]] = [
    ({"kind": "EVERY_DAY"}, EveryDay()),
    ({"kind": "WEEKDAYS", "days": ["MON", "SUN"]}, OnWeekdays((0, 6))),
    ({"kind": "EVERY_N_DAYS", "n": 3, "from": "2026-11-02"}, EveryNDays(3, MONDAY)),
    ({"kind": "TIMES", "times": 3, "period": "WEEK", "rolling": False}, Times(3, Period.WEEK)),
    (
        {"kind": "TIMES", "times": 31, "period": "MONTH", "rolling": True},
        Times(31, Period.MONTH, rolling=True),
    ),
    ({"kind": "ONCE"}, Once()),
]


@pytest.mark.parametrize(("form", "schedule"), FORMS)
def test_each_kind_of_schedule_is_written_and_read_in_one_form(
    form: dict[str, Any], schedule: Schedule
) -> None:
    assert schedule_from_json(form) == schedule
    assert schedule_to_json(schedule) == form


def test_rolling_may_be_left_out() -> None:
    assert schedule_from_json({"kind": "TIMES", "times": 1, "period": "WEEK"}) == Times(1, Period.WEEK)


def test_weekdays_are_kept_in_the_order_of_the_week() -> None:
    assert schedule_from_json({"kind": "WEEKDAYS", "days": ["SUN", "TUE", "MON"]}) == OnWeekdays((0, 1, 6))


REFUSED: list[tuple[Any, list[str]]] = [
    (None, ["schedule"]),
    ("EVERY_DAY", ["schedule"]),
    ([], ["schedule"]),
    ({}, ["schedule.kind"]),
    ({"kind": None}, ["schedule.kind"]),
    ({"kind": ["ONCE"]}, ["schedule.kind"]),
    ({"kind": "SOMETIMES"}, ["schedule.kind"]),
    ({"kind": "EVERY_DAY", "n": 1}, ["schedule.n"]),
    ({"kind": "ONCE", "days": ["MON"], "n": 2}, ["schedule.days", "schedule.n"]),
    ({"kind": "WEEKDAYS"}, ["schedule.days"]),
    ({"kind": "WEEKDAYS", "days": []}, ["schedule.days"]),
    ({"kind": "WEEKDAYS", "days": ["MON", "MON"]}, ["schedule.days"]),
    ({"kind": "WEEKDAYS", "days": ["mon"]}, ["schedule.days"]),
    ({"kind": "WEEKDAYS", "days": [0]}, ["schedule.days"]),
    ({"kind": "WEEKDAYS", "days": "MON"}, ["schedule.days"]),
    ({"kind": "WEEKDAYS", "days": {"MON": 1}}, ["schedule.days"]),
    ({"kind": "WEEKDAYS", "days": [["MON"]]}, ["schedule.days"]),
    ({"kind": "EVERY_N_DAYS"}, ["schedule.from", "schedule.n"]),
    ({"kind": "EVERY_N_DAYS", "n": 3}, ["schedule.from"]),
    ({"kind": "EVERY_N_DAYS", "n": 0, "from": "2026-11-02"}, ["schedule.n"]),
    ({"kind": "EVERY_N_DAYS", "n": 366, "from": "2026-11-02"}, ["schedule.n"]),
    ({"kind": "EVERY_N_DAYS", "n": True, "from": "2026-11-02"}, ["schedule.n"]),
    ({"kind": "EVERY_N_DAYS", "n": 1.0, "from": "2026-11-02"}, ["schedule.n"]),
    ({"kind": "EVERY_N_DAYS", "n": 2**63, "from": "2026-11-02"}, ["schedule.n"]),
    ({"kind": "EVERY_N_DAYS", "n": 3, "from": "2026-02-30"}, ["schedule.from"]),
    ({"kind": "EVERY_N_DAYS", "n": 3, "from": "20261102"}, ["schedule.from"]),
    ({"kind": "EVERY_N_DAYS", "n": 3, "from": "2026-W45-1"}, ["schedule.from"]),
    ({"kind": "EVERY_N_DAYS", "n": 3, "from": "٢٠٢٦-11-02"}, ["schedule.from"]),
    ({"kind": "EVERY_N_DAYS", "n": 3, "from": 20261102}, ["schedule.from"]),
    ({"kind": "TIMES", "times": 3}, ["schedule.period"]),
    ({"kind": "TIMES", "times": 0, "period": "WEEK"}, ["schedule.times"]),
    ({"kind": "TIMES", "times": 8, "period": "WEEK"}, ["schedule.times"]),
    ({"kind": "TIMES", "times": 32, "period": "MONTH"}, ["schedule.times"]),
    ({"kind": "TIMES", "times": "3", "period": "WEEK"}, ["schedule.times"]),
    ({"kind": "TIMES", "times": 3, "period": "YEAR"}, ["schedule.period"]),
    ({"kind": "TIMES", "times": 3, "period": []}, ["schedule.period"]),
    ({"kind": "TIMES", "times": 3, "period": "WEEK", "rolling": 1}, ["schedule.rolling"]),
    ({"kind": "TIMES", "times": 3, "period": "WEEK", "rolling": None}, ["schedule.rolling"]),
]


@pytest.mark.parametrize(("form", "fields"), REFUSED)
def test_a_schedule_that_is_not_in_its_form_is_refused_with_the_part_named(
    form: Any, fields: list[str]
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        schedule_from_json(form)
    assert [field for field, _ in refusal.value.problems] == fields


def test_a_schedule_inside_something_else_is_named_by_its_own_field() -> None:
    with pytest.raises(InvalidInput) as refusal:
        schedule_from_json({"kind": "WEEKDAYS", "days": []}, field="recommendation.schedule")
    assert refusal.value.problems[0][0] == "recommendation.schedule.days"


@pytest.mark.parametrize(
    "build",
    [
        lambda: OnWeekdays(()),
        lambda: OnWeekdays((0, 0)),
        lambda: OnWeekdays((7,)),
        lambda: EveryNDays(0, MONDAY),
        lambda: Times(8, Period.WEEK),
    ],
)
def test_a_schedule_that_means_nothing_cannot_be_built(build: Any) -> None:
    with pytest.raises(InvalidInput):
        build()


@pytest.mark.parametrize(
    ("schedule", "week"),
    [
        (EveryDay(), "xxxxxxx"),
        (OnWeekdays((0, 2, 6)), "x.x...x"),
        (EveryNDays(3, MONDAY), "x..x..x"),
        (EveryNDays(3, MONDAY + timedelta(days=2)), "..x..x."),
        (EveryNDays(365, MONDAY - timedelta(days=365)), "x......"),
        (Times(1, Period.WEEK), "xxxxxxx"),
        (Once(), "xxxxxxx"),
    ],
)
def test_a_schedule_names_its_days(schedule: Schedule, week: str) -> None:
    named = [falls_on(schedule, MONDAY + timedelta(days=number)) for number in range(7)]
    assert "".join("x" if each else "." for each in named) == week


@pytest.mark.parametrize(
    ("period", "day", "first", "last"),
    [
        (Period.WEEK, date(2026, 11, 2), date(2026, 11, 2), date(2026, 11, 8)),
        (Period.WEEK, date(2027, 1, 1), date(2026, 12, 28), date(2027, 1, 3)),
        (Period.MONTH, date(2028, 2, 29), date(2028, 2, 1), date(2028, 2, 29)),
        (Period.MONTH, date(2026, 12, 31), date(2026, 12, 1), date(2026, 12, 31)),
        (Period.MONTH, date(9999, 12, 31), date(9999, 12, 1), date(9999, 12, 31)),
    ],
)
def test_a_period_is_the_week_from_monday_or_the_month(
    period: Period, day: date, first: date, last: date
) -> None:
    assert period.around(day) == (first, last)
