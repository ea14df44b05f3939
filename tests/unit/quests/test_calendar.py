"""The states of a quest's days (SPEC 2, Schedules): pictures, a letter a day; 2026-11-02 is a Monday."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from hunter_core.days import Calendar, ZonePeriod
from hunter_core.quests.calendar import DayState, due_on, quest_calendar
from hunter_core.quests.quest import Quest
from hunter_core.quests.record import HunterDays, QuestRecord
from hunter_core.rules.schedules import EveryDay, EveryNDays, Once, OnWeekdays, Period, Schedule, Times
from tests.unit.quests.builders import MONDAY, a_quest, a_record, asking, day, days_at, picture_of

WEEKLY_3 = Times(3, Period.WEEK)
WEEKLY_5 = Times(5, Period.WEEK)
ROLLING_3 = Times(3, Period.WEEK, rolling=True)
MON_WED_FRI = OnWeekdays((0, 2, 4))

# What is asked, what was done from Monday on, the number of today, and what the days show.
PLAIN: list[tuple[Schedule, str, int, str]] = [
    (EveryDay(), ".......", 3, "MMM????"),
    (EveryDay(), "xx.x...", 3, "DDMD???"),
    (EveryDay(), "x.x....", 3, "DMD????"),
    (MON_WED_FRI, ".......", 6, "M-M-M--"),
    (MON_WED_FRI, "xx.....", 3, "DDM-?--"),
    (MON_WED_FRI, "..x....", 2, "M-D-?--"),
    (EveryNDays(3, MONDAY), "x......", 4, "D--M--?"),
    (EveryNDays(3, day(1)), ".......", 4, "-M--?--"),
    (EveryNDays(1, MONDAY), "x......", 2, "DM?????"),
    (Once(), ".......", 3, "---????"),
    (Once(), ".x.....", 3, "-D-----"),
    (Once(), "...x...", 3, "---D---"),
    # Three times a week: nothing is lost while the days that are left suffice, then each day that passes is.
    (WEEKLY_3, ".......", 0, "???????"),
    (WEEKLY_3, ".......", 4, "----???"),
    (WEEKLY_3, ".......", 5, "----M??"),
    (WEEKLY_3, ".......", 7, "----MMM"),
    (WEEKLY_3, "x......", 7, "D----MM"),
    (WEEKLY_3, "x...x..", 7, "D---D-M"),
    (WEEKLY_3, "x.x.x..", 4, "D-D-D--"),
    (WEEKLY_3, "xxxxx..", 7, "DDDDD--"),
    (WEEKLY_3, "....xxx", 7, "----DDD"),
    (WEEKLY_3, "x.x....", 3, "D-D????"),
    # Any seven days in a row: a day is lost when no seven days with it can hold three any more.
    (ROLLING_3, ".......", 0, "???????"),
    (ROLLING_3, "xxx....", 5, "DDD----"),
    (ROLLING_3, "xxx....", 7, "DDD----"),
]


@pytest.mark.parametrize(("schedule", "done", "today", "expected"), PLAIN)
def test_a_week_of_a_quest_shows_what_was_asked_and_what_was_done(
    schedule: Schedule, done: str, today: int, expected: str
) -> None:
    assert picture_of(a_quest(schedule), a_record(done), days_at(day(today)), 7) == expected


def test_fewer_than_the_completions_of_a_day_are_partial_and_more_are_done() -> None:
    quest = a_quest(per_day=3)
    assert picture_of(quest, a_record("1234.2."), days_at(day(5)), 7) == "ppDDMp?"


def test_a_one_time_quest_is_done_by_one_completion_whatever_a_day_allows() -> None:
    assert picture_of(a_quest(Once(), per_day=3), a_record("..x"), days_at(day(3)), 7) == "--D----"


def test_nothing_is_due_before_the_quest_was_created() -> None:
    quest = a_quest(created=day(3))
    assert picture_of(quest, a_record(), days_at(day(6)), 7) == "---MMM?"


def test_a_skipped_day_is_neither_missed_nor_due_and_done_all_the_same_when_done() -> None:
    record = a_record(".ss.s.s")
    done = QuestRecord(counts={day(1): 1}, skips=record.skips)
    assert picture_of(a_quest(), record, days_at(day(3)), 7) == "Mss?s?s"
    assert picture_of(a_quest(), done, days_at(day(3)), 7) == "MDs?s?s"


def test_a_pause_covers_what_would_have_been_due_and_hides_nothing_that_was_done() -> None:
    pauses = [(day(1), day(4))]
    assert picture_of(a_quest(), a_record("..x...."), days_at(day(6), pauses=pauses), 7) == "MZDZZM?"
    assert picture_of(a_quest(MON_WED_FRI), a_record(), days_at(day(6), pauses=pauses), 7) == "M-Z-Z--"


def test_nothing_is_due_on_a_rest_day_even_in_a_pause() -> None:
    days = days_at(day(6), rest=(2, 6), pauses=[(day(2), day(3))])
    assert picture_of(a_quest(), a_record(), days, 7) == "MM-ZMM-"


def test_a_frozen_day_shows_only_where_something_was_due() -> None:
    days = days_at(day(6), frozen=[day(1), day(2)])
    assert picture_of(a_quest(MON_WED_FRI), a_record(), days, 7) == "M-F-M--"


def test_a_quest_that_was_switched_off_is_paused_until_it_is_switched_on() -> None:
    quest = asking(asking(a_quest(), day(2), active=False), day(5), active=True)
    assert picture_of(quest, a_record("...x..."), days_at(day(6)), 7) == "MMZDZM?"


def test_after_the_deadline_nothing_is_due() -> None:
    quest = a_quest(deadline=datetime(2026, 11, 5, 18, tzinfo=UTC))
    assert picture_of(quest, a_record("x......"), days_at(day(1)), 7) == "D???---"
    assert picture_of(quest, a_record("x......"), days_at(day(3), hour=18), 7) == "DMM?---"
    assert picture_of(quest, a_record("x......"), days_at(day(3), hour=19), 7) == "DMMM---"


def test_a_one_time_quest_is_missed_on_the_day_of_its_deadline_only() -> None:
    quest = a_quest(Once(), deadline=datetime(2026, 11, 5, 18, tzinfo=UTC))
    assert picture_of(quest, a_record(), days_at(day(1)), 7) == "-???---"
    assert picture_of(quest, a_record(), days_at(day(5)), 7) == "---M---"
    assert picture_of(quest, a_record(".x"), days_at(day(5)), 7) == "-D-----"


def test_a_date_that_did_not_happen_is_not_due() -> None:
    # Samoa left out 2011-12-30.
    friday = date(2011, 12, 30)
    calendar = Calendar((ZonePeriod("Pacific/Apia"),))
    days = HunterDays(calendar=calendar, now=datetime(2012, 1, 1, tzinfo=UTC))
    quest = a_quest(created=date(2011, 12, 28))
    states = quest_calendar(
        quest, QuestRecord(), days, friday - timedelta(days=1), friday + timedelta(days=1)
    )
    assert [each.state for each in states] == [DayState.MISSED, DayState.NOT_DUE, DayState.MISSED]


# --- TIMES: weeks and months that are not whole ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("created", "expected"),
    [
        (0, "----MMM ----MMM ?"),
        (3, "-----MM ----MMM ?"),  # 4 of 7 days ask for 2 of 3
        (5, "------M ----MMM ?"),  # 2 of 7 days ask for 1
        (6, "------- ----MMM ?"),  # 1 of 7 days asks for none
    ],
)
def test_a_week_that_began_late_asks_for_its_part(created: int, expected: str) -> None:
    quest = a_quest(WEEKLY_3, created=day(created))
    assert picture_of(quest, a_record(), days_at(day(14)), 15) == expected


def test_a_quest_that_is_done_some_times_a_week_is_due_on_the_day_of_its_creation_whichever_it_is() -> None:
    for number in range(7):
        for rolling in (False, True):
            for period in Period:
                quest = a_quest(Times(1, period, rolling), created=day(number))
                assert due_on(quest, a_record(), days_at(day(number)), day(number))


@pytest.mark.parametrize(
    ("pause", "expected"),
    [
        ((0, 6), "ZZZZZZZ"),
        ((4, 6), "--MMZZZ"),  # 4 of 7 days ask for 2
        ((5, 6), "---MMZZ"),  # 5 of 7 days ask for 2
        ((2, 2), "--Z-MMM"),  # 6 of 7 days ask for 3, as 18/7 is nearer to 3
    ],
)
def test_a_pause_takes_its_part_of_a_week(pause: tuple[int, int], expected: str) -> None:
    days = days_at(day(7), pauses=[(day(pause[0]), day(pause[1]))])
    assert picture_of(a_quest(WEEKLY_3), a_record(), days, 7) == expected


def test_rest_days_lower_no_target_that_the_other_days_can_hold() -> None:
    days = days_at(day(7), rest=(5, 6))
    assert picture_of(a_quest(WEEKLY_3), a_record(), days, 7) == "--MMM--"
    assert picture_of(a_quest(Times(7, Period.WEEK)), a_record("xxxx..."), days, 7) == "DDDDM--"
    assert picture_of(a_quest(Times(7, Period.WEEK)), a_record("xxxxx.."), days, 7) == "DDDDD--"


def test_a_done_rest_day_makes_up_for_another() -> None:
    days = days_at(day(7), rest=(5, 6))
    assert picture_of(a_quest(WEEKLY_3), a_record("xx...x."), days, 7) == "DD---D-"


def test_a_partial_day_of_a_period_is_not_a_done_one() -> None:
    quest = a_quest(WEEKLY_3, per_day=2)
    assert picture_of(quest, a_record("2121..."), days_at(day(7)), 7) == "DpDp--M"


def test_weeks_and_months_go_on_across_the_end_of_a_year() -> None:
    # 2026-12-28 is the Monday of the week that ends on 2027-01-03.
    monday = date(2026, 12, 28)
    quest = a_quest(WEEKLY_3, created=monday - timedelta(days=28))
    record = a_record("x.x.x..", monday)
    assert picture_of(quest, record, days_at(date(2027, 1, 4)), 7, monday) == "D-D-D--"
    monthly = a_quest(Times(2, Period.MONTH), created=date(2026, 12, 1))
    record = QuestRecord(counts={date(2026, 12, 2): 1, date(2027, 1, 1): 1})
    states = quest_calendar(monthly, record, days_at(date(2027, 1, 3)), date(2026, 12, 30), date(2027, 1, 3))
    assert [each.state.value for each in states] == ["NOT_DUE", "MISSED", "DONE", "NOT_DUE", "PENDING"]


def test_every_day_of_a_short_month_is_enough_for_31_times() -> None:
    quest = a_quest(Times(31, Period.MONTH), created=date(2026, 1, 1))
    record = a_record("x" * 27 + ".", date(2026, 2, 1))
    states = quest_calendar(quest, record, days_at(date(2026, 3, 1)), date(2026, 2, 27), date(2026, 3, 1))
    assert [each.state.value for each in states] == ["DONE", "MISSED", "PENDING"]


def test_a_rolling_week_is_due_again_when_the_first_of_its_days_has_left_it() -> None:
    quest, record = a_quest(ROLLING_3), a_record("xxx")
    due = [due_on(quest, record, days_at(day(number)), day(number)) for number in range(10)]
    assert due == [True, True, True, False, False, False, False, True, True, True]


def test_a_rolling_week_left_alone_is_missed_day_by_day() -> None:
    # After Wednesday, Sunday is the last day that shares seven days with all three.
    assert picture_of(a_quest(ROLLING_3), a_record("xxx"), days_at(day(14)), 15) == "DDD---- MMM---- ?"


def test_done_days_far_apart_are_kept_by_the_periods_around_them() -> None:
    record = a_record("xxx.... ....xxx")
    assert picture_of(a_quest(ROLLING_3), record, days_at(day(14)), 14) == "DDD---- ----DDD"


def test_done_days_that_no_seven_days_hold_together_keep_nothing() -> None:
    quest = a_quest(ROLLING_3, created=day(-14))
    assert picture_of(quest, a_record("x..x... x"), days_at(day(20)), 8) == "DMMDMMM D"
    assert picture_of(quest, a_record("x..x..x ."), days_at(day(20)), 8) == "D--D--D M"


# --- edits ----------------------------------------------------------------------------------------------------


def test_editing_a_schedule_holds_from_today_on() -> None:
    quest = asking(a_quest(), day(3), MON_WED_FRI)
    assert picture_of(quest, a_record("x......"), days_at(day(6)), 7) == "DMM-M--"


def test_a_week_that_was_begun_daily_counts_what_was_done_in_it() -> None:
    quest = asking(a_quest(), day(3), WEEKLY_3)
    assert picture_of(quest, a_record("xx....."), days_at(day(3)), 7) == "DDM????"
    assert picture_of(quest, a_record("xxx...."), days_at(day(3)), 7) == "DDD----"


def test_a_week_that_was_begun_daily_asks_for_its_part_from_then_on() -> None:
    quest = asking(a_quest(), day(3), WEEKLY_3)
    assert picture_of(quest, a_record(), days_at(day(7)), 7) == "MMM--MM"


def test_what_is_edited_later_in_the_week_loses_none_of_the_days_before() -> None:
    # Four of seven days would ask for two of three, and Wednesday and Thursday would have been lost.
    switched_off = asking(a_quest(WEEKLY_3), day(4), active=False)
    assert picture_of(switched_off, a_record(), days_at(day(7)), 7) == "----ZZZ"
    ended = asking(a_quest(WEEKLY_3), day(4), last_day=day(3))
    assert picture_of(ended, a_record(), days_at(day(7)), 7) == "-------"


def test_what_ends_a_rolling_week_loses_none_of_the_days_before() -> None:
    ended = asking(a_quest(ROLLING_3), day(4), last_day=day(3))
    assert picture_of(ended, a_record(), days_at(day(20)), 7) == "-------"
    daily = asking(a_quest(ROLLING_3), day(4), EveryDay())
    assert picture_of(daily, a_record(), days_at(day(20)), 7) == "----MMM"
    more = asking(a_quest(ROLLING_3), day(4), Times(4, Period.WEEK, rolling=True))
    assert picture_of(more, a_record(), days_at(day(20)), 7) == "-MMMMMM"


def test_days_missed_before_a_rolling_week_began_are_no_hope_for_it() -> None:
    quest = asking(a_quest(), day(4), ROLLING_3)
    assert picture_of(quest, a_record(), days_at(day(20)), 7) == "MMMM-MM"


def test_a_higher_target_holds_for_the_whole_week_from_today_on() -> None:
    quest = asking(a_quest(WEEKLY_3), day(4), WEEKLY_5)
    assert picture_of(quest, a_record("x.x...."), days_at(day(7)), 7) == "D-D-MMM"


def test_more_completions_a_day_leave_the_days_before_done() -> None:
    quest = asking(a_quest(), day(2), per_day=2)
    assert picture_of(quest, a_record("xxxx2.."), days_at(day(6)), 7) == "DDppDM?"


def test_a_deadline_moved_after_it_had_passed_leaves_the_days_between_not_due() -> None:
    quest = a_quest(deadline=datetime(2026, 11, 3, 18, tzinfo=UTC))
    moved = asking(quest, day(4), last_day=day(5))
    moved = Quest(**{name: getattr(moved, name) for name in moved.__slots__} | {"deadline": None})
    assert picture_of(moved, a_record(), days_at(day(7)), 7) == "MM--MM-"


# --- due ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schedule", "done", "today", "due"),
    [
        (EveryDay(), "", 0, True),
        (EveryDay(), "x", 0, True),
        (MON_WED_FRI, "", 1, False),
        (EveryNDays(2, day(1)), "", 3, True),
        (Once(), "", 3, True),
        (Once(), "...x", 3, True),
        (Once(), "..x", 3, False),
        (WEEKLY_3, "xx", 2, True),
        (WEEKLY_3, "xxx", 2, True),
        (WEEKLY_3, "xxx", 3, False),
    ],
)
def test_a_quest_is_due_when_its_schedule_asks_for_the_day_done_or_not(
    schedule: Schedule, done: str, today: int, due: bool
) -> None:
    assert due_on(a_quest(schedule), a_record(done), days_at(day(today)), day(today)) is due


def test_what_is_excused_is_not_due() -> None:
    today = day(2)
    assert due_on(a_quest(), a_record(), days_at(today), today)
    assert not due_on(a_quest(), a_record("..s"), days_at(today), today)
    assert not due_on(a_quest(), a_record(), days_at(today, pauses=[(today, today)]), today)
    assert not due_on(a_quest(), a_record(), days_at(today, rest=(2,)), today)
    assert not due_on(asking(a_quest(), today, active=False), a_record(), days_at(today), today)
    assert not due_on(asking(a_quest(), today, last_day=day(1)), a_record(), days_at(today), today)
    over = a_quest(deadline=datetime(2026, 11, 4, 11, tzinfo=UTC))
    assert not due_on(over, a_record(), days_at(today), today)
    assert not due_on(a_quest(created=day(3)), a_record(), days_at(today), today)
