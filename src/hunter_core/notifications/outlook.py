"""
What is due for a hunter, and when to look again: pure, from calendar, settings and quests to instants.

Something is due once its instant lies in the span since somebody last looked. So it does not matter how often
anybody looks; who looks late tells what is still of use.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from hunter_core.days import ONE_DAY, Calendar
from hunter_core.hunters.hunter import Hunter
from hunter_core.hunters.quiet import QuietHours
from hunter_core.hunters.settings import Settings
from hunter_core.notifications.moments import moment_on, quiet_since
from hunter_core.quests.quest import Quest
from hunter_core.rules.streaks import StreakRules, passed

WARNED_BEFORE = timedelta(hours=3)
"""How long before the end of the local day a streak at stake is warned of."""

BEFORE_QUIET = timedelta(minutes=5)
"""How long before quiet hours a warning comes that would fall into them."""

DIGEST_AT = time(8)
DIGEST_LASTS = timedelta(hours=3)
"""When the digest comes by the hunter's wall clock, and how long it is of use."""

PAST_ITS_DAY = timedelta(hours=1)
"""How late a reminder may come when its day is over; while the day lasts it may always."""

JUST_EDITED = timedelta(minutes=2)
"""Who edits a quest later than this after the time of its reminder is not reminded of it that day."""


class Reminder(NamedTuple):
    """A reminder that came due: of a quest, for a local day."""

    quest: Quest
    day: date


class Outlook:
    """A hunter's day as seen at `now`, of which everything until `since` was seen to."""

    def __init__(
        self, hunter: Hunter, settings: Settings, quests: Sequence[Quest], *, since: datetime, now: datetime
    ) -> None:
        self.hunter, self.settings, self.since, self.now = hunter, settings, since, now
        self.today = hunter.calendar.local_day(now)
        self._quests = [quest for quest in quests if quest.reminder_time is not None and quest.is_open]
        self._moments: dict[tuple[date, time], datetime | None] = {}

    def reminders(self) -> Iterator[Reminder]:
        """Yield the reminders that came due, whether or not their quests are."""
        for quest in self._quests:
            for day in (self.today - ONE_DAY, self.today):
                at = self._moment(day, quest.reminder_time)
                if at is None or not self._came(at) or quest.updated_at >= at + JUST_EDITED:
                    continue
                if day == self.today or _is_just_past(at, self.now):
                    yield Reminder(quest, day)

    def is_warned(self, rules: StreakRules) -> bool:
        """Tell whether the warning came due, and there is something to be warned of."""
        at = warning_at(self.hunter.calendar, self.today, self.settings.quiet_hours)
        return self._came(at) and is_at_stake(self.hunter, self.today, rules)

    def has_broken(self, rules: StreakRules) -> bool:
        """Tell whether the streak that is stored has ended since."""
        if self.hunter.streak == 0 or self.hunter.effective_streak(self.today, rules) > 0:
            return False
        then = min(self.hunter.calendar.local_day(self.since), self.today)
        return self.hunter.effective_streak(then, rules) > 0

    def is_digested(self) -> bool:
        """Tell whether the digest of today came due."""
        if not self.settings.daily_digest:
            return False
        at = moment_on(self.hunter.calendar, self.today, DIGEST_AT)
        return at is not None and self._came(at) and self.now - at <= DIGEST_LASTS

    def next_at(self, rules: StreakRules) -> datetime | None:
        """
        Return when to look again; None where nothing is expected.

        Where something is, that is no later than the beginning of the next local day.
        """
        has_streak = self.hunter.effective_streak(self.today, rules) > 0
        if not (has_streak or self._quests or self.settings.daily_digest):
            return None
        ahead = [each for each in self._today(has_streak) if each is not None and each > self.now]
        following = self.hunter.calendar.begins(self.today + ONE_DAY)
        return min([*ahead, max(following, self.now + timedelta(seconds=1))])

    def _today(self, has_streak: bool) -> Iterable[datetime | None]:
        for at in {quest.reminder_time for quest in self._quests}:
            yield self._moment(self.today, at)
        if self.settings.daily_digest:
            yield self._moment(self.today, DIGEST_AT)
        if has_streak:
            yield warning_at(self.hunter.calendar, self.today, self.settings.quiet_hours)

    def _came(self, at: datetime) -> bool:
        return self.since < at <= self.now

    def _moment(self, day: date, at: time | None) -> datetime | None:
        if at is None:
            return None
        if (day, at) not in self._moments:
            self._moments[day, at] = moment_on(self.hunter.calendar, day, at)
        return self._moments[day, at]


def is_reminded(quest: Quest, calendar: Calendar, day: date, now: datetime) -> bool:
    """Tell whether a reminder of *quest* that was told for *day* is of use at *now*, as long as the quest is due."""
    if quest.reminder_time is None or not quest.is_open:
        return False
    if day == calendar.local_day(now):
        return True
    at = moment_on(calendar, day, quest.reminder_time)
    return at is not None and _is_just_past(at, now)


def _is_just_past(at: datetime, now: datetime) -> bool:
    return now - at <= PAST_ITS_DAY


def warning_at(calendar: Calendar, day: date, quiet: QuietHours | None) -> datetime:
    """Return when a streak at stake is warned of on *day*: hours before its end, and before quiet hours."""
    begins = calendar.begins(day)
    at = max(begins, calendar.begins(day + ONE_DAY) - WARNED_BEFORE)
    quiet_from = quiet_since(calendar, quiet, at)
    return at if quiet_from is None else max(begins, quiet_from - BEFORE_QUIET)


def is_at_stake(hunter: Hunter, today: date, rules: StreakRules) -> bool:
    """
    Tell whether a streak that stands would end if *today* passed as it is.

    Not where today stands already, is covered, or a freeze would save it.
    """
    if hunter.last_day is None or hunter.last_day >= today:
        return False
    state, covered = hunter.streak_state, hunter.calendar.covered
    stands = passed(state, today, covered, rules).streak
    return stands > 0 and passed(state, today + ONE_DAY, covered, rules).streak == 0
