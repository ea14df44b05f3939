"""A rank is the highest whose XP and level thresholds are both met (SPEC 2, Rank)."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from hunter_core.rules.curves import Curve
from hunter_core.words import Rank


class RanksNotRising(ValueError):
    """A rank asks for no more than the one below it, or a beginner has none; `rank` is the one to mend."""

    def __init__(self, rank: Rank, sentence: str) -> None:
        super().__init__(sentence)
        self.rank = rank


class RankThreshold(NamedTuple):
    """What a rank asks for: total XP and level, both at once."""

    rank: Rank
    xp: int
    level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranks:
    """
    The seven ranks with their thresholds, lowest first.

    Raises:
        ValueError: If a rank is missing, twice, or out of order.
        RanksNotRising: If thresholds fall or are the same, or if a beginner (0 XP, level 1) has no rank.
    """

    thresholds: tuple[RankThreshold, ...]
    _from_the_top: tuple[RankThreshold, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if tuple(threshold.rank for threshold in self.thresholds) != tuple(Rank):
            raise ValueError(f"the ranks are {', '.join(Rank)}, each once and in this order")
        lowest = self.thresholds[0]
        if lowest.xp > 0 or lowest.level > 1:
            raise RanksNotRising(
                lowest.rank, "everyone begins here: its thresholds are 0 XP and level 0 or 1"
            )
        for below, above in pairwise(self.thresholds):
            if above.xp < below.xp or above.level < below.level:
                raise RanksNotRising(
                    above.rank, f"it asks for less than rank {below.rank}: thresholds never fall"
                )
            if (above.xp, above.level) == (below.xp, below.level):
                same = f"it asks for the same as rank {below.rank}, which nobody would hold"
                raise RanksNotRising(above.rank, same)
        object.__setattr__(self, "_from_the_top", tuple(reversed(self.thresholds)))

    def rank_of(self, total_xp: int, level: int) -> Rank:
        """Return the rank of a hunter with *total_xp* at *level*."""
        for rank, xp, needed in self._from_the_top:
            if total_xp >= xp and level >= needed:
                return rank
        return self.thresholds[0].rank

    def next_rank(self, rank: Rank) -> RankThreshold | None:
        """Return what the rank above *rank* asks for; None above the highest."""
        place = rank.order + 1
        return self.thresholds[place] if place < len(self.thresholds) else None

    def effective_xp(self, curve: Curve) -> dict[Rank, int | None]:
        """Return the total XP at which each rank is really reached; None where *curve* lacks its level."""
        found: dict[Rank, int | None] = {}
        for rank, xp, level in self.thresholds:
            if curve.max_level is not None and level > curve.max_level:
                found[rank] = None
            else:
                found[rank] = max(xp, curve.xp_for(max(level, 1)))
        return found
