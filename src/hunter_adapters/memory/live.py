"""What live sockets ask, in memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hunter_adapters.memory.tables import Tables
from hunter_core.accounts.session import SignedIn
from hunter_core.ids import SessionId
from hunter_core.live.ports import Look, Seen


class MemoryLiveTickets:
    """Implements `hunter_core.live.tickets.LiveTickets`."""

    __slots__ = ("_tables",)

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def add(self, ticket_hash: bytes, session_id: SessionId, *, expires_at: datetime, now: datetime) -> None:
        rows = self._tables.live_tickets.edit()
        for known, (whose, ends) in list(rows.items()):
            if whose == session_id and ends <= now:
                del rows[known]
        self._tables.live_tickets.add(ticket_hash, (session_id, expires_at))

    def use(self, ticket_hash: bytes) -> tuple[SessionId, datetime] | None:
        if ticket_hash not in self._tables.live_tickets.rows():
            return None
        return self._tables.live_tickets.edit().pop(ticket_hash)


class MemoryWatch:
    """Implements `hunter_core.live.ports.Watch`."""

    __slots__ = ("_tables",)

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def look(self, session_ids: Sequence[SessionId]) -> Look:
        found = []
        for each in dict.fromkeys(session_ids):
            session = self._tables.sessions.rows().get(each)
            if session is not None:
                account = self._tables.accounts.rows()[session.account_id]
                last = max(self._tables.outbox.rows(account.id), default=0)
                found.append(Seen(SignedIn.of(session, account), last))
        changed = (hunter.updated_at for hunter in self._tables.hunters.rows().values())
        return Look(found, max(changed, default=None) if found else None)
