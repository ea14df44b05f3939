"""Achievements on the wire (SPEC 4, Achievements)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import attrs

from hunter_api.schemas.fields import UtcInstant
from hunter_core.achievements.read import SeenAchievement
from hunter_core.rules.achievements import Achievement, TriggerType
from hunter_core.words import Rarity


@attrs.frozen(kw_only=True, slots=False)
class ProgressView:
    """How far the hunter has come; `percent` is 100 exactly where the trigger holds."""

    current: int
    target: int
    percent: int


@attrs.frozen(kw_only=True, slots=False)
class UnlockedView:
    """An achievement that the hunter has."""

    id: UUID
    name: str
    description: str
    rarity: Rarity
    triggerType: TriggerType
    triggerValue: int | None
    triggerCondition: dict[str, Any] | None
    xpReward: int
    icon: str
    badgeUrl: str | None
    unlockedAt: UtcInstant | None

    @classmethod
    def of(cls, achievement: Achievement, unlocked_at: datetime | None) -> UnlockedView:
        """Return the achievement as it goes out."""
        return cls(**_fields(achievement, unlocked_at))


@attrs.frozen(kw_only=True, slots=False)
class AchievementView(UnlockedView):
    """An achievement of the catalogue; `share` (0 to 1) is that of the hunters who have it."""

    unlocked: bool
    progress: ProgressView
    share: float

    @classmethod
    def seen(cls, seen: SeenAchievement) -> AchievementView:
        """Return the achievement as the hunter sees it."""
        return cls(
            **_fields(seen.achievement, seen.unlocked_at),
            unlocked=seen.unlocked_at is not None,
            progress=ProgressView(
                current=seen.progress.current, target=seen.progress.target, percent=seen.progress.percent
            ),
            share=seen.share,
        )


def _fields(achievement: Achievement, unlocked_at: datetime | None) -> dict[str, Any]:
    condition: Mapping[str, Any] | None = achievement.trigger_condition
    return {
        "id": achievement.id,
        "name": achievement.name,
        "description": achievement.description,
        "rarity": achievement.rarity,
        "triggerType": achievement.trigger_type,
        "triggerValue": achievement.trigger_value,
        "triggerCondition": None if condition is None else dict(condition),
        "xpReward": achievement.xp_reward,
        "icon": achievement.icon,
        "badgeUrl": achievement.badge_url,
        "unlockedAt": unlocked_at,
    }


@attrs.frozen(kw_only=True, slots=False)
class CatalogueView:
    """Every achievement there is, in the order of the catalogue."""

    achievements: tuple[AchievementView, ...]


@attrs.frozen(kw_only=True, slots=False)
class UnlockedListView:
    """The achievements that the hunter has, latest first."""

    achievements: tuple[UnlockedView, ...]
