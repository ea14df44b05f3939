"""A schedule on the wire: the JSON of SPEC 2, read and written by the core itself."""

from __future__ import annotations

from typing import Any, Final

from hunter_core.rules.schedules import (
    LONGEST_STEP,
    MOST_TIMES_A_MONTH,
    MOST_TIMES_A_WEEK,
    WEEKDAYS,
    Period,
    Schedule,
    schedule_from_json,
    schedule_to_json,
)


class ScheduleValue:
    """A schedule in a request or an answer."""

    __slots__ = ("schedule",)

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule

    @classmethod
    def read(cls, value: object, _: object = None) -> ScheduleValue:
        """
        Return the schedule that the JSON *value* says.

        Raises:
            InvalidInput: Naming each wrong part.
        """
        return cls(schedule_from_json(value))

    def written(self) -> dict[str, Any]:
        """Return the JSON of the schedule."""
        return schedule_to_json(self.schedule)


def _kind(
    name: str, needed: dict[str, Any] | None = None, optional: dict[str, Any] | None = None
) -> dict[str, Any]:
    needed, optional = needed or {}, optional or {}
    return {
        "title": name,
        "type": "object",
        "additionalProperties": False,
        "required": ["kind", *needed],
        "properties": {"kind": {"const": name}, **needed, **optional},
    }


def _times(period: Period, most: int) -> dict[str, Any]:
    return _kind(
        "TIMES",
        {"times": {"type": "integer", "minimum": 1, "maximum": most}, "period": {"const": period.value}},
        {"rolling": {"type": "boolean", "default": False}},
    )


SCHEDULE_SCHEMA: Final[dict[str, Any]] = {
    "description": "The local days on which a quest is asked for.",
    "oneOf": [
        _kind("EVERY_DAY"),
        _kind(
            "WEEKDAYS",
            {
                "days": {
                    "type": "array",
                    "items": {"enum": list(WEEKDAYS)},
                    "minItems": 1,
                    "maxItems": len(WEEKDAYS),
                    "uniqueItems": True,
                }
            },
        ),
        _kind(
            "EVERY_N_DAYS",
            {
                "n": {"type": "integer", "minimum": 1, "maximum": LONGEST_STEP},
                "from": {"type": "string", "format": "date"},
            },
        ),
        _times(Period.WEEK, MOST_TIMES_A_WEEK),
        _times(Period.MONTH, MOST_TIMES_A_MONTH),
        _kind("ONCE"),
    ],
    "examples": [{"kind": "WEEKDAYS", "days": ["MON", "WED", "FRI"]}],
}
