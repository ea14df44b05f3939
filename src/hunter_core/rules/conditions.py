"""A condition is comparisons under all, any and not; it holds only where it is known to hold (SPEC 2, Achievements)."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Final, NamedTuple

from hunter_core.words import NO_POINTS, Attribute, Attributes, Rank


class Metrics(NamedTuple):
    """
    What an achievement may look at: the hunter, and the moment of the completion.

    The last three belong to a moment; None says that there is none, and then no comparison of them holds.
    `weekday` is Monday 0 to Sunday 6 of the local day, `local_hour` 0 to 23 on the wall clock.
    """

    level: int = 1
    total_xp: int = 0
    streak: int = 0
    max_streak: int = 0
    quest_count: int = 0
    rank: Rank = Rank.F
    attributes: Attributes = NO_POINTS
    easy: int = 0
    normal: int = 0
    hard: int = 0
    completions_today: int | None = None
    local_hour: int | None = None
    weekday: int | None = None


class ConditionInvalid(ValueError):
    """A condition cannot be read; the message says which part and what to write."""


class Metric(NamedTuple):
    """One thing that can be compared: how it is read, and the least and most that it can be (None: no end)."""

    read: Callable[[Metrics], int | None]
    least: int = 0
    most: int | None = None
    moment: bool = False


# Enum members hash in Python, so `Rank.order` costs more than this: the place of the letter in "FEDCBAS".
_LADDER: Final = "".join(Rank)


def rank_order(metrics: Metrics) -> int:
    """Return the place of the hunter's rank, 0 for F."""
    return _LADDER.index(metrics.rank)


def _field(name: str) -> Callable[[Metrics], int]:
    return itemgetter(Metrics._fields.index(name))


def _attribute(attribute: Attribute) -> Callable[[Metrics], int]:
    place = Attributes._fields.index(attribute.value)
    return lambda metrics: metrics.attributes[place]


METRICS: Final[Mapping[str, Metric]] = {
    "level": Metric(_field("level"), least=1),
    "totalXP": Metric(_field("total_xp")),
    "streak": Metric(_field("streak")),
    "maxStreak": Metric(_field("max_streak")),
    "questCount": Metric(_field("quest_count")),
    "rank": Metric(rank_order, most=len(Rank) - 1),
    **{attribute.value: Metric(_attribute(attribute)) for attribute in Attribute},
    "difficultyCount.EASY": Metric(_field("easy")),
    "difficultyCount.NORMAL": Metric(_field("normal")),
    "difficultyCount.HARD": Metric(_field("hard")),
    # A completion is being decided, so that at least that one is of today.
    "completionsToday": Metric(_field("completions_today"), least=1, moment=True),
    "localHour": Metric(_field("local_hour"), most=23, moment=True),
    "weekday": Metric(_field("weekday"), most=6, moment=True),
}

_OPERATORS: Final[Mapping[str, Callable[[int, int], bool]]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "==": operator.eq,
    "<=": operator.le,
    "<": operator.lt,
    "!=": operator.ne,
}
_OPPOSITE: Final[Mapping[str, str]] = {">=": "<", "<": ">=", ">": "<=", "<=": ">", "==": "!=", "!=": "=="}
_DEEPEST: Final = 8


@dataclass(frozen=True, slots=True)
class Comparison:
    """One metric beside one number; a rank is compared by its place."""

    metric: str
    op: str
    value: int

    def __str__(self) -> str:
        """Return it as a designer would write it."""
        return f"{self.metric} {self.op} {_LADDER[self.value] if self.metric == 'rank' else self.value}"


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Condition, ...]


# There is no NotOf: `not` is turned inwards while reading, down to the comparisons. A comparison of an unknown
# metric does not hold, and its opposite does not hold either, so what is left is Kleene's logic without a third value.
Condition = Comparison | AllOf | AnyOf
Holds = Callable[[Metrics], bool]


def read_condition(source: object) -> Condition:
    """
    Return the condition that *source* spells: {all: […]}, {any: […]}, {not: {…}} or {metric, op, value}.

    Raises:
        ConditionInvalid: If it spells none.
    """
    return _read(source, "condition", negated=False, depth=0)


