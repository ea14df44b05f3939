"""What a quest asked for on each local day, as far as that is settled, and how much of it was done (SPEC 2)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from hunter_core.analytics.spans import DayRange
from hunter_core.quests.calendar import is_missed
from hunter_core.quests.judge import Judge, Timeline, times_a_day
from hunter_core.quests.times import ONE_DAY, window
from hunter_core.rules.schedules import Times, falls_on


class Occasion(NamedTuple):
    """
    A local day of a quest.

    `due`: it was asked for, and is settled: done, or missed. `share` of it (0 to 1) was done: a part where a
    day takes several completions. `counts` is False for a day that is out of the reckoning, because it is
    excused: nothing is concluded from it. `passed` is False for today, from which only good is concluded.
    """

    day: date
    due: bool
    share: float
    counts: bool
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
    judge, passed = timeline.judge_of(day), timeline.has_passed(day)
    if judge.done(day) and _was_asked(judge, day):
        return Occasion(day, True, 1.0, True, passed)
    if is_missed(timeline, day):
        return Occasion(day, True, timeline.record.on(day) / times_a_day(judge.version), True, passed)
    ended = judge.version.last_day is not None and day > judge.version.last_day
    out = (
        ended
        or not judge.version.active
        or day in timeline.record.skips
        or timeline.days.excuse(day) is not None
    )
    return Occasion(day, False, float(judge.done(day)), not out, passed)


def _was_asked(judge: Judge, day: date) -> bool:
    """
    Tell whether the schedule asked for *day*, which was done.

    Of a calendar period these are the first days up to the target: a fourth time is no more than all of three.
    A rolling period has no first day, so there every day done counts.
    """
    schedule = judge.version.schedule
    if not isinstance(schedule, Times):
        return falls_on(schedule, day)
    if schedule.rolling:
        return True
    first, _ = window(schedule, day)
    return len(judge.done_ordinals(first.toordinal(), (day - ONE_DAY).toordinal())) < schedule.times
