"""Printers of the rules: levels, ranks, rewards, limits and achievements, as the shipped rulebooks have them."""

from __future__ import annotations

import re

from hunter_core.days import format_day_start
from hunter_core.quests.calendar import DayState
from hunter_core.rules.achievements import Achievement, TriggerType
from hunter_core.rules.conditions import METRICS, AllOf, AnyOf, Condition
from hunter_core.rules.rulebook import Limits, Rulebook
from hunter_core.rules.toml import load_rulebook
from hunter_core.words import Difficulty
from tests.docs.printed import Printer, number, share, table

SHOWN_LEVELS = (1, 2, 3, 4, 5, 10, 15, 20, 30, 35, 50, 75, 100, 200)


def levels() -> str:
    """What some levels cost, in all and since the one before."""
    curve = load_rulebook("classic").curve
    rows = [
        (
            level,
            number(curve.xp_for(level)),
            number(curve.xp_for(level) - curve.xp_for(level - 1) if level > 1 else 0),
        )
        for level in SHOWN_LEVELS
    ]
    return table(["level", "total XP", "more than the level before"], rows, right="rrr")


def ranks() -> str:
    """The thresholds of the ranks, and the XP at which each is really reached."""
    rulebook = load_rulebook("classic")
    effective = rulebook.ranks.effective_xp(rulebook.curve)
    rows = [
        (rank.value, number(xp), level, number(effective[rank]))
        for rank, xp, level in rulebook.ranks.thresholds
    ]
    return table(["rank", "total XP, at least", "level, at least", "reached at"], rows, right=" rrr")


def multipliers() -> str:
    """Multiplier and range of a roll by difficulty."""
    rewards = load_rulebook("classic").rewards
    rows = [
        (
            difficulty.value,
            rewards.multiplier[difficulty],
            f"{rewards.gains[difficulty].least}-{rewards.gains[difficulty].most}",
            rewards.price(100, difficulty, 0).total_xp,
        )
        for difficulty in Difficulty
    ]
    headings = ["difficulty", "multiplier", "points per attribute", "100 base XP pay"]
    return table(headings, rows, right=" rrr")


def streak_bonus() -> str:
    """The streak bonus by effective streak."""
    rewards = load_rulebook("classic").rewards
    steps = [(0, None), *((step.from_streak, step.share) for step in rewards.streak_bonus)]
    rows = []
    for place, (since, bonus) in enumerate(steps):
        until = steps[place + 1][0] - 1 if place + 1 < len(steps) else None
        days = f"{since} and more" if until is None else f"{since}-{until}"
        rows.append(
            (
                days,
                "none" if bonus is None else share(bonus),
                rewards.price(150, Difficulty.NORMAL, since).streak_bonus,
            )
        )
    return table(["effective streak", "of the base XP", "150 base XP pay on top"], rows, right=" rr")


def freezes() -> str:
    """What the two rulebooks that ship do with freezes and grace."""
    rows = []
    for name in ("classic", "modern"):
        rules = load_rulebook(name).streaks
        every = f"at every multiple of {rules.freeze_every} days" if rules.freeze_every else "never"
        rows.append((f"`{name}`", every, rules.freeze_hold, rules.grace_days))
    return table(
        ["rulebook", "a freeze is granted", "held at most", "days of grace a gap"], rows, right="  rr"
    )


_LIMITS = {
    "least_base_xp": "the least `baseXP` of a quest",
    "most_base_xp": "the most `baseXP` of a quest",
    "completions_per_day": "the most `completionsPerDay` of a quest",
    "void_days": "local days on which a completion can be voided, its own the first",
    "late_hours": "hours that `completedAt` may lie back",
    "ahead_seconds": "seconds that `completedAt` may lie ahead, and is taken as now",
    "active_quests": "active quests of one hunter",
    "pause_days": "days of the longest pause",
    "rest_days": "weekdays of rest",
    "day_start_minutes": "the latest day start",
    "zone_change_hours": "hours between two changes of zone or day start",
    "most_seconds": "seconds of the longest `timeSpent` and `estimatedTime`",
}


def limits() -> str:
    """Every limit of the rulebook."""
    of = load_rulebook("classic").limits
    rows = []
    for name in Limits.__dataclass_fields__:
        value = getattr(of, name)
        shown = format_day_start(value) if name == "day_start_minutes" else number(value)
        rows.append((f"`{name}`", shown, _LIMITS[name]))
    return table(["limit", "`classic`", "what it bounds"], rows, right=" r")


def catalogue() -> str:
    """The achievements of `classic`."""
    return _achievements(load_rulebook("classic"), frozenset())


def modern_catalogue() -> str:
    """The achievements that `modern` adds."""
    known = frozenset(achievement.id for achievement in load_rulebook("classic").catalogue.achievements)
    return _achievements(load_rulebook("modern"), known)


def _achievements(rulebook: Rulebook, known: frozenset[object]) -> str:
    rows = [
        (
            each.icon,
            each.name,
            each.rarity.value,
            each.trigger_type.value,
            _needs(each),
            number(each.xp_reward),
        )
        for each in rulebook.catalogue.achievements
        if each.id not in known
    ]
    return table(["", "name", "rarity", "trigger", "unlocks when", "XP"], rows, right="     r")


def _needs(achievement: Achievement) -> str:
    text = _condition(achievement.condition)
    return f"`{text.removeprefix('(').removesuffix(')') if achievement.trigger_type is TriggerType.SPECIAL else text}`"


def _condition(condition: Condition) -> str:
    if isinstance(condition, AllOf | AnyOf):
        word = " and " if isinstance(condition, AllOf) else " or "
        return f"({word.join(_condition(part) for part in condition.parts)})"
    return str(condition)


def metrics() -> str:
    """What a condition may compare."""
    rows = [
        (
            f"`{name}`",
            metric.least,
            "-" if metric.most is None else metric.most,
            "yes" if metric.moment else "",
        )
        for name, metric in METRICS.items()
    ]
    return table(["metric", "least", "most", "of the moment"], rows, right=" rr")


def day_states() -> str:
    """What each state of a quest's day means, in the words of the code."""
    text = " ".join(line.strip() for line in (DayState.__doc__ or "").splitlines())
    rows = []
    for state in DayState:
        after = text.split(f" {state.value}: ")[1]
        others = "|".join(f" {other.value}: " for other in DayState)
        rows.append((f"`{state.value}`", re.split(others, after)[0].strip().removesuffix(".")))
    return table(["state", "what it means"], rows)


PRINTERS: dict[str, Printer] = {
    "levels": levels,
    "ranks": ranks,
    "multipliers": multipliers,
    "streak-bonus": streak_bonus,
    "freezes": freezes,
    "limits": limits,
    "catalogue": catalogue,
    "modern-catalogue": modern_catalogue,
    "metrics": metrics,
    "day-states": day_states,
}
