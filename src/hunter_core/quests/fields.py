"""The fields of a quest and their rules, in one place (SPEC 2, Schedules and Limits; SPEC 4, Quest fields)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import Enum
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from hunter_core.days import Calendar
from hunter_core.errors import InvalidInput
from hunter_core.quests.quest import Frequency
from hunter_core.rules.rulebook import Limits
from hunter_core.rules.schedules import EveryDay, Once, OnWeekdays, Schedule
from hunter_core.words import Attribute, Difficulty, QuestType

LONGEST_TITLE = 120
LONGEST_DESCRIPTION = 2000
EARLIEST_DEADLINE = datetime(1970, 1, 1, tzinfo=UTC)
ENDLESS_FROM = datetime(9000, 1, 1, tzinfo=UTC)
"""A deadline from here on is kept as it was sent, and has no last day: clients write 9999-12-31 for never."""

_WALL_CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d", re.ASCII)
_ORDER = {attribute: place for place, attribute in enumerate(Attribute)}

Value = TypeVar("Value")


class Unset(Enum):
    """The type of `UNSET`."""

    UNSET = "UNSET"


UNSET: Final = Unset.UNSET
"""Says that a field was not given at all; None says that it was given as null."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestFields:
    """
    What a hunter says of a quest, to create or to edit it.

    `title`, `type` and `base_xp` are needed: UNSET is refused when a quest is created, None always. Every
    other field may be left out; None puts it back to what a new quest has that leaves it out.
    `reminder_time` is text: a wall-clock time `HH:MM`, or an ISO 8601 instant with its offset.
    """

    title: str | Unset | None = UNSET
    type: QuestType | Unset | None = UNSET
    base_xp: int | Unset | None = UNSET
    description: str | Unset | None = UNSET
    difficulty: Difficulty | Unset | None = UNSET
    attributes: Sequence[Attribute] | Unset | None = UNSET
    reminder_time: str | Unset | None = UNSET
    frequency: Frequency | Unset | None = UNSET
    schedule: Schedule | Unset | None = UNSET
    deadline: datetime | Unset | None = UNSET
    completions_per_day: int | Unset | None = UNSET
    estimated_time: int | Unset | None = UNSET
    is_active: bool | Unset | None = UNSET


def check_fields(fields: QuestFields, limits: Limits, *, complete: bool) -> None:
    """
    Refuse every field that breaks its own rule; *complete* asks for the needed ones, too.

    What depends on the hunter or on other fields is refused later (`reminder_of`, `settle`).

    Raises:
        InvalidInput: Naming each of them.
    """
    needed = (("title", fields.title), ("type", fields.type), ("baseXP", fields.base_xp))
    problems = [(name, "is needed") for name, said in needed if said is None or (complete and said is UNSET)]
    checks: Sequence[tuple[str, object, Callable[[str, object], None]]] = (
        ("title", fields.title, lambda name, value: check_text(name, value, 1, LONGEST_TITLE)),
        (
            "description",
            fields.description,
            lambda name, value: check_text(name, value, 0, LONGEST_DESCRIPTION),
        ),
        (
            "baseXP",
            fields.base_xp,
            lambda name, value: check_whole(name, value, limits.least_base_xp, limits.most_base_xp),
        ),
        ("attributes", fields.attributes, _check_attributes),
        ("reminderTime", fields.reminder_time, _check_reminder),
        ("deadline", fields.deadline, _check_deadline),
        (
            "completionsPerDay",
            fields.completions_per_day,
            lambda name, value: check_whole(name, value, 1, limits.completions_per_day),
        ),
        (
            "estimatedTime",
            fields.estimated_time,
            lambda name, value: check_whole(name, value, 1, limits.most_seconds),
        ),
    )
    for field, value, check in checks:
        if value is not None and value is not UNSET:
            try:
                check(field, value)
            except InvalidInput as refusal:
                problems.extend(refusal.problems)
    if problems:
        raise InvalidInput.of(problems)


def check_text(field: str, value: object, least: int, most: int) -> None:
    """
    Refuse what is no text of *least* to *most* characters, or could not be stored.

    Raises:
        InvalidInput: Naming *field*.
    """
    if not isinstance(value, str):
        raise InvalidInput(field, "must be text")
    if not least <= len(value) <= most:
        raise InvalidInput(field, f"must have {least} to {most} characters")
    if "\0" in value:
        raise InvalidInput(field, "must not hold the character NUL")
    if any("\ud800" <= letter <= "\udfff" for letter in value):
        raise InvalidInput(field, "must not hold half of a surrogate pair")


def check_whole(field: str, value: object, least: int, most: int) -> None:
    """
    Refuse what is no whole number from *least* to *most*.

    Raises:
        InvalidInput: Naming *field*.
    """
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise InvalidInput(field, f"must be a whole number from {least} to {most}")


