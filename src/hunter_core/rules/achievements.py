"""An achievement unlocks once, when its trigger holds; a catalogue judges all of them at once (SPEC 2)."""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple, cast
from uuid import UUID, uuid5

from hunter_core.ids import AchievementId
from hunter_core.rules.conditions import (
    METRICS,
    Comparison,
    Condition,
    ConditionInvalid,
    Holds,
    Metrics,
    compiled,
    met,
    read_condition,
)
from hunter_core.words import Attribute, Rarity

NAMESPACE: Final = UUID("5d0e5a4e-93c1-5b7e-8f0a-6b1f0c1a7e55")


class TriggerType(StrEnum):
    """What an achievement waits for."""

    STREAK = "STREAK"
    LEVEL = "LEVEL"
    TOTAL_XP = "TOTAL_XP"
    QUEST_COUNT = "QUEST_COUNT"
    RANK = "RANK"
    ATTRIBUTE = "ATTRIBUTE"
    SPECIAL = "SPECIAL"


# The metric behind the four triggers that are `metric >= triggerValue`.
_METRIC_OF: Final = {
    TriggerType.STREAK: "streak",
    TriggerType.LEVEL: "level",
    TriggerType.TOTAL_XP: "totalXP",
    TriggerType.QUEST_COUNT: "questCount",
}


class Progress(NamedTuple):
    """How far a hunter has come; `percent` is 100 exactly where the trigger holds."""

    current: int
    target: int
    percent: int


def achievement_id(key: str) -> AchievementId:
    """Return the id of the achievement that the rulebook calls *key*: the same in every database."""
    return AchievementId(uuid5(NAMESPACE, key))


