"""Everything that a decision changes: what to save, what to answer, what to announce."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from hunter_core.completions.completion import Completion
from hunter_core.completions.unlock import Unlock
from hunter_core.events import OutboxEvent
from hunter_core.hunters.hunter import Hunter
from hunter_core.ledger.days import DayRow
from hunter_core.ledger.entry import LedgerEntry
from hunter_core.rules.achievements import Achievement
from hunter_core.words import Attributes


class Outcome(NamedTuple):
    """
    What completing a quest, or taking a completion back, changes.

    `before` is the hunter that the change is told against (after anything overdue was awarded), `hunter` the
    one to save; `streak_before` and `streak` are effective ones. `attribute_gains` and `achievement_xp` are
    negative when taken back. `achievements` are those unlocked by this command, `revoked` those taken back;
    `unlocks` are all new rows, overdue ones too.
    """

    before: Hunter
    hunter: Hunter
    completion: Completion
    entries: Sequence[LedgerEntry]
    days: Sequence[DayRow]
    unlocks: Sequence[Unlock]
    events: Sequence[OutboxEvent]
    streak_before: int
    streak: int
    attribute_gains: Attributes
    achievement_xp: int
    achievements: Sequence[Achievement]
    taken_back: Sequence[Unlock] = ()
    revoked: Sequence[Achievement] = ()

    @property
    def did_level_up(self) -> bool:
        """Whether the level rose."""
        return self.hunter.level > self.before.level

    @property
    def did_rank_up(self) -> bool:
        """Whether the rank rose."""
        return self.hunter.rank.order > self.before.rank.order
