"""
Tickets: what lets a socket in. Good once, for a moment, for one session (SPEC 4, Live).

A browser cannot give a socket a header, and what stands in an address ends up in logs; so it is not the token
that stands there.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from hunter_core.accounts.authenticate import NOT_SIGNED_IN
from hunter_core.accounts.session import SignedIn
from hunter_core.errors import Unauthenticated
from hunter_core.ids import SessionId
from hunter_core.ports import Store, UnitOfWork

TICKET_LASTS = timedelta(seconds=45)
"""How long a ticket is good."""

_RANDOM_BYTES = 32
_FORM = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


class LiveTickets(Protocol):
    """Keeps tickets, by their hash."""

    def add(self, ticket_hash: bytes, session_id: SessionId, *, expires_at: datetime, now: datetime) -> None:
        """Keep a new ticket of a session; its tickets that are too old at *now* are forgotten."""
        ...

    def use(self, ticket_hash: bytes) -> tuple[SessionId, datetime] | None:
        """Take the ticket away; return its session and its end, None where there is none, or somebody else took it."""
        ...


class Ticket(NamedTuple):
    """A ticket as it is handed out: `after` is the hunter's last number at this moment."""

    secret: str
    expires_at: datetime
    after: int


class Admitted(NamedTuple):
    """Who a ticket let in, and their hunter's last number at that moment."""

    signed_in: SignedIn
    last_seq: int


def issue_ticket(*, uow: UnitOfWork, signed_in: SignedIn, now: datetime) -> Ticket:
    """Return a new ticket for the session."""
    secret = secrets.token_urlsafe(_RANDOM_BYTES)
    expires_at = now + TICKET_LASTS
    uow.live_tickets.add(_digest(secret), signed_in.session_id, expires_at=expires_at, now=now)
    return Ticket(secret, expires_at, uow.outbox.last_seq(signed_in.account_id))


def use_ticket(*, store: Store, ticket: str, now: datetime) -> Admitted:
    """
    Use *ticket* up, and return whom it lets in. Commits by itself.

    Raises:
        Unauthenticated: If it is none, was used, is too old, or its session has ended: the same words for all.
        StoreUnavailable: If the store cannot be asked; then the ticket may still be good.
    """
    if not _FORM.fullmatch(ticket):
        raise Unauthenticated(NOT_SIGNED_IN)

    def work(uow: UnitOfWork) -> Admitted | None:
        found = uow.live_tickets.use(_digest(ticket))
        if found is None or now >= found[1]:
            return None
        signed_in = uow.sessions.check(found[0])
        if signed_in is None or not signed_in.stands(now):
            return None
        return Admitted(signed_in, uow.outbox.last_seq(signed_in.account_id))

    admitted = store.run(work)
    if admitted is None:
        raise Unauthenticated(NOT_SIGNED_IN)
    return admitted


def _digest(secret: str) -> bytes:
    # 256 random bits need neither salt nor pepper.
    return hashlib.sha256(secret.encode()).digest()
