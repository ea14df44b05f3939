"""The outbox in memory."""

from __future__ import annotations

from collections.abc import Sequence

from hunter_adapters.memory.locks import Locks
from hunter_adapters.memory.tables import Tables
from hunter_core.events import OutboxEvent
from hunter_core.ids import HunterId
from hunter_core.relay.ports import Waiting


class MemoryOutbox:
    """Implements `hunter_core.events.Outbox`."""

    __slots__ = ("_locks", "_tables", "added")

    def __init__(self, tables: Tables, locks: Locks) -> None:
        self._tables, self._locks = tables, locks
        self.added = False

    def add(self, events: Sequence[OutboxEvent]) -> None:
        for event in events:
            self._locks.need("hunter", event.hunter_id)
            self._tables.outbox.add(event.seq, event, event.hunter_id)
            self._tables.waiting.add(event.seq, Waiting(event=event), event.hunter_id)
            self.added = True

    def last_seq(self, hunter_id: HunterId) -> int:
        return max(self._tables.outbox.rows(hunter_id), default=0)

    def since(self, hunter_id: HunterId, seq: int, limit: int) -> Sequence[OutboxEvent]:
        return [event for event in self.of(hunter_id) if event.seq >= seq][:limit]

    def of(self, hunter_id: HunterId) -> list[OutboxEvent]:
        """Return a hunter's events by `seq`; nothing in the core asks for this, tests and demos do."""
        rows = self._tables.outbox.rows(hunter_id)
        return [rows[seq] for seq in sorted(rows)]