@dataclass(frozen=True, slots=True, kw_only=True)
class Achievement:
    """
    One achievement of the catalogue.

    Attributes:
        key: Its slug in the rulebook; never changed, because the id follows from it.
        trigger_value: The number to reach, for all triggers but RANK and SPECIAL.
        trigger_condition: {"rank": …} for RANK, {"attribute": …} for ATTRIBUTE, the condition for SPECIAL;
            plain JSON, never to be changed in place.

    Raises:
        ValueError: If value and condition do not fit the trigger type.
    """

    key: str
    name: str
    description: str
    rarity: Rarity
    trigger_type: TriggerType
    trigger_value: int | None = None
    trigger_condition: Mapping[str, object] | None = field(default=None, hash=False)
    xp_reward: int = 0
    icon: str = ""
    badge_url: str | None = None
    id: AchievementId = field(init=False)
    condition: Condition = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", achievement_id(self.key))
        object.__setattr__(self, "condition", self._condition())

    def _condition(self) -> Condition:
        kind, given = self.trigger_type, self.trigger_condition
        if kind is TriggerType.SPECIAL:
            self._must(self.trigger_value is None, "a SPECIAL achievement has a condition and no value")
            return read_condition(given)
        if kind is TriggerType.RANK:
            self._must(self.trigger_value is None, "a RANK achievement has a rank and no value")
            self._must(set(given or {}) == {"rank"}, "a RANK achievement names the rank")
            return read_condition({"metric": "rank", "op": ">=", "value": (given or {})["rank"]})
        if self.trigger_value is None or isinstance(self.trigger_value, bool):
            raise ConditionInvalid(f"{_with_article(kind)} achievement needs a value, a whole number")
        if kind is TriggerType.ATTRIBUTE:
            named = (given or {}).get("attribute")
            self._must(set(given or {}) == {"attribute"}, "an ATTRIBUTE achievement names the attribute")
            self._must(
                named in list(Attribute), f"the attribute is one of {', '.join(Attribute)}, not {named!r}"
            )
            return Comparison(str(named), ">=", self.trigger_value)
        self._must(given is None, f"{_with_article(kind)} achievement has a value and no condition")
        return Comparison(_METRIC_OF[kind], ">=", self.trigger_value)

    @staticmethod
    def _must(fits: bool, sentence: str) -> None:
        if not fits:
            raise ConditionInvalid(sentence)

    def holds(self, metrics: Metrics) -> bool:
        """Say whether the trigger is known to hold."""
        return compiled(self.condition)(metrics)

    def progress(self, metrics: Metrics) -> Progress:
        """
        Return how far a hunter with *metrics* has come.

        A condition counts comparisons met of comparisons needed, a rank its place above F, all others the
        metric itself, which may exceed the target.
        """
        condition = self.condition
        if self.trigger_type is TriggerType.SPECIAL or not isinstance(condition, Comparison):
            current, target = met(condition, metrics)
        else:
            current, target = METRICS[condition.metric].read(metrics) or 0, condition.value
        percent = 100 if current >= target else max(0, current * 100 // target)
        return Progress(current, target, percent)


def _with_article(kind: TriggerType) -> str:
    return f"an {kind}" if kind[0] == "A" else f"a {kind}"


class _Ladder(NamedTuple):
    """All achievements of one metric, by rising value; `below[n]` are the numbers of the first n."""

    read: Callable[[Metrics], int]
    values: tuple[int, ...]
    below: tuple[frozenset[int], ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """
    Every achievement there is, in order.

    Attributes:
        hash: Changes with whatever decides who unlocks what and what it pays; not with names or pictures.

    Raises:
        ValueError: If a key or a name is there twice.
    """

    achievements: tuple[Achievement, ...]
    hash: str = field(init=False, compare=False)
    _by_id: dict[AchievementId, Achievement] = field(init=False, repr=False, compare=False)
    # Ids are compared as the ints that they are: hashing and comparing UUIDs is done in Python, and with twenty
    # unlocked it would take longer than all the rest of a round.
    _place: dict[int, int] = field(init=False, repr=False, compare=False)
    _ladders: tuple[_Ladder, ...] = field(init=False, repr=False, compare=False)
    _specials: tuple[tuple[Holds, int], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for what in ("key", "name"):
            seen: set[str] = set()
            for word in (getattr(achievement, what) for achievement in self.achievements):
                if word in seen:
                    raise ValueError(f"two achievements have the {what} {word!r}")
                seen.add(word)

        def assign(name: str, value: object) -> None:
            object.__setattr__(self, name, value)

        assign("hash", _hash(self.achievements))
        assign("_by_id", {achievement.id: achievement for achievement in self.achievements})
        assign("_place", {achievement.id.int: place for place, achievement in enumerate(self.achievements)})
        simple = [a for a in self.achievements if a.trigger_type is not TriggerType.SPECIAL]
        special = [a for a in self.achievements if a.trigger_type is TriggerType.SPECIAL]
        assign("_ladders", tuple(_ladders(simple)))
        assign("_specials", tuple((compiled(a.condition), a.id.int) for a in special))

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.achievements)

    def get(self, wanted: AchievementId) -> Achievement | None:
        """Return the achievement with this id, or None where the catalogue has none."""
        return self._by_id.get(wanted)

    def judge(self, metrics: Metrics, unlocked: AbstractSet[AchievementId]) -> list[Achievement]:
        """
        Return the locked achievements that hold, in catalogue order: one round.

        It costs the same however long the ladders are: what holds is a prefix of each ladder, and the
        prefix is compared with *unlocked* as a set.
        """
        have = {known.int for known in unlocked}
        found: list[int] = []
        for read, values, below in self._ladders:
            held = below[bisect_right(values, read(metrics))]
            if not held <= have:
                found.extend(held - have)
        for holds, wanted in self._specials:
            if holds(metrics) and wanted not in have:
                found.append(wanted)
        if not found:
            return []
        return [self.achievements[place] for place in sorted(map(self._place.__getitem__, found))]


def _ladders(achievements: Iterable[Achievement]) -> Iterable[_Ladder]:
    rungs: dict[str, list[tuple[int, int]]] = {}
    for achievement in achievements:
        comparison = achievement.condition
        if isinstance(comparison, Comparison):
            rungs.setdefault(comparison.metric, []).append((comparison.value, achievement.id.int))
    for metric, steps in rungs.items():
        steps.sort(key=lambda step: step[0])
        ids = [wanted for _, wanted in steps]
        yield _Ladder(
            cast(
                Callable[[Metrics], int], METRICS[metric].read
            ),  # a trigger's metric is never one of a moment
            tuple(value for value, _ in steps),
            tuple(frozenset(ids[:count]) for count in range(len(ids) + 1)),
        )


def _hash(achievements: Iterable[Achievement]) -> str:
    decides = [
        [a.key, a.trigger_type, a.trigger_value, a.trigger_condition, a.xp_reward] for a in achievements
    ]
    canonical = json.dumps(decides, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]
