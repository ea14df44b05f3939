"""N times a week or month: what figures make of any history is what Loop publishes, and what a calendar week makes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hunter_core.analytics.occasions import Success, occasions, success_of
from hunter_core.analytics.spans import DayRange
from hunter_core.analytics.strength import strength_of
from hunter_core.quests.judge import Timeline
from hunter_core.quests.quest import Quest
from hunter_core.quests.record import HunterDays, QuestRecord
from hunter_core.rules.schedules import Period, Times
from tests.property.test_schedules_laws import LONG, hunters_days, looks, records, times_schedules
from tests.unit.analytics.loop import by_loop
from tests.unit.quests.builders import MONDAY, a_quest, a_record, day, days_at

rolling = times_schedules(rolling=st.just(True))
histories = st.text("xxx..s", min_size=1, max_size=150) | st.text("x......", min_size=1, max_size=150)


def figures(quest: Quest, record: QuestRecord, days: HunterDays) -> tuple[Success, float]:
    found = occasions(Timeline(quest, record, days), DayRange(quest.created_day, days.today))
    strength = strength_of(quest, found, from_the_beginning=True)
    assert strength is not None
    return success_of(found), strength


@given(histories, times_schedules())
def test_the_strength_of_any_history_is_the_score_of_loop(history: str, schedule: Times) -> None:
    days_in_period = schedule.period.rolling_days
    # Where every day is asked for, a calendar month may have one more of them.
    assume(schedule.rolling or schedule.times < days_in_period)

    _, found = figures(a_quest(schedule), a_record(history), days_at(day(len(history))))

    assert found == pytest.approx(by_loop(history, schedule.times, days_in_period), abs=1e-4)


@given(histories, st.integers(1, 6), st.sampled_from([True, False]), st.data())
def test_a_pause_is_as_if_it_never_was(history: str, times: int, rolls: bool, data: st.DataObject) -> None:
    quest = a_quest(Times(times, Period.WEEK, rolls))
    place = data.draw(st.integers(0, len(history) - 1))
    length = data.draw(st.integers(1, 40))
    paused = history[:place] + "." * length + history[place:]
    today = len(history) - 1

    _, plain = figures(quest, a_record(history), days_at(day(today)))
    _, found = figures(
        quest,
        a_record(paused),
        days_at(day(today + length), pauses=[(day(place), day(place + length - 1))]),
    )

    assert found == plain


@given(st.data(), st.integers(1, 7))
def test_rolling_weeks_that_begin_on_a_monday_have_the_figures_of_calendar_weeks(
    data: st.DataObject, times: int
) -> None:
    calendar, over = (a_quest(Times(times, Period.WEEK, rolls), per_day=2) for rolls in (False, True))
    today = data.draw(st.dates(MONDAY, day(LONG)))
    record, days = data.draw(records(calendar, today)), data.draw(hunters_days(MONDAY, today))

    assert figures(over, record, days) == figures(calendar, record, days)


@given(st.data(), rolling, st.integers(1, 4))
def test_whole_windows_ask_for_the_target_each_and_never_count_more(
    data: st.DataObject, schedule: Times, windows: int
) -> None:
    length = schedule.period.rolling_days
    today = day(windows * length)
    counts = data.draw(st.lists(st.booleans(), min_size=windows * length, max_size=windows * length))
    record = QuestRecord(counts={day(number): 1 for number, done in enumerate(counts) if done})
    target = min(schedule.times, length)
    done = [sum(counts[first : first + length]) for first in range(0, windows * length, length)]

    found, _ = figures(a_quest(schedule), record, days_at(today))

    assert found == (windows * target, sum(min(target, each) for each in done))


@given(st.data(), rolling, st.integers(1, 4))
def test_within_a_window_the_order_of_the_days_is_nothing_to_success(
    data: st.DataObject, schedule: Times, windows: int
) -> None:
    length = schedule.period.rolling_days
    days = days_at(day(windows * length))
    pictures = ["".join(data.draw(st.lists(st.sampled_from("x."), min_size=length, max_size=length)))]
    pictures *= windows
    mixed = ["".join(data.draw(st.permutations(list(each)))) for each in pictures]

    one, other = (figures(a_quest(schedule), a_record("".join(each)), days) for each in (pictures, mixed))

    assert one[0] == other[0]


@given(st.data(), rolling)
def test_a_target_kept_in_every_window_is_a_success_of_all(data: st.DataObject, schedule: Times) -> None:
    length, target = schedule.period.rolling_days, min(schedule.times, schedule.period.rolling_days)
    done = list(data.draw(st.permutations([True] * target + [False] * (length - target))))
    # Any day more may be done; where a window would fall short, the day must be.
    for more in data.draw(st.lists(st.booleans(), min_size=2 * length, max_size=2 * length)):
        done.append(more or sum(done[1 - length :] if length > 1 else []) < target)
    record = QuestRecord(counts={day(number): 1 for number, each in enumerate(done) if each})

    found, _ = figures(a_quest(schedule), record, days_at(day(len(done) - 1)))

    assert found.rate in (None, 1.0)


@given(looks(times_schedules(), edits=0), st.integers(0, LONG))
def test_one_day_more_done_never_weakens_times_a_period(
    look: tuple[Quest, QuestRecord, HunterDays], place: int
) -> None:
    quest, record, hunter = look
    span: list[date] = DayRange(quest.created_day, hunter.today).days()
    more = replace(record, counts={**record.counts, span[place % len(span)]: 2}, total=-1)

    (_, before), (_, after) = (figures(quest, each, hunter) for each in (record, more))

    assert after >= before
