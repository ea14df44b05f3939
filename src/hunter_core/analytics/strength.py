"""
How strong a quest has become: what was done of what it asked for, recent days more, with a half-life of 13 days.

After the score of Loop Habit Tracker (Á. S. Xavier, github.com/iSoron/uhabits, `Score.compute`):
score = score before × m + value of the day × (1 - m), with m = 0.5 ^ (√frequency / 13), where Loop's frequency is
the share of days on which the quest is asked for. The value of a day follows `ScoreList.recompute` there.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from math import sqrt
from typing import assert_never

from hunter_core.analytics.occasions import Occasion
from hunter_core.quests.judge import Standing
from hunter_core.quests.quest import Quest
from hunter_core.rules.schedules import EveryDay, EveryNDays, Once, OnWeekdays, Schedule, Times

HALF_LIFE = 13.0
"""Days after which a day weighs half as much, of a quest that is due every day."""


def share_of_days(schedule: Schedule) -> float | None:
    """Return on which share of days *schedule* asks for the quest; None for what is done once."""
    match schedule:
        case EveryDay():
            return 1.0
        case OnWeekdays(days=days):
            return len(days) / 7
        case EveryNDays(n=n):
            return 1 / n
        case Times(times=times, period=period):
            return min(1.0, times / period.rolling_days)
        case Once():
            return None
        case _:
            assert_never(schedule)


@lru_cache(maxsize=1024)
def multiplier_of(share: float) -> float:
    """Return what a day leaves of the score before it, of a quest asked for on that share of days."""
    return float(0.5 ** (sqrt(share) / HALF_LIFE))


def strength_of(quest: Quest, days: Sequence[Occasion], *, from_the_beginning: bool) -> float | None:
    """
    Return the strength of *quest*, 0 to 1, to four places, after *days*, which ascend without a gap.

    A day that is excused, and today, can only add to it. Where *days* do not reach back to the quest's
    creation, what lies before counts as they do. None for what is done once.
    """
    if share_of_days(quest.schedule) is None:
        return None
    named, several = _NamedDays(days), _SomeDays(days, from_the_beginning=from_the_beginning)
    score, before, found = 0.0, 1.0, 0.0
    for place, day in enumerate(days, start=1):
        schedule = quest.versions[quest.place_of(day.day)].schedule
        share = share_of_days(schedule)
        if share is None:
            continue
        # Who is asked for every day of a period is asked as somebody of every day; Loop says so, too.
        if isinstance(schedule, Times) and share < 1:
            value = several.value(place, schedule)
        else:
            value = named.value(place, schedule, share)
        if value is None:
            continue
        multiplier = multiplier_of(share)
        stepped, left = score * multiplier + value * (1 - multiplier), before * multiplier
        then = stepped if from_the_beginning else stepped / (1 - left)
        if then > found or (day.passed and not day.excused):
            score, before, found = stepped, left, then
    return min(1.0, max(0.0, round(found, 4)))


class _NamedDays:
    """
    The values of days of a schedule that names them: the share that was done of what was due up to each.

    On that day, for a quest of every day; in two of its intervals (two weeks, 2 N days), for the others. Places
    begin at 1.
    """

    def __init__(self, days: Sequence[Occasion]) -> None:
        self._days = days
        self._due = [0, *accumulate(int(day.due) for day in days)]
        self._done = [0.0, *accumulate(day.share if day.due else 0.0 for day in days)]

    def value(self, place: int, schedule: Schedule, share: float) -> float | None:
        """Return the value of the day at *place*; None where it says nothing."""
        day = self._days[place - 1]
        length = 1 if share >= 1 else 2 * schedule.n if isinstance(schedule, EveryNDays) else 14
        start = max(0, place - length)
        due = self._due[place] - self._due[start]
        if due == 0 or (day.excused and not day.due):
            return None
        return (self._done[place] - self._done[start]) / due


class _SomeDays:
    """
    The values of days of N times a period: the share of 2 N days in the two periods' length up to each, 1 at most.

    It is what Loop does with a habit of N times in so many days (`ScoreList.recompute`). Days that are closed are
    left out, as if they had never been, and the window reaches further back for them. A rest day is a day of the
    window, and asks for nothing.
    """

    def __init__(self, days: Sequence[Occasion], *, from_the_beginning: bool) -> None:
        self._days = days
        kept = [day for day in days if day.standing is not Standing.CLOSED]
        self._place = [0, *accumulate(int(day.standing is not Standing.CLOSED) for day in days)]
        self._done = [0.0, *accumulate(day.share for day in kept)]
        self._resting = [0, *accumulate(int(day.standing is Standing.RESTING) for day in kept)]
        # What lies before the days is not known, unless there was nothing: the first whole window is the first one.
        self._known = None if from_the_beginning else len(kept)

    def value(self, place: int, schedule: Times) -> float | None:
        """Return the value of the day at *place*; None where it says nothing."""
        if self._days[place - 1].standing not in (Standing.DONE, Standing.OPEN):
            return None
        last, length = self._place[place], 2 * schedule.period.rolling_days
        known = length if self._known is None else min(length, self._known)
        if self._known is not None and last < known:
            return None
        first = max(0, last - length)
        working = length - (self._resting[last] - self._resting[first])
        asked = min(2 * schedule.times, working) * known / length
        return min(1.0, (self._done[last] - self._done[first]) / asked)
