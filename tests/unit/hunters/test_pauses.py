from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hunter_core.days import Calendar, Pause
from hunter_core.errors import InvalidInput, NotFound, PauseLimitReached
from hunter_core.hunters.pauses import FURTHEST_AHEAD, MOST_PAUSES, not_passed, with_pause, without_pause
from hunter_core.ids import PauseId
from tests.builders import TODAY, a_rulebook, an_id

LIMITS = a_rulebook().limits
DAY = timedelta(days=1)


def a_pause(start: int, until: int, label: str = "pause") -> Pause:
    """Return a pause between two days counted from today."""
    return Pause(str(an_id(label)), TODAY + start * DAY, TODAY + until * DAY)


def planned(*pauses: Pause, today: date = TODAY) -> Calendar:
    calendar = Calendar.starting()
    for pause in pauses:
        calendar = with_pause(calendar, pause, today=today, limits=LIMITS)
    return calendar


def without(calendar: Calendar, label: str, today: date = TODAY) -> Calendar:
    return without_pause(calendar, PauseId(an_id(label)), today=today)


def covered(calendar: Calendar) -> list[int]:
    return [ahead for ahead in range(-10, 100) if calendar.covered(TODAY + ahead * DAY)]


@pytest.mark.parametrize(("start", "until"), [(0, 0), (0, 89), (3, 5), (3650, 3650)])
def test_a_pause_may_begin_today_and_last_90_days(start: int, until: int) -> None:
    assert planned(a_pause(start, until)).pauses == (a_pause(start, until),)


@pytest.mark.parametrize(
    ("start", "until", "fields"),
    [
        (-1, 0, ["from"]),
        (0, 90, ["until"]),
        (2, 1, ["until"]),
        (-2, -3, ["from", "until"]),
        (FURTHEST_AHEAD.days + 1, FURTHEST_AHEAD.days + 1, ["from"]),
    ],
)
def test_a_pause_in_the_past_backwards_too_long_or_too_far_is_refused(
    start: int, until: int, fields: list[str]
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        planned(a_pause(start, until))
    assert [field for field, _ in refusal.value.problems] == fields


def test_a_pause_at_the_end_of_the_calendar_is_refused_and_nothing_overflows() -> None:
    for start, until in ((date.max, date.max), (TODAY, date.max), (date.max, date.min), (date.min, date.max)):
        with pytest.raises(InvalidInput):
            planned(Pause("x", start, until))


def test_pauses_may_overlap_and_stand_first_day_first() -> None:
    calendar = planned(a_pause(5, 9, "c"), a_pause(0, 2, "a"), a_pause(1, 6, "b"))
    assert [pause.start for pause in calendar.pauses] == [TODAY, TODAY + DAY, TODAY + 5 * DAY]
    assert covered(calendar) == list(range(10))


def test_what_has_passed_is_no_longer_listed() -> None:
    calendar = planned(a_pause(0, 2, "a"), a_pause(5, 6, "b"))
    assert len(not_passed(calendar, TODAY + 2 * DAY)) == 2
    assert [pause.start for pause in not_passed(calendar, TODAY + 3 * DAY)] == [TODAY + 5 * DAY]
    assert not_passed(calendar, TODAY + 7 * DAY) == ()


def test_a_pause_that_is_to_come_vanishes() -> None:
    assert without(planned(a_pause(1, 3)), "pause") == Calendar.starting()


def test_a_pause_that_begins_today_vanishes() -> None:
    assert without(planned(a_pause(0, 3)), "pause") == Calendar.starting()


def test_a_pause_that_runs_ends_yesterday_and_what_passed_stays_covered() -> None:
    calendar = without(planned(a_pause(0, 9)), "pause", TODAY + 4 * DAY)
    assert covered(calendar) == [0, 1, 2, 3]
    with pytest.raises(NotFound):
        without(calendar, "pause", TODAY + 4 * DAY)


def test_a_pause_that_has_passed_or_never_was_is_not_found() -> None:
    calendar = planned(a_pause(0, 1))
    for label, today in (("pause", TODAY + 2 * DAY), ("another", TODAY)):
        with pytest.raises(NotFound) as refusal:
            without(calendar, label, today)
        assert str(refusal.value) == "There is no pause with this id."


def test_ending_one_pause_leaves_the_others() -> None:
    calendar = planned(a_pause(0, 5, "a"), a_pause(2, 3, "b"), a_pause(8, 9, "c"))
    assert covered(without(calendar, "a", TODAY + DAY)) == [0, 2, 3, 8, 9]


def test_there_may_be_fifty_pauses_that_have_not_passed() -> None:
    calendar = planned(*(a_pause(number, number, f"p{number}") for number in range(MOST_PAUSES)))
    with pytest.raises(PauseLimitReached):
        with_pause(calendar, a_pause(3, 3, "more"), today=TODAY, limits=LIMITS)
    tomorrow = TODAY + DAY
    assert with_pause(calendar, a_pause(3, 3, "more"), today=tomorrow, limits=LIMITS)


@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 8), st.integers(0, 5), st.booleans()), max_size=8)
)
def test_no_planning_and_ending_of_pauses_changes_a_day_that_has_passed(
    steps: list[tuple[int, int, int, bool]],
) -> None:
    calendar, today = Calendar.starting(), TODAY
    for place, (ahead, length, passes, ends) in enumerate(steps):
        before = calendar
        start = today + ahead * DAY
        pause = Pause(str(an_id(place)), start, start + length * DAY)
        if ends and not_passed(calendar, today):
            calendar = without_pause(calendar, PauseId(UUID(not_passed(calendar, today)[0].id)), today=today)
        else:
            calendar = with_pause(calendar, pause, today=today, limits=LIMITS)
        for back in range(1, 60):
            assert calendar.covered(today - back * DAY) == before.covered(today - back * DAY)
        today += passes * DAY
