"""The events that wait for the relay, in memory: the store's writer lock is everybody's turn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from hunter_adapters.memory.locks import Locks
from hunter_adapters.memory.tables import Tables
from hunter_core.events import OutboxEvent
from hunter_core.ids import HunterId
from hunter_core.relay.ports import Cursor, Lag, Waiting


class MemoryBacklog:
    """Implements `hunter_core.relay.ports.Backlog`."""

    __slots__ = ("_locks", "_tables")

    def __init__(self, tables: Tables, locks: Locks) -> None:
        self._tables, self._locks = tables, locks

    def is_any(self) -> bool:
        return any(each.parked_at is None for each in self._all())

    def take(
        self, now: datetime, *, hunters: int, events: int, only: HunterId | None = None
    ) -> Sequence[Waiting]:
        found = [each for each in self._all() if each.parked_at is None]
        heads: dict[HunterId, Waiting] = {}
        for each in sorted(found, key=lambda each: each.event.seq, reverse=True):
            heads[each.event.hunter_id] = each
        due = [each for each in heads.values() if each.try_at is None or each.try_at <= now]
        due.sort(key=lambda each: (each.event.at, each.event.hunter_id, each.event.seq))
        taken = [each.event.hunter_id for each in due if only in (None, each.event.hunter_id)][:hunters]
        for hunter_id in taken:
            self._locks.take("turn", hunter_id)
        theirs = [each for each in found if each.event.hunter_id in taken]
        return sorted(theirs, key=lambda each: (each.event.hunter_id, each.event.seq))[:events]

    def relayed(self, events: Sequence[OutboxEvent], at: datetime) -> None:
        for event in events:
            self._locks.need("turn", event.hunter_id)
            self._tables.waiting.edit(event.hunter_id).pop(event.seq, None)
            self._tables.relayed.edit(event.hunter_id)[event.seq] = at

    def save(self, waiting: Waiting) -> None:
        self._locks.need("turn", waiting.event.hunter_id)
        self._tables.waiting.edit(waiting.event.hunter_id)[waiting.event.seq] = waiting

    def parked(self, limit: int) -> Sequence[Waiting]:
        found = [(each.parked_at, each) for each in self._all() if each.parked_at is not None]
        found.sort(key=lambda pair: (-pair[0].timestamp(), pair[1].event.hunter_id, pair[1].event.seq))
        return [each for _, each in found[:limit]]

    def retry(self, hunter_id: HunterId | None = None, seq: int | None = None) -> int:
        found = [
            each.event
            for each in self._all()
            if each.parked_at is not None
            and hunter_id in (None, each.event.hunter_id)
            and seq in (None, each.event.seq)
        ]
        for event in found:
            self._tables.waiting.edit(event.hunter_id)[event.seq] = Waiting(event=event)
        return len(found)

    def lag(self) -> Lag:
        pending = [each.event.at for each in self._all() if each.parked_at is None]
        return Lag(len(pending), min(pending, default=None), len(list(self._all())) - len(pending))

    def purge(self, *, before: datetime, after: Cursor | None, limit: int) -> tuple[int, Cursor | None]:
        found = sorted(
            Cursor(at, hunter_id, seq)
            for hunter_id in self._tables.hunters.rows()
            for seq, at in self._tables.relayed.rows(hunter_id).items()
            if at < before
        )
        rows = [each for each in found if after is None or each > after][:limit]
        gone = [each for each in rows if each.seq < max(self._tables.outbox.rows(each.hunter_id))]
        for each in gone:
            del self._tables.outbox.edit(each.hunter_id)[each.seq]
            del self._tables.relayed.edit(each.hunter_id)[each.seq]
        return len(gone), rows[-1] if len(rows) == limit else None

    def _all(self) -> Iterable[Waiting]:
        for hunter_id in self._tables.hunters.rows():
            yield from self._tables.waiting.rows(hunter_id).values()
