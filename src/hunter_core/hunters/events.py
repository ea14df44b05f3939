"""What can happen to a hunter, as values; `evolve` says what follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hunter_core.rules.streaks import StreakState
from hunter_core.words import Attributes, Difficulty


@dataclass(frozen=True, slots=True)
class XpGained:
    """A ledger entry gave XP and attribute points at `at`."""

    amount: int
    points: Attributes
    at: datetime


@dataclass(frozen=True, slots=True)
class XpTakenBack:
    """A reversal took XP and points back at `at`; the total that is left was reached at `reached_at`."""

    amount: int
    points: Attributes
    at: datetime
    reached_at: datetime | None


@dataclass(frozen=True, slots=True)
class QuestCompleted:
    """A completion of `difficulty` paid XP and points at `at`; `streak` is the one after the last standing day."""

    amount: int
    points: Attributes
    at: datetime
    difficulty: Difficulty
    streak: StreakState


@dataclass(frozen=True, slots=True)
class CompletionVoided:
    """A completion of `difficulty` no longer stands; `streak` is the one after the last standing day that is left."""

    difficulty: Difficulty
    streak: StreakState


HunterEvent = XpGained | XpTakenBack | QuestCompleted | CompletionVoided
