"""
Ways out of an account: webhooks and push targets go on telling when the session that added them has ended.

So whoever adds one has a session that still stands, the owner is told by mail, and the security log says so.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from hunter_core.accounts.account import Account
from hunter_core.accounts.authenticate import lock_caller
from hunter_core.accounts.security_log import SecurityEvent, SecurityEventKind
from hunter_core.accounts.session import Client, SignedIn
from hunter_core.accounts.sign_in import Gate
from hunter_core.ports import UnitOfWork


def lock_owner(*, uow: UnitOfWork, signed_in: SignedIn, now: datetime) -> Account:
    """
    Lock the hunter, then the account of who is *signed_in*, and return the account (SPEC 7: the hunter first).

    Raises:
        NotFound: If there is no such hunter any more.
        Unauthenticated: If the session has ended meanwhile.
    """
    uow.hunters.lock(signed_in.account_id)
    return lock_caller(uow=uow, signed_in=signed_in, now=now)


def record(
    *,
    gate: Gate,
    kind: SecurityEventKind,
    signed_in: SignedIn,
    way_id: UUID,
    now: datetime,
    client: Client,
    target: str | None = None,
) -> None:
    """
    Write to the security log, after the commit, what became of a way out.

    *target* is what may be shown of where it leads.
    """
    details = {"id": str(way_id)} if target is None else {"id": str(way_id), "target": target}
    gate.log.record(
        SecurityEvent(
            kind=kind,
            at=now,
            account_id=signed_in.account_id,
            session_id=signed_in.session_id,
            client=client,
            details=details,
        )
    )
