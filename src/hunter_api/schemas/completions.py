"""Completing and voiding on the wire (SPEC 4, Quests)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated
from uuid import UUID

import attrs

from hunter_api.schemas.common import PaginationView
from hunter_api.schemas.fields import Instant, Notes, UtcInstant, bounded
from hunter_core.completions.completion import Completion
from hunter_core.completions.outcome import Outcome
from hunter_core.rules.achievements import Achievement
from hunter_core.rules.rewards import XpBreakdown
from hunter_core.words import Attributes, Difficulty, Rank, Rarity

TimeSpent = Annotated[int, bounded("seconds", "How long it took, in seconds.", 1500)]


@attrs.frozen(kw_only=True)
class CompleteRequest:
    """A completion; every field may be left out, or be null."""

    timeSpent: TimeSpent | None = None
    difficultyOverride: Difficulty | None = None
    notes: Notes | None = None
    completedAt: Instant | None = None


@attrs.frozen(kw_only=True, slots=False)
class XpBreakdownView:
    """What a completion paid, and why; negative where it was taken back."""

    baseXP: int
    difficultyMultiplier: float
    streakBonus: int
    timeBonus: int
    totalXP: int

    @classmethod
    def of(cls, xp: XpBreakdown, sign: int = 1) -> XpBreakdownView:
        """Return the breakdown as it goes out. The multiplier is shown as a number; nothing is paid by it."""
        base, multiplier, streak, time, total = xp
        return cls(
            baseXP=sign * base,
            difficultyMultiplier=float(multiplier),
            streakBonus=sign * streak,
            timeBonus=sign * time,
            totalXP=sign * total,
        )


@attrs.frozen(kw_only=True, slots=False)
class CompletionView:
    """One time a hunter did a quest."""

    id: UUID
    questId: UUID
    completedAt: UtcInstant
    localDay: date
    xpBreakdown: XpBreakdownView
    attributeGains: dict[str, int]
    timeSpent: int | None
    difficultyOverride: Difficulty | None
    notes: str | None

    @classmethod
    def of(cls, completion: Completion, sign: int = 1) -> CompletionView:
        """Return the completion as it goes out; with *sign* -1 what it paid is shown as taken back."""
        return cls(
            id=completion.id,
            questId=completion.quest_id,
            completedAt=completion.completed_at,
            localDay=completion.local_day,
            xpBreakdown=XpBreakdownView.of(completion.xp, sign),
            attributeGains=gains_of(completion.gains, sign),
            timeSpent=completion.time_spent,
            difficultyOverride=completion.difficulty_override,
            notes=completion.notes,
        )


@attrs.frozen(kw_only=True, slots=False)
class UserUpdatesView:
    """What changed of the hunter."""

    newLevel: int
    newTotalXP: int
    newRank: Rank
    didLevelUp: bool
    didRankUp: bool
    newStreak: int
    attributeGains: dict[str, int]
    achievementXP: int


@attrs.frozen(kw_only=True, slots=False)
class EarnedView:
    """An achievement that was unlocked, or, with a negative `xpReward`, taken back."""

    id: UUID
    name: str
    rarity: Rarity
    xpReward: int


@attrs.frozen(kw_only=True, slots=False)
class CompletedView:
    """A completion and everything that followed; the same with negative changes when it is voided."""

    completion: CompletionView
    userUpdates: UserUpdatesView
    achievements: tuple[EarnedView, ...]

    @classmethod
    def of(cls, outcome: Outcome) -> CompletedView:
        """Return what a completion changed."""
        return cls(
            completion=CompletionView.of(outcome.completion),
            userUpdates=_updates(outcome),
            achievements=tuple(_earned(outcome.achievements)),
        )

    @classmethod
    def taken_back(cls, outcome: Outcome) -> CompletedView:
        """Return what a void changed: what was earned again at once neither came nor went."""
        again = {achievement.id for achievement in outcome.achievements}
        lost = {achievement.id for achievement in outcome.revoked}
        paid = {unlock.achievement_id: unlock.xp_reward for unlock in outcome.taken_back}
        gone = [
            EarnedView(id=each.id, name=each.name, rarity=each.rarity, xpReward=-paid[each.id])
            for each in outcome.revoked
            if each.id not in again
        ]
        come = _earned(each for each in outcome.achievements if each.id not in lost)
        return cls(
            completion=CompletionView.of(outcome.completion, -1),
            userUpdates=_updates(outcome),
            achievements=(*gone, *come),
        )


@attrs.frozen(kw_only=True, slots=False)
class CompletionsView:
    """A page of the standing completions of a quest, latest recorded first."""

    completions: tuple[CompletionView, ...]
    pagination: PaginationView


def gains_of(points: Attributes, sign: int = 1) -> dict[str, int]:
    """Return the attributes that gained, or lost, and how much; the others are left out."""
    return {name: sign * gained for name, gained in zip(points._fields, points, strict=True) if gained}


def _updates(outcome: Outcome) -> UserUpdatesView:
    hunter = outcome.hunter
    return UserUpdatesView(
        newLevel=hunter.level,
        newTotalXP=hunter.total_xp,
        newRank=hunter.rank,
        didLevelUp=outcome.did_level_up,
        didRankUp=outcome.did_rank_up,
        newStreak=outcome.streak,
        attributeGains=gains_of(outcome.attribute_gains),
        achievementXP=outcome.achievement_xp,
    )


def _earned(achievements: Iterable[Achievement]) -> Iterable[EarnedView]:
    for each in achievements:
        yield EarnedView(id=each.id, name=each.name, rarity=each.rarity, xpReward=each.xp_reward)
