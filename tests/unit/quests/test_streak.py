"""A quest's own streak (SPEC 2, Schedules); 2026-11-02 is a Monday."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from hunter_core.quests.record import QuestRecord
from hunter_core.quests.streak import QuestStreak, current_streak
from hunter_core.rules.schedules import EveryDay, EveryNDays, Once, OnWeekdays, Period, Schedule, Times
from tests.unit.quests.builders import MONDAY, a_quest, a_record, asking, day, days_at, streak_of

WEEKLY_3 = Times(3, Period.WEEK)
ROLLING_3 = Times(3, Period.WEEK, rolling=True)
ROLLING_1 = Times(1, Period.WEEK, rolling=True)
MON_WED_FRI = OnWeekdays((0, 2, 4))

# What is asked, what was done from Monday on, the number of today, and the streak.
RUNS: list[tuple[Schedule, str, int, int]] = [
    (EveryDay(), "", 0, 0),
    (EveryDay(), "x", 0, 1),
    (EveryDay(), "x", 1, 1),
    (EveryDay(), "x", 2, 0),
    (EveryDay(), "xxx", 3, 3),
    (EveryDay(), "xx.xx", 4, 2),
    (EveryDay(), "xxsxx", 4, 4),
    (EveryDay(), "2.2", 2, 1),
    (MON_WED_FRI, "x.x.x..", 6, 3),
    (MON_WED_FRI, "xxx.x..", 6, 3),
    (MON_WED_FRI, "x.x.... x", 7, 1),
    (MON_WED_FRI, "x.x.x.. ..", 7, 3),
    (EveryNDays(3, MONDAY), "x..x..x..", 8, 3),
    (EveryNDays(3, MONDAY), "x..x.x...", 8, 0),
    (Once(), "", 4, 0),
    (Once(), "x", 4, 1),
    # Weeks of three: the one under way counts once its target is met, and ends the run once it cannot be.
    (WEEKLY_3, "xx", 6, 0),
    (WEEKLY_3, "x.x.x", 4, 1),
    (WEEKLY_3, "xxxxxxx", 6, 1),
    (WEEKLY_3, "x.x.x.. x.x.x..", 12, 2),
    (WEEKLY_3, "x.x.x.. .......", 11, 1),
    (WEEKLY_3, "x.x.x.. .......", 12, 0),
    (WEEKLY_3, "x.x.x.. xx..... xxx", 18, 1),
    (WEEKLY_3, "x.x.x.. sssssss xxx", 17, 2),
    # Any seven days: the first period begins with the first day done.
    (ROLLING_3, "xx", 5, 0),
    (ROLLING_3, "xxx", 2, 1),
    (ROLLING_3, "xxx.... xxx", 9, 2),
    (ROLLING_3, "xxx.... ....xxx", 13, 2),
    (ROLLING_3, "xxx.... ....xxx", 22, 2),
    (ROLLING_3, "xxx.... ....xxx", 23, 0),
    (ROLLING_3, "xxx.... .....xx x", 14, 1),
    (ROLLING_1, "x...x", 4, 1),
    (ROLLING_1, "x...... x", 7, 2),
    (ROLLING_1, "x...... ......x", 13, 2),
    (ROLLING_1, "x...... .......", 13, 1),
    (ROLLING_1, "x...... ....... x", 14, 1),
]


@pytest.mark.parametrize(("schedule", "done", "today", "length"), RUNS)
def test_a_quests_streak_counts_what_was_due_and_done_in_a_row(
    schedule: Schedule, done: str, today: int, length: int
) -> None:
    assert streak_of(a_quest(schedule), a_record(done), days_at(day(today))) == length


def test_what_is_not_done_yet_today_breaks_nothing() -> None:
    for schedule in (EveryDay(), WEEKLY_3, ROLLING_3):
        before = streak_of(a_quest(schedule), a_record("xxx"), days_at(day(2)))
        assert before > 0
        assert streak_of(a_quest(schedule), a_record("xxx"), days_at(day(3))) == before


def test_pauses_rest_days_and_freezes_are_passed_over() -> None:
    record = a_record("xx...xx")
    assert streak_of(a_quest(), record, days_at(day(6), pauses=[(day(2), day(4))])) == 4
    assert streak_of(a_quest(), record, days_at(day(6), rest=(2, 3), frozen=[day(4)])) == 4
    assert streak_of(a_quest(), record, days_at(day(6), frozen=[day(3), day(4)])) == 2


def test_a_partial_day_breaks_the_run_once_it_has_passed() -> None:
    quest = a_quest(per_day=2)
    assert streak_of(quest, a_record("221"), days_at(day(2))) == 2
    assert streak_of(quest, a_record("221"), days_at(day(3))) == 0


def test_a_week_that_was_cut_short_counts_only_with_its_whole_target() -> None:
    created_on_friday = a_quest(WEEKLY_3, created=day(4))
    assert streak_of(created_on_friday, a_record("....xx. xxx"), days_at(day(9))) == 1
    assert streak_of(created_on_friday, a_record("....xxx xxx"), days_at(day(9))) == 2
    paused = days_at(day(16), pauses=[(day(7), day(12))])
    assert streak_of(a_quest(WEEKLY_3), a_record("xxx.... ....... xxx"), paused) == 2


def test_a_quest_for_every_day_of_the_week_counts_weeks_with_rest_days() -> None:
    quest = a_quest(Times(7, Period.WEEK))
    assert streak_of(quest, a_record("xxxxx.. xxxxx.."), days_at(day(13), rest=(5, 6))) == 2
    rolling = a_quest(Times(7, Period.WEEK, rolling=True))
    assert streak_of(rolling, a_record("xxxxx.. xxxxx.."), days_at(day(13), rest=(5, 6))) == 2


def test_months_count_across_the_end_of_a_year() -> None:
    quest = a_quest(Times(2, Period.MONTH), created=date(2026, 11, 1))
    done = [date(2026, 11, 3), date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 31)]
    record = QuestRecord(counts=dict.fromkeys(done, 1))
    assert streak_of(quest, record, days_at(date(2027, 1, 30))) == 2
    assert streak_of(quest, record, days_at(date(2027, 1, 31))) == 0


def test_the_run_goes_on_through_an_edit() -> None:
    daily_then_weekly = asking(a_quest(), day(4), WEEKLY_3)
    assert streak_of(daily_then_weekly, a_record("xxxx... xxx"), days_at(day(9))) == 5
    weekly_then_daily = asking(a_quest(WEEKLY_3), day(7), EveryDay())
    assert streak_of(weekly_then_daily, a_record("xxx.... xx"), days_at(day(8))) == 3
    more = asking(a_quest(WEEKLY_3), day(9), Times(4, Period.WEEK))
    assert streak_of(more, a_record("xxx.... xxxx"), days_at(day(10))) == 2


def test_a_day_done_is_not_counted_again_by_the_week_that_follows() -> None:
    quest = asking(a_quest(), day(3), WEEKLY_3)
    assert streak_of(quest, a_record("xxx"), days_at(day(3))) == 3
    assert streak_of(quest, a_record("xxxx"), days_at(day(3))) == 3
    assert streak_of(quest, a_record("xxxxxx"), days_at(day(5))) == 4


def test_being_switched_off_is_passed_over() -> None:
    quest = asking(asking(a_quest(), day(2), active=False), day(5), active=True)
    assert streak_of(quest, a_record("xx...x"), days_at(day(5))) == 3


def test_a_missed_deadline_breaks_the_run() -> None:
    quest = a_quest(deadline=datetime(2026, 11, 4, 10, tzinfo=UTC))
    assert streak_of(quest, a_record("xx"), days_at(day(2), hour=9)) == 2
    assert streak_of(quest, a_record("xx"), days_at(day(2), hour=11)) == 0
    assert streak_of(quest, a_record("xxx"), days_at(day(20))) == 3


@pytest.mark.parametrize("schedule", [EveryDay(), WEEKLY_3, ROLLING_3, EveryNDays(4, MONDAY), MON_WED_FRI])
def test_a_run_that_reaches_the_edge_of_what_is_known_says_so(schedule: Schedule) -> None:
    quest, today = a_quest(schedule), day(70)
    everything = a_record("x" * 71)
    whole = streak_of(quest, everything, days_at(today))
    recent = QuestRecord(
        counts={each: 1 for each in everything.counts if each >= day(40)}, since=day(40), total=71
    )
    known = current_streak(quest, recent, days_at(today))
    assert not known.is_whole
    assert 0 < known.length < whole


@pytest.mark.parametrize("schedule", [EveryDay(), WEEKLY_3, ROLLING_3, EveryNDays(4, MONDAY), MON_WED_FRI])
def test_a_run_that_was_broken_inside_what_is_known_is_whole(schedule: Schedule) -> None:
    quest, today = a_quest(schedule), day(70)
    record = QuestRecord(counts={day(number): 1 for number in range(62, 71)}, since=day(40), total=30)
    assert current_streak(quest, record, days_at(today)) == QuestStreak(
        streak_of(quest, a_record("." * 62 + "x" * 9), days_at(today)), True
    )


def test_a_one_time_quest_done_long_ago_needs_no_look_back() -> None:
    record = QuestRecord(since=day(40), total=1)
    assert current_streak(a_quest(Once()), record, days_at(day(70))) == QuestStreak(1, True)


def test_a_rolling_period_that_reaches_into_the_unknown_is_not_taken_for_missed() -> None:
    quest, done = a_quest(ROLLING_3), [35, 36, 37, 46, 47, 48]
    everything = QuestRecord(counts={day(number): 1 for number in done})
    assert streak_of(quest, everything, days_at(day(48))) == 2
    recent = QuestRecord(counts={day(number): 1 for number in done[3:]}, since=day(39), total=6)
    assert current_streak(quest, recent, days_at(day(48))) == QuestStreak(1, False)
