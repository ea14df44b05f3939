"""What use cases ask of a store of quests, of what was done of them, and of their skipped days."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from typing import Protocol

from hunter_core.ids import HunterId, QuestId
from hunter_core.quests.listing import QuestFilter, QuestSort
from hunter_core.quests.quest import Quest


class Quests(Protocol):
    """Keeps quests."""

    def get(self, hunter_id: HunterId, quest_id: QuestId) -> Quest:
        """
        Return a quest of the hunter, archived or not.

        Raises:
            NotFound: If the hunter has no such quest (it may be someone else's).
        """
        ...

    def add(self, quest: Quest) -> None:
        """Keep a new quest."""
        ...

    def save(self, quest: Quest) -> None:
        """Keep *quest*, whose hunter is locked, as it is now."""
        ...

    def count_open(self, hunter_id: HunterId) -> int:
        """Return how many quests of the hunter are active and not archived."""
        ...

    def open(self, hunter_id: HunterId) -> Sequence[Quest]:
        """Return the quests that are active and not archived, oldest first; a hunter has at most 500."""
        ...

    def page(
        self, hunter_id: HunterId, *, matching: QuestFilter, sort: QuestSort, page: int, limit: int
    ) -> tuple[Sequence[Quest], int]:
        """
        Return a page (from 1) of the unarchived quests that match, and how many match in all.

        Equal places in the order are told apart by id, ascending; a quest without the value that is sorted by
        comes last, either way round. Titles go by code points, which every database and Python agree on.
        """
        ...


class QuestHistory(Protocol):
    """Counts the standing completions of quests."""

    def counts(
        self, hunter_id: HunterId, quest_ids: Collection[QuestId], *, since: date | None
    ) -> Mapping[QuestId, Mapping[date, int]]:
        """
        Return how often each quest was done on each local day from *since* on (None: ever).

        Days and quests without a standing completion are left out.
        """
        ...

    def totals(self, hunter_id: HunterId, quest_ids: Collection[QuestId]) -> Mapping[QuestId, int]:
        """Return how often each quest was done in all; quests never done are left out."""
        ...


class Skips(Protocol):
    """Keeps the local days on which a hunter skips a quest."""

    def add(self, hunter_id: HunterId, quest_id: QuestId, day: date, *, at: datetime) -> bool:
        """Skip *day*, asked for at *at*; return False, changing nothing, when it is skipped already."""
        ...

    def since(
        self, hunter_id: HunterId, quest_ids: Collection[QuestId], *, since: date | None
    ) -> Mapping[QuestId, AbstractSet[date]]:
        """Return the skipped days of each quest from *since* on (None: ever); quests without are left out."""
        ...
