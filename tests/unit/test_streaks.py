"""Streaks: what saves one, what ends one, and what a late completion or a void makes of one (SPEC 2, Streak)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

import pytest

from hunter_core.days import Calendar, Pause, RestDays
from hunter_core.ledger.days import DayRow, mend
from hunter_core.rules.streaks import NO_STREAK, StreakRules, StreakState, fold, gap, passed
from tests.builders import a_rulebook

MONDAY = date(2026, 1, 5)
CLASSIC = a_rulebook("classic").streaks
MODERN = a_rulebook("modern").streaks
ONE_DAY_OF_GRACE = StreakRules(grace_days=1)
GRACE_AND_FREEZES = StreakRules(grace_days=1, freeze_every=7, freeze_hold=2)


class Scenario(NamedTuple):
    """Days from a Monday on: x stands, . was missed, p was missed in a pause; then the morning after them."""

    title: str
    rules: StreakRules
    days: str
    effective: int
    longest: int
    freezes: int = 0
    rests: tuple[int, ...] = ()

    def state(self) -> StreakState:
        states = [NO_STREAK, *fold(self.standing(), self.calendar().covered, self.rules)]
        return passed(states[-1], self.today(), self.calendar().covered, self.rules)

    def standing(self) -> list[date]:
        return [MONDAY + timedelta(n) for n, day in enumerate(self.days) if day == "x"]

    def today(self) -> date:
        return MONDAY + timedelta(len(self.days))

    def calendar(self) -> Calendar:
        paused = [MONDAY + timedelta(n) for n, day in enumerate(self.days) if day == "p"]
        pauses = tuple(Pause(str(day), day, day) for day in paused)
        return Calendar.starting()._replace(pauses=pauses, rests=(RestDays(MONDAY, self.rests),))


SCENARIOS = [
    Scenario("nothing done is no streak", CLASSIC, "", 0, 0),
    Scenario("a first day", CLASSIC, "x", 1, 1),
    Scenario("a day after the other", CLASSIC, "xxx", 3, 3),
    Scenario("not done yet today breaks nothing", CLASSIC, "xx", 2, 2),
    Scenario("a whole day missed ends it, though nobody acts", CLASSIC, "xx.", 0, 2),
    Scenario("after a gap it begins at one", CLASSIC, "xxx.x", 1, 3),
    Scenario("the longest run stays", CLASSIC, "xxx.xx", 2, 3),
    Scenario("a longer run becomes the longest", CLASSIC, "xx.xxx", 3, 3),
    Scenario("a pause keeps it and adds nothing", CLASSIC, "xxppp", 2, 2),
    Scenario("a pause is walked over", CLASSIC, "xxpppx", 3, 3),
    Scenario("a day done in a pause counts", CLASSIC, "xpxp", 2, 2),
    Scenario("a pause saves its own days only", CLASSIC, "xxp.", 0, 2),
    Scenario("a day missed before a pause ends it", CLASSIC, "xx.pp", 0, 2),
    Scenario("a rest day keeps it", CLASSIC, "xxxxx..", 5, 5, rests=(5, 6)),
    Scenario("rest days are walked over", CLASSIC, "xxxxx..x", 6, 6, rests=(5, 6)),
    Scenario("one rest day does not save the other", CLASSIC, "xxxxx..", 0, 5, rests=(5,)),
    Scenario("rest day and pause together", CLASSIC, "xxxxp..px", 5, 5, rests=(5, 6)),
    Scenario("classic grants no freeze", CLASSIC, "xxxxxxx.", 0, 7),
    Scenario("the seventh day grants a freeze", MODERN, "xxxxxxx", 7, 7, 1),
    Scenario("the sixth does not", MODERN, "xxxxxx", 6, 6, 0),
    Scenario("a freeze is spent on a missed day", MODERN, "xxxxxxx.", 7, 7, 0),
    Scenario("a frozen day keeps the streak and adds nothing", MODERN, "xxxxxxx.x", 8, 8, 0),
    Scenario("a freeze covers one day, not two", MODERN, "xxxxxxx..", 0, 7, 0),
    Scenario("one missed day before a freeze was earned", MODERN, "xxxxxx.", 0, 6, 0),
    Scenario("a second week grants a second freeze", MODERN, "x" * 14, 14, 14, 2),
    Scenario("a third week finds both hands full", MODERN, "x" * 21, 21, 21, 2),
    Scenario("two freezes cover two days", MODERN, "x" * 14 + "..", 14, 14, 0),
    Scenario("and a third missed day ends it", MODERN, "x" * 14 + "...", 0, 14, 0),
    Scenario("a gap too long to save spends them too", MODERN, "x" * 14 + "....x", 1, 14, 0),
    Scenario("pause and rest days spend no freeze", MODERN, "xxxxxxxpx....p", 8, 8, 1, rests=(2, 3, 4, 5)),
    Scenario("a freeze is not spent on a day that a pause covers", MODERN, "xxxxxxxp.x", 8, 8, 0),
    Scenario("the multiple of seven counts standing days", MODERN, "xxxxxxx.xxxxxxx", 14, 14, 1),
    Scenario("a new run earns anew", MODERN, "x" * 7 + "..." + "x" * 7, 7, 7, 1),
    Scenario("a day of grace is forgiven", ONE_DAY_OF_GRACE, "xxx.", 3, 3),
    Scenario("two are not", ONE_DAY_OF_GRACE, "xxx..", 0, 3),
    Scenario("every gap has its own grace", ONE_DAY_OF_GRACE, "x.x.x", 3, 3),
    Scenario("grace comes before a freeze", GRACE_AND_FREEZES, "xxxxxxx.", 7, 7, 1),
    Scenario("then the freeze", GRACE_AND_FREEZES, "xxxxxxx..", 7, 7, 0),
    Scenario("then the end", GRACE_AND_FREEZES, "xxxxxxx...", 0, 7, 0),
]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.title)
def test_the_streak_of_the_morning_after(scenario: Scenario) -> None:
    state = scenario.state()

    assert (state.streak, state.max_streak, state.freezes) == (
        scenario.effective,
        scenario.longest,
        scenario.freezes,
    )


def test_the_first_missed_day_of_a_gap_takes_the_freeze() -> None:
    state = StreakState(7, 7, 1, MONDAY)

    found = gap(state, MONDAY + timedelta(4), lambda _: False, MODERN)

    assert found.frozen == (MONDAY + timedelta(1),)
    assert found.state == StreakState(0, 7, 0, MONDAY)


def test_a_streak_that_has_ended_spends_no_freeze_later() -> None:
    ended = StreakState(0, 9, 1, MONDAY)

    assert gap(ended, MONDAY + timedelta(9), lambda _: False, MODERN).state == ended


# --- late completions and voids: the days are folded again ------------------------------------------------


def rows_of(days: str, rules: StreakRules) -> list[DayRow]:
    standing = [MONDAY + timedelta(n) for n, day in enumerate(days) if day == "x"]
    states = fold(standing, lambda _: False, rules)
    return [
        DayRow(local_day=day, completed=1).with_streak(state)
        for day, state in zip(standing, states, strict=True)
    ]


def after(days: str, change: str, rules: StreakRules) -> tuple[list[DayRow], StreakState]:
    """Fold *days* again as *change* has them, from the first day that differs on, from as few rows as may be."""
    place = next(n for n, (old, new) in enumerate(zip(days, change, strict=True)) if old != new)
    since = MONDAY + timedelta(place)
    rows = {row.local_day: row for row in rows_of(days, rules)}
    if change[place] == "x":
        rows[since] = DayRow(local_day=since, completed=1)
    else:
        rows[since] = rows[since].gaining(completed=-1)
    earlier = [day for day in rows if day < since]
    known = [row for day, row in sorted(rows.items()) if day >= since or day == max(earlier)]
    return mend(known, since, lambda _: False, rules)


@pytest.mark.parametrize(
    ("title", "rules", "days", "change"),
    [
        ("a late completion closes the gap", CLASSIC, "xx.xx", "xxxxx"),
        ("a late completion before everything", CLASSIC, ".xx", "xxx"),
        ("a late completion beside a gap", CLASSIC, "x..x", "xx.x"),
        ("a late completion gives the freeze back", MODERN, "x" * 7 + ".x", "x" * 9),
        (
            "a late completion saves a run that two missed days had ended",
            MODERN,
            "x" * 7 + "..x",
            "x" * 8 + ".x",
        ),
        ("a late completion earns the freeze that saves the days after", MODERN, "xxxxxx..x", "xxxxxxx.x"),
        ("a void opens a gap", CLASSIC, "xxxxx", "xx.xx"),
        ("a void of the last day", CLASSIC, "xxx", "xx."),
        ("a void of the first day", CLASSIC, "xxx", ".xx"),
        ("a void of the only day", CLASSIC, "x", "."),
        ("a void takes back the freeze that the day granted", MODERN, "x" * 7, "x" * 6 + "."),
        (
            "a void takes back the freeze, and the day that it saved falls",
            MODERN,
            "x" * 7 + ".x",
            "x" * 6 + "..x",
        ),
        ("a void spends a freeze on the day that it empties", MODERN, "x" * 9, "x" * 7 + ".x"),
        ("a void shortens the longest run", CLASSIC, "xxxx.xxx", "xx.x.xxx"),
    ],
)
def test_mending_gives_what_the_days_would_always_have_given(
    title: str, rules: StreakRules, days: str, change: str
) -> None:
    before = {row.local_day: row for row in rows_of(days, rules)}
    changed, state = after(days, change, rules)

    mended = {
        day: row for day, row in (before | {row.local_day: row for row in changed}).items() if row.stands
    }
    right = rows_of(change, rules)
    assert [mended[day] for day in sorted(mended)] == right, title
    assert state == (right[-1].streak_state if right else NO_STREAK)


def test_the_longest_run_falls_when_a_void_shortens_it() -> None:
    _, state = after("xxxx", "xx.x", CLASSIC)

    assert state == StreakState(1, 2, 0, MONDAY + timedelta(3))


def test_a_day_that_no_longer_stands_carries_no_streak() -> None:
    changed, _ = after("xxx", "xx.", CLASSIC)

    assert [(row.local_day, row.streak, row.max_streak) for row in changed] == [(MONDAY + timedelta(2), 0, 0)]
