"""
How strong a quest has become: what was done of what it asked for, recent days more, with a half-life of 13 days.

After the score of Loop Habit Tracker (Á. S. Xavier, github.com/iSoron/uhabits, `Score.compute`):
score = score before × m + value of the day × (1 - m), with m = 0.5 ^ (√frequency / 13), where Loop's frequency is
the share of days on which the quest is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from math import sqrt
from typing import assert_never

from hunter_core.analytics.occasions import Occasion
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

    The value of a day is the share that was done of what was asked for up to it: on that day, for a quest of
    every day; in two of its intervals (two weeks, 2 N days, two months), for the others, as Loop smooths them.
    Days that are excused leave it as it is, and today can only add to it. Where *days* do not reach back to the
    quest's creation, what lies before counts as they do. None for what is done once.
    """
    if share_of_days(quest.schedule) is None:
        return None
    asked = [0, *accumulate(int(day.due) for day in days)]
    done = [0.0, *accumulate(day.share if day.due else 0.0 for day in days)]
    score, before = 0.0, 1.0
    for place, day in enumerate(days, start=1):
        schedule = quest.versions[quest.place_of(day.day)].schedule
        share = share_of_days(schedule)
        if share is None or not day.counts:
            continue
        start = max(0, place - _smoothed_over(schedule, share))
        due = asked[place] - asked[start]
        if due == 0:
            continue
        multiplier = multiplier_of(share)
        stepped = score * multiplier + (done[place] - done[start]) / due * (1 - multiplier)
        if day.passed or stepped > score:
            score = stepped
            before *= multiplier
    if not from_the_beginning and before < 1:
        score /= 1 - before
    return min(1.0, max(0.0, round(score, 4)))


def _smoothed_over(schedule: Schedule, share: float) -> int:
    if share >= 1:
        return 1
    if isinstance(schedule, EveryNDays):
        return 2 * schedule.n
    return 2 * schedule.period.rolling_days if isinstance(schedule, Times) else 14