def in_order(attributes: Sequence[Attribute]) -> tuple[Attribute, ...]:
    """Return *attributes* in the order of the six."""
    return tuple(sorted(attributes, key=_ORDER.__getitem__))


def reminder_of(text: str, calendar: Calendar, now: datetime) -> time:
    """
    Return the wall-clock time of *text*: itself, or that of an instant in the hunter's zone at *now*.

    Raises:
        InvalidInput: If the instant has no time of day there (at the very ends of the calendar).
    """
    if _WALL_CLOCK.fullmatch(text):
        return time.fromisoformat(text)
    zone = ZoneInfo(calendar.zone_at(now).zone)
    try:
        local = datetime.fromisoformat(text).astimezone(zone)
    except (OverflowError, ValueError) as error:
        raise InvalidInput("reminderTime", _REMINDER_RULE) from error
    return time(local.hour, local.minute)


def last_day_of(deadline: datetime | None, calendar: Calendar) -> date | None:
    """Return the local day of *deadline*, the last on which the quest can be due."""
    if deadline is None or deadline >= ENDLESS_FROM:
        return None
    return calendar.local_day(deadline)


def settle(
    kind: QuestType, frequency: Frequency | None, schedule: Schedule | None, created_day: date
) -> tuple[Frequency | None, Schedule]:
    """
    Return frequency and schedule of a quest of type *kind*, given what was said of them (SPEC 2, Schedules).

    A RECURRING quest of which only the schedule is said takes the frequency that fits it; of which nothing
    is said, comes back every week on the weekday of its creation.

    Raises:
        InvalidInput: If frequency or schedule contradict the type or each other, or CUSTOM lacks its schedule.
    """
    if kind is QuestType.RECURRING:
        return _settle_recurring(frequency, schedule, created_day)
    usual, allowed = (EveryDay(), Frequency.DAILY) if kind is QuestType.DAILY else (Once(), None)
    problems = []
    if frequency is not None and frequency is not allowed:
        problems.append(("frequency", f"{frequency} contradicts the type {kind}"))
    if schedule is not None and schedule != usual:
        problems.append(("schedule", f"{schedule.kind} contradicts the type {kind}, which is {usual.kind}"))
    if problems:
        raise InvalidInput.of(problems)
    return frequency, usual


def fits(frequency: Frequency | None, schedule: Schedule) -> bool:
    """Tell whether a quest that comes back with *frequency* may have *schedule*."""
    if frequency is Frequency.DAILY:
        return isinstance(schedule, EveryDay)
    if frequency is Frequency.WEEKLY:
        return isinstance(schedule, OnWeekdays)
    return not isinstance(schedule, Once)


def _settle_recurring(
    frequency: Frequency | None, schedule: Schedule | None, created_day: date
) -> tuple[Frequency, Schedule]:
    if isinstance(schedule, Once):
        raise InvalidInput("schedule", "ONCE contradicts the type RECURRING")
    if frequency is None:
        if schedule is None or isinstance(schedule, OnWeekdays):
            frequency = Frequency.WEEKLY
        else:
            frequency = Frequency.DAILY if isinstance(schedule, EveryDay) else Frequency.CUSTOM
    if schedule is None:
        if frequency is Frequency.CUSTOM:
            raise InvalidInput("schedule", "is needed for the frequency CUSTOM")
        daily = frequency is Frequency.DAILY
        return frequency, EveryDay() if daily else OnWeekdays((created_day.weekday(),))
    if not fits(frequency, schedule):
        raise InvalidInput(
            "schedule", f"{schedule.kind} contradicts the frequency {frequency}; CUSTOM takes any schedule"
        )
    return frequency, schedule


_REMINDER_RULE = "must be a time HH:MM, or an ISO 8601 instant with its offset"


def _check_reminder(field: str, value: object) -> None:
    if isinstance(value, str) and value.isascii():
        if _WALL_CLOCK.fullmatch(value):
            return
        try:
            if datetime.fromisoformat(value).tzinfo is not None:
                return
        except ValueError:
            pass  # neither form: refused below
    raise InvalidInput(field, _REMINDER_RULE)


def _check_attributes(field: str, value: object) -> None:
    if not isinstance(value, Sequence) or not all(isinstance(each, Attribute) for each in value):
        raise InvalidInput(field, f"must be a list of {', '.join(Attribute)}")
    if len(set(value)) != len(value):
        raise InvalidInput(field, "must not name an attribute twice")


def _check_deadline(field: str, value: object) -> None:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise InvalidInput(field, "must be an instant with its offset")
    try:
        early = value.astimezone(UTC) < EARLIEST_DEADLINE
    except OverflowError:
        early = True
    if early:
        raise InvalidInput(field, "must be a moment from 1970 to 9999")
