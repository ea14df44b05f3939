"""Completions and unlocks in memory."""

from __future__ import annotations

from collections.abc import Sequence

from hunter_adapters.memory.locks import Locks
from hunter_adapters.memory.tables import ConstraintViolated, Tables
from hunter_core.completions.completion import Completion
from hunter_core.completions.unlock import Unlock
from hunter_core.ids import HunterId, QuestId


class MemoryCompletions:
    """Implements `hunter_core.completions.situation.Completions`."""

    __slots__ = ("_locks", "_tables")

    def __init__(self, tables: Tables, locks: Locks) -> None:
        self._tables, self._locks = tables, locks

    def add(self, completion: Completion) -> None:
        self._locks.need("hunter", completion.hunter_id)
        if completion.quest_id not in self._tables.quests.rows(completion.hunter_id):
            raise ConstraintViolated(f"There is no quest {completion.quest_id} to complete.")
        self._tables.completions.add(completion.id, completion, completion.hunter_id)

    def void(self, completion: Completion) -> None:
        self._locks.need("hunter", completion.hunter_id)
        rows = self._tables.completions.edit(completion.hunter_id)
        rows[completion.id] = completion

    def of_quest(
        self, hunter_id: HunterId, quest_id: QuestId, *, page: int, limit: int
    ) -> tuple[Sequence[Completion], int]:
        standing = [
            completion
            for completion in self._tables.completions.rows(hunter_id).values()
            if completion.quest_id == quest_id and completion.voided_at is None
        ]
        standing.sort(key=lambda completion: (completion.recorded_at, completion.id), reverse=True)
        return standing[(page - 1) * limit : page * limit], len(standing)


class MemoryUnlocks:
    """Implements `hunter_core.completions.situation.Unlocks`."""

    __slots__ = ("_locks", "_tables")

    def __init__(self, tables: Tables, locks: Locks) -> None:
        self._tables, self._locks = tables, locks

    def add(self, unlocks: Sequence[Unlock]) -> None:
        for unlock in unlocks:
            self._locks.need("hunter", unlock.hunter_id)
            if unlock.completion_id not in self._tables.completions.rows(unlock.hunter_id):
                raise ConstraintViolated(
                    f"There is no completion {unlock.completion_id} to have unlocked anything."
                )
            held = {each.achievement_id for each in self.standing(unlock.hunter_id)}
            if unlock.achievement_id in held:
                raise ConstraintViolated(f"The hunter has the achievement {unlock.achievement_id} already.")
            self._tables.unlocks.add(unlock.id, unlock, unlock.hunter_id)

    def take_back(self, unlocks: Sequence[Unlock]) -> None:
        for unlock in unlocks:
            self._locks.need("hunter", unlock.hunter_id)
            self._tables.unlocks.edit(unlock.hunter_id)[unlock.id] = unlock

    def standing(self, hunter_id: HunterId) -> Sequence[Unlock]:
        rows = [each for each in self._tables.unlocks.rows(hunter_id).values() if each.taken_back_at is None]
        return sorted(rows, key=lambda unlock: (unlock.unlocked_at, unlock.id), reverse=True)
