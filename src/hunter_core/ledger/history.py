"""Everything that is stored of one hunter's game: what the audit reads and holds against itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date

from hunter_core.completions.completion import Completion
from hunter_core.completions.unlock import Unlock
from hunter_core.hunters.hunter import Hunter
from hunter_core.leaderboard.order import Score
from hunter_core.ledger.days import DayRow
from hunter_core.ledger.entry import LedgerEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """
    A hunter with every row that their numbers follow from.

    `entries` by `seq`; `completions` in the order of their recording, voided ones too; `unlocks` taken back
    ones too; `days` ascending, as stored; `created` counts the quests created on each local day. `scores` are
    those on the boards, by window; `shown` are the windows in which others see the hunter: all or none, as
    `listed` says by activity and settings.
    """

    hunter: Hunter
    entries: Sequence[LedgerEntry]
    completions: Sequence[Completion]
    unlocks: Sequence[Unlock]
    days: Sequence[DayRow]
    created: Mapping[date, int]
    scores: Mapping[str, Score]
    shown: AbstractSet[str]
    listed: bool
