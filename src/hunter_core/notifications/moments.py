"""When a wall clock shows a time on a hunter's local day, and when their quiet hours end (SPEC 2, 6)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hunter_core.days import ONE_DAY, Calendar, zone_day_begins
from hunter_core.hunters.quiet import QuietHours

LAST_CHANCE = timedelta(minutes=1)
"""How long before the end of its day something comes whose time the day never shows."""


def moment_on(calendar: Calendar, day: date, at: time) -> datetime | None:
    """
    Return the one instant (UTC) on the local *day* for what is due at *at* by the hunter's wall clock.

    A time that the clock skips comes at the first instant after, one that it shows twice at the first. A time
    before the day start is that of the night in which the day ends. Where the day never shows the time (it
    began later, after a change of zone) it is the day's beginning or its last minute, whichever is nearer;
    None for a date that did not happen.
    """
    begins, ends = calendar.begins(day), calendar.begins(day + ONE_DAY)
    if begins == ends:
        return None
    period = calendar.zone_at(begins)
    zone, minutes = ZoneInfo(period.zone), at.hour * 60 + at.minute
    first = day if minutes >= period.day_start else day + ONE_DAY
    # A day that a change of zone made long or short shows other dates, too.
    candidates = [zone_day_begins(zone, first + ONE_DAY * by, minutes) for by in (0, -1, 1)]
    for instant in candidates:
        if begins <= instant < ends:
            return instant
    return begins if candidates[0] < begins else max(begins, ends - LAST_CHANCE)


def quiet_until(calendar: Calendar, quiet: QuietHours | None, now: datetime) -> datetime | None:
    """
    Return when the quiet hours that hold at *now* end (UTC); None where it is not quiet.

    Where another zone will hold before they end, its clock says whether it goes on being quiet, and until when.
    """
    if quiet is None or not _is_quiet(calendar, quiet, now):
        return None
    ends = _end(calendar, quiet, now)
    for period in calendar.zones:
        if period.since is None or not now < period.since < ends:
            continue
        if not _is_quiet(calendar, quiet, period.since):
            return period.since
        ends = _end(calendar, quiet, period.since)
    return ends


def _is_quiet(calendar: Calendar, quiet: QuietHours, at: datetime) -> bool:
    wall = calendar.local_time(at)
    return quiet.holds_at(wall.hour * 60 + wall.minute)


def _end(calendar: Calendar, quiet: QuietHours, at: datetime) -> datetime:
    """Return when the quiet hours that hold at *at* end by the clock of the zone that holds at *at*."""
    zone, wall = ZoneInfo(calendar.zone_at(at).zone), calendar.local_time(at)
    for by in range(3):
        day = wall.date() + ONE_DAY * by
        first = zone_day_begins(zone, day, quiet.until)
        # In the hour that a clock shows twice they end twice. (Of a time that is skipped, this lies before the first.)
        again = datetime.combine(day, time(*divmod(quiet.until, 60), fold=1), zone).astimezone(UTC)
        for ends in (first, max(first, again)):
            if ends > at:
                return ends
    raise AssertionError("a wall clock shows every time within three days, or skips past it")


def quiet_since(calendar: Calendar, quiet: QuietHours | None, now: datetime) -> datetime | None:
    """Return when the quiet hours that hold at *now* began (UTC); None where it is not quiet."""
    if quiet is None or not _is_quiet(calendar, quiet, now):
        return None
    zone, wall = ZoneInfo(calendar.zone_at(now).zone), calendar.local_time(now)
    for by in range(3):
        began = zone_day_begins(zone, wall.date() - ONE_DAY * by, quiet.begins)
        if began <= now:
            return began
    raise AssertionError("a wall clock shows every time within three days, or skips past it")
