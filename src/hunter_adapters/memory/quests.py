"""Quests, what was done of them, and their skipped days in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from typing import Any

from hunter_adapters.memory.locks import Locks
from hunter_adapters.memory.tables import ConstraintViolated, Tables
from hunter_core.errors import NotFound
from hunter_core.ids import HunterId, QuestId
from hunter_core.quests.listing import QuestFilter, QuestSort
from hunter_core.quests.quest import Quest


class MemoryQuests:
    """Implements `hunter_core.quests.ports.Quests`."""

    __slots__ = ("_locks", "_tables")

    def __init__(self, tables: Tables, locks: Locks) -> None:
        self._tables, self._locks = tables, locks

    def get(self, hunter_id: HunterId, quest_id: QuestId) -> Quest:
        quest = self._tables.quests.rows(hunter_id).get(quest_id)
        if quest is None:
            raise NotFound("quest", quest_id)
        return quest

    def add(self, quest: Quest) -> None:
        if quest.hunter_id not in self._tables.hunters.rows():
            raise ConstraintViolated(f"There is no hunter {quest.hunter_id} for the quest.")
        self._tables.quests.add(quest.id, quest, quest.hunter_id)

    def save(self, quest: Quest) -> None:
        self._locks.need("hunter", quest.hunter_id)
        self._tables.quests.edit(quest.hunter_id)[quest.id] = quest

    def count_open(self, hunter_id: HunterId) -> int:
        return len(self.open(hunter_id))

    def open(self, hunter_id: HunterId) -> Sequence[Quest]:
        quests = [quest for quest in self._tables.quests.rows(hunter_id).values() if quest.is_open]
        return sorted(quests, key=lambda quest: (quest.created_at, quest.id))

    def page(
        self, hunter_id: HunterId, *, matching: QuestFilter, sort: QuestSort, page: int, limit: int
    ) -> tuple[Sequence[Quest], int]:
        quests = [
            quest for quest in self._tables.quests.rows(hunter_id).values() if _matches(quest, matching)
        ]
        # Sorting is stable, backwards too: what is sorted by id first is told apart by it.
        quests.sort(key=lambda quest: quest.id)
        found = [quest for quest in quests if _value(quest, sort) is not None]
        found.sort(key=lambda quest: _value(quest, sort), reverse=sort.descends)
        found += [quest for quest in quests if _value(quest, sort) is None]
        return found[(page - 1) * limit : page * limit], len(found)


def _matches(quest: Quest, matching: QuestFilter) -> bool:
    return (
        quest.archived_at is None
        and (matching.type is None or quest.type is matching.type)
        and (matching.is_active is None or quest.is_active == matching.is_active)
        and (matching.difficulty is None or quest.difficulty is matching.difficulty)
        and (matching.attribute is None or matching.attribute in quest.attributes)
        and (matching.among is None or quest.id in matching.among)
        and quest.id not in matching.besides
    )


def _value(quest: Quest, sort: QuestSort) -> Any:
    match sort.column:
        case "createdAt":
            return quest.created_at
        case "updatedAt":
            return quest.updated_at
        case "title":
            return quest.title
        case "baseXP":
            return quest.base_xp
        case "deadline":
            return quest.deadline
    raise AssertionError(f"there is no column {sort.column}")


class MemoryQuestHistory:
    """Implements `hunter_core.quests.ports.QuestHistory`."""

    __slots__ = ("_tables",)

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def counts(
        self, hunter_id: HunterId, quest_ids: Collection[QuestId], *, since: date | None
    ) -> Mapping[QuestId, Mapping[date, int]]:
        wanted = frozenset(quest_ids)
        found: dict[QuestId, Counter[date]] = {}
        for completion in self._tables.completions.rows(hunter_id).values():
            if completion.quest_id not in wanted or completion.voided_at is not None:
                continue
            if since is None or completion.local_day >= since:
                found.setdefault(completion.quest_id, Counter())[completion.local_day] += 1
        return found

    def totals(self, hunter_id: HunterId, quest_ids: Collection[QuestId]) -> Mapping[QuestId, int]:
        counts = self.counts(hunter_id, quest_ids, since=None)
        return {quest_id: sum(days.values()) for quest_id, days in counts.items()}


class MemorySkips:
    """Implements `hunter_core.quests.ports.Skips`."""

    __slots__ = ("_locks", "_tables")

    def __init__(self, tables: Tables, locks: Locks) -> None:
        self._tables, self._locks = tables, locks

    def add(self, hunter_id: HunterId, quest_id: QuestId, day: date, *, at: datetime) -> bool:
        if quest_id not in self._tables.quests.rows(hunter_id):
            raise ConstraintViolated(f"There is no quest {quest_id} to skip.")
        if (quest_id, day) in self._tables.skips.rows(hunter_id):
            return False
        self._tables.skips.add((quest_id, day), at, hunter_id)
        return True

    def since(
        self, hunter_id: HunterId, quest_ids: Collection[QuestId], *, since: date | None
    ) -> Mapping[QuestId, AbstractSet[date]]:
        wanted = frozenset(quest_ids)
        found: dict[QuestId, set[date]] = {}
        for quest_id, day in self._tables.skips.rows(hunter_id):
            if quest_id in wanted and (since is None or day >= since):
                found.setdefault(quest_id, set()).add(day)
        return found
