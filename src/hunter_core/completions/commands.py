"""What a hunter asks for: to complete a quest, or to take a completion back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hunter_core.errors import InvalidInput
from hunter_core.ids import CompletionId, HunterId, QuestId
from hunter_core.rules.rulebook import Limits
from hunter_core.words import Difficulty


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteQuest:
    """Do a quest at `completed_at` (None: now). `completion_id` is chosen by the caller; it seeds the dice."""

    completion_id: CompletionId
    hunter_id: HunterId
    quest_id: QuestId
    completed_at: datetime | None = None
    time_spent: int | None = None
    difficulty_override: Difficulty | None = None
    notes: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoidCompletion:
    """Take a completion back."""

    hunter_id: HunterId
    quest_id: QuestId
    completion_id: CompletionId


def moment_of(command: CompleteQuest, now: datetime, limits: Limits) -> datetime:
    """
    Return the moment that the completion counts for (SPEC 2, Late completion).

    Raises:
        InvalidInput: If it lies more than `late_hours` back, or more than `ahead_seconds` ahead.
    """
    at = command.completed_at
    if at is None or now < at <= now + timedelta(seconds=limits.ahead_seconds):
        return now
    if at > now:
        raise InvalidInput("completedAt", "must not lie in the future")
    if at < now - timedelta(hours=limits.late_hours):
        raise InvalidInput("completedAt", f"must lie at most {limits.late_hours} hours back")
    return at


def check_not_before_quest(day: date, created_day: date) -> None:
    """
    Refuse a completion of a day on which the quest did not exist yet.

    Raises:
        InvalidInput: If *day* lies before the local day of the quest's creation.
    """
    if day < created_day:
        raise InvalidInput("completedAt", f"must not lie before {created_day}, the day the quest was created")
