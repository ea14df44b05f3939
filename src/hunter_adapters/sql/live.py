"""What live sockets ask of the database: tickets, and one look for all sockets of a process."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import any_, bindparam, delete, func, select
from sqlalchemy.dialects import postgresql

from hunter_adapters.sql.sessions import SIGNED_IN, signed_in_of
from hunter_adapters.sql.statements import Insert, Statement, columns_of, padded, param
from hunter_adapters.sql.tables import accounts, hunters, live_tickets, outbox, sessions
from hunter_adapters.sql.transaction import Transaction
from hunter_core.ids import SessionId
from hunter_core.live.ports import Look, Seen

_ADD = Insert(live_tickets, columns_of(live_tickets))
_FORGET = Statement(
    delete(live_tickets).where(
        live_tickets.c.session_id == param("session_id", live_tickets.c.session_id),
        live_tickets.c.expires_at <= param("now", live_tickets.c.expires_at),
    )
)
_USE = Statement(
    delete(live_tickets)
    .where(live_tickets.c.ticket_hash == param("ticket_hash", live_tickets.c.ticket_hash))
    .returning(live_tickets.c.session_id, live_tickets.c.expires_at)
)


class SqlLiveTickets:
    """Keeps tickets in a table."""

    __slots__ = ("_sql",)

    def __init__(self, transaction: Transaction) -> None:
        self._sql = transaction

    def add(self, ticket_hash: bytes, session_id: SessionId, *, expires_at: datetime, now: datetime) -> None:
        self._sql.do(_FORGET, session_id=session_id, now=now)
        self._sql.insert(_ADD, [(ticket_hash, session_id, expires_at)])

    def use(self, ticket_hash: bytes) -> tuple[SessionId, datetime] | None:
        row = self._sql.row(_USE, ticket_hash=ticket_hash)
        return None if row is None else (row[0], row[1])


@lru_cache(maxsize=16)
def _look(count: int) -> Statement:
    """Return the look at *count* sessions; at any number of them, as an array, where it is 0."""
    last = select(func.max(outbox.c.seq)).where(outbox.c.hunter_id == sessions.c.account_id).scalar_subquery()
    # The end of an index, asked once for all rows.
    changed_at = select(func.max(hunters.c.updated_at)).scalar_subquery()
    these: Any = any_(bindparam("ids", type_=postgresql.ARRAY(postgresql.UUID())))
    if count:
        named = sessions.c.id.in_([param(f"id_{place}", sessions.c.id) for place in range(count)])
    else:
        named = sessions.c.id == these
    return Statement(
        select(*SIGNED_IN, func.coalesce(last, 0), changed_at)
        .join(accounts, accounts.c.id == sessions.c.account_id)
        .where(named),
        alone=True,
    )


class SqlWatch:
    """Implements `hunter_core.live.ports.Watch`."""

    __slots__ = ("_sql",)

    def __init__(self, transaction: Transaction) -> None:
        self._sql = transaction

    def look(self, session_ids: Sequence[SessionId]) -> Look:
        if not session_ids:
            return Look([], None)
        if self._sql.database_name == "postgresql":
            rows = self._sql.rows(_look(0), ids=list(session_ids))
        else:
            ids = padded(session_ids)
            rows = self._sql.rows(_look(len(ids)), **{f"id_{n}": each for n, each in enumerate(ids)})
        return Look([Seen(signed_in_of(row), row[-2]) for row in rows], rows[0][-1] if rows else None)
