"""What an export tells of rows that no other part of the core has a value for yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from hunter_core.completions.unlock import Unlock
from hunter_core.ids import HunterId, QuestId
from hunter_core.words import Difficulty, QuestType


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactor:
    """That the account has a second factor, since when, and how many recovery codes are left; never its secret."""

    created_at: datetime
    confirmed_at: datetime | None
    recovery_codes_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """A day on which a quest does not count."""

    quest_id: QuestId
    local_day: date
    skipped_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedUnlock:
    """An unlock with what its achievement is called; None where that is for the rulebook to say."""

    unlock: Unlock
    key: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Friend:
    """A friendship, a request for one, or a block of the owner's; what others block is theirs to know."""

    id: UUID
    other_id: HunterId
    other_name: str
    requested_by_me: bool
    status: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """A guild that the hunter is in."""

    guild_id: UUID
    guild_name: str
    is_owner: bool
    role: str
    joined_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """What was found out about the hunter's habits."""

    preferred_time: str | None
    avg_session_length: int | None
    quest_success_rate: float | None
    preferred_difficulty: Difficulty | None
    favorite_attributes: Any
    churn_risk: float | None
    next_quest_predict: Any
    last_analyzed: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A quest that was recommended."""

    id: UUID
    title: str
    description: str | None
    type: QuestType
    difficulty: Difficulty
    attributes: Any
    confidence: float
    reason: str
    is_accepted: bool
    is_rejected: bool
    quest_id: UUID | None
    created_at: datetime
    expires_at: datetime
