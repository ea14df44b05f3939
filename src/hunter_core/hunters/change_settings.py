"""Reading and changing a hunter's settings, those that the calendar holds among them (SPEC 4, Me)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime

from hunter_core.days import Calendar, check_zone, parse_day_start
from hunter_core.errors import InvalidInput
from hunter_core.gathering import Gathering
from hunter_core.hunters.hunter import Hunter
from hunter_core.hunters.quiet import QuietHours, quiet_hours
from hunter_core.hunters.settings import LONGEST_LANGUAGE, FontSize, Settings, Theme, Visibility
from hunter_core.hunters.zones import (
    PendingChange,
    check_rest_days,
    pending_change,
    rest_days,
    with_rest_days,
    with_zone,
)
from hunter_core.ids import HunterId
from hunter_core.leaderboard.read import is_listed
from hunter_core.notifications.tell import send_waiting
from hunter_core.ports import UnitOfWork
from hunter_core.rules.rulebook import Limits

_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsView:
    """
    The settings as one resource.

    `zone`, `day_start` (minutes) and `rest_days` (0 is Monday) are those last chosen; `pending` says from
    when zone and day start hold, as long as they do not.
    """

    settings: Settings
    zone: str
    day_start: int
    rest_days: tuple[int, ...]
    pending: PendingChange | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsChanges:
    """
    What is to be changed; None leaves a setting as it is.

    `day_start` is written `HH:MM`, `rest_days` are weekdays, 0 for Monday. `quiet_hours` are two times `HH:MM`,
    from and until; an empty pair ends them.
    """

    quest_reminders: bool | None = None
    streak_warnings: bool | None = None
    achievement_alerts: bool | None = None
    email_notifications: bool | None = None
    push_notifications: bool | None = None
    daily_digest: bool | None = None
    theme: Theme | None = None
    language: str | None = None
    animations_enabled: bool | None = None
    font_size: FontSize | None = None
    profile_visibility: Visibility | None = None
    show_on_leaderboard: bool | None = None
    allow_friend_requests: bool | None = None
    timezone: str | None = None
    day_start: str | None = None
    rest_days: Sequence[int] | None = None
    quiet_hours: tuple[str, str] | tuple[()] | None = None


_COLUMNS = tuple(field.name for field in fields(Settings) if field.name not in ("hunter_id", "quiet_hours"))


def view_of(hunter: Hunter, settings: Settings, now: datetime) -> SettingsView:
    """Return *settings* of *hunter* as one resource, as it stands at *now*."""
    last = hunter.calendar.zones[-1]
    return SettingsView(
        settings=settings,
        zone=last.zone,
        day_start=last.day_start,
        rest_days=rest_days(hunter.calendar),
        pending=pending_change(hunter.calendar, now),
    )


def read_settings(*, uow: UnitOfWork, hunter_id: HunterId, now: datetime) -> SettingsView:
    """
    Return a hunter's settings.

    Raises:
        NotFound: If there is no such hunter.
    """
    return view_of(uow.hunters.get(hunter_id), uow.settings.get(hunter_id), now)


def change_settings(
    *, uow: UnitOfWork, hunter_id: HunterId, changes: SettingsChanges, now: datetime, limits: Limits
) -> SettingsView:
    """
    Change what *changes* names and return the settings. The caller commits; a refusal changes none of them.

    What waits for the end of quiet hours is sent where they hold no longer, and otherwise waits for their new end.

    Raises:
        InvalidInput: Naming every field that breaks its rule.
        NotFound: If there is no such hunter.
        SettingsChangeTooSoon: If zone or day start were changed less than 24 hours ago.
    """
    day_start, weekdays, quiet = _checked(changes, limits)
    hunter = uow.hunters.lock(hunter_id)
    settings = uow.settings.get(hunter_id)
    calendar = _changed(hunter.calendar, changes.timezone, day_start, weekdays, now, limits)
    calendar_changed = calendar != hunter.calendar
    if calendar_changed:
        hunter = replace(hunter, calendar=calendar, updated_at=now)
        uow.hunters.save(hunter)
    columns = {name: getattr(changes, name) for name in _COLUMNS if getattr(changes, name) is not None}
    changed = replace(settings, **columns)
    if changes.quiet_hours is not None:
        changed = replace(changed, quiet_hours=quiet)
    if changed != settings:
        uow.settings.save(changed)
        if is_listed(hunter, changed) != is_listed(hunter, settings):
            # Boards that are kept elsewhere ask who changed since they last looked.
            hunter = replace(hunter, updated_at=now)
            uow.hunters.save(hunter)
    if _moves_what_is_due(settings, changed) or calendar_changed:
        uow.agendas.look([hunter_id], now)
    if changed.quiet_hours != settings.quiet_hours or calendar_changed:
        # Here and now: nothing that happens next may come before it.
        send_waiting(uow=uow, hunter=hunter, now=now, early=True)
    return view_of(hunter, changed, now)


def _moves_what_is_due(before: Settings, after: Settings) -> bool:
    return (before.daily_digest, before.quiet_hours) != (after.daily_digest, after.quiet_hours)


def _changed(
    calendar: Calendar,
    zone: str | None,
    day_start: int | None,
    weekdays: tuple[int, ...] | None,
    now: datetime,
    limits: Limits,
) -> Calendar:
    last = calendar.zones[-1]
    if zone is not None or day_start is not None:
        calendar = with_zone(
            calendar,
            zone=last.zone if zone is None else zone,
            day_start=last.day_start if day_start is None else day_start,
            now=now,
            limits=limits,
        )
    return calendar if weekdays is None else with_rest_days(calendar, weekdays, now=now)


def _checked(
    changes: SettingsChanges, limits: Limits
) -> tuple[int | None, tuple[int, ...] | None, QuietHours | None]:
    day_start = weekdays = quiet = None
    gathering = Gathering()
    with gathering:
        if changes.language is not None:
            _check_language(changes.language)
    with gathering:
        if changes.timezone is not None:
            check_zone(changes.timezone)
    with gathering:
        if changes.day_start is not None:
            day_start = parse_day_start(changes.day_start)
    with gathering:
        if changes.rest_days is not None:
            weekdays = check_rest_days(tuple(changes.rest_days), limits)
    with gathering:
        if changes.quiet_hours:
            quiet = quiet_hours(*changes.quiet_hours)
    gathering.refuse()
    return day_start, weekdays, quiet


def _check_language(text: str) -> None:
    if len(text) > LONGEST_LANGUAGE or not _LANGUAGE.fullmatch(text):
        raise InvalidInput(
            "language",
            f"must be a language tag such as en or pt-BR, of at most {LONGEST_LANGUAGE} characters",
        )
