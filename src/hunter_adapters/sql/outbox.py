"""Keeps what the world is told, until it was told."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from hunter_adapters.sql.rows import EVENT, event_of, event_row
from hunter_adapters.sql.statements import Insert, Statement, number, param
from hunter_adapters.sql.tables import outbox
from hunter_adapters.sql.transaction import Transaction
from hunter_core.events import OutboxEvent
from hunter_core.ids import HunterId

_ADD = Insert(outbox, EVENT)
_LAST = Statement(
    select(func.coalesce(func.max(outbox.c.seq), 0)).where(
        outbox.c.hunter_id == param("hunter_id", outbox.c.hunter_id)
    )
)
_SINCE = Statement(
    select(*(outbox.c[name] for name in EVENT))
    .where(
        outbox.c.hunter_id == param("hunter_id", outbox.c.hunter_id),
        outbox.c.seq >= param("since", outbox.c.seq),
    )
    .order_by(outbox.c.seq)
    .limit(number("most")),
    alone=True,
)


class SqlOutbox:
    """Keeps events in a table."""

    __slots__ = ("_sql",)

    def __init__(self, transaction: Transaction) -> None:
        self._sql = transaction

    def add(self, events: Sequence[OutboxEvent]) -> None:
        self._sql.insert(_ADD, [event_row(event) for event in events])
        self._sql.events_added |= bool(events)

    def last_seq(self, hunter_id: HunterId) -> int:
        last: int = self._sql.value(_LAST, hunter_id=hunter_id)
        return last

    def since(self, hunter_id: HunterId, seq: int, limit: int) -> Sequence[OutboxEvent]:
        rows = self._sql.rows(_SINCE, hunter_id=hunter_id, since=seq, most=limit)
        return [event_of(row) for row in rows]
