"""A schedule names the local days on which a quest is asked for; it is a value with one JSON (SPEC 2)."""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, ClassVar, TypeAlias, assert_never

from hunter_core.errors import InvalidInput

WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
LONGEST_STEP = 365
MOST_TIMES_A_WEEK = 7
MOST_TIMES_A_MONTH = 31
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Period(StrEnum):
    """What `TIMES` counts in."""

    WEEK = "WEEK"
    MONTH = "MONTH"

    @property
    def rolling_days(self) -> int:
        """How many days a rolling period has: 7, or 30."""
        return 7 if self is Period.WEEK else 30

    @property
    def most_times(self) -> int:
        """The highest target: every day of the longest period."""
        return MOST_TIMES_A_WEEK if self is Period.WEEK else MOST_TIMES_A_MONTH

    def around(self, day: date) -> tuple[date, date]:
        """Return first and last day of the calendar period of *day*: Monday to Sunday, or the month."""
        if self is Period.WEEK:
            monday = day - timedelta(days=day.weekday())
            return monday, monday + timedelta(days=6)
        return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])


@dataclass(frozen=True, slots=True)
class EveryDay:
    """Due on every day."""

    kind: ClassVar[str] = "EVERY_DAY"


@dataclass(frozen=True, slots=True)
class OnWeekdays:
    """Due on the given weekdays: 0 is Monday, ascending, at least one, none twice."""

    kind: ClassVar[str] = "WEEKDAYS"
    days: tuple[int, ...]

    def __post_init__(self) -> None:
        if not self.days:
            raise InvalidInput("schedule.days", "must name at least one weekday")
        if len(set(self.days)) != len(self.days):
            raise InvalidInput("schedule.days", "must not name a weekday twice")
        if not all(0 <= day < len(WEEKDAYS) for day in self.days):
            raise InvalidInput("schedule.days", f"must be of {', '.join(WEEKDAYS)}")
        object.__setattr__(self, "days", tuple(sorted(self.days)))


@dataclass(frozen=True, slots=True)
class EveryNDays:
    """Due on the day `start` (JSON: `from`) and every n days after it, whenever it was done; never before."""

    kind: ClassVar[str] = "EVERY_N_DAYS"
    n: int
    start: date

    def __post_init__(self) -> None:
        if not 1 <= self.n <= LONGEST_STEP:
            raise InvalidInput("schedule.n", f"must be from 1 to {LONGEST_STEP}")


@dataclass(frozen=True, slots=True)
class Times:
    """
    To be done on `times` days of each period, whichever they are.

    A rolling period is any 7 (or 30) days in a row; else it is the week from Monday, or the month.
    """

    kind: ClassVar[str] = "TIMES"
    times: int
    period: Period
    rolling: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.times <= self.period.most_times:
            raise InvalidInput(
                "schedule.times",
                f"must be from 1 to {self.period.most_times} times a {self.period.value.lower()}",
            )


@dataclass(frozen=True, slots=True)
class Once:
    """Due until it is done, and done is done."""

    kind: ClassVar[str] = "ONCE"


Schedule: TypeAlias = EveryDay | OnWeekdays | EveryNDays | Times | Once

KINDS: tuple[str, ...] = (EveryDay.kind, OnWeekdays.kind, EveryNDays.kind, Times.kind, Once.kind)


def falls_on(schedule: Schedule, day: date) -> bool:
    """
    Tell whether *schedule* by itself names *day*.

    `Times` and `Once` name every day: whether one is asked for depends on what was done, which the quest's
    calendar knows (`hunter_core.quests.calendar`).
    """
    match schedule:
        case EveryDay() | Times() | Once():
            return True
        case OnWeekdays(days=days):
            return day.weekday() in days
        case EveryNDays(n=n, start=start):
            return day >= start and (day - start).days % n == 0
        case _:
            assert_never(schedule)


