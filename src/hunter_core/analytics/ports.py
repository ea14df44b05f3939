"""What analytics ask of a store: days in figures and dated completions, few of them, never a whole history to count."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple, Protocol

from hunter_core.days import Calendar
from hunter_core.ids import HunterId, QuestId
from hunter_core.words import Attributes


class DayGain(NamedTuple):
    """What a local day gave: XP, achievement rewards among it, and how many completions of it stand."""

    day: date
    xp: int
    completed: int


class Gains(NamedTuple):
    """Days of a hunter that gave something, in no order, with what dates them."""

    calendar: Calendar
    created_at: datetime
    days: Sequence[DayGain]


class Points(NamedTuple):
    """The points that a hunter has, and those that single days gave, with what dates them."""

    calendar: Calendar
    created_at: datetime
    attributes: Attributes
    gained: Mapping[date, Attributes]


class DayFigures(NamedTuple):
    """A local day in figures; `streak` is the one at its end, 0 where nothing of it stands. Seconds of `time_spent`."""

    day: date
    xp: int
    completed: int
    created: int
    time_spent: int
    streak: int


class Done(NamedTuple):
    """When a standing completion was done: the local day that it counts for, and the moment."""

    day: date
    at: datetime


class QuestCount(NamedTuple):
    """How often a quest was done."""

    quest_id: QuestId
    title: str
    completions: int


class Analytics(Protocol):
    """Reads what analytics are made of; each method asks the store once."""

    def gains(self, hunter_id: HunterId, first: date, last: date) -> Gains:
        """
        Return what the days from *first* to *last*, both included, gave; days without a row are left out.

        Raises:
            NotFound: If there is no such hunter.
        """
        ...

    def points(self, hunter_id: HunterId, first: date) -> Points:
        """
        Return the hunter's points, and those that each day from *first* on gave; days without any are left out.

        Raises:
            NotFound: If there is no such hunter.
        """
        ...

    def figures(self, hunter_id: HunterId, last: date) -> Sequence[DayFigures]:
        """Return every day of a hunter that has figures, up to *last*, ascending."""
        ...

    def done(
        self, hunter_id: HunterId, quest_ids: Collection[QuestId], *, since: date
    ) -> Mapping[QuestId, Sequence[Done]]:
        """
        Return the standing completions of each quest from the local day *since* on, in no order.

        Quests without one are left out.
        """
        ...

    def most_done(self, hunter_id: HunterId, *, first: date, last: date, limit: int) -> Sequence[QuestCount]:
        """
        Return the quests that were done most often on the days from *first* to *last*, most often first.

        Archived ones too; equal ones by id. At most *limit* of them.
        """
        ...
