"""Pauses: dated ranges, from today on, in which missed days cost no streak (SPEC 2, Streak)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from hunter_core.days import ONE_DAY, Calendar, Pause
from hunter_core.errors import InvalidInput, NotFound, PauseLimitReached
from hunter_core.ids import HunterId, PauseId, new_id
from hunter_core.ports import UnitOfWork
from hunter_core.rules.rulebook import Limits

MOST_PAUSES = 50
"""Pauses of one hunter that have not passed."""

FURTHEST_AHEAD = timedelta(days=3650)
"""How far ahead a pause may begin."""


def not_passed(calendar: Calendar, today: date) -> tuple[Pause, ...]:
    """Return the pauses that end on *today* or later, first day first."""
    return tuple(pause for pause in calendar.pauses if pause.until >= today)


def with_pause(calendar: Calendar, pause: Pause, *, today: date, limits: Limits) -> Calendar:
    """
    Return *calendar* with *pause* in it.

    Raises:
        InvalidInput: If it begins before *today* or too far ahead, ends before it begins, or is too long.
        PauseLimitReached: If there are `MOST_PAUSES` that have not passed.
    """
    problems = []
    if pause.start < today:
        problems.append(("from", f"must be {today}, which is today, or later"))
    elif pause.start - today > FURTHEST_AHEAD:
        problems.append(("from", f"must be within {FURTHEST_AHEAD.days} days from today"))
    if pause.until < pause.start:
        problems.append(("until", "must not lie before from"))
    elif (pause.until - pause.start).days >= limits.pause_days:
        problems.append(("until", f"must make a pause of at most {limits.pause_days} days"))
    if problems:
        raise InvalidInput.of(problems)
    if len(not_passed(calendar, today)) >= MOST_PAUSES:
        raise PauseLimitReached(MOST_PAUSES)
    ascending = sorted((*calendar.pauses, pause), key=lambda each: (each.start, each.until, each.id))
    return calendar._replace(pauses=tuple(ascending))


def without_pause(calendar: Calendar, pause_id: PauseId, *, today: date) -> Calendar:
    """
    Return *calendar* without what is left of a pause on *today*: its passed days stay covered.

    Raises:
        NotFound: If there is no such pause, or it has passed.
    """
    wanted = str(pause_id)
    if not any(pause.id == wanted for pause in not_passed(calendar, today)):
        raise NotFound("pause", pause_id)
    left = []
    for pause in calendar.pauses:
        if pause.id != wanted:
            left.append(pause)
        elif pause.start < today:
            left.append(pause._replace(until=today - ONE_DAY))
    return calendar._replace(pauses=tuple(left))


def plan_pause(
    *, uow: UnitOfWork, hunter_id: HunterId, start: date, until: date, now: datetime, limits: Limits
) -> Pause:
    """
    Add a pause from *start* to *until*, both included, and return it. The caller commits.

    Raises:
        NotFound: If there is no such hunter.
        InvalidInput: Naming `from` or `until`; see `with_pause`.
        PauseLimitReached: If there are as many as there may be.
    """
    hunter = uow.hunters.lock(hunter_id)
    pause = Pause(str(new_id(now)), start, until)
    today = hunter.calendar.local_day(now)
    calendar = with_pause(hunter.calendar, pause, today=today, limits=limits)
    uow.hunters.save(replace(hunter, calendar=calendar, updated_at=now))
    return pause


def pauses(*, uow: UnitOfWork, hunter_id: HunterId, now: datetime) -> tuple[Pause, ...]:
    """
    Return the hunter's pauses that have not passed, first day first.

    Raises:
        NotFound: If there is no such hunter.
    """
    calendar = uow.hunters.get(hunter_id).calendar
    return not_passed(calendar, calendar.local_day(now))


def end_pause(*, uow: UnitOfWork, hunter_id: HunterId, pause_id: PauseId, now: datetime) -> None:
    """
    End a pause that runs, as of yesterday, or take back one that is to come. The caller commits.

    Raises:
        NotFound: If the hunter has no such pause, or it has passed.
    """
    hunter = uow.hunters.lock(hunter_id)
    calendar = without_pause(hunter.calendar, pause_id, today=hunter.calendar.local_day(now))
    uow.hunters.save(replace(hunter, calendar=calendar, updated_at=now))