def schedule_to_json(schedule: Schedule) -> dict[str, Any]:
    """Return *schedule* as the JSON of SPEC 2: a flat object that its `kind` tells apart."""
    match schedule:
        case EveryDay() | Once():
            return {"kind": schedule.kind}
        case OnWeekdays(days=days):
            return {"kind": schedule.kind, "days": [WEEKDAYS[day] for day in days]}
        case EveryNDays(n=n, start=start):
            return {"kind": schedule.kind, "n": n, "from": start.isoformat()}
        case Times(times=times, period=period, rolling=rolling):
            return {"kind": schedule.kind, "times": times, "period": period.value, "rolling": rolling}
        case _:
            assert_never(schedule)


def schedule_from_json(value: object, field: str = "schedule") -> Schedule:
    """
    Return the schedule that the JSON *value* says, strictly: no key too many or too few, no other types.

    `rolling` may be left out, and is false then.

    Raises:
        InvalidInput: Naming each wrong part, such as `schedule.days`.
    """
    try:
        return _parse(value)
    except InvalidInput as refusal:
        if field == "schedule":
            raise
        problems = ((field + name.removeprefix("schedule"), text) for name, text in refusal.problems)
        raise InvalidInput.of(problems) from refusal


def parse_date(value: object, field: str) -> date:
    """
    Return the civil date of *value*, a string `YYYY-MM-DD`.

    Raises:
        InvalidInput: If it has another form, or there is no such date.
    """
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass  # 2026-02-30: refused below, with the same words
    raise InvalidInput(field, "must be a date, written YYYY-MM-DD")


# By kind: the keys it needs, and those that may be left out.
_KEYS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    EveryDay.kind: (frozenset(), frozenset()),
    OnWeekdays.kind: (frozenset({"days"}), frozenset()),
    EveryNDays.kind: (frozenset({"n", "from"}), frozenset()),
    Times.kind: (frozenset({"times", "period"}), frozenset({"rolling"})),
    Once.kind: (frozenset(), frozenset()),
}


def _parse(value: object) -> Schedule:
    if not isinstance(value, Mapping):
        raise InvalidInput("schedule", "must be an object with a kind")
    kind = value.get("kind")
    if not isinstance(kind, str) or kind not in _KEYS:
        raise InvalidInput("schedule.kind", f"must be one of {', '.join(KINDS)}")
    needed, optional = _KEYS[kind]
    given = {str(key) for key in value} - {"kind"}
    problems = [(f"schedule.{name}", f"is needed for {kind}") for name in sorted(needed - given)]
    problems += [(f"schedule.{name}", f"is not part of {kind}") for name in sorted(given - needed - optional)]
    if problems:
        raise InvalidInput.of(problems)
    if kind == EveryDay.kind:
        return EveryDay()
    if kind == Once.kind:
        return Once()
    if kind == OnWeekdays.kind:
        return OnWeekdays(_weekdays(value["days"]))
    if kind == EveryNDays.kind:
        return EveryNDays(_whole(value["n"], "schedule.n"), parse_date(value["from"], "schedule.from"))
    return _times(value)


def _weekdays(value: object) -> tuple[int, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str | bytes):
        raise InvalidInput("schedule.days", f"must be a list of {', '.join(WEEKDAYS)}")
    if not all(isinstance(name, str) and name in WEEKDAYS for name in value):
        raise InvalidInput("schedule.days", f"must be of {', '.join(WEEKDAYS)}")
    return tuple(WEEKDAYS.index(name) for name in value)


def _times(value: Mapping[str, object]) -> Times:
    period, rolling = value["period"], value.get("rolling", False)
    if not isinstance(period, str) or period not in Period.__members__:
        raise InvalidInput("schedule.period", f"must be one of {', '.join(Period)}")
    if not isinstance(rolling, bool):
        raise InvalidInput("schedule.rolling", "must be true or false")
    return Times(_whole(value["times"], "schedule.times"), Period(period), rolling)


def _whole(value: object, field: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise InvalidInput(field, "must be a whole number")
    return value
