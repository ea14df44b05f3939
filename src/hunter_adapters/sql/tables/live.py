"""Live sockets: the tickets that let them in (SPEC 4, Live)."""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary, Table

from hunter_adapters.sql.tables.base import instant, metadata, owner

live_tickets = Table(
    "live_tickets",
    metadata,
    # SHA-256 of the ticket. Whoever uses it deletes it, so it is good once.
    Column("ticket_hash", LargeBinary(32), primary_key=True),
    # It goes with its session.
    owner("sessions", "session_id"),
    instant("expires_at"),
)
Index(None, live_tickets.c.session_id)
Index(None, live_tickets.c.expires_at)
