"""Somebody looks at their sessions, and ends some of them (issue 4, 2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hunter_core.accounts.policy import AuthPolicy
from hunter_core.accounts.rotation import ended
from hunter_core.accounts.session import Session
from hunter_core.errors import NotFound
from hunter_core.ids import AccountId, SessionId
from hunter_core.ports import UnitOfWork


def sessions(
    *, uow: UnitOfWork, policy: AuthPolicy, account_id: AccountId, now: datetime
) -> Sequence[Session]:
    """Return the account's sessions that may still be used, the newest first; at most `policy.MOST_SESSIONS`."""
    return [each for each in uow.sessions.of_account(account_id) if each.is_alive(now, policy.session_idles)]


def end_session(*, uow: UnitOfWork, account_id: AccountId, session_id: SessionId, now: datetime) -> None:
    """
    End one session of the account. The caller commits.

    Raises:
        NotFound: If the account has no such session, or it is over already.
    """
    session = uow.sessions.lock(session_id)
    if session is None or session.account_id != account_id or not session.is_open(now):
        raise NotFound("session", session_id)
    uow.sessions.save(ended(session, now=now))


def end_others(*, uow: UnitOfWork, account_id: AccountId, keep: SessionId, now: datetime) -> int:
    """
    End every session of the account but *keep*, and return how many were running. The caller commits.

    The account is locked, so that no sign-in under way slips through.

    Raises:
        NotFound: If there is no such account.
    """
    uow.accounts.lock(account_id)
    return uow.sessions.end_all(account_id, at=now, keep=keep)
