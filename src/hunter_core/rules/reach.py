"""What a condition leaves possible: the range of each metric, drawn tighter by what the rulebook ties together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

from hunter_core.rules.conditions import METRICS, AnyOf, Comparison, Condition
from hunter_core.rules.rulebook import Rulebook
from hunter_core.rules.section import MOST_XP
from hunter_core.words import Attribute, Rank

_MOST_CLAUSES: Final = 512
_MOST_ROUNDS: Final = 32
_COUNTS: Final = ("difficultyCount.EASY", "difficultyCount.NORMAL", "difficultyCount.HARD")

Clause = tuple[Comparison, ...]


def clauses(condition: Condition) -> list[Clause]:
    """
    Return the ways in which *condition* can hold, each a tuple of comparisons that hold at once.

    Raises:
        ValueError: If there are more than 512.
    """
    if isinstance(condition, Comparison):
        return [(condition,)]
    parts = [clauses(part) for part in condition.parts]
    if isinstance(condition, AnyOf):
        found = [clause for part in parts for clause in part]
    else:
        count = 1
        for part in parts:
            count *= len(part)
        if count > _MOST_CLAUSES:
            raise ValueError(f"the condition can hold in {count} ways; at most {_MOST_CLAUSES} are looked at")
        found = [tuple(c for clause in chosen for c in clause) for chosen in product(*parts)]
    if len(found) > _MOST_CLAUSES:
        raise ValueError(
            f"the condition can hold in {len(found)} ways; at most {_MOST_CLAUSES} are looked at"
        )
    return found


class Impossible(Exception):
    """No hunter can be so; the message names the metric that is left without a value."""


@dataclass(slots=True)
class Ranges:
    """The least and the most that each metric can be at once; None is no end."""

    least: dict[str, int]
    most: dict[str, int | None]

    def raise_to(self, metric: str, value: int) -> bool:
        """Note that *metric* is at least *value*; say whether that was news."""
        if value <= self.least[metric]:
            return False
        self.least[metric] = value
        self._must_be_left(metric)
        return True

    def lower_to(self, metric: str, value: int) -> bool:
        """Note that *metric* is at most *value*; say whether that was news."""
        most = self.most[metric]
        if most is not None and value >= most:
            return False
        self.most[metric] = value
        self._must_be_left(metric)
        return True

    def _must_be_left(self, metric: str) -> None:
        least, most = self.least[metric], self.most[metric]
        if most is None or least <= most:
            return
        ladder = list(Rank)
        if metric != "rank":
            raise Impossible(f"{metric} would have to be at least {least} and at most {most}")
        if least >= len(ladder) or most < 0:
            raise Impossible(f"ranks begin at {ladder[0]} and end at {ladder[-1]}")
        raise Impossible(f"rank would have to be at least {ladder[least]} and at most {ladder[most]}")


def domain(rulebook: Rulebook) -> Ranges:
    """Return what each metric can be when achievements are judged: at least one completion stands then."""
    ranges = Ranges(
        {name: metric.least for name, metric in METRICS.items()},
        {name: metric.most for name, metric in METRICS.items()},
    )
    for name in ("questCount", "maxStreak"):
        ranges.least[name] = 1
    # Beyond this no total is exact (`check` and the reader say so), and a steep curve would take for ever to get there.
    ranges.most["totalXP"] = MOST_XP
    ranges.most["level"] = rulebook.curve.level(MOST_XP)
    reachable = [rank for rank, xp in rulebook.ranks.effective_xp(rulebook.curve).items() if xp is not None]
    ranges.most["rank"] = reachable[-1].order
    return ranges


def ranges_of(clause: Iterable[Comparison], rulebook: Rulebook) -> Ranges:
    """
    Return what is left possible where every comparison of *clause* holds.

    What is left is no proof that there is such a hunter; `witness` looks for one.

    Raises:
        Impossible: If nothing is.
    """
    ranges, excluded = domain(rulebook), []
    for comparison in clause:
        metric, op, value = comparison.metric, comparison.op, comparison.value
        if op in (">=", "==", ">"):
            ranges.raise_to(metric, value + (op == ">"))
        if op in ("<=", "==", "<"):
            ranges.lower_to(metric, value - (op == "<"))
        if op == "!=":
            excluded.append((metric, value))
    ties = _Ties(rulebook)
    for _ in range(_MOST_ROUNDS):
        news = [_without(ranges, metric, value) for metric, value in excluded]
        if not any([*news, ties.levels(ranges), ties.ranks(ranges), ties.counts(ranges), ties.pay(ranges)]):
            break
    return ranges


def _without(ranges: Ranges, metric: str, value: int) -> bool:
    if ranges.least[metric] == value:
        return ranges.raise_to(metric, value + 1)
    if ranges.most[metric] == value:
        return ranges.lower_to(metric, value - 1)
    return False


class _Ties:
    """What the rulebook ties together. Each method draws ranges tighter and says whether it did."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._curve = rulebook.curve
        self._effective = list(rulebook.ranks.effective_xp(rulebook.curve).values())
        self._most_pay = rulebook.rewards.most_xp(rulebook.limits.most_base_xp)
        self._most_gain = max(gain.most for gain in rulebook.rewards.gains.values())
        self._rewards = sum(achievement.xp_reward for achievement in rulebook.catalogue.achievements)

    def levels(self, ranges: Ranges) -> bool:
        """Level follows from XP."""
        curve, news = self._curve, False
        news |= ranges.raise_to("totalXP", curve.xp_for(ranges.least["level"]))
        news |= ranges.raise_to("level", curve.level(ranges.least["totalXP"]))
        highest = ranges.most["level"]
        if highest is not None and highest != curve.max_level:
            news |= ranges.lower_to("totalXP", curve.xp_for(highest + 1) - 1)
        most_xp = ranges.most["totalXP"]
        if most_xp is not None:
            news |= ranges.lower_to("level", curve.level(most_xp))
        return news

    def ranks(self, ranges: Ranges) -> bool:
        """Rank follows from XP too, at its effective XP."""
        news, effective = False, self._effective
        lowest, highest = ranges.least["rank"], ranges.most["rank"]
        news |= ranges.raise_to("totalXP", effective[lowest] or 0)
        above = effective[highest + 1] if highest is not None and highest + 1 < len(effective) else None
        if above is not None:
            news |= ranges.lower_to("totalXP", above - 1)
        reached = [
            place for place, xp in enumerate(effective) if xp is not None and xp <= ranges.least["totalXP"]
        ]
        news |= ranges.raise_to("rank", reached[-1])
        most_xp = ranges.most["totalXP"]
        if most_xp is not None:
            within = [place for place, xp in enumerate(effective) if xp is not None and xp <= most_xp]
            news |= ranges.lower_to("rank", within[-1] if within else -1)
        return news

    def counts(self, ranges: Ranges) -> bool:
        """A streak is no longer than the longest, that no longer than completions; these are of some difficulty."""
        news, least, most = False, ranges.least, ranges.most
        for small, large in (
            ("streak", "maxStreak"),
            ("maxStreak", "questCount"),
            ("completionsToday", "questCount"),
        ):
            news |= ranges.raise_to(large, least[small])
            if (end := most[large]) is not None:
                news |= ranges.lower_to(small, end)
        news |= ranges.raise_to("questCount", sum(least[name] for name in _COUNTS))
        ends = [most[name] for name in _COUNTS]
        known = [end for end in ends if end is not None]
        if len(known) == len(ends):
            news |= ranges.lower_to("questCount", sum(known))
        for name in _COUNTS:
            others = [other for other in _COUNTS if other != name]
            if (end := most["questCount"]) is not None:
                news |= ranges.lower_to(name, end - sum(least[other] for other in others))
            known = [end for other in others if (end := most[other]) is not None]
            if len(known) == len(others):
                news |= ranges.raise_to(name, least["questCount"] - sum(known))
        return news

    def pay(self, ranges: Ranges) -> bool:
        """So many completions pay so much at most, and give so many points."""
        news, completions = False, ranges.most["questCount"]
        if completions is not None:
            news |= ranges.lower_to("totalXP", completions * self._most_pay + self._rewards)
        missing = ranges.least["totalXP"] - self._rewards
        if missing > 0:
            news |= ranges.raise_to("questCount", -(-missing // self._most_pay)) if self._most_pay else False
        for attribute in Attribute:
            if not self._most_gain:
                news |= ranges.lower_to(attribute.value, 0)
                continue
            if completions is not None:
                news |= ranges.lower_to(attribute.value, completions * self._most_gain)
            news |= ranges.raise_to("questCount", -(-ranges.least[attribute.value] // self._most_gain))
        return news


def possible(condition: Condition, rulebook: Rulebook) -> tuple[list[Ranges], list[tuple[Clause, str]]]:
    """
    Return the ranges of each way in which *condition* may hold, and the ways in which it cannot, with the reason.

    Raises:
        ValueError: If it can hold in too many ways to look at.
    """
    may: list[Ranges] = []
    cannot: list[tuple[Clause, str]] = []
    for clause in clauses(condition):
        try:
            may.append(ranges_of(clause, rulebook))
        except Impossible as reason:
            cannot.append((clause, str(reason)))
    return may, cannot


def least_xp(ways: Sequence[Ranges]) -> int:
    """Return the least total XP with which one of *ways* can hold."""
    return min((ranges.least["totalXP"] for ranges in ways), default=0)
