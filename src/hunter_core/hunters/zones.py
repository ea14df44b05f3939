"""Zone, day start and rest days change with a later day, never with one that has begun (SPEC 2, Local day)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from hunter_core.days import ONE_DAY, Calendar, RestDays, ZonePeriod
from hunter_core.errors import InvalidInput, SettingsChangeTooSoon
from hunter_core.rules.rulebook import Limits


class PendingChange(NamedTuple):
    """A zone and day start that were chosen and do not hold yet; they do from the instant `since` on."""

    zone: str
    day_start: int
    since: datetime


def pending_change(calendar: Calendar, now: datetime) -> PendingChange | None:
    """Return the change of zone or day start that is yet to hold at *now*; None where there is none."""
    last = calendar.zones[-1]
    if last.since is None or last.since <= now:
        return None
    return PendingChange(last.zone, last.day_start, last.since)


def with_zone(calendar: Calendar, *, zone: str, day_start: int, now: datetime, limits: Limits) -> Calendar:
    """
    Return *calendar* with the zone (an IANA name) and day start (minutes) that were chosen at *now*.

    They hold from the end of the local day in which they are chosen; until then the choice is pending, and
    asking for what holds takes it back, at any time. What is chosen already changes nothing.

    Raises:
        SettingsChangeTooSoon: If the last change that was not taken back was chosen less than 24 hours ago.
    """
    last = calendar.zones[-1]
    if (zone, day_start) == (last.zone, last.day_start):
        return calendar
    settled = calendar
    if pending_change(calendar, now) is not None:
        settled = calendar._replace(zones=calendar.zones[:-1])
        holds = settled.zones[-1]
        if (zone, day_start) == (holds.zone, holds.day_start):
            return settled
    if last.chosen_at is not None:
        again_at = last.chosen_at + timedelta(hours=limits.zone_change_hours)
        if now < again_at:
            raise SettingsChangeTooSoon(again_at)
    first_day = settled.local_day(now) + ONE_DAY
    chosen = ZonePeriod(
        zone=zone,
        day_start=day_start,
        since=settled.begins(first_day),
        first_day=first_day,
        chosen_at=now,
    )
    return settled._replace(zones=(*settled.zones, chosen))


def rest_days(calendar: Calendar) -> tuple[int, ...]:
    """Return the rest days last chosen: weekdays, 0 for Monday, ascending."""
    return calendar.rests[-1].weekdays if calendar.rests else ()


def check_rest_days(weekdays: tuple[int, ...], limits: Limits, field: str = "restDays") -> tuple[int, ...]:
    """
    Return *weekdays* (0 is Monday), ascending.

    Raises:
        InvalidInput: If there are too many, one stands twice, or one is no weekday.
    """
    if len(weekdays) > limits.rest_days:
        raise InvalidInput(field, f"must name at most {limits.rest_days} weekdays")
    if len(set(weekdays)) != len(weekdays):
        raise InvalidInput(field, "must not name a weekday twice")
    if not all(0 <= weekday <= 6 for weekday in weekdays):
        raise InvalidInput(field, "must name weekdays")
    return tuple(sorted(weekdays))


def with_rest_days(calendar: Calendar, weekdays: tuple[int, ...], *, now: datetime) -> Calendar:
    """
    Return *calendar* with *weekdays* (0 is Monday, ascending) as rest days from the next local day on.

    A second choice on one day takes the place of the first.
    """
    tomorrow = calendar.local_day(now) + ONE_DAY
    settled = tuple(rest for rest in calendar.rests if rest.since < tomorrow)
    holds = settled[-1].weekdays if settled else ()
    if weekdays == holds:
        return calendar._replace(rests=settled)
    return calendar._replace(rests=(*settled, RestDays(tomorrow, weekdays)))
