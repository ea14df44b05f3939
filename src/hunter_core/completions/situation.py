"""What a decision knows: the locked hunter, and the facts read after the lock."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from hunter_core.completions.completion import Completion
from hunter_core.completions.unlock import Unlock
from hunter_core.hunters.hunter import Hunter
from hunter_core.ids import AchievementId, CompletionId, HunterId, QuestId
from hunter_core.keys import StoredAnswer
from hunter_core.ledger.days import DayRow
from hunter_core.ledger.entry import LedgerEntry
from hunter_core.quests.quest import Quest


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionFacts:
    """
    What completing a quest on a day depends on, besides the hunter.

    `quest` is None when the hunter has no such quest. `done_on_day` and `done_ever` count its standing
    completions. `days` ascend: the last standing day before the completion's, and every row, standing or
    not, from the completion's day on (so today's too). `unlocked` are the standing
    unlocks. `ledger_seq` and `event_seq` are the last numbers given. `latest_completion` is the one recorded
    last of those that stand, read only when achievements may be overdue. `answer` is what was answered
    under the request's Idempotency-Key, if it was used.
    """

    quest: Quest | None
    done_on_day: int = 0
    done_ever: int = 0
    days: Sequence[DayRow] = ()
    unlocked: AbstractSet[AchievementId] = frozenset()
    ledger_seq: int = 0
    event_seq: int = 0
    latest_completion: CompletionId | None = None
    answer: StoredAnswer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoidFacts:
    """
    What taking a completion back depends on, besides the hunter.

    `completion` stands. `entry` is its ledger line. `earned` are the unlocks it caused that stand, with the
    lines that paid them. `days` are as in `CompletionFacts`, for the completion's day: a reward can have
    been paid on a later day that does not stand. `latest_completion`
    is the one recorded last of those that will be left. `reached_at` is the recording of the last entry
    that moved the total, of those that will be left.
    """

    completion: Completion
    entry: LedgerEntry
    earned: Sequence[tuple[Unlock, LedgerEntry]]
    days: Sequence[DayRow]
    unlocked: AbstractSet[AchievementId]
    ledger_seq: int
    event_seq: int
    latest_completion: CompletionId | None
    reached_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """
    Everything a completion is decided on.

    `at` is the moment that it counts for, `day` its local day, `hour` its hour on the hunter's wall clock;
    `today` is the local day of `now`.
    """

    hunter: Hunter
    facts: CompletionFacts
    now: datetime
    today: date
    at: datetime
    day: date
    hour: int

    @classmethod
    def of(
        cls, hunter: Hunter, facts: CompletionFacts, *, now: datetime, at: datetime | None = None
    ) -> Situation:
        """Return the situation at *now* of a completion that counts for *at* (aware; None: now)."""
        at = now if at is None else at
        calendar = hunter.calendar
        return cls(
            hunter=hunter,
            facts=facts,
            now=now,
            today=calendar.local_day(now),
            at=at,
            day=calendar.local_day(at),
            hour=calendar.local_time(at).hour,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class VoidSituation:
    """Everything that taking a completion back is decided on; `today` is the local day of `now`."""

    hunter: Hunter
    facts: VoidFacts
    now: datetime
    today: date


class Situations(Protocol):
    """Reads what a decision depends on, after the hunter is locked, in as few statements as it can."""

    def for_completion(
        self, hunter: Hunter, *, quest_id: QuestId, day: date, today: date, key: str | None, overdue: bool
    ) -> CompletionFacts:
        """Return the facts; `latest_completion` only when *overdue* asks for it, `answer` only for a *key*."""
        ...

    def for_void(
        self, hunter: Hunter, *, quest_id: QuestId, completion_id: CompletionId, today: date
    ) -> VoidFacts:
        """
        Return the facts.

        Raises:
            NotFound: If no such completion of that quest of that hunter stands.
        """
        ...


class Completions(Protocol):
    """Keeps completions."""

    def add(self, completion: Completion) -> None:
        """Keep a new completion."""
        ...

    def void(self, completion: Completion) -> None:
        """Mark a completion as voided at its `voided_at`."""
        ...

    def of_quest(
        self, hunter_id: HunterId, quest_id: QuestId, *, page: int, limit: int
    ) -> tuple[Sequence[Completion], int]:
        """Return a page of the standing completions of a quest, latest recorded first, and how many there are."""
        ...


class Unlocks(Protocol):
    """Keeps which achievements a hunter has."""

    def add(self, unlocks: Sequence[Unlock]) -> None:
        """Keep new unlocks; a hunter can hold each achievement once."""
        ...

    def take_back(self, unlocks: Sequence[Unlock]) -> None:
        """Mark unlocks as taken back at their `taken_back_at`."""
        ...

    def standing(self, hunter_id: HunterId) -> Sequence[Unlock]:
        """Return the standing unlocks of a hunter, latest first."""
        ...
