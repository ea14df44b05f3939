"""The check of a rulebook: what can never happen in it, what decides nothing, and what pays itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from os import PathLike

from hunter_core.rules.achievements import Achievement, TriggerType
from hunter_core.rules.conditions import Comparison, Metrics, comparisons, compiled
from hunter_core.rules.findings import Finding, RulebookUnreadable, Severity
from hunter_core.rules.lines import Path
from hunter_core.rules.reach import Impossible, least_xp, possible, ranges_of
from hunter_core.rules.rulebook import Rulebook
from hunter_core.rules.section import MOST_XP, NOT_EXACT
from hunter_core.rules.toml import Reading, read_rulebook, rulebook_text
from hunter_core.rules.witness import MOST_COMPLETIONS, Plan, histories
from hunter_core.words import Difficulty

_ERROR, _WARNING, _INFO = Severity.ERROR, Severity.WARNING, Severity.INFO
_YEARS = 100
_DAYS = _YEARS * 366
_ONLY_XP = (TriggerType.LEVEL, TriggerType.TOTAL_XP, TriggerType.RANK)

Noted = tuple[str, Severity, Path, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """
    What a check found.

    Attributes:
        findings: In the order of their lines.
        histories: Each achievement with a plan that earns it, or None where none was found; empty where the
            text is no rulebook.
    """

    findings: tuple[Finding, ...]
    histories: tuple[tuple[Achievement, Plan | None], ...] = ()

    @property
    def passed(self) -> bool:
        """Whether the rulebook may be used: no finding is an error."""
        return all(finding.severity is not Severity.ERROR for finding in self.findings)


def check_rulebook(name_or_path: str | PathLike[str]) -> Report:
    """Return what there is to say about a shipped rulebook, or about the one in a file."""
    try:
        text, source = rulebook_text(name_or_path)
    except RulebookUnreadable as unreadable:
        return Report(findings=unreadable.findings)
    return check_text(text, source)


def check_text(text: str, source: str = "<text>") -> Report:
    """Return what there is to say about a TOML text; where it is no rulebook, only what keeps it from being one."""
    try:
        reading = read_rulebook(text, source)
    except RulebookUnreadable as unreadable:
        return Report(findings=_sorted(unreadable.findings))
    return check(reading)


def first_error(reading: Reading) -> Finding | None:
    """
    Return the first error of a rulebook that can be read, None where there is none.

    A start asks this: it is done at once, because nobody looks for histories that earn the achievements. A
    rulebook with an error would pay what boards cannot hold, or what nobody can stop.
    """
    noted = (reading.finding(*one) for one in _noted(reading.rulebook) if one[1] is _ERROR)
    return next(iter(_sorted(noted)), None)


def check(reading: Reading) -> Report:
    """Return what is wrong or odd in a rulebook that can be read."""
    rulebook = reading.rulebook
    found = histories(rulebook)
    noted = [*_noted(rulebook), *_achievements(rulebook, dict(found))]
    return Report(findings=_sorted(reading.finding(*one) for one in noted), histories=tuple(found))


def _noted(rulebook: Rulebook) -> Iterator[Noted]:
    for part in (_ranks, _rewards, _streaks, _self_paid, _exact):
        yield from part(rulebook)


def _sorted(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: (finding.source, finding.line)))


def _ranks(rulebook: Rulebook) -> Iterator[Noted]:
    effective = rulebook.ranks.effective_xp(rulebook.curve)
    for threshold in rulebook.ranks.thresholds[1:]:
        rank, xp, level = threshold
        path, reached = ("ranks", rank.value), effective[rank]
        if reached is None:
            last = rulebook.curve.max_level
            sentence = (
                f"rank {rank} can never be reached: it asks for level {level}, and levels end at {last}"
            )
            yield "RANK_UNREACHABLE", _ERROR, path, sentence
            continue
        needed = rulebook.curve.xp_for(max(level, 1))
        if needed > xp:
            sentence = f"rank {rank}: {xp} XP never bind, because level {level} takes {needed}; effective XP {reached}"
            yield "RANK_XP_NEVER_BINDS", _WARNING, path, sentence
        elif needed < xp:
            sentence = f"rank {rank}: level {level} never binds, because it takes {needed} XP; effective XP {reached}"
            yield "RANK_LEVEL_NEVER_BINDS", _WARNING, path, sentence
        following = rulebook.ranks.next_rank(rank)
        if following is not None and effective[following.rank] == reached:
            sentence = f"rank {rank} is never held: rank {following.rank} is reached at the same {reached} XP"
            yield "RANK_NEVER_HELD", _WARNING, path, sentence


def _rewards(rulebook: Rulebook) -> Iterator[Noted]:
    rewards, least = rulebook.rewards, rulebook.limits.least_base_xp
    path: Path = ("rewards", "multiplier")
    for difficulty in Difficulty:
        if rewards.price(least, difficulty, 0).total_xp == 0:
            sentence = f"{difficulty}: a quest of {least} base XP pays 0 XP"
            yield "PAYS_NOTHING", _INFO, path, sentence
    easy, normal, hard = (rewards.multiplier[difficulty] for difficulty in Difficulty)
    if not easy <= normal <= hard:
        yield "MULTIPLIER_FALLS", _WARNING, path, f"a harder quest pays less: {easy}, {normal}, {hard}"
    shares = [step.share for step in rewards.streak_bonus]
    if shares != sorted(shares):
        sentence = "a longer streak pays a smaller bonus than a shorter one"
        yield "STREAK_BONUS_FALLS", _WARNING, ("rewards", "streak_bonus"), sentence


def _streaks(rulebook: Rulebook) -> Iterator[Noted]:
    rules = rulebook.streaks
    if rules.freeze_every and not rules.freeze_hold:
        sentence = "freezes can never act: none can be held; raise freeze_hold, or set freeze_every to 0"
        yield "FREEZE_NEVER_ACTS", _ERROR, ("streaks", "freeze_hold"), sentence
    if rules.freeze_hold and not rules.freeze_every:
        sentence = "freezes can never act: none is granted; raise freeze_every, or set freeze_hold to 0"
        yield "FREEZE_NEVER_ACTS", _ERROR, ("streaks", "freeze_every"), sentence
    if rules.freeze_every > 3660 and rules.freeze_hold:
        sentence = (
            f"the first freeze is granted after a streak of {rules.freeze_every} days, more than ten years"
        )
        yield "FREEZE_NEVER_ACTS", _WARNING, ("streaks", "freeze_every"), sentence
    if rules.grace_days > 366:
        sentence = f"a gap of {rules.grace_days} days is forgiven: no streak ever breaks, and no freeze is ever spent"
        yield "STREAK_NEVER_BREAKS", _WARNING, ("streaks", "grace_days"), sentence


def _achievements(rulebook: Rulebook, plans: Mapping[Achievement, Plan | None]) -> Iterator[Noted]:
    for achievement in rulebook.catalogue.achievements:
        path, key = ("achievements", achievement.key), achievement.key
        at_condition = (*path, "condition") if achievement.trigger_type is TriggerType.SPECIAL else path
        try:
            may, cannot = possible(achievement.condition, rulebook)
        except ValueError as error:
            yield "CONDITION_TOO_WIDE", _WARNING, at_condition, f"{key}: {error}"
            continue
        if not may:
            reasons = "; ".join(dict.fromkeys(reason for _, reason in cannot))
            yield "ACHIEVEMENT_UNREACHABLE", _ERROR, at_condition, f"{key} can never unlock: {reasons}"
            continue
        for clause, reason in cannot:
            never = " and ".join(map(str, clause))
            yield "PART_NEVER_HOLDS", _WARNING, at_condition, f"{key}: ({never}) never holds: {reason}"
        for comparison in dict.fromkeys(comparisons(achievement.condition)):
            if _always(comparison, rulebook) and achievement.trigger_type is TriggerType.SPECIAL:
                yield "COMPARISON_ALWAYS_HOLDS", _WARNING, at_condition, f"{key}: {comparison} always holds"
        if compiled(achievement.condition)(Metrics()):
            sentence = f"{key} is held at the very start: any first completion unlocks it"
            yield "ACHIEVEMENT_HELD_AT_START", _WARNING, at_condition, sentence
        if plans[achievement] is None:
            sentence = f"{key}: no history of {MOST_COMPLETIONS} completions or fewer was found that earns it"
            yield "NO_HISTORY_FOUND", _WARNING, at_condition, sentence


def _always(comparison: Comparison, rulebook: Rulebook) -> bool:
    opposite = {">=": "<", "<": ">=", ">": "<=", "<=": ">", "==": "!=", "!=": "=="}[comparison.op]
    try:
        ranges_of([Comparison(comparison.metric, opposite, comparison.value)], rulebook)
    except Impossible:
        # A moment may be unknown, and then nothing about it holds; but in a completion it is known.
        return True
    return False


def _self_paid(rulebook: Rulebook) -> Iterator[Noted]:
    """
    Yield the rewards that feed themselves.

    A reward holds itself up when it alone is worth the XP that its own trigger asks for. A reward lifts over the
    next trigger when whoever unlocks it has, by that alone, enough XP for another XP trigger; when what that
    one pays lifts over a third, the rewards feed themselves: one completion buys a chain.
    """
    priced: list[tuple[int, Achievement]] = []
    for achievement in rulebook.catalogue.achievements:
        try:
            ways, _ = possible(achievement.condition, rulebook)
        except ValueError:
            continue
        floor = least_xp(ways)
        if ways and 0 < floor <= achievement.xp_reward:
            reward, path = achievement.xp_reward, ("achievements", achievement.key, "xp_reward")
            sentence = (
                f"{achievement.key}: its reward of {reward} XP alone pays its own trigger, of {floor} XP"
            )
            yield "REWARD_HOLDS_ITSELF", _ERROR, path, sentence
        if ways and floor and achievement.trigger_type in _ONLY_XP:
            priced.append((floor, achievement))
    priced.sort(key=lambda pair: pair[0])
    steps = [(floor, [a for _, a in group]) for floor, group in groupby(priced, key=lambda pair: pair[0])]
    place = 0
    while place < len(steps):
        floor, first = steps[place]
        lifted = []
        xp = floor + sum(achievement.xp_reward for achievement in first)
        while place + 1 < len(steps) and xp >= steps[place + 1][0]:
            place += 1
            lifted.append(steps[place][1][0])
            xp += sum(achievement.xp_reward for achievement in steps[place][1])
        place += 1
        if lifted:
            chain = " -> ".join(achievement.key for achievement in [first[0], *lifted])
            feeds = len(lifted) > 1
            yield (
                "REWARDS_FEED_THEMSELVES" if feeds else "REWARD_LIFTS_OVER_NEXT",
                _ERROR if feeds else _WARNING,
                ("achievements", first[0].key, "xp_reward"),
                f"{chain}: reaching the first ({floor} XP) pays, by rewards alone, for all that follow",
            )


def _exact(rulebook: Rulebook) -> Iterator[Noted]:
    """Yield limits that let a total grow beyond the whole numbers that a double holds."""
    limits, rewards = rulebook.limits, rulebook.rewards
    most = rewards.most_xp(limits.most_base_xp)
    paid = sum(achievement.xp_reward for achievement in rulebook.catalogue.achievements)
    total = most * limits.completions_per_day * limits.active_quests * _DAYS + paid
    if total > MOST_XP:
        sentence = (
            f"{_YEARS} years of the most that the limits allow are {total} XP, {NOT_EXACT}; lower a limit"
        )
        yield "XP_NOT_EXACT", _ERROR, ("limits", "most_base_xp"), sentence
