"""N times a week or month, calendar or rolling: success against what was asked for, and the strength of Loop."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from hunter_core.analytics.occasions import occasions, success_of
from hunter_core.analytics.quests import QuestFigures, figures_of
from hunter_core.analytics.spans import DayRange
from hunter_core.analytics.strength import strength_of
from hunter_core.days import Calendar
from hunter_core.quests.judge import Timeline
from hunter_core.quests.quest import Quest
from hunter_core.quests.record import HunterDays
from hunter_core.rules.schedules import EveryDay, Period, Times
from tests.unit.analytics.loop import by_loop, score, scores
from tests.unit.quests.builders import MONDAY, a_quest, a_record, asking, day, days_at

CALENDAR_3 = Times(3, Period.WEEK)
ROLLING_3 = Times(3, Period.WEEK, True)
BOTH = pytest.mark.parametrize("schedule", [CALENDAR_3, ROLLING_3], ids=["calendar", "rolling"])

NONE, ONE, TWO, ALL, MORE = ".......", "x......", "x..x...", "xx.x...", "xxxxxxx"


def look(
    schedule: Times, picture: str, *, days: HunterDays | None = None, quest: Quest | None = None
) -> QuestFigures:
    """Return in figures what *picture* shows from Monday on; today is the day after it, and not done yet."""
    length = len(picture.replace(" ", ""))
    return figures_of(
        quest or a_quest(schedule), [], a_record(picture), days or days_at(day(length)), date(2026, 1, 1)
    )


@pytest.mark.parametrize(
    ("letters", "frequency", "expected"),
    [
        # As published: `test_getValue`, `test_getValueWithSkip` and `test_getValueNonDailyWithSkip` of Loop.
        ("x" * 7, (1, 1), [0.051922, 0.101149, 0.147820, 0.192067, 0.234017, 0.273788, 0.311495]),
        ("xssx", (1, 1), [0.051922, 0.051922, 0.051922, 0.101149]),
        (
            "xxxxxsssxxxxxxxxxx",
            (6, 7),
            [
                *(0.004014, 0.011848, 0.023319, 0.038251, 0.056477, 0.056477, 0.056477, 0.056477, 0.077839),
                *(0.102187, 0.129375, 0.159268, 0.191734, 0.226651, 0.263899, 0.299354, 0.333100, 0.365222),
            ],
        ),
    ],
)
def test_the_reference_has_the_figures_that_loop_publishes(
    letters: str, frequency: tuple[int, int], expected: list[float]
) -> None:
    assert list(scores(letters, *frequency)) == pytest.approx(expected, abs=1e-6)


@BOTH
@pytest.mark.parametrize(
    ("week", "expected"),
    [(NONE, (24, 0)), (ONE, (24, 8)), (TWO, (24, 16)), (ALL, (24, 24)), (MORE, (24, 24))],
)
def test_eight_weeks_of_3_ask_for_24(schedule: Times, week: str, expected: tuple[int, int]) -> None:
    found = look(schedule, week * 8)

    assert found.success == expected
    assert found.strength == pytest.approx(by_loop(week * 8, 3, 7), abs=1e-4)


def test_two_of_three_for_eight_weeks_is_what_loop_makes_of_it() -> None:
    found = look(ROLLING_3, TWO * 8)

    assert (found.success.rate, found.strength) == (0.6667, 0.5533)


@BOTH
def test_who_does_all_climbs_as_loop_does_and_who_stops_falls_as_loop_does(schedule: Times) -> None:
    for picture in (ALL, ALL * 4, ALL * 30, ALL * 10 + NONE * 4, NONE * 3 + ALL * 3, MORE * 5):
        expected = pytest.approx(by_loop(picture, 3, 7), abs=1e-4)
        assert look(schedule, picture).strength == expected

    assert score(ALL * 30, 3, 7) > 0.99


@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        (".", (0, 0)),  # it can still be done
        ("....", (0, 0)),
        (".....", (1, 0)),  # from here on it falls short by one more every day
        ("......", (2, 0)),
        (".......", (3, 0)),
        ("xx..", (2, 2)),
        ("xx.....", (3, 2)),
        ("xxxxx", (3, 3)),
        ("xxxxxxx x......", (6, 4)),  # what was too much in one window is nothing in the next
        ("xxx.... ....xxx", (6, 6)),
        ("x......", (3, 1)),
    ],
)
def test_windows_of_7_days_stand_end_to_end_from_the_first_day(
    picture: str, expected: tuple[int, int]
) -> None:
    assert look(ROLLING_3, picture).success == expected


def test_begun_in_the_middle_of_a_week_a_rolling_week_is_whole_and_a_calendar_week_is_not() -> None:
    thursday = day(3)
    picture = "... x.x.x.. x.x.x.."
    today = days_at(day(17))

    rolling = look(ROLLING_3, picture, days=today, quest=a_quest(ROLLING_3, created=thursday))
    nothing = look(ROLLING_3, "", days=today, quest=a_quest(ROLLING_3, created=thursday))
    calendar = look(CALENDAR_3, "", days=today, quest=a_quest(CALENDAR_3, created=thursday))

    assert (rolling.success, nothing.success) == ((6, 6), (6, 0))
    # Thursday to Sunday are 4 of 7 days, and ask for 2; the week after for 3; and of the last, 3 days have passed.
    assert calendar.success == (5, 0)
    assert rolling.strength == pytest.approx(by_loop("x.x.x.." * 2, 3, 7), abs=1e-4)


@BOTH
def test_a_week_off_asks_for_nothing_and_leaves_the_strength_as_if_it_never_was(schedule: Times) -> None:
    pause = (day(14), day(20))

    found = look(schedule, TWO * 2 + NONE + TWO * 2, days=days_at(day(35), pauses=[pause]))

    assert found.success == (12, 8)
    assert found.strength == pytest.approx(by_loop(TWO * 4, 3, 7), abs=1e-4)


@BOTH
@pytest.mark.parametrize(("paused", "asked"), [(1, 3), (2, 2), (3, 2), (4, 1), (5, 1), (6, 0), (7, 0)])
def test_a_window_cut_short_asks_for_its_part_to_the_nearest_whole_day(
    schedule: Times, paused: int, asked: int
) -> None:
    days = days_at(day(14), pauses=[(day(7), day(6 + paused))])

    assert look(schedule, NONE * 2, days=days).success == (3 + asked, 0)


@BOTH
def test_rest_days_are_days_of_the_window_on_which_nothing_is_asked_for(schedule: Times) -> None:
    days = days_at(day(28), rest=(5, 6))

    assert look(schedule, NONE * 4, days=days).success == (12, 0)
    assert look(schedule, TWO * 4, days=days).success == (12, 8)
    weekend = look(schedule, "x....xx" * 4, days=days)
    assert weekend.success == (12, 12)  # done is done, also on a rest day

    many = Times(6, Period.WEEK, schedule.rolling)
    assert look(many, "xxxxx.." * 4, days=days).success == (20, 20)  # 5 days are all there are


@BOTH
def test_rest_days_leave_the_strength_as_it_is_and_cost_nothing(schedule: Times) -> None:
    on_friday, on_sunday = (
        look(schedule, "x.x.x.. x.x.x..", days=days_at(day(number), rest=(5, 6))).strength
        for number in (11, 13)
    )

    assert on_friday == on_sunday
    # 6 of 7 with 2 rest days: the 10 working days of two weeks are all that can be asked for.
    six, keen = Times(6, Period.WEEK, schedule.rolling), "xxxxx.." * 40
    assert look(six, keen, days=days_at(day(280), rest=(5, 6))).strength == pytest.approx(1.0, abs=1e-3)
    assert look(six, keen).strength == pytest.approx(5 / 6, abs=1e-2)


@BOTH
def test_done_on_an_excused_day_never_weakens(schedule: Times) -> None:
    days = days_at(day(70), pauses=[(day(60), day(69))])
    before = (
        ALL * 7 + NONE + "...."
    )  # a strong quest that has been let go: its window says less than its strength

    idle, keen = (look(schedule, before + more, days=days).strength for more in ("." * 10, "x" + "." * 9))

    assert idle is not None
    assert keen is not None
    assert keen >= idle > 0.5


@BOTH
def test_skips_freezes_and_being_switched_off_are_cut_out_of_the_strength(schedule: Times) -> None:
    expected = pytest.approx(by_loop(TWO * 4, 3, 7), abs=1e-4)
    two, gap = TWO * 2, NONE

    frozen = days_at(day(35), frozen=[day(number) for number in range(14, 21)])
    quest = asking(asking(a_quest(schedule), day(14), active=False), day(21), active=True)

    assert look(schedule, two + "s" * 7 + two).strength == expected
    assert look(schedule, two + gap + two, days=frozen).strength == expected
    assert look(schedule, two + gap + two, quest=quest).strength == expected
    assert look(schedule, two + gap + two, quest=quest).success == (12, 8)


def test_days_after_the_last_one_of_an_archived_or_ended_quest_are_not_asked_for() -> None:
    quest = asking(a_quest(ROLLING_3), day(16), active=False, last_day=day(15))

    found = look(ROLLING_3, TWO * 2 + NONE * 4, quest=quest)

    assert found.success == (6, 4)  # the two days of the third window can only be done, and were not
    assert found.strength == pytest.approx(score(TWO * 2 + "..", 3, 7), abs=1e-4)


def test_today_is_not_missed_and_can_only_add() -> None:
    done, keen = a_record(ALL * 4), a_record(ALL * 4 + "x")
    quest, today = a_quest(ROLLING_3), days_at(day(28))

    waiting, again = (figures_of(quest, [], each, today, MONDAY) for each in (done, keen))

    assert (waiting.success, again.success) == ((12, 12), (13, 13))
    assert waiting.strength is not None
    assert again.strength is not None
    assert again.strength >= waiting.strength >= score(ALL * 4, 3, 7) - 1e-4


def test_a_target_that_is_changed_leaves_the_windows_where_they_were() -> None:
    more = asking(a_quest(ROLLING_3), day(10), Times(5, Period.WEEK, True))

    # 3 in the first 7 days; the second 7 have 3 days of the old target, which can still be met, and then the new.
    assert look(ROLLING_3, NONE * 2, quest=more).success == (3 + 4, 0)
    assert look(ROLLING_3, ALL + "xxxxx..", quest=more).success == (8, 8)


def test_windows_begin_anew_where_another_kind_of_schedule_gives_way() -> None:
    quest = asking(a_quest(EveryDay()), day(3), ROLLING_3)

    assert look(ROLLING_3, "xxx" + NONE * 2, quest=quest).success == (3 + 6, 3)


def test_a_rolling_month_is_30_days() -> None:
    ten = Times(10, Period.MONTH, True)
    picture = ("x" * 5 + "." * 25) * 4

    found = look(ten, picture)

    assert found.success == (40, 20)
    assert found.strength == pytest.approx(by_loop(picture, 10, 30), abs=1e-4)
    assert look(Times(31, Period.MONTH, True), "x" * 60).success == (60, 60)
    assert look(Times(31, Period.MONTH, True), "." * 60).success == (60, 0)


@BOTH
def test_a_day_done_in_part_is_not_done_and_worth_its_part_of_the_strength(schedule: Times) -> None:
    quest = a_quest(schedule, per_day=2)

    found = look(schedule, "1.1.1.. " * 20, quest=quest)

    assert found.success == (60, 0)
    assert found.strength == pytest.approx(0.5, abs=1e-2)


def test_a_day_done_in_part_within_a_pause_is_not_due() -> None:
    days = days_at(day(7), pauses=[(day(0), day(6))])

    for schedule in (ROLLING_3, CALENDAR_3):
        found = look(schedule, "1111111", quest=a_quest(schedule, per_day=2), days=days)
        assert (found.success, found.strength) == ((0, 0), 0.0)
    assert look(ROLLING_3, "1111111", quest=a_quest(per_day=2), days=days).success == (0, 0)


def test_the_clock_put_forward_or_back_changes_no_window() -> None:
    for around in (date(2026, 3, 29), date(2026, 10, 25)):
        start = day(-10, around)
        calendar = Calendar.starting("Europe/Berlin")
        now = datetime.combine(day(21, start), time(0, 30), UTC)
        quest, record = a_quest(ROLLING_3, created=start), a_record(TWO * 3, start)

        found = figures_of(quest, [], record, HunterDays(calendar=calendar, now=now), start)

        assert found.success == (9, 6)
        assert found.strength == pytest.approx(by_loop(TWO * 3, 3, 7), abs=1e-4)


def test_the_days_of_the_week_add_up_to_the_whole_and_the_last_30_days_to_their_part() -> None:
    found = look(ROLLING_3, TWO * 8)

    weekdays = {each.weekday: each.success for each in found.weekdays}
    assert weekdays[0] == weekdays[3] == (8, 8)
    assert weekdays[6] == (8, 0)  # what falls short falls on the last days of a window
    assert sum(each.due for each in weekdays.values()) == found.success.due
    # Today and the 29 days before it: the last four windows, and a Sunday before them.
    assert found.lately == (13, 8)


@BOTH
@pytest.mark.parametrize(
    ("week", "strength"), [(NONE, 0.0), (MORE, 1.0), ("x.x.x..", 1.0), ("x......", 0.3333)]
)
def test_of_an_older_quest_what_lies_before_counts_as_what_is_read(
    schedule: Times, week: str, strength: float
) -> None:
    quest, record, today = a_quest(schedule, created=MONDAY), a_record(week * 80), days_at(day(560))
    for since in (day(560 - 364), day(540)):
        found = occasions(Timeline(quest, record, today), DayRange(since, today.today))
        got = strength_of(quest, found, from_the_beginning=False)
        assert got == pytest.approx(strength, abs=2e-2)


def test_a_year_that_begins_within_a_window_judges_its_days_by_the_whole_of_it() -> None:
    quest, today = a_quest(ROLLING_3), days_at(day(70))
    timeline = Timeline(quest, a_record(ONE * 10), today)

    found = [success_of(occasions(timeline, DayRange(day(cut), today.today))) for cut in range(8)]

    # Of each window the first day was done, and the last two are missing.
    assert found == [(30, 10), *[(29, 9)] * 5, (28, 9), (27, 9)]
