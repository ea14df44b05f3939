"""The words of the game as types: the same word in code, columns, JSON and docs (SPEC 1)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple


class Rank(StrEnum):
    """A hunter's rank, F < E < D < C < B < A < S. Compare with `order`, never by letter."""

    F = "F"
    E = "E"
    D = "D"
    C = "C"
    B = "B"
    A = "A"
    S = "S"

    @property
    def order(self) -> int:
        """The place in the ladder: 0 for F, 6 for S."""
        return _ORDER[self]


_ORDER = {rank: place for place, rank in enumerate(Rank)}


class Attribute(StrEnum):
    """One of the six attributes."""

    STRENGTH = "strength"
    INTELLIGENCE = "intelligence"
    CONSTITUTION = "constitution"
    DEXTERITY = "dexterity"
    CHARISMA = "charisma"
    LUCK = "luck"


class Difficulty(StrEnum):
    """How hard a quest, or one completion of it, is."""

    EASY = "EASY"
    NORMAL = "NORMAL"
    HARD = "HARD"


class Rarity(StrEnum):
    """How rare an achievement is meant to be."""

    COMMON = "COMMON"
    RARE = "RARE"
    EPIC = "EPIC"
    LEGENDARY = "LEGENDARY"


class QuestType(StrEnum):
    """How often a quest comes back."""

    DAILY = "DAILY"
    RECURRING = "RECURRING"
    ONE_TIME = "ONE_TIME"


class EntryKind(StrEnum):
    """Why a line stands in the ledger (SPEC 10, Ledger)."""

    COMPLETION = "COMPLETION"
    ACHIEVEMENT = "ACHIEVEMENT"
    REVERSAL = "REVERSAL"
    CORRECTION = "CORRECTION"


class Attributes(NamedTuple):
    """Points in each of the six attributes: a hunter's totals, or what one ledger entry gives."""

    strength: int = 0
    intelligence: int = 0
    constitution: int = 0
    dexterity: int = 0
    charisma: int = 0
    luck: int = 0

    def plus(self, other: Attributes) -> Attributes:
        """Return the sum, attribute by attribute."""
        return Attributes(
            self[0] + other[0],
            self[1] + other[1],
            self[2] + other[2],
            self[3] + other[3],
            self[4] + other[4],
            self[5] + other[5],
        )

    def minus(self, other: Attributes) -> Attributes:
        """Return the difference, attribute by attribute."""
        return Attributes(
            self[0] - other[0],
            self[1] - other[1],
            self[2] - other[2],
            self[3] - other[3],
            self[4] - other[4],
            self[5] - other[5],
        )

    def of(self, attribute: Attribute) -> int:
        """Return the points in *attribute*."""
        points: int = getattr(self, attribute.value)
        return points

    def as_dict(self) -> dict[str, int]:
        """Return the points by name, all six present."""
        return self._asdict()

    @classmethod
    def from_mapping(cls, points: Mapping[str, int]) -> Attributes:
        """Return the points named in *points*, 0 for those it leaves out."""
        return cls(**points)


NO_POINTS = Attributes()
