"""What a rulebook's TOML may say, key by key, and the values that it becomes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Final, TypeVar

from hunter_core.rules.achievements import Achievement, Catalogue, TriggerType
from hunter_core.rules.curves import CURVES, Curve, Geometric, Linear, Quadratic, Table
from hunter_core.rules.ranks import Ranks, RankThreshold
from hunter_core.rules.rewards import GainRange, Rewards, StreakStep
from hunter_core.rules.rulebook import Limits, Rulebook
from hunter_core.rules.section import MOST_PART, MOST_XP, NOT_EXACT, Section
from hunter_core.rules.streaks import StreakRules
from hunter_core.words import Attribute, Difficulty, Rank, Rarity

# A flatter curve has so many levels below 2^53 that working out their thresholds would take minutes.
_LEAST_RATIO: Final = Fraction(101, 100)
_SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

T = TypeVar("T")


def rulebook_of(root: Section) -> Rulebook | None:
    """Return the rulebook that the document spells; None, with every problem noted, where it spells none."""
    name, version = root.text("name", 60), root.integer("version", 1)
    curve = _curve(root.section("curve"))
    rulebook = root.built(
        "OUT_OF_RANGE",
        None,
        Rulebook,
        name=name,
        version=version,
        curve=curve,
        ranks=_ranks(root.section("ranks"), curve),
        rewards=_rewards(root.section("rewards")),
        streaks=_numbers(root.section("streaks"), StreakRules, _STREAKS),
        limits=_numbers(root.section("limits"), Limits, _LIMITS),
        catalogue=_catalogue(root.section("achievements")),
    )
    root.close()
    return rulebook


def _curve(section: Section | None) -> Curve | None:
    if section is None:
        return None
    kind = section.text("kind")
    curve: Curve | None = None
    # The numbers may be anything here: whether the curve rises is for the curve to say.
    anything = {"least": -MOST_XP}
    match kind:
        case "quadratic":
            curve = section.built(
                "CURVE_NOT_RISING", "scale", Quadratic, scale=section.integer("scale", **anything)
            )
        case "linear":
            curve = section.built(
                "CURVE_NOT_RISING", "step", Linear, step=section.integer("step", **anything)
            )
        case "geometric":
            first, ratio = section.integer("first", **anything), section.fraction("ratio")
            curve = section.built("CURVE_NOT_RISING", "ratio", Geometric, first=first, ratio=ratio)
            if curve is not None and ratio is not None and ratio < _LEAST_RATIO:
                flat = f"{ratio} is below {_LEAST_RATIO}; write a linear curve"
                section.note("OUT_OF_RANGE", "ratio", flat)
                curve = None
        case "table":
            thresholds = _whole_numbers(section, "thresholds")
            then = section.integer("then", **anything) if "then" in section else 0
            curve = section.built("CURVE_NOT_RISING", "thresholds", Table, thresholds=thresholds, then=then)
        case str():
            section.note("WRONG_TYPE", "kind", f"write one of {', '.join(CURVES)}, not {kind!r}")
            return None
    section.close()
    return curve


def _whole_numbers(section: Section, key: str) -> tuple[int, ...] | None:
    value = section.value(key)
    if value is None:
        return None
    if not isinstance(value, list) or any(
        isinstance(part, bool) or not isinstance(part, int) for part in value
    ):
        section.note("WRONG_TYPE", key, "write a list of whole numbers")
        return None
    if any(abs(part) > MOST_XP for part in value):
        section.note("NOT_EXACT", key, f"a number is {NOT_EXACT}")
        return None
    return tuple(value)


def _ranks(section: Section | None, curve: Curve | None) -> Ranks | None:
    if section is None:
        return None
    thresholds: list[RankThreshold] = []
    last = None if curve is None or curve.max_level is not None else curve.level(MOST_XP)
    for rank in Rank:
        row = section.section(rank.value)
        if row is None:
            continue
        xp, level = row.integer("xp"), row.integer("level")
        row.close()
        if last is not None and level is not None and level > last:
            row.note("NOT_EXACT", "level", f"level {level} takes XP {NOT_EXACT}")
        elif xp is not None and level is not None:
            thresholds.append(RankThreshold(rank, xp, level))
    section.close()
    if len(thresholds) < len(Rank):
        return None
    return section.built("RANKS_NOT_RISING", None, Ranks, thresholds=tuple(thresholds))


def _rewards(section: Section | None) -> Rewards | None:
    if section is None:
        return None
    multiplier = _per_difficulty(section, "multiplier", lambda row, key: row.fraction(key))
    gains = _per_difficulty(section, "gains", _gain)
    steps = section.sections("streak_bonus")
    bonus: list[StreakStep] | None = None if steps is None else []
    for row in steps or ():
        since, share = row.integer("from", 1), row.fraction("share")
        row.close()
        if since is None or share is None:
            bonus = None
        elif bonus is not None:
            bonus.append(StreakStep(since, share))
    time = section.section("time_bonus")
    faster_than = time.fraction("faster_than") if time is not None else None
    time_bonus = time.fraction("share") if time is not None else None
    if time is not None:
        time.close()
    section.close()
    return section.built(
        "OUT_OF_RANGE",
        None,
        Rewards,
        multiplier=multiplier,
        streak_bonus=None if bonus is None else tuple(bonus),
        faster_than=faster_than,
        time_bonus=time_bonus,
        gains=gains,
    )


def _per_difficulty(
    section: Section, key: str, read: Callable[[Section, str], T | None]
) -> dict[Difficulty, T] | None:
    table = section.section(key)
    if table is None:
        return None
    found = {difficulty: read(table, difficulty.value) for difficulty in Difficulty}
    table.close()
    whole = {difficulty: value for difficulty, value in found.items() if value is not None}
    return whole if len(whole) == len(found) else None


def _gain(row: Section, key: str) -> GainRange | None:
    value = _whole_numbers(row, key)
    if value is not None and (len(value) != 2 or not 0 <= value[0] <= value[1] <= MOST_PART):
        row.note(
            "OUT_OF_RANGE", key, f"write the least and the most of a roll, such as [1, 3], not {list(value)}"
        )
        return None
    return None if value is None else GainRange(*value)


# The least and the most that each may be.
_STREAKS: Final = {"freeze_every": (0, 10_000), "freeze_hold": (0, 10_000), "grace_days": (0, 10_000)}
_LIMITS: Final = {
    "least_base_xp": (1, MOST_XP),
    "most_base_xp": (1, MOST_XP),
    "completions_per_day": (1, 10_000),
    "void_days": (1, 366),
    "late_hours": (0, 24 * 366),
    "ahead_seconds": (0, 3600),
    "active_quests": (1, 100_000),
    "pause_days": (0, 3660),
    "rest_days": (0, 6),
    "day_start_minutes": (0, 24 * 60 - 1),
    "zone_change_hours": (0, 24 * 366),
    "most_seconds": (1, 366 * 86_400),
}


def _numbers(section: Section | None, build: type[T], bounds: Mapping[str, tuple[int, int]]) -> T | None:
    if section is None:
        return None
    numbers = {key: section.integer(key, least, most) for key, (least, most) in bounds.items()}
    section.close()
    return section.built("OUT_OF_RANGE", None, build, **numbers)


def _catalogue(section: Section | None) -> Catalogue | None:
    if section is None:
        return None
    achievements: list[Achievement] = []
    named: dict[str, str] = {}
    for key in section:
        row = section.section(key)
        if row is None:
            continue
        if not _SLUG.fullmatch(key) or len(key) > 60:
            section.note("WRONG_TYPE", key, "a key is small letters, digits and single hyphens, at most 60")
            continue
        achievement = _achievement(row, key)
        if achievement is None:
            continue
        if achievement.name in named:
            taken = f"{achievement.name!r} is the name of {named[achievement.name]} already"
            row.note("DUPLICATE_NAME", "name", taken)
            continue
        named[achievement.name] = key
        achievements.append(achievement)
    return Catalogue(tuple(achievements)) if len(achievements) == len(section) else None


def _achievement(row: Section, key: str) -> Achievement | None:
    kind = row.word("trigger", TriggerType)
    parts: dict[str, object] = {
        "trigger_type": kind,
        "name": row.text("name", 80),
        "description": row.text("description"),
        "rarity": row.word("rarity", Rarity),
        "xp_reward": row.integer("xp_reward"),
        "icon": row.text("icon", 60),
    }
    if "badge_url" in row:
        parts["badge_url"] = row.text("badge_url", 2048)
    match kind:
        case TriggerType.SPECIAL:
            parts["trigger_condition"] = row.value("condition")
        case TriggerType.RANK:
            rank = row.word("rank", Rank)
            parts["trigger_condition"] = rank and {"rank": rank.value}
        case TriggerType.ATTRIBUTE:
            attribute = row.word("attribute", Attribute)
            parts["trigger_condition"] = attribute and {"attribute": attribute.value}
    if kind not in (TriggerType.SPECIAL, TriggerType.RANK, None):
        parts["trigger_value"] = row.integer("value")
    row.close()
    return row.built("CONDITION_INVALID", "condition", Achievement, key=key, **parts)
