"""A curve says which level an amount of XP is worth: integers only, strictly rising (SPEC 2, Level)."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from math import isqrt
from typing import ClassVar, Protocol


class CurveNotRising(ValueError):
    """The numbers of a curve make some level cost no more than the one before it."""


class Curve(Protocol):
    """
    Levels over XP. Level 1 costs nothing, each next one costs more: `level(xp_for(n)) == n` for every n there is.

    Both are exact for integers of any size. XP is never negative, and that is the caller's promise.
    """

    @property
    def kind(self) -> str:
        """The word that the TOML uses: quadratic, linear, geometric or table."""
        ...

    @property
    def max_level(self) -> int | None:
        """The last level that there is, or None where there is no last one."""
        ...

    def level(self, xp: int) -> int:
        """Return the level that a total of *xp* is worth, 1 or more."""
        ...

    def xp_for(self, level: int) -> int:
        """
        Return the least total XP that is worth *level*.

        Raises:
            ValueError: If there is no such level.
        """
        ...


def _must_exist(level: int, max_level: int | None) -> None:
    if level < 1 or (max_level is not None and level > max_level):
        end = "" if max_level is None else f" and end at {max_level}"
        raise ValueError(f"there is no level {level}: levels begin at 1{end}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quadratic:
    """Level n costs `scale * (n - 1) ** 2` XP. `classic` has scale 100."""

    kind: ClassVar[str] = "quadratic"
    max_level: ClassVar[int | None] = None
    scale: int

    def __post_init__(self) -> None:
        if self.scale < 1:
            raise CurveNotRising(f"a quadratic curve rises when its scale is 1 or more, not {self.scale}")

    def level(self, xp: int) -> int:
        """Return the level by the integer square root: a float would be wrong from 7 036 876 095 488 098 XP."""
        return isqrt(xp // self.scale) + 1

    def xp_for(self, level: int) -> int:
        """Return the least XP that is worth *level*."""
        _must_exist(level, None)
        return self.scale * (level - 1) ** 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Linear:
    """Every level costs `step` XP more than the one before."""

    kind: ClassVar[str] = "linear"
    max_level: ClassVar[int | None] = None
    step: int

    def __post_init__(self) -> None:
        if self.step < 1:
            raise CurveNotRising(f"a linear curve rises when its step is 1 or more, not {self.step}")

    def level(self, xp: int) -> int:
        """Return the level that *xp* is worth."""
        return xp // self.step + 1

    def xp_for(self, level: int) -> int:
        """Return the least XP that is worth *level*."""
        _must_exist(level, None)
        return self.step * (level - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Geometric:
    """
    From level n to n + 1 it takes `floor(first * ratio ** (n - 1))` XP.

    Each step is floored from the exact power, so that a rounding never piles up, and each threshold is the
    sum of the steps below it. Thresholds are kept once they are worked out.
    """

    kind: ClassVar[str] = "geometric"
    max_level: ClassVar[int | None] = None
    first: int
    ratio: Fraction
    _thresholds: list[int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.first < 1:
            raise CurveNotRising(
                f"a geometric curve rises when its first step is 1 or more, not {self.first}"
            )
        if self.ratio <= 1:
            raise CurveNotRising(f"a geometric curve needs a ratio above 1, not {self.ratio}; linear is 1")
        object.__setattr__(self, "_thresholds", [0])

    def level(self, xp: int) -> int:
        """Return the level that *xp* is worth."""
        known = self._thresholds
        if xp >= known[-1]:
            known = self._until(xp=xp)
        return bisect_right(known, xp)

    def xp_for(self, level: int) -> int:
        """Return the least XP that is worth *level*."""
        _must_exist(level, None)
        known = self._thresholds
        if level > len(known):
            known = self._until(level=level)
        return known[level - 1]

    def _until(self, *, xp: int = -1, level: int = 0) -> list[int]:
        # A longer list replaces the old one whole: threads that read meanwhile see one or the other.
        known = list(self._thresholds)
        over, under = self.ratio.numerator, self.ratio.denominator
        above, below = over ** (len(known) - 1), under ** (len(known) - 1)
        while known[-1] <= xp or len(known) < level:
            known.append(known[-1] + self.first * above // below)
            above *= over
            below *= under
        object.__setattr__(self, "_thresholds", known)
        return known


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """
    The thresholds are listed, `thresholds[n - 1]` for level n, beginning with 0.

    After the last one each further level costs `then` XP more; with `then` 0 the last one is the highest.
    """

    kind: ClassVar[str] = "table"
    thresholds: tuple[int, ...]
    then: int = 0

    def __post_init__(self) -> None:
        if not self.thresholds or self.thresholds[0] != 0:
            raise CurveNotRising("a table begins with 0, the XP of level 1")
        for level, (low, high) in enumerate(pairwise(self.thresholds), start=2):
            if high <= low:
                raise CurveNotRising(
                    f"level {level} costs {high} XP, no more than the {low} of the one before"
                )
        if self.then < 0:
            raise CurveNotRising(f"`then` is what a level after the table costs, 0 for none, not {self.then}")

    @property
    def max_level(self) -> int | None:
        """The length of the table, or None where levels go on after it."""
        return None if self.then else len(self.thresholds)

    def level(self, xp: int) -> int:
        """Return the level that *xp* is worth."""
        last = self.thresholds[-1]
        if xp < last:
            return bisect_right(self.thresholds, xp)
        return len(self.thresholds) + ((xp - last) // self.then if self.then else 0)

    def xp_for(self, level: int) -> int:
        """Return the least XP that is worth *level*."""
        _must_exist(level, self.max_level)
        beyond = level - len(self.thresholds)
        if beyond <= 0:
            return self.thresholds[level - 1]
        return self.thresholds[-1] + beyond * self.then


CURVES: dict[str, type[Quadratic | Linear | Geometric | Table]] = {
    curve.kind: curve for curve in (Quadratic, Linear, Geometric, Table)
}
