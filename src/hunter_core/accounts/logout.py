"""Signing out: of this session, or of all of them."""

from __future__ import annotations

from datetime import datetime

from hunter_core.accounts.rotation import ended
from hunter_core.ids import AccountId, SessionId
from hunter_core.ports import UnitOfWork


def logout(*, uow: UnitOfWork, session_id: SessionId, now: datetime) -> None:
    """End a session; one that has ended stays as it is. The caller commits."""
    session = uow.sessions.lock(session_id)
    if session is not None and session.revoked_at is None:
        uow.sessions.save(ended(session, now=now))


def logout_all(*, uow: UnitOfWork, account_id: AccountId, now: datetime) -> int:
    """
    End every session of an account, and return how many were running. The caller commits.

    The account is locked, so that no sign-in under way slips through.

    Raises:
        NotFound: If there is no such account.
    """
    uow.accounts.lock(account_id)
    return uow.sessions.end_all(account_id, at=now)
