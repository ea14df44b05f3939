"""A streak is a fold over the local days that stand: each day's state follows from the one before it (SPEC 2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class StreakRules:
    """
    What saves a streak besides the hunter's calendar.

    A freeze is granted whenever the streak reaches a multiple of `freeze_every` days (0: never), at most
    `freeze_hold` are held, and one is spent on each missed day. The first `grace_days` missed days of a gap
    are forgiven before a freeze is spent.
    """

    freeze_every: int = 0
    freeze_hold: int = 0
    grace_days: int = 0


class StreakState(NamedTuple):
    """
    A streak after some day: its length, the longest run so far, freezes held, and the last day that stands.

    `streak` is the run that ends on `last_day`; whether it still counts *today* is `passed`'s business.
    """

    streak: int = 0
    max_streak: int = 0
    freezes: int = 0
    last_day: date | None = None


NO_STREAK = StreakState()

Covered = Callable[[date], bool]


class Gap(NamedTuple):
    """What the missed days of a gap did: the state at its end, and the days on which a freeze was spent."""

    state: StreakState
    frozen: tuple[date, ...]


def gap(state: StreakState, until: date, covered: Covered, rules: StreakRules) -> Gap:
    """
    Return *state* after the days between its last day and *until* (both excluded) were missed.

    A day that *covered* names costs nothing. Each other one takes grace, then a freeze, first day first;
    the first that finds neither ends the streak, and by then no freeze is left to spend.
    """
    if state.last_day is None or state.streak == 0:
        return Gap(state, ())
    day, grace, freezes = state.last_day + ONE_DAY, rules.grace_days, state.freezes
    if day >= until:
        return Gap(state, ())
    frozen: list[date] = []
    streak = state.streak
    while day < until:
        if not covered(day):
            if grace:
                grace -= 1
            elif freezes:
                freezes -= 1
                frozen.append(day)
            else:
                streak = 0
                break
        day += ONE_DAY
    return Gap(StreakState(streak, state.max_streak, freezes, state.last_day), tuple(frozen))


def passed(state: StreakState, today: date, covered: Covered, rules: StreakRules) -> StreakState:
    """Return *state* as it stands on *today*, before anything is done: `streak` is the effective streak."""
    if state.last_day is None or today - state.last_day <= ONE_DAY:
        return state
    return gap(state, today, covered, rules).state


def stand(state: StreakState, day: date, covered: Covered, rules: StreakRules) -> StreakState:
    """Return *state* after *day*, no earlier than its last day, came to stand."""
    if state.last_day == day:
        return state
    before = passed(state, day, covered, rules)
    streak, freezes = before.streak + 1, before.freezes
    if rules.freeze_every and streak % rules.freeze_every == 0 and freezes < rules.freeze_hold:
        freezes += 1
    longest = before.max_streak
    return StreakState(streak, streak if streak > longest else longest, freezes, day)


def fold(
    days: Iterable[date], covered: Covered, rules: StreakRules, start: StreakState = NO_STREAK
) -> Iterator[StreakState]:
    """Yield the state after each of *days*, which stand, ascend and lie after *start*."""
    state = start
    for day in days:
        state = stand(state, day, covered, rules)
        yield state
