"""Laws of schedules and of the days and streaks that follow from them (SPEC 2, Schedules)."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hunter_core.quests.calendar import DayState, due_on, quest_calendar
from hunter_core.quests.quest import Quest, versions_from_json, versions_to_json
from hunter_core.quests.record import HunterDays, QuestRecord
from hunter_core.quests.streak import current_streak
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
from tests.unit.quests.builders import MONDAY, a_quest, asking, day, days_at

LONG = 70
"""Days after its creation on which a quest is looked at; they cross the end of a year."""

EITHER = st.booleans()
starts = st.dates(date(2025, 11, 1), date(2025, 12, 31))
numbers = st.integers(0, LONG)


@st.composite
def times_schedules(draw: st.DrawFn, rolling: st.SearchStrategy[bool] = EITHER) -> Times:
    period = draw(st.sampled_from(Period))
    return Times(draw(st.integers(1, period.most_times)), period, draw(rolling))


day_schedules: st.SearchStrategy[Schedule] = st.one_of(
    st.just(EveryDay()),
    st.sets(st.integers(0, 6), min_size=1).map(lambda days: OnWeekdays(tuple(days))),
    st.builds(EveryNDays, st.integers(1, 365), st.dates(date(2025, 10, 1), date(2026, 3, 1))),
)
schedules: st.SearchStrategy[Schedule] = st.one_of(day_schedules, times_schedules(), st.just(Once()))


@st.composite
def quests(draw: st.DrawFn, kinds: st.SearchStrategy[Schedule] = schedules, edits: int = 3) -> Quest:
    """Return a quest that was edited up to *edits* times."""
    start = draw(starts)
    quest = a_quest(draw(kinds), created=start, per_day=draw(st.integers(1, 2)))
    for number in sorted(draw(st.lists(numbers, max_size=edits))):
        quest = draw(edited(quest, day(number, start), kinds))
    return quest


@st.composite
def edited(
    draw: st.DrawFn, quest: Quest, when: date, kinds: st.SearchStrategy[Schedule] = schedules
) -> Quest:
    """Return *quest* edited on *when*."""
    last_day = draw(st.none() | numbers.map(lambda number: day(number, quest.created_day)))
    return asking(
        quest,
        when,
        draw(st.just(quest.schedule) | kinds),
        per_day=draw(st.integers(1, 2)),
        active=draw(st.sampled_from([True, True, True, False])),
        last_day=last_day,
    )


@st.composite
def records(draw: st.DrawFn, quest: Quest, today: date) -> QuestRecord:
    """Return what was done up to *today*, and skips, some of them ahead; sometimes diligent, sometimes not."""
    often = draw(st.sampled_from([st.sampled_from([0, 0, 1, 2]), st.sampled_from([2, 2, 2, 1, 0])]))
    length = (today - quest.created_day).days + 1
    counts = draw(st.lists(often, min_size=length, max_size=length))
    skips = draw(st.sets(st.integers(0, LONG + 7), max_size=4))
    return QuestRecord(
        counts={day(number, quest.created_day): count for number, count in enumerate(counts) if count},
        skips={day(number, quest.created_day) for number in skips},
    )


@st.composite
def hunters_days(draw: st.DrawFn, start: date, today: date) -> HunterDays:
    """Return the days of a hunter with pauses, rest days and freezes."""
    ends = st.lists(numbers, min_size=2, max_size=2).map(sorted)
    pauses = [(day(first, start), day(last, start)) for first, last in draw(st.lists(ends, max_size=2))]
    rest = tuple(draw(st.sets(st.integers(0, 6), max_size=2)))
    frozen = {day(number, start) for number in draw(st.sets(numbers, max_size=2))}
    return days_at(today, pauses=pauses, rest=rest, frozen={each for each in frozen if each < today})


def states(quest: Quest, record: QuestRecord, days: HunterDays, last: date) -> list[DayState]:
    return [each.state for each in quest_calendar(quest, record, days, quest.created_day, last)]


@st.composite
def looks(
    draw: st.DrawFn, kinds: st.SearchStrategy[Schedule] = schedules, edits: int = 3
) -> tuple[Quest, QuestRecord, HunterDays]:
    """Return a quest with its record as seen on some day."""
    quest = draw(quests(kinds, edits))
    today = draw(st.dates(quest.versions[-1].holds_from, day(LONG, quest.created_day)))
    return quest, draw(records(quest, today)), draw(hunters_days(quest.created_day, today))


@given(schedules)
def test_a_schedule_read_from_its_json_is_the_same(schedule: Schedule) -> None:
    assert schedule_from_json(schedule_to_json(schedule)) == schedule


@given(quests())
def test_the_history_of_a_schedule_read_from_its_json_is_the_same(quest: Quest) -> None:
    assert versions_from_json(versions_to_json(quest.versions)) == quest.versions


@given(st.integers(1, 365), st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 2000))
def test_every_n_days_falls_once_in_every_n_days_in_a_row_and_never_before_its_first(
    n: int, start: date, ahead: int
) -> None:
    schedule = EveryNDays(n, start)
    after = start + timedelta(days=ahead)
    assert sum(falls_on(schedule, after + timedelta(days=number)) for number in range(n)) == 1
    assert not any(falls_on(schedule, start - timedelta(days=number)) for number in range(1, n + 1))


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.sampled_from(Period))
def test_calendar_periods_tile_the_days(any_day: date, period: Period) -> None:
    first, last = period.around(any_day)
    assert first <= any_day <= last
    assert period.around(first) == period.around(last) == (first, last)
    assert period.around(last + timedelta(days=1))[0] == last + timedelta(days=1)


@given(looks(), st.data())
def test_editing_a_schedule_leaves_the_states_of_all_days_before_the_edit_unchanged(
    look: tuple[Quest, QuestRecord, HunterDays], data: st.DataObject
) -> None:
    quest, record, days = look
    after = data.draw(edited(quest, days.today))
    yesterday = days.today - timedelta(days=1)
    assert states(after, record, days, yesterday) == states(quest, record, days, yesterday)
    today = after.versions[-1].holds_from
    assert after.versions[: len(quest.versions) - 1] == quest.versions[:-1]
    assert all(version in after.versions for version in quest.versions if version.holds_from < today)


@given(looks(times_schedules(), edits=1), st.data())
def test_editing_some_times_a_week_leaves_the_states_of_all_days_before_the_edit_unchanged(
    look: tuple[Quest, QuestRecord, HunterDays], data: st.DataObject
) -> None:
    quest, record, days = look
    after = asking(
        quest,
        days.today,
        per_day=data.draw(st.integers(1, 2)),
        active=data.draw(st.booleans()),
        last_day=data.draw(st.none() | st.just(days.today)),
    )
    yesterday = days.today - timedelta(days=1)
    assert states(after, record, days, yesterday) == states(quest, record, days, yesterday)


@given(looks())
def test_a_day_done_often_enough_is_done_and_no_other_day_is(
    look: tuple[Quest, QuestRecord, HunterDays],
) -> None:
    quest, record, days = look
    for each in quest_calendar(quest, record, days, quest.created_day, days.today):
        version = quest.versions[quest.place_of(each.day)]
        need = 1 if isinstance(version.schedule, Once) else version.completions_per_day
        assert (each.state is DayState.DONE) == (each.completions >= need)


@given(looks())
def test_only_passed_days_are_missed_and_only_days_to_come_are_pending(
    look: tuple[Quest, QuestRecord, HunterDays],
) -> None:
    quest, record, days = look
    for each in quest_calendar(quest, record, days, quest.created_day, day(14, days.today)):
        assert each.state is not DayState.MISSED or each.day < days.today
        assert each.state is not DayState.PENDING or each.day >= days.today


@given(looks())
def test_what_is_pending_today_is_due_and_what_is_due_is_pending_begun_or_done(
    look: tuple[Quest, QuestRecord, HunterDays],
) -> None:
    quest, record, days = look
    (today,) = quest_calendar(quest, record, days, days.today, days.today)
    if today.state is DayState.PENDING:
        assert due_on(quest, record, days, days.today)
    if due_on(quest, record, days, days.today):
        assert today.state in (DayState.PENDING, DayState.PARTIAL, DayState.DONE)


@given(looks())
def test_a_quests_streak_is_at_most_the_number_of_its_done_days(
    look: tuple[Quest, QuestRecord, HunterDays],
) -> None:
    quest, record, days = look
    streak = current_streak(quest, record, days)
    assert streak.is_whole
    assert streak.length <= states(quest, record, days, days.today).count(DayState.DONE)


@given(looks(day_schedules))
def test_a_quests_streak_counts_the_due_days_done_after_the_last_one_missed(
    look: tuple[Quest, QuestRecord, HunterDays],
) -> None:
    quest, record, days = look
    length = 0
    # By the book: from the first day on, counting what was named and done, back to 0 at every day missed.
    for each in quest_calendar(quest, record, days, quest.created_day, days.today):
        version = quest.versions[quest.place_of(each.day)]
        if each.state is DayState.DONE:
            length += falls_on(version.schedule, each.day)
        elif each.state is DayState.MISSED or (
            each.state is DayState.PARTIAL and each.day < days.today and due_on(quest, record, days, each.day)
        ):
            length = 0
    assert current_streak(quest, record, days).length == length


@given(st.one_of(looks(), looks(times_schedules(rolling=st.just(True)), edits=0)), st.data())
def test_a_streak_found_in_what_is_known_is_the_whole_one_or_says_that_it_may_be_longer(
    look: tuple[Quest, QuestRecord, HunterDays], data: st.DataObject
) -> None:
    quest, record, days = look
    since = data.draw(st.dates(quest.created_day - timedelta(days=3), days.today))
    known = QuestRecord(
        counts={each: count for each, count in record.counts.items() if each >= since},
        skips={each for each in record.skips if each >= since},
        since=since,
        total=record.total,
    )
    whole, found = current_streak(quest, record, days), current_streak(quest, known, days)
    assert found.length <= whole.length
    if found.is_whole:
        assert found == whole


@given(st.data(), starts, times_schedules(rolling=st.just(False)))
def test_a_period_left_short_by_n_days_shows_n_days_missed(
    data: st.DataObject, start: date, schedule: Times
) -> None:
    quest, today = a_quest(schedule, created=start), day(LONG, start)
    record = data.draw(records(quest, today))
    days = data.draw(hunters_days(start, today))
    # The period after the first: it is whole, and it has passed.
    first, last = schedule.period.around(schedule.period.around(start)[1] + timedelta(days=1))
    found = quest_calendar(quest, record, days, first, last)
    undone = [each.day for each in found if each.state is not DayState.DONE]
    skipped = [each for each in undone if each in record.skips]
    resting = [each for each in undone if days.calendar.resting(each) and each not in skipped]
    lifted = [each for each in undone if days.calendar.paused(each) or each in days.frozen]
    excused = len({*skipped, *lifted} - set(resting))
    length = len(found)
    part = (2 * schedule.times * (length - excused) + length) // (2 * length)
    asked = min(part, length - excused - len(resting))
    missed = [each for each in found if each.state is DayState.MISSED]
    assert len(missed) == max(asked - (length - len(undone)), 0)


@given(st.data(), times_schedules(rolling=st.just(True)))
def test_a_rolling_target_met_in_every_window_misses_no_day(data: st.DataObject, schedule: Times) -> None:
    length = schedule.period.rolling_days
    target = min(schedule.times, length)
    # A pattern of one period, repeated, holds the same number in every window of its length.
    pattern = set(data.draw(st.permutations(range(length)))[:target])
    days = days_at(day(3 * length))
    record = QuestRecord(counts={day(n): 1 for n in range(3 * length + 1) if n % length in pattern})
    quest = a_quest(schedule, created=MONDAY)
    assert DayState.MISSED not in states(quest, record, days, days.today)
    assert current_streak(quest, record, days).length in (2, 3, 4)


@given(looks(), st.data())
def test_doing_a_quest_once_more_never_shortens_its_streak(
    look: tuple[Quest, QuestRecord, HunterDays], data: st.DataObject
) -> None:
    quest, record, days = look
    when = data.draw(st.dates(quest.created_day, days.today))
    more = QuestRecord(counts={**record.counts, when: record.on(when) + 1}, skips=record.skips)
    assert current_streak(quest, more, days).length >= current_streak(quest, record, days).length
