from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hunter_adapters.memory import MemoryStore
from hunter_core.analytics.heat_map import good_day, heat_map, heat_map_of
from hunter_core.analytics.ports import DayGain, Gains
from hunter_core.days import Calendar
from hunter_core.errors import InvalidInput
from tests.builders import a_hunter, registered

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def of(counts: Sequence[int], *, calendar: Calendar | None = None) -> Gains:
    first = date(2026, 1, 1).toordinal()
    days = [DayGain(date.fromordinal(first + n), 10 * count, count) for n, count in enumerate(counts)]
    return Gains(calendar or Calendar.starting(), NOW, days)


def levels(*counts: int) -> list[int]:
    return [day.level for day in heat_map_of(of(counts), None, NOW).days[: len(counts)]]


@pytest.mark.parametrize(("year", "days"), [(1970, 365), (2026, 365), (2028, 366), (9999, 365)])
def test_every_day_of_the_year_is_there_also_those_to_come(year: int, days: int) -> None:
    shown = heat_map_of(of([]), year, NOW)

    assert shown.year == year
    assert [shown.days[0].day, shown.days[-1].day] == [date(year, 1, 1), date(year, 12, 31)]
    assert len(shown.days) == days
    assert {day.level for day in shown.days} == {0}


def test_a_day_of_nothing_is_0_and_any_other_is_more() -> None:
    assert levels(0, 1, 0, 4) == [0, 1, 0, 4]


def test_a_level_is_a_quarter_of_a_good_day() -> None:
    assert levels(1, 2, 3, 4, 5, 6, 7, 8) == [1, 1, 2, 2, 3, 3, 4, 4]
    assert heat_map_of(of([1, 2, 3, 4, 5, 6, 7, 8]), None, NOW).least == (1, 3, 5, 7)


def test_who_always_does_the_same_is_always_at_4() -> None:
    assert levels(3, 3, 3, 0, 3) == [4, 4, 4, 0, 4]


def test_one_wild_day_does_not_pale_the_others() -> None:
    assert levels(*[4] * 10, 50) == [4] * 11


def test_only_the_days_of_the_year_count() -> None:
    other = DayGain(date(2025, 12, 31), 990, 99)
    gains = of([4])._replace(days=[*of([4]).days, other])

    assert heat_map_of(gains, None, NOW).days[0].level == 4


def test_the_year_is_that_of_the_hunters_day() -> None:
    midnight = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)

    assert heat_map_of(of([], calendar=Calendar.starting("Asia/Seoul")), None, midnight).year == 2027
    assert heat_map_of(of([], calendar=Calendar.starting("UTC")), None, midnight).year == 2026


@given(st.lists(st.integers(0, 500), max_size=365))
def test_levels_rise_with_completions_and_begin_where_it_is_said(counts: list[int]) -> None:
    shown = heat_map_of(of(counts), None, NOW)

    assert list(shown.least) == sorted(shown.least)
    for day in shown.days:
        assert day.level == (sum(day.completed >= least for least in shown.least) if day.completed else 0)


def test_a_good_day_is_what_one_in_ten_days_reaches() -> None:
    assert good_day([]) == 1
    assert good_day([0, 7]) == 7
    assert good_day(range(1, 11)) == 9
    assert good_day(range(1, 101)) == 90


@pytest.mark.parametrize("year", [-1, 0, 1, 1969, 10_000, 10**30])
def test_a_year_out_of_range_is_refused(year: int) -> None:
    store = MemoryStore()
    hunter = registered(store, a_hunter())

    with store.read() as uow, pytest.raises(InvalidInput) as refused:
        heat_map(uow=uow, hunter_id=hunter.id, year=year, now=NOW)
    assert [field for field, _ in refused.value.problems] == ["year"]
