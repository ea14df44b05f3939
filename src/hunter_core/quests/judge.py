"""A day of a quest is judged by the versions that held up to that day, so that later edits cannot change it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import date
from enum import Enum, auto

from hunter_core.quests.quest import Quest, QuestVersion
from hunter_core.quests.record import Excuse, HunterDays, QuestRecord
from hunter_core.rules.schedules import Once, Schedule, Times


class Standing(Enum):
    """How a day stands, before the schedule is asked."""

    DONE = auto()
    """Done as often as it takes."""
    OPEN = auto()
    """Not done, and nothing excuses it."""
    RESTING = auto()
    """Not done, on a rest day: it is a day of the period, but none on which it is asked for."""
    CLOSED = auto()
    """Not done, and out of the reckoning: not there yet, switched off, skipped, paused, frozen, or no such day."""


class Judge:
    """
    Looks at a quest's days as if the version at `place` held for ever after.

    A day is judged by the judge of its own version (`Timeline.judge_of`): what held before it and on it
    counts, what was edited after it does not.
    """

    def __init__(self, timeline: Timeline, place: int) -> None:
        self.timeline, self.place = timeline, place
        self._standings: dict[date, Standing] = {}
        self._done: list[int] | None = None

    @property
    def version(self) -> QuestVersion:
        """The version that holds for ever after."""
        return self.timeline.quest.versions[self.place]

    def version_on(self, day: date) -> QuestVersion:
        """Return the version that holds on *day*, to this judge's knowledge."""
        quest = self.timeline.quest
        return quest.versions[min(quest.place_of(day), self.place)]

    def done(self, day: date) -> bool:
        """Tell whether the quest was done on *day* as often as it takes."""
        count = self.timeline.record.counts.get(day)
        return count is not None and count >= times_a_day(self.version_on(day))

    def done_ordinals(self, first: int, last: int) -> list[int]:
        """Return the done days from the ordinal *first* to *last*, both included, as ordinals, ascending."""
        if self._done is None:
            self._done = sorted(day.toordinal() for day in self.timeline.record.counts if self.done(day))
        return self._done[bisect_left(self._done, first) : bisect_right(self._done, last)]

    def standing(self, day: date) -> Standing:
        """Return how *day* stands."""
        found = self._standings.get(day)
        if found is None:
            found = self._standings[day] = self._standing(day)
        return found

    def exists(self, day: date) -> bool:
        """Tell whether the quest is there on *day*: created, and not past its last day."""
        last_day = self.version_on(day).last_day
        return day >= self.timeline.quest.created_day and (last_day is None or day <= last_day)

    def is_excused(self, day: date) -> bool:
        """
        Tell whether nothing bad may be concluded from *day*, done or not.

        It is skipped, paused, frozen, a rest day, no day at all, or the quest is switched off or out of its time.
        """
        return self._is_left_out(day) or self.timeline.days.excuse(day) is not None

    def _is_left_out(self, day: date) -> bool:
        """Tell whether the quest itself leaves *day* out: not there, switched off, or skipped."""
        version = self.version_on(day)
        return not version.active or day in self.timeline.record.skips or not self.exists(day)

    def _standing(self, day: date) -> Standing:
        if self.done(day):
            return Standing.DONE
        if self._is_left_out(day):
            return Standing.CLOSED
        excuse = self.timeline.days.excuse(day)
        if excuse is None:
            return Standing.OPEN
        return Standing.RESTING if excuse is Excuse.REST else Standing.CLOSED


class Timeline:
    """A quest with its record and its hunter's days: everything its days are judged on."""

    def __init__(self, quest: Quest, record: QuestRecord, days: HunterDays) -> None:
        self.quest, self.record, self.days = quest, record, days
        self.is_over = quest.deadline is not None and days.now > quest.deadline
        self._judges: dict[int, Judge] = {}

    def judge(self, place: int) -> Judge:
        """Return the judge who knows the versions up to *place*."""
        if place not in self._judges:
            self._judges[place] = Judge(self, place)
        return self._judges[place]

    def judge_of(self, day: date) -> Judge:
        """Return the judge of *day*."""
        return self.judge(self.quest.place_of(day))

    def has_passed(self, day: date) -> bool:
        """Tell whether *day* is over for the quest: a day before today, or today after the deadline."""
        today = self.days.today
        return day < today or (day == today and self.is_over)

    def era_start(self, place: int) -> date:
        """
        Return the day since which the quest counts in the same unit as the version at *place* does.

        Editing a target from three times a week to four, the completions a day takes, or switching it off and
        on leaves the week whole; going from weekdays to times a week begins anew.
        """
        versions = self.quest.versions
        while place and same_unit(versions[place - 1].schedule, versions[place].schedule):
            place -= 1
        return max(versions[place].holds_from, self.quest.created_day)


def times_a_day(version: QuestVersion) -> int:
    """Return how many completions make a day done; one does for what is done once."""
    return 1 if isinstance(version.schedule, Once) else version.completions_per_day


def same_unit(one: Schedule, other: Schedule) -> bool:
    """Tell whether two schedules count in the same unit: days, one kind of period, or once."""
    if isinstance(one, Times) and isinstance(other, Times):
        return (one.period, one.rolling) == (other.period, other.rolling)
    return isinstance(one, Times | Once) == isinstance(other, Times | Once) and isinstance(
        one, Once
    ) == isinstance(other, Once)
