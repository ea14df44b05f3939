"""A rulebook is every number of the game in one frozen value with a content hash (SPEC 2)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from fractions import Fraction

from hunter_core.rules.achievements import Catalogue
from hunter_core.rules.curves import Curve
from hunter_core.rules.ranks import Ranks
from hunter_core.rules.rewards import Rewards
from hunter_core.rules.streaks import StreakRules
from hunter_core.words import Rank


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """
    What is allowed, each limit with its name and unit.

    Attributes:
        least_base_xp: A quest's base XP is no less,
        most_base_xp: and no more.
        completions_per_day: Standing completions of one quest on one local day, at most.
        void_days: Local days on which a completion may be voided, its own the first.
        late_hours: How far back `completedAt` may lie.
        ahead_seconds: How far ahead it may lie, and is taken as now.
        active_quests: Active quests of one hunter, at most.
        pause_days: The longest pause.
        rest_days: Weekdays of rest, at most.
        day_start_minutes: The latest day start, in minutes after midnight.
        zone_change_hours: Zone and day start are changed at most once in this time.
        most_seconds: `timeSpent` and `estimatedTime` go from 1 to this.
    """

    least_base_xp: int
    most_base_xp: int
    completions_per_day: int
    void_days: int
    late_hours: int
    ahead_seconds: int
    active_quests: int
    pause_days: int
    rest_days: int
    day_start_minutes: int
    zone_change_hours: int
    most_seconds: int

    def __post_init__(self) -> None:
        if self.least_base_xp > self.most_base_xp:
            raise ValueError(f"base XP from {self.least_base_xp} to {self.most_base_xp} is no range")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """
    Every number of the game.

    Attributes:
        name: Such as "classic".
        version: Counted up by whoever changes the file.
        hash: 16 hexadecimal digits that follow from everything that decides a number or an unlock. Texts,
            pictures, name and version are not in it: a reworded sentence re-derives no hunter.
    """

    name: str
    version: int
    curve: Curve
    ranks: Ranks
    rewards: Rewards
    streaks: StreakRules
    limits: Limits
    catalogue: Catalogue
    hash: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        decides = {
            "curve": [self.curve.kind, _plain(self.curve)],
            "ranks": self.ranks.thresholds,
            "rewards": _plain(self.rewards),
            "streaks": _plain(self.streaks),
            "limits": _plain(self.limits),
            "catalogue": self.catalogue.hash,
        }
        canonical = json.dumps(decides, sort_keys=True, separators=(",", ":"), default=_plain)
        object.__setattr__(self, "hash", hashlib.sha256(canonical.encode()).hexdigest()[:16])

    def level(self, total_xp: int) -> int:
        """Return the level of a hunter with *total_xp*."""
        return self.curve.level(total_xp)

    def rank(self, total_xp: int, level: int | None = None) -> Rank:
        """Return the rank of a hunter with *total_xp*; *level* saves working it out again."""
        return self.ranks.rank_of(total_xp, self.curve.level(total_xp) if level is None else level)

    def xp_to_next_level(self, total_xp: int) -> int | None:
        """Return how much XP is missing to the next level, or None at the last one."""
        level = self.curve.level(total_xp)
        if level == self.curve.max_level:
            return None
        return self.curve.xp_for(level + 1) - total_xp


def _plain(value: object) -> object:
    """Return *value* as JSON can hold it: public fields by name, fractions as "n/d", tuples as lists."""
    match value:
        case Fraction():
            return str(value)
        case Mapping():
            return {str(key): _plain(inner) for key, inner in value.items()}
        case tuple():
            return [_plain(inner) for inner in value]
    if is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value) if not f.name.startswith("_")}
    return value
