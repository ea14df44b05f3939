"""The fields that requests share, each with its rule (SPEC 4, Fields)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Final

from msgspec import Meta

from hunter_core.accounts.names import (
    LONGEST_EMAIL,
    LONGEST_NAME,
    SHORTEST_NAME,
    check_email,
    check_hunter_name,
)
from hunter_core.accounts.passwords import LONGEST_PASSWORD
from hunter_core.days import check_zone
from hunter_core.rules.schedules import WEEKDAYS
from hunter_core.words import Attribute

LONGEST_NOTES: Final = 2000
LAST_PAGE: Final = 1_000_000_000

# Shapes that the calendar cannot refuse; `wire` refuses the 30th of February.
_DATE: Final = r"^(19[7-9][0-9]|[2-9][0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
_INSTANT: Final = (
    _DATE.removesuffix("$")
    + r"[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"
)
_WALL_CLOCK: Final = r"([01][0-9]|2[0-3]):[0-5][0-9]"
_DAY_START: Final = r"^((0[0-9]|1[01]):[0-5][0-9]|12:00)$"


class Weekday(StrEnum):
    """A day of the week."""

    MON = "MON"
    TUE = "TUE"
    WED = "WED"
    THU = "THU"
    FRI = "FRI"
    SAT = "SAT"
    SUN = "SUN"

    @property
    def number(self) -> int:
        """0 for Monday, as the core counts."""
        return WEEKDAYS.index(self.value)


def text(
    least: int,
    most: int,
    description: str,
    *examples: str,
    check: Callable[[str], object] | None = None,
    **schema: Any,
) -> Meta:
    """Return the rule of a text of *least* to *most* characters, which holds to *check*, too."""
    return Meta(
        min_length=least or None,
        max_length=most,
        description=description,
        examples=list(examples) or None,
        extra_json_schema=schema or None,
        extra={"check": check} if check else None,
    )


def bounded(limit: str, description: str, *examples: int) -> Meta:
    """Return the rule of a whole number within the bounds that the rulebook sets under the name *limit*."""
    return Meta(description=description, examples=list(examples) or None, extra={"limit": limit})


Email = Annotated[
    str,
    text(
        3,
        LONGEST_EMAIL,
        "One `@`; unique on its lower-cased form.",
        "jin@example.com",
        check=check_email,
        format="email",
    ),
]
HunterName = Annotated[
    str,
    # A name is measured in NFKC, which makes one character of up to four: the core has the last word.
    Meta(
        min_length=1,
        max_length=4 * LONGEST_NAME,
        description=f"{SHORTEST_NAME} to {LONGEST_NAME} letters, digits, `_`, `-` in NFKC; unique on casefold; "
        "not reserved.",
        examples=["Sung_Jinwoo"],
        extra={
            "message": f"must have {SHORTEST_NAME} to {LONGEST_NAME} characters",
            "check": check_hunter_name,
        },
    ),
]
Password = Annotated[
    str,
    text(1, LONGEST_PASSWORD, "What the server's profile asks for.", "Arise!2026", format="password"),
]
SecondFactorCode = Annotated[
    str,
    text(1, 64, "Six digits of the app, or a recovery code; in any case, with or without dashes.", "492039"),
]
ZoneName = Annotated[str, text(1, 64, "An IANA time zone.", "Europe/Paris", check=check_zone)]
DayStart = Annotated[
    str,
    Meta(
        pattern=_DAY_START,
        description="When the hunter's day begins, `HH:MM` from 00:00 to 12:00.",
        examples=["04:00"],
        extra={"message": "must be a time from 00:00 to 12:00, written HH:MM"},
    ),
]
RestDays = Annotated[
    tuple[Weekday, ...],
    Meta(
        description="Weekdays on which nothing is asked and no streak is lost, from the next local day on.",
        examples=[["SUN"]],
        extra_json_schema={"uniqueItems": True},
        extra={"limit": "restDays", "message": "must not name a weekday twice"},
    ),
]
Instant = Annotated[
    datetime,
    Meta(
        tz=True,
        description="An instant with its offset.",
        examples=["2026-11-22T08:30:00Z"],
        extra_json_schema={"pattern": _INSTANT},
    ),
]
Day = Annotated[
    date,
    Meta(description="A civil date.", examples=["2026-11-22"], extra_json_schema={"pattern": _DATE}),
]
ReminderTime = Annotated[
    str,
    Meta(
        pattern=f"^({_WALL_CLOCK}|{_INSTANT[1:-1]})$",
        description="A local time `HH:MM`, or an instant: kept is its wall-clock time in the hunter's zone.",
        examples=["07:30"],
        extra={"message": "must be a time HH:MM, or an instant with its offset"},
    ),
]
WallTime = Annotated[
    str,
    Meta(
        pattern=f"^{_WALL_CLOCK}$",
        description="A time of the day, `HH:MM`.",
        examples=["22:00"],
        extra={"message": "must be a time from 00:00 to 23:59, written HH:MM"},
    ),
]
AttributeSet = Annotated[
    tuple[Attribute, ...],
    Meta(
        max_length=len(Attribute),
        description="Which attributes gain, each at most once.",
        examples=[["strength", "constitution"]],
        extra_json_schema={"uniqueItems": True},
        extra={"message": "must name each attribute at most once"},
    ),
]
Notes = Annotated[str, text(0, LONGEST_NOTES, "A remark.", "Felt light.")]
Page = Annotated[int, Meta(ge=1, le=LAST_PAGE, description="Which page, from 1.", examples=[1])]
PageSize = Annotated[int, Meta(ge=1, le=100, description="Items on a page.", examples=[20])]

UtcInstant = Annotated[datetime, Meta(tz=True)]
"""An instant in an answer: ISO 8601 with `Z`."""
