"""An achievement that a hunter has, and the completion that earned it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hunter_core.ids import AchievementId, CompletionId, HunterId, UnlockId


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlock:
    """
    An unlock stands until `taken_back_at` is set; a hunter has one standing unlock per achievement.

    Earned again after it was taken back, it is a new unlock. `xp_reward` is what was paid for it.
    """

    id: UnlockId
    hunter_id: HunterId
    achievement_id: AchievementId
    completion_id: CompletionId
    unlocked_at: datetime
    xp_reward: int
    taken_back_at: datetime | None = None
