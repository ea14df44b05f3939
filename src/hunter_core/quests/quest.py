"""A quest, with what it asked for and when: the past keeps the schedule it had (SPEC 2, Schedules)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from hunter_core.ids import HunterId, QuestId
from hunter_core.rules.schedules import Schedule, schedule_from_json, schedule_to_json
from hunter_core.words import Attribute, Difficulty, QuestType


class Frequency(StrEnum):
    """How a RECURRING quest comes back."""

    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    CUSTOM = "CUSTOM"


@dataclass(frozen=True, slots=True)
class QuestVersion:
    """
    What a quest asks for from the local day `holds_from` on, until the next version holds.

    `last_day` is the last local day on which it can be asked for: that of the deadline, or the one before
    it was archived; None when there is no end in sight.
    """

    holds_from: date
    schedule: Schedule
    completions_per_day: int = 1
    active: bool = True
    last_day: date | None = None

    def asks_as(self, other: QuestVersion) -> bool:
        """Tell whether both ask for the same, whenever they hold."""
        return replace(self, holds_from=other.holds_from) == other

    def to_json(self) -> dict[str, Any]:
        """Return the version as it is stored and exported."""
        return {
            "from": self.holds_from.isoformat(),
            "schedule": schedule_to_json(self.schedule),
            "completionsPerDay": self.completions_per_day,
            "active": self.active,
            "lastDay": None if self.last_day is None else self.last_day.isoformat(),
        }

    @classmethod
    def from_json(cls, value: Any) -> QuestVersion:
        """Return the version that `to_json` wrote."""
        last_day = value["lastDay"]
        return cls(
            holds_from=date.fromisoformat(value["from"]),
            schedule=schedule_from_json(value["schedule"]),
            completions_per_day=value["completionsPerDay"],
            active=value["active"],
            last_day=None if last_day is None else date.fromisoformat(last_day),
        )


def versions_to_json(versions: Sequence[QuestVersion]) -> list[dict[str, Any]]:
    """Return *versions* as one JSON value, the column `versions` of a quest."""
    return [version.to_json() for version in versions]


def versions_from_json(value: Any) -> tuple[QuestVersion, ...]:
    """Return the versions that `versions_to_json` wrote."""
    return tuple(QuestVersion.from_json(item) for item in value)


def with_version(versions: tuple[QuestVersion, ...], version: QuestVersion) -> tuple[QuestVersion, ...]:
    """
    Return *versions* with *version* as the one that holds last.

    It takes the place of one that holds from the same day, and never of an earlier one. Where it changes
    nothing, nothing is added. A clock that runs behind writes into the latest version, not before it.
    """
    latest = versions[-1]
    if version.holds_from < latest.holds_from:
        version = replace(version, holds_from=latest.holds_from)
    kept = versions if version.holds_from > latest.holds_from else versions[:-1]
    if kept and version.asks_as(kept[-1]):
        return kept
    return (*kept, version)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quest:
    """
    A quest as stored.

    `versions` ascend; the first holds from `created_day`, the local day of its creation, and the last one
    agrees with `completions_per_day`, `is_active` and `deadline`. `attributes` are unique and in the order
    of the six. `reminder_time` is a wall-clock time of the hunter. `estimated_time` is in seconds.
    """

    id: QuestId
    hunter_id: HunterId
    title: str
    type: QuestType
    base_xp: int
    created_day: date
    created_at: datetime
    updated_at: datetime
    versions: tuple[QuestVersion, ...]
    description: str | None = None
    difficulty: Difficulty = Difficulty.NORMAL
    attributes: tuple[Attribute, ...] = ()
    reminder_time: time | None = None
    frequency: Frequency | None = None
    deadline: datetime | None = None
    completions_per_day: int = 1
    estimated_time: int | None = None
    is_active: bool = True
    archived_at: datetime | None = None
    is_ai_generated: bool = False
    ai_confidence: float | None = None

    @property
    def schedule(self) -> Schedule:
        """The schedule that holds now."""
        return self.versions[-1].schedule

    @property
    def is_open(self) -> bool:
        """Whether it can be completed at all: switched on, and not archived."""
        return self.is_active and self.archived_at is None

    def place_of(self, day: date) -> int:
        """Return the place in `versions` of the one that holds on *day*; the first holds before, too."""
        place = len(self.versions) - 1
        if place == 0 or day >= self.versions[place].holds_from:
            return place  # most quests are never edited, and most questions are about now
        return max(bisect_right(self.versions, day, key=_holds_from) - 1, 0)


def _holds_from(version: QuestVersion) -> date:
    return version.holds_from
