"""Which local day a moment counts towards: a hunter's day starts when their own clock says so (SPEC 2, Local day)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from hunter_core.errors import InvalidInput

ONE_DAY = timedelta(days=1)
LATEST_DAY_START = 12 * 60


@cache
def zone_names() -> frozenset[str]:
    """Return the IANA zone names this machine knows, without those that mean another zone on each."""
    return frozenset(available_timezones()) - {"localtime", "Factory"}


def check_zone(name: str, field: str = "timezone") -> str:
    """
    Return *name* when it is an IANA zone.

    Raises:
        InvalidInput: If no such zone is known.
    """
    if name not in zone_names():
        raise InvalidInput(field, "is not an IANA time zone, such as Europe/Paris")
    return name


def parse_day_start(text: str, field: str = "dayStart") -> int:
    """
    Return the minutes after midnight of *text*, `HH:MM` from 00:00 to 12:00.

    Raises:
        InvalidInput: If the text has another form, or lies after 12:00.
    """
    hours, colon, minutes = text.partition(":")
    digits = hours + minutes
    well_formed = len(text) == 5 and colon and digits.isascii() and digits.isdigit()
    if not well_formed or int(minutes) > 59 or int(hours) * 60 + int(minutes) > LATEST_DAY_START:
        raise InvalidInput(field, "must be a time from 00:00 to 12:00, written HH:MM")
    return int(hours) * 60 + int(minutes)


def format_day_start(minutes: int) -> str:
    """Return *minutes* after midnight as `HH:MM`."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def zone_day_begins(zone: ZoneInfo, day: date, day_start: int) -> datetime:
    """
    Return the first instant (UTC) at which the wall clock of *zone* reaches *day_start* minutes on *day*.

    A start that the zone skips (midnight in Cairo on 2026-04-24) begins at the jump; one that comes twice
    (03:00 in Chatham on 2026-04-05) begins the first time.
    """
    wall = datetime.combine(day, time(day_start // 60, day_start % 60), zone)
    first = wall.astimezone(UTC)
    second = wall.replace(fold=1).astimezone(UTC)
    if second >= first:
        return first
    # In a gap the two readings are swapped: the offset before the jump gives the later instant. The jump
    # itself, the first instant at or past the missing time, lies between them.
    before, after = second, first
    old_offset = (before - timedelta(seconds=1)).astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        if middle <= before:
            break
        if middle.astimezone(zone).utcoffset() == old_offset:
            before = middle
        else:
            after = middle
    return before if before.astimezone(zone).utcoffset() != old_offset else after


def zone_day(zone: ZoneInfo, instant: datetime, day_start: int) -> date:
    """Return the day that *instant* (aware) belongs to by the clock of *zone* and *day_start* minutes."""
    day = (instant.astimezone(zone).replace(tzinfo=None) - timedelta(minutes=day_start)).date()
    # The wall clock alone is off by a day only around a jump of the clock; the beginnings decide.
    while zone_day_begins(zone, day + ONE_DAY, day_start) <= instant:
        day += ONE_DAY
    while zone_day_begins(zone, day, day_start) > instant:
        day -= ONE_DAY
    return day


class ZonePeriod(NamedTuple):
    """
    A stretch of time in which one zone and day start hold.

    `since` is the instant from which they hold and `first_day` the day that it begins with, both None for
    the period a hunter was registered with; `chosen_at` is when the hunter asked for it.
    """

    zone: str
    day_start: int = 0
    since: datetime | None = None
    first_day: date | None = None
    chosen_at: datetime | None = None

    def day_of(self, instant: datetime) -> date:
        """Return the local day of *instant*, which must lie in this period."""
        day = zone_day(ZoneInfo(self.zone), instant, self.day_start)
        return day if self.first_day is None or day >= self.first_day else self.first_day

    def begins(self, day: date) -> datetime:
        """Return when *day* begins by this period's clock, as if the period held for ever."""
        return zone_day_begins(ZoneInfo(self.zone), day, self.day_start)


class RestDays(NamedTuple):
    """The weekdays (0 is Monday) on which a hunter rests, from the local day `since` on."""

    since: date
    weekdays: tuple[int, ...]


class Pause(NamedTuple):
    """A dated range, both ends included, in which missed days cost no streak."""

    id: str
    start: date
    until: date


class Calendar(NamedTuple):
    """
    Everything that dates a hunter's moments and covers their missed days: zones, rest days and pauses.

    Ascending in time. Only the future of it ever changes, so what was dated or covered stays so.
    """

    zones: tuple[ZonePeriod, ...]
    rests: tuple[RestDays, ...] = ()
    pauses: tuple[Pause, ...] = ()

    @classmethod
    def starting(cls, zone: str = "UTC", day_start: int = 0) -> Calendar:
        """Return the calendar of a hunter who has changed nothing yet."""
        return cls((ZonePeriod(zone, day_start),))

    def zone_at(self, instant: datetime) -> ZonePeriod:
        """Return the period that holds at *instant* (aware)."""
        for period in reversed(self.zones):
            if period.since is None or period.since <= instant:
                return period
        return self.zones[0]

    def local_day(self, instant: datetime) -> date:
        """Return the local day that *instant* (aware) counts towards, by the zone that held then."""
        return self.zone_at(instant).day_of(instant)

    def local_time(self, instant: datetime) -> datetime:
        """Return the wall-clock time at *instant* in the zone that held then."""
        return instant.astimezone(ZoneInfo(self.zone_at(instant).zone))

    def begins(self, day: date) -> datetime:
        """Return the first instant (UTC) whose local day is *day* or later."""
        last = len(self.zones) - 1
        for place, period in enumerate(self.zones):
            if period.since is not None and period.first_day is not None and period.first_day >= day:
                return period.since
            begins = period.begins(day)
            if period.since is not None and begins < period.since:
                begins = period.since
            following = None if place == last else self.zones[place + 1].since
            if following is None or begins < following:
                return begins
        raise AssertionError("the last period has no end")

    def skipped(self, day: date) -> bool:
        """Tell whether no moment counts towards *day*: the zone, or a change of zone, left it out."""
        return self.begins(day) == self.begins(day + ONE_DAY)

    def resting(self, day: date) -> bool:
        """Tell whether *day* falls on a weekday that was a rest day then."""
        for rest in reversed(self.rests):
            if rest.since <= day:
                return day.weekday() in rest.weekdays
        return False

    def paused(self, day: date) -> bool:
        """Tell whether *day* lies in a pause."""
        return any(pause.start <= day <= pause.until for pause in self.pauses)

    def covered(self, day: date) -> bool:
        """Tell whether missing *day* costs no streak: pause, rest day, or a date that did not happen."""
        return self.paused(day) or self.resting(day) or self.skipped(day)