def _read(source: object, where: str, *, negated: bool, depth: int) -> Condition:
    if not isinstance(source, Mapping):
        raise ConditionInvalid(f"{where} is a table with all, any, not, or metric, op and value")
    if depth > _DEEPEST:
        raise ConditionInvalid(f"{where} lies more than {_DEEPEST} deep")
    keys = set(source)
    if keys == {"not"}:
        return _read(source["not"], f"{where}.not", negated=not negated, depth=depth + 1)
    if keys in ({"all"}, {"any"}):
        word = next(iter(keys))
        parts = source[word]
        if not isinstance(parts, list | tuple) or not parts:
            raise ConditionInvalid(f"{where}.{word} is a list of at least one condition")
        inner = tuple(
            _read(part, f"{where}.{word}[{place}]", negated=negated, depth=depth + 1)
            for place, part in enumerate(parts)
        )
        return AllOf(inner) if (word == "all") is not negated else AnyOf(inner)
    if keys == {"metric", "op", "value"}:
        return _comparison(source, where, negated=negated)
    found = ", ".join(sorted(map(str, keys))) or "nothing"
    raise ConditionInvalid(f"{where} has {found}: write all, any, not, or metric with op and value")


def _comparison(source: Mapping[str, object], where: str, *, negated: bool) -> Comparison:
    metric, op, value = source["metric"], source["op"], source["value"]
    if not isinstance(metric, str) or metric not in METRICS:
        raise ConditionInvalid(f"{where}.metric is one of {', '.join(METRICS)}, not {metric!r}")
    if not isinstance(op, str) or op not in _OPERATORS:
        raise ConditionInvalid(f"{where}.op is one of {', '.join(_OPERATORS)}, not {op!r}")
    if metric == "rank":
        if not isinstance(value, str) or value not in Rank.__members__:
            raise ConditionInvalid(f"{where}.value is a rank ({', '.join(Rank)}), not {value!r}")
        value = _LADDER.index(value)
    elif isinstance(value, bool) or not isinstance(value, int):
        raise ConditionInvalid(f"{where}.value is a whole number, not {value!r}")
    return Comparison(metric, _OPPOSITE[op] if negated else op, value)


def compiled(condition: Condition) -> Holds:
    """Return a function that says whether *condition* is known to hold."""
    if isinstance(condition, Comparison):
        metric, compare, value = METRICS[condition.metric], _OPERATORS[condition.op], condition.value
        read = metric.read
        if metric.moment:
            return lambda metrics: (found := read(metrics)) is not None and compare(found, value)
        known: Callable[[Metrics], int] = read  # type: ignore[assignment]  # only a moment can be unknown
        return lambda metrics: compare(known(metrics), value)
    *rest, holds = [compiled(part) for part in condition.parts]
    join = _both if isinstance(condition, AllOf) else _either
    for part in reversed(rest):
        holds = join(part, holds)
    return holds


def _both(first: Holds, rest: Holds) -> Holds:
    return lambda metrics: first(metrics) and rest(metrics)


def _either(first: Holds, rest: Holds) -> Holds:
    return lambda metrics: first(metrics) or rest(metrics)


def met(condition: Condition, metrics: Metrics) -> tuple[int, int]:
    """
    Return how many comparisons are met, and how many are needed; equal exactly where *condition* holds.

    Of `any`, the part counts that is nearest to being met, and of equally near ones the shortest.
    """
    if isinstance(condition, Comparison):
        return int(compiled(condition)(metrics)), 1
    counts = [met(part, metrics) for part in condition.parts]
    if isinstance(condition, AllOf):
        return sum(count for count, _ in counts), sum(needed for _, needed in counts)
    best = counts[0]
    for count, needed in counts[1:]:
        # Shares are compared crosswise, in integers.
        if (count * best[1], -needed) > (best[0] * needed, -best[1]):
            best = count, needed
    return best


def comparisons(condition: Condition) -> Iterator[Comparison]:
    """Yield every comparison in *condition*, from left to right."""
    if isinstance(condition, Comparison):
        yield condition
    else:
        for part in condition.parts:
            yield from comparisons(part)
