"""What a completion pays: floors of exact fractions of its base XP, and rolls of attribute points (SPEC 2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import NamedTuple

from hunter_core.words import Difficulty


class XpBreakdown(NamedTuple):
    """What one completion pays in XP, and why."""

    base_xp: int
    difficulty_multiplier: Fraction
    streak_bonus: int
    time_bonus: int
    total_xp: int


class GainRange(NamedTuple):
    """The least and the most that one roll adds to an attribute."""

    least: int
    most: int


class StreakStep(NamedTuple):
    """From this effective streak on, this share of the base XP is paid on top."""

    from_streak: int
    share: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewards:
    """
    The numbers of pay.

    Attributes:
        multiplier: What the base XP is multiplied by, per difficulty.
        streak_bonus: Shares of the base XP by effective streak, rising; below the first there is none.
        faster_than: The time bonus is paid when estimated / spent is greater than this.
        time_bonus: The share of the base XP that it pays.
        gains: The range of one attribute's roll, per difficulty.

    Raises:
        ValueError: If a difficulty is missing, a share is negative, a range is empty or steps do not rise.
    """

    multiplier: Mapping[Difficulty, Fraction] = field(hash=False)
    streak_bonus: tuple[StreakStep, ...]
    faster_than: Fraction
    time_bonus: Fraction
    gains: Mapping[Difficulty, GainRange] = field(hash=False)
    # The same numbers as pairs of ints, highest streak first: `price` runs in every completion, and
    # arithmetic on Fraction objects would be most of its time.
    _pairs: Mapping[Difficulty, tuple[Fraction, int, int]] = field(init=False, repr=False, compare=False)
    _steps: tuple[tuple[int, int, int], ...] = field(init=False, repr=False, compare=False)
    _time: tuple[int, int, int, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name, table in (("multiplier", self.multiplier), ("gains", self.gains)):
            if set(table) != set(Difficulty):
                raise ValueError(f"`{name}` needs {', '.join(Difficulty)}, each once")
        shares = [*self.multiplier.values(), *(step.share for step in self.streak_bonus)]
        if min(*shares, self.faster_than, self.time_bonus) < 0:
            raise ValueError("no multiplier and no share is negative")
        for least, most in self.gains.values():
            if not 0 <= least <= most:
                raise ValueError(f"a gain from {least} to {most} is no range: it goes from 0 or more upwards")
        streaks = [step.from_streak for step in self.streak_bonus]
        if streaks != sorted(set(streaks)) or (streaks and streaks[0] < 1):
            raise ValueError(
                "the streaks of the bonus begin at 1 or more, and each is longer than the one before"
            )

        def assign(name: str, value: object) -> None:
            object.__setattr__(self, name, value)

        assign("multiplier", MappingProxyType(dict(self.multiplier)))
        assign("gains", MappingProxyType(dict(self.gains)))
        pairs = {key: (share, share.numerator, share.denominator) for key, share in self.multiplier.items()}
        steps = [(since, share.numerator, share.denominator) for since, share in reversed(self.streak_bonus)]
        assign("_pairs", pairs)
        assign("_steps", tuple(steps))
        fast, bonus = self.faster_than, self.time_bonus
        assign("_time", (fast.numerator, fast.denominator, bonus.numerator, bonus.denominator))

    def price(
        self,
        base_xp: int,
        difficulty: Difficulty,
        effective_streak: int,
        time_spent: int | None = None,
        estimated_time: int | None = None,
    ) -> XpBreakdown:
        """
        Return what a completion pays.

        Args:
            base_xp: Of the quest.
            difficulty: Of this completion, which may override the quest's.
            effective_streak: As it stands before this completion.
            time_spent: Seconds that it took, where known.
            estimated_time: Seconds that the quest was meant to take, where known.
        """
        multiplier, over, under = self._pairs[difficulty]
        streak_bonus = time_bonus = 0
        for since, share, whole in self._steps:
            if effective_streak >= since:
                streak_bonus = base_xp * share // whole
                break
        if time_spent is not None and estimated_time is not None:
            fast, par, share, whole = self._time
            if estimated_time * par > fast * time_spent:
                time_bonus = base_xp * share // whole
        total = base_xp * over // under + streak_bonus + time_bonus
        return XpBreakdown(base_xp, multiplier, streak_bonus, time_bonus, total)

    def most_xp(self, base_xp: int) -> int:
        """Return the most that one completion of a quest of *base_xp* can pay."""
        longest = self.streak_bonus[-1].from_streak if self.streak_bonus else 0
        # No time at all is faster than any estimate, whatever the ratio asks for.
        return max(self.price(base_xp, difficulty, longest, 0, 1).total_xp for difficulty in Difficulty)


def price(
    base_xp: int,
    difficulty: Difficulty,
    effective_streak: int,
    time_spent: int | None,
    estimated_time: int | None,
    rules: Rewards,
) -> XpBreakdown:
    """Return what a completion pays under *rules*; see `Rewards.price`."""
    return rules.price(base_xp, difficulty, effective_streak, time_spent, estimated_time)
