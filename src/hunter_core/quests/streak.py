"""A quest's own streak: due days, or periods of TIMES, done in a row, over what was neither due nor missed (SPEC 2)."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple, assert_never

from hunter_core.quests.calendar import is_missed
from hunter_core.quests.judge import Timeline
from hunter_core.quests.quest import Quest
from hunter_core.quests.record import HunterDays, QuestRecord
from hunter_core.quests.times import ONE_DAY, days_between, target
from hunter_core.rules.schedules import EveryDay, EveryNDays, Once, OnWeekdays, Times, falls_on


class QuestStreak(NamedTuple):
    """
    A quest's current streak.

    `is_whole` is False when the run reaches the edge of what is known of the quest: it may be longer, and
    the answer takes a record that is known from an earlier day.
    """

    length: int
    is_whole: bool


def current_streak(quest: Quest, record: QuestRecord, days: HunterDays) -> QuestStreak:
    """
    Return how many due days, or periods of TIMES, were done in a row up to today.

    Going back from today: what was due and done counts one (a due day that was done although it was skipped
    or paused, too); the first missed day ends the run; all else is passed over, also what is due today and
    can still be done. A week or month of TIMES counts when its whole target is met, and ends the run when a
    day of it was missed; one that was cut short (by a pause, or because the quest is new) may do neither. A
    rolling period counts where it begins, at the first day done after the last missed one; the next begins
    after it. What is done once counts one. Where the schedule was edited, the run goes on through it.
    """
    if isinstance(quest.schedule, Once):
        return QuestStreak(min(record.total, 1), True)
    return _Run(Timeline(quest, record, days)).streak()


class _Run:
    """Walks back from today, a day or a period at a time."""

    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline
        self.length = 0
        self.is_broken = False
        created, since = timeline.quest.created_day, timeline.record.since
        self.known_from = created if since is None else max(created, since)
        self.knows_all = self.known_from == created

    def streak(self) -> QuestStreak:
        day: date | None = self.timeline.days.today
        while day is not None and day >= self.known_from and not self.is_broken:
            day = self._before(day)
        whole = self.is_broken or (day is not None and self.knows_all)
        return QuestStreak(self.length, whole)

    def _before(self, day: date) -> date | None:
        """Count the stretch that ends with *day*; return the day before it, or None where knowledge ends."""
        place = self.timeline.quest.place_of(day)
        schedule = self.timeline.quest.versions[place].schedule
        match schedule:
            case EveryDay() | OnWeekdays() | EveryNDays():
                if self.timeline.judge(place).done(day):
                    self.length += falls_on(schedule, day)
                else:
                    self.is_broken = is_missed(self.timeline, day)
                return day - ONE_DAY
            case Once():
                return self._once(self.timeline.era_start(place), day)
            case Times(rolling=True):
                return self._rolling(schedule, self.timeline.era_start(place), day)
            case Times():
                return self._period(schedule, self.timeline.era_start(place), day)
            case _:
                assert_never(schedule)

    def _once(self, start: date, day: date) -> date | None:
        if self._done_in(start, day):
            self.length += 1
        elif start < self.known_from:
            return None
        else:
            self.is_broken = any(is_missed(self.timeline, each) for each in days_between(start, day))
        return start - ONE_DAY

    def _period(self, schedule: Times, era: date, day: date) -> date | None:
        first, last = schedule.period.around(day)
        start = max(first, era)
        if first < self.known_from and not self.knows_all:
            return None
        done = self._done_in(start, day)
        judge = self.timeline.judge_of(day)
        # The rest days of the period are asked for only where the plain target is not met.
        if done >= schedule.times or (done and done >= target(judge, schedule, first, last)):
            self.length += 1
        else:
            self.is_broken = any(is_missed(self.timeline, each) for each in days_between(start, day))
        return start - ONE_DAY

    def _rolling(self, schedule: Times, era: date, day: date) -> date | None:
        period = schedule.period.rolling_days * ONE_DAY
        lower = era
        if not self.knows_all:
            # A day's periods reach back: those of earlier days are not known in full.
            lower = max(era, self.known_from + period)
        start = day + ONE_DAY
        while start > lower and not is_missed(self.timeline, start - ONE_DAY):
            start -= ONE_DAY
        self.is_broken = start > lower
        self.length += self._tiles(schedule, start, day)
        if not self.is_broken and lower > era:
            return None
        return era - ONE_DAY

    def _tiles(self, schedule: Times, start: date, day: date) -> int:
        """Return how many rolling periods, one after the other, hold the target between *start* and *day*."""
        judge = self.timeline.judge_of(day)
        length = schedule.period.rolling_days
        found = 0
        while start <= day and not self._is_done(start):
            start += ONE_DAY
        while start <= day:
            end = start + (length - 1) * ONE_DAY
            done = self._done_in(start, min(end, day))
            if done and done >= min(schedule.times, target(judge, schedule, start, end)):
                found += 1
                start = end + ONE_DAY
            else:
                start += ONE_DAY
        return found

    def _done_in(self, first: date, last: date) -> int:
        return sum(self._is_done(day) for day in days_between(first, last))

    def _is_done(self, day: date) -> bool:
        return self.timeline.judge_of(day).done(day)
