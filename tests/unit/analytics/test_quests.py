"""Success and strength of quests, by what they asked for."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from hunter_core.analytics.occasions import Success, occasions, success_of
from hunter_core.analytics.ports import Done
from hunter_core.analytics.quests import figures_of
from hunter_core.analytics.spans import DayRange
from hunter_core.analytics.strength import multiplier_of, share_of_days, strength_of
from hunter_core.days import Calendar
from hunter_core.quests.judge import Timeline
from hunter_core.quests.quest import Quest
from hunter_core.quests.record import HunterDays, QuestRecord
from hunter_core.rules.schedules import EveryDay, EveryNDays, Once, OnWeekdays, Period, Schedule, Times
from tests.unit.quests.builders import MONDAY, a_quest, a_record, asking, day, days_at

WEEKLY_3 = Times(3, Period.WEEK)
ROLLING_3 = Times(3, Period.WEEK, True)
WORKDAYS = OnWeekdays((0, 1, 2, 3, 4))


def success(quest: Quest, record: QuestRecord, days: HunterDays) -> Success:
    found = occasions(Timeline(quest, record, days), DayRange(MONDAY, days.today))
    return success_of(found)


def strength(quest: Quest, record: QuestRecord, days: HunterDays, since: date = MONDAY) -> float | None:
    found = occasions(Timeline(quest, record, days), DayRange(since, days.today))
    return strength_of(quest, found, from_the_beginning=since <= quest.created_day)


@pytest.mark.parametrize(
    ("schedule", "done", "expected"),
    [
        (EveryDay(), "xxxx", (4, 4)),
        (EveryDay(), "x..x", (4, 2)),
        (EveryDay(), "x...", (3, 1)),  # today can still be done
        (EveryDay(), "xs.x", (3, 2)),  # what is skipped was not due
        (WORKDAYS, "xxxxx.. x", (6, 6)),
        (WORKDAYS, "xxxx.x. x", (6, 5)),  # a Saturday does not make up for a Friday
        (EveryNDays(3, MONDAY), "x..x...x", (3, 2)),
        (WEEKLY_3, "x.x.x.. .", (3, 3)),
        (WEEKLY_3, "x...... .", (3, 1)),
        (WEEKLY_3, "xxxxx.. .", (3, 3)),  # more than was asked for is no more than all
        (WEEKLY_3, "xxxxx.. x...... .", (6, 4)),
        (ROLLING_3, "x.x.x.x.x.x.", (5, 5)),  # four in the first 7 days, and two since
        (Once(), "..x.....", (1, 1)),
        (Once(), "........", (0, 0)),
    ],
)
def test_success_is_what_was_done_of_what_was_due(
    schedule: Schedule, done: str, expected: tuple[int, int]
) -> None:
    length = len(done.replace(" ", ""))
    assert success(a_quest(schedule), a_record(done), days_at(day(length - 1))) == expected


def test_a_day_done_in_part_is_due_and_not_done() -> None:
    quest = a_quest(per_day=4)

    assert success(quest, a_record("4215"), days_at(day(4))) == (4, 2)


def test_rest_days_pauses_and_freezes_are_not_due_and_count_when_they_are_done() -> None:
    days = days_at(day(6), pauses=[(day(1), day(2))], rest=(3,), frozen=[day(4)])

    assert success(a_quest(), a_record("x....xx"), days) == (3, 3)
    assert success(a_quest(), a_record("xx.x.xx"), days) == (5, 5)


def test_a_quest_that_was_switched_off_was_not_due() -> None:
    quest = asking(asking(a_quest(), day(2), active=False), day(5), active=True)

    assert success(quest, a_record("xx...x."), days_at(day(7))) == (4, 3)


def test_nothing_that_was_due_has_no_rate() -> None:
    assert Success(0, 0).rate is None
    assert Success(3, 2).rate == 0.6667


@pytest.mark.parametrize(
    ("schedule", "share"),
    [
        (EveryDay(), 1.0),
        (OnWeekdays((0, 2, 4)), 3 / 7),
        (EveryNDays(4, MONDAY), 0.25),
        (WEEKLY_3, 3 / 7),
        (Times(10, Period.MONTH), 1 / 3),
        (Times(31, Period.MONTH), 1.0),
        (Once(), None),
    ],
)
def test_the_share_of_days_is_that_of_the_schedule(schedule: Schedule, share: float | None) -> None:
    assert share_of_days(schedule) == (None if share is None else pytest.approx(share))


def test_a_daily_quest_is_at_half_after_13_days_and_at_three_quarters_after_26() -> None:
    quest = a_quest()

    assert strength(quest, a_record("x" * 13), days_at(day(12))) == 0.5
    assert strength(quest, a_record("x" * 26), days_at(day(25))) == 0.75
    assert strength(quest, a_record("x" * 13 + "." * 13), days_at(day(26))) == 0.25


@pytest.mark.parametrize(
    ("before", "value", "after"), [(0.0, 1.0, 0.051922), (0.5, 1.0, 0.525961), (0.5, 0.0, 0.474039)]
)
def test_a_step_is_that_of_loop(before: float, value: float, after: float) -> None:
    multiplier = multiplier_of(1.0)

    assert before * multiplier + value * (1 - multiplier) == pytest.approx(after, abs=1e-6)


def test_a_rarer_quest_is_slower() -> None:
    daily = strength(a_quest(), a_record("x" * 28), days_at(day(27)))
    weekly = strength(a_quest(OnWeekdays((0,))), a_record("x......" * 4), days_at(day(27)))

    assert daily is not None
    assert weekly is not None
    assert 0 < weekly < daily < 1
    assert weekly == pytest.approx(1 - 0.5 ** (28 * (1 / 7) ** 0.5 / 13), abs=1e-4)


def test_what_is_excused_or_still_to_be_done_leaves_the_strength_as_it_is() -> None:
    done = a_record("x" * 10)
    then = strength(a_quest(), done, days_at(day(9)))

    assert strength(a_quest(), done, days_at(day(10))) == then
    assert strength(a_quest(), done, days_at(day(20), pauses=[(day(10), day(20))])) == then
    assert strength(a_quest(), a_record("x" * 10 + "sss"), days_at(day(13))) == then
    switched_off = asking(a_quest(), day(10), active=False)
    assert strength(switched_off, done, days_at(day(30))) == then


def test_a_day_done_in_part_is_worth_its_part() -> None:
    assert strength(a_quest(per_day=4), a_record("2" * 13), days_at(day(13))) == 0.25


def test_what_lies_before_what_is_read_counts_as_what_is_read() -> None:
    long_done = a_record("x" * 60)
    quest = a_quest()

    assert strength(quest, long_done, days_at(day(59)), since=day(50)) == 1.0
    assert strength(quest, a_record(), days_at(day(59)), since=day(50)) == 0.0


def test_what_is_done_once_has_no_strength() -> None:
    assert strength(a_quest(Once()), a_record("x"), days_at(day(3))) is None


def test_hours_are_those_of_the_hunters_clock_and_the_first_of_equals_is_the_best() -> None:
    quest = a_quest()
    calendar = Calendar.starting("Asia/Seoul")
    days = HunterDays(calendar=calendar, now=datetime.combine(day(3), time(6), UTC))
    done = [
        Done(day(number), datetime.combine(day(number), time(hour), UTC))
        for number, hour in ((0, 21), (1, 21), (2, 3), (3, 3))
    ]
    done[0] = Done(day(1), done[0].at)

    found = figures_of(quest, done, QuestRecord(counts={day(1): 2, day(2): 1, day(3): 1}), days, MONDAY)

    assert found.best_hour == 6
    assert [hour for hour, count in enumerate(found.hours) if count] == [6, 12]
    assert (len(found.hours), sum(found.hours), found.completions) == (24, 4, 4)
    assert [(each.weekday, each.completions) for each in found.weekdays if each.completions] == [
        (1, 2),
        (2, 1),
        (3, 1),
    ]
    assert [each.success for each in found.weekdays[:3]] == [Success(1, 0), Success(1, 1), Success(1, 1)]


def test_a_quest_never_done_has_no_best_hour() -> None:
    found = figures_of(a_quest(), [], a_record(), days_at(day(3)), MONDAY)

    assert (found.best_hour, found.completions, found.success) == (None, 0, Success(3, 0))


def test_lately_is_the_last_30_days() -> None:
    record = a_record("." * 30 + "x" * 30)
    quest = a_quest()

    found = figures_of(quest, [], record, days_at(day(59)), MONDAY)

    assert (found.success, found.lately) == (Success(60, 30), Success(30, 30))


def test_a_quest_is_looked_at_from_its_creation_on() -> None:
    quest = a_quest(created=day(5))

    found = figures_of(quest, [], a_record(".....xx"), days_at(day(6)), MONDAY)

    assert (found.since, found.success) == (day(5), Success(2, 2))
    assert found.strength == round(1 - 0.5 ** (2 / 13), 4)
    assert found.since - MONDAY == timedelta(days=5)
