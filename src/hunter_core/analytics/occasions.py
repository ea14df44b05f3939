"""What a quest asked for on each local day, as far as that is settled, and how much of it was done (SPEC 2)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from hunter_core.analytics.spans import DayRange
from hunter_core.quests.calendar import is_missed, was_let_pass
from hunter_core.quests.judge import Judge, Standing, Timeline, times_a_day
from hunter_core.quests.times import falls_short, is_within_target
from hunter_core.rules.schedules import Times, falls_on


class Occasion(NamedTuple):
    """
    A local day of a quest.

    `due`: it was asked for, and is settled: done, or missed. `share` of it (0 to 1) was done: a part where a
    day takes several completions. `standing` says how it stood before the schedule was asked. `excused`: it was
    skipped, paused, frozen, a rest day, or out of the quest's time, done or not. `passed` is False for today.
    Nothing bad is concluded from a day that is excused, nor from one that has not passed.
    """

    day: date
    due: bool
    share: float
    standing: Standing
    excused: bool
    passed: bool


class Success(NamedTuple):
    """How many occasions there were, and how many of them were done."""

    due: int
    done: int

    @property
    def rate(self) -> float | None:
        """The share that was done, 0 to 1, to four places; None where nothing was due."""
        return round(self.done / self.due, 4) if self.due else None


def occasions(timeline: Timeline, shown: DayRange) -> list[Occasion]:
    """Return the days of *shown* on which the quest existed, ascending."""
    first = max(shown.first, timeline.quest.created_day)
    return [_occasion(timeline, day) for day in DayRange(first, shown.last).days()]


def success_of(found: Iterable[Occasion]) -> Success:
    """Return how much of what was due was done; a day done in part is not done."""
    due = [each for each in found if each.due]
    return Success(len(due), sum(each.share >= 1 for each in due))


def _occasion(timeline: Timeline, day: date) -> Occasion:
    judge = timeline.judge_of(day)
    done = judge.done(day)
    return Occasion(
        day=day,
        due=_was_asked(judge, day) if done else _was_missed(timeline, day),
        share=1.0 if done else timeline.record.on(day) / times_a_day(judge.version),
        standing=judge.standing(day),
        excused=judge.is_excused(day),
        passed=timeline.has_passed(day),
    )


def _was_asked(judge: Judge, day: date) -> bool:
    """
    Tell whether the schedule asked for *day*, which was done.

    Of N times a period these are the first days up to the target: a fourth time is no more than all of three.
    """
    schedule = judge.version.schedule
    return is_within_target(judge, schedule, day) if isinstance(schedule, Times) else falls_on(schedule, day)


def _was_missed(timeline: Timeline, day: date) -> bool:
    """
    Tell whether *day*, which was not done, was due.

    For N times a period as many days are as it fell short by. The calendar agrees, but for rolling periods:
    there it calls every day missed that no period can be kept with, and one day lies in many periods.
    """
    judge = timeline.judge_of(day)
    schedule = judge.version.schedule
    if isinstance(schedule, Times) and schedule.rolling:
        return was_let_pass(timeline, day) and falls_short(judge, schedule, day)
    return is_missed(timeline, day)
