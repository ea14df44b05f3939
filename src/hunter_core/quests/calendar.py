"""The state of every day of a quest follows from what was asked then and what was done (SPEC 2, Schedules)."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from hunter_core.quests.judge import Judge, Standing, Timeline
from hunter_core.quests.quest import Quest
from hunter_core.quests.record import Excuse, HunterDays, QuestRecord
from hunter_core.quests.times import days_between, is_asked_for, is_lost
from hunter_core.rules.schedules import Once, Times, falls_on

LOOK_BACK = timedelta(days=31)
"""How far before a day its state may reach for what was done: the longest period."""


class DayState(StrEnum):
    """
    What became of a quest on a local day; the first that fits.

    DONE: done as often as it takes, due or not, paused or not.
    SKIPPED: the hunter said that it does not count that day.
    PARTIAL: done, but less often than it takes.
    NOT_DUE: nothing was asked for: before it was created, after its last day, on a day that the schedule does
    not name, on a rest day, on a date that did not happen, or when nothing was lost by not doing it.
    PAUSED: it would have been due, but the hunter had paused, or had switched it off.
    FROZEN: it would have been due, but a freeze was spent on the day.
    PENDING: due, and it can still be done: today, or a day to come.
    MISSED: it was due, and was not done.
    """

    DONE = "DONE"
    SKIPPED = "SKIPPED"
    PARTIAL = "PARTIAL"
    NOT_DUE = "NOT_DUE"
    PAUSED = "PAUSED"
    FROZEN = "FROZEN"
    PENDING = "PENDING"
    MISSED = "MISSED"


class QuestDay(NamedTuple):
    """One day of a quest's calendar."""

    day: date
    state: DayState
    completions: int


def quest_calendar(
    quest: Quest, record: QuestRecord, days: HunterDays, first: date, last: date
) -> list[QuestDay]:
    """
    Return every day from *first* to *last* with its state.

    Pure: it follows from the arguments alone, and a day's state from the versions that held up to that day.
    The record must be known from `LOOK_BACK` days before *first*.
    """
    timeline = Timeline(quest, record, days)
    return [QuestDay(day, state_of(timeline, day), record.on(day)) for day in days_between(first, last)]


def due_on(quest: Quest, record: QuestRecord, days: HunterDays, day: date) -> bool:
    """
    Tell whether the quest is due on *day*, done then or not.

    It is when its schedule asks for it and nothing excuses the day: not skipped, paused, a rest day, switched
    off, archived, or past its deadline.
    """
    return is_due(Timeline(quest, record, days), day)


def state_of(timeline: Timeline, day: date) -> DayState:
    """Return the state of *day*."""
    judge = timeline.judge_of(day)
    if judge.done(day):
        return DayState.DONE
    if day in timeline.record.skips:
        return DayState.SKIPPED
    if timeline.record.on(day):
        return DayState.PARTIAL
    if not judge.exists(day) or not _asks(judge, day):
        return DayState.NOT_DUE
    excuse = timeline.days.excuse(day)
    if excuse is Excuse.REST or excuse is Excuse.NO_SUCH_DAY:
        return DayState.NOT_DUE
    if excuse is Excuse.PAUSE or not judge.version.active:
        return DayState.PAUSED
    if excuse is Excuse.FREEZE:
        return DayState.FROZEN
    if not timeline.has_passed(day):
        return DayState.PENDING
    return DayState.MISSED if _loses(judge, day) else DayState.NOT_DUE


def is_due(timeline: Timeline, day: date) -> bool:
    """Tell what `due_on` tells."""
    judge = timeline.judge_of(day)
    if judge.is_excused(day) or (day == timeline.days.today and timeline.is_over):
        return False
    return _asks(judge, day)


def is_missed(timeline: Timeline, day: date) -> bool:
    """Tell whether *day* broke a run: due and passed, and not done often enough; nothing excused it."""
    judge = timeline.judge_of(day)
    return was_let_pass(timeline, day) and _asks(judge, day) and _loses(judge, day)


def was_let_pass(timeline: Timeline, day: date) -> bool:
    """Tell whether *day* passed without being done often enough, and nothing excused it, asked for or not."""
    return timeline.has_passed(day) and timeline.judge_of(day).standing(day) is Standing.OPEN


def _asks(judge: Judge, day: date) -> bool:
    """Tell whether the schedule asks for *day*, given what was done on other days."""
    schedule = judge.version.schedule
    if isinstance(schedule, Once):
        record = judge.timeline.record
        return record.total == record.on(day)
    if isinstance(schedule, Times):
        return is_asked_for(judge, schedule, day)
    return falls_on(schedule, day)


def _loses(judge: Judge, day: date) -> bool:
    """Tell whether something was lost when *day*, asked for and not excused, passed undone."""
    schedule = judge.version.schedule
    if isinstance(schedule, Once):
        return day == judge.version.last_day
    if isinstance(schedule, Times):
        return is_lost(judge, schedule, day)
    return True
