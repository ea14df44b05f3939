"""TIMES: so many days of a week or month, whichever; a day is missed when it was the last that could have kept it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from hunter_core.quests.judge import Judge, Standing, same_unit
from hunter_core.rules.schedules import Times

ONE_DAY = timedelta(days=1)


def window(schedule: Times, day: date) -> tuple[date, date]:
    """Return the period that *day* is done for: its week or month, or the rolling one that ends with it."""
    if schedule.rolling:
        return day - (schedule.period.rolling_days - 1) * ONE_DAY, day
    return schedule.period.around(day)


def is_asked_for(judge: Judge, schedule: Times, day: date) -> bool:
    """Tell whether the other days of *day*'s period leave the target unmet."""
    first, last = window(schedule, day)
    done = judge.done_ordinals(first.toordinal(), last.toordinal())
    others = len(done) - (day.toordinal() in done)
    return others < schedule.times


def is_lost(judge: Judge, schedule: Times, day: date) -> bool:
    """
    Tell whether letting the open day *day* pass undone lost what the schedule asks for.

    Of a calendar period that falls short by n days, the last n open days are lost. A day of a rolling
    schedule is lost when no period with it keeps its share, or still can.
    """
    if not schedule.rolling:
        return falls_short(judge, schedule, day)
    if _is_kept(judge, schedule, day):
        return False
    length = schedule.period.rolling_days
    around = list(days_between(day - (length - 1) * ONE_DAY, day + (length - 1) * ONE_DAY))
    for start in range(length):
        period = around[start : start + length]
        if sum(_may_be_done(judge, each) for each in period) >= share(judge, schedule, period):
            return False
    return True


def counted_period(judge: Judge, schedule: Times, day: date) -> tuple[date, date]:
    """
    Return the period in which figures count *day*: its week or month.

    Rolling periods overlap, and each would ask for the same days again. Figures count those that stand end to
    end from the day since which the quest is asked for in this unit.
    """
    if not schedule.rolling:
        return schedule.period.around(day)
    length, start = schedule.period.rolling_days, judge.timeline.era_start(judge.place)
    first = start + (day - start).days // length * length * ONE_DAY
    return first, first + (length - 1) * ONE_DAY


def is_within_target(judge: Judge, schedule: Times, day: date) -> bool:
    """Tell whether *day*, which was done, is one of the first days up to the target of its counted period."""
    first, _ = counted_period(judge, schedule, day)
    return len(judge.done_ordinals(first.toordinal(), (day - ONE_DAY).toordinal())) < schedule.times


def falls_short(judge: Judge, schedule: Times, day: date) -> bool:
    """Tell whether the open day *day* is one of the last n days of its counted period, which is n days short."""
    first, last = counted_period(judge, schedule, day)
    period = list(days_between(first, last))
    done = sum(judge.done(each) for each in period)
    still_open = sum(judge.standing(each) is Standing.OPEN for each in period if each >= day)
    return share(judge, schedule, period) - done >= still_open


def share(judge: Judge, schedule: Times, period: list[date]) -> int:
    """
    Return on how many days of *period* the quest was asked for, fairly.

    A period cut short (the quest is new or was switched off, a pause, a skip, a freeze) asks for its part of
    the target, rounded to the nearest whole day, half up; and no period asks for more days than it has open.
    """
    start = judge.timeline.era_start(judge.place)
    counted = room = 0
    for day in period:
        standing = judge.standing(day)
        if standing is Standing.DONE:
            counted += 1
            room += 1
        elif standing is not Standing.CLOSED and day >= start:
            counted += 1
            room += standing is Standing.OPEN
    length = len(period)
    return min((2 * schedule.times * counted + length) // (2 * length), room)


def target(judge: Judge, schedule: Times, first: date, last: date) -> int:
    """Return on how many days of a period it must be done to count: the target, or every day but rest days."""
    working = sum(judge.timeline.days.is_working(day) for day in days_between(first, last))
    return min(schedule.times, working)


def days_between(first: date, last: date) -> Iterator[date]:
    """Yield the days from *first* to *last*, both included."""
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        yield date.fromordinal(ordinal)


def _may_be_done(judge: Judge, day: date) -> bool:
    """
    Tell whether *day* is done, or can still be done as far as the judge knows.

    A day that has passed undone cannot, unless it was a later edit that kept it from being asked for.
    """
    standing, timeline = judge.standing(day), judge.timeline
    if standing is not Standing.OPEN or not timeline.has_passed(day):
        return standing in (Standing.DONE, Standing.OPEN)
    then = timeline.judge_of(day)
    if then.place <= judge.place:
        return False
    return then.standing(day) is not Standing.OPEN or not same_unit(
        then.version.schedule, judge.version.schedule
    )


def _is_kept(judge: Judge, schedule: Times, day: date) -> bool:
    """Tell, quickly, whether some rolling period with *day* holds the whole target; most days of a keen hunter do."""
    length, this = schedule.period.rolling_days, day.toordinal()
    done = judge.done_ordinals(this - length + 1, this + length - 1)
    for first, last in zip(done, done[schedule.times - 1 :], strict=False):
        if max(last, this) - min(first, this) < length:
            return True
    return False
