"""One time a hunter did a quest, on one local day (SPEC 1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from hunter_core.ids import CompletionId, HunterId, QuestId
from hunter_core.rules.rewards import XpBreakdown
from hunter_core.words import Attributes, Difficulty


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """
    A completion as stored; it stands until `voided_at` is set.

    `difficulty` is the one that priced it: the override, else the quest's. `xp` and `gains` are what it
    paid and are never priced again. `time_spent` is in seconds.
    """

    id: CompletionId
    hunter_id: HunterId
    quest_id: QuestId
    completed_at: datetime
    local_day: date
    recorded_at: datetime
    difficulty: Difficulty
    xp: XpBreakdown
    gains: Attributes
    time_spent: int | None = None
    difficulty_override: Difficulty | None = None
    notes: str | None = None
    voided_at: datetime | None = None
