"""Hunters in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from hunter_adapters.memory.locks import Locks
from hunter_adapters.memory.scores import MemoryScores
from hunter_adapters.memory.tables import ConstraintViolated, Tables
from hunter_core.accounts.names import name_key
from hunter_core.errors import HunterNameTaken, NotFound
from hunter_core.hunters.hunter import Hunter
from hunter_core.ids import HunterId
from hunter_core.leaderboard.order import Score
from hunter_core.leaderboard.windows import ALL_TIME


class MemoryHunters:
    """Implements `hunter_core.hunters.ports.Hunters`."""

    __slots__ = ("_locks", "_tables")

    def __init__(self, tables: Tables, locks: Locks) -> None:
        self._tables, self._locks = tables, locks

    def add(self, hunter: Hunter) -> None:
        if hunter.id not in self._tables.accounts.rows():
            raise ConstraintViolated(f"There is no account {hunter.id} for the hunter.")
        self._check_name(hunter)
        self._tables.hunters.add(hunter.id, hunter)
        self._locks.take("hunter", hunter.id)
        MemoryScores(self._tables, self._locks).save(
            hunter.id, [Score(ALL_TIME, hunter.total_xp, hunter.xp_reached_at)]
        )

    def lock(self, hunter_id: HunterId) -> Hunter:
        hunter = self.get(hunter_id)
        self._locks.take("hunter", hunter_id)
        return hunter

    def lock_all(self, hunter_ids: Iterable[HunterId]) -> Sequence[Hunter]:
        there = self._tables.hunters.rows()
        return [self.lock(each) for each in sorted(set(hunter_ids)) if each in there]

    def get(self, hunter_id: HunterId) -> Hunter:
        hunter = self._tables.hunters.rows().get(hunter_id)
        if hunter is None:
            raise NotFound("hunter", hunter_id)
        return hunter

    def get_all(self, hunter_ids: Iterable[HunterId]) -> Mapping[HunterId, Hunter]:
        there = self._tables.hunters.rows()
        return {each: there[each] for each in hunter_ids if each in there}

    def by_name(self, name: str) -> Hunter:
        wanted = name_key(name)
        for hunter in self._tables.hunters.rows().values():
            if name_key(hunter.name) == wanted:
                return hunter
        raise NotFound("hunter", name)

    def save(self, hunter: Hunter) -> None:
        self._locks.need("hunter", hunter.id)
        if self.get(hunter.id).name != hunter.name:
            self._check_name(hunter)
        self._tables.hunters.edit()[hunter.id] = hunter

    def _check_name(self, hunter: Hunter) -> None:
        wanted = name_key(hunter.name)
        for other in self._tables.hunters.rows().values():
            if other.id != hunter.id and name_key(other.name) == wanted:
                raise HunterNameTaken(f"The hunter name {hunter.name} is taken.")
