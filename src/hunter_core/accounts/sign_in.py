"""Opening a session: what registration, login and later providers end with (SPEC 5)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime

from hunter_core.accounts.account import Account
from hunter_core.accounts.codes import CodeSecrets
from hunter_core.accounts.passwords import BlockList
from hunter_core.accounts.policy import MOST_SESSIONS, AuthPolicy
from hunter_core.accounts.secrets import AccessTokens, PasswordHasher, RefreshTokens, Subjects, Totp, Vault
from hunter_core.accounts.security_log import SecurityLog
from hunter_core.accounts.session import Client, Session, SignedIn
from hunter_core.hunters.me import Me
from hunter_core.ids import SessionId, new_id
from hunter_core.ports import UnitOfWork

SALT_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What it takes to let somebody in: the policy, and those who keep the secrets."""

    policy: AuthPolicy
    passwords: PasswordHasher
    common: BlockList
    access: AccessTokens
    refresh: RefreshTokens
    codes: CodeSecrets
    subjects: Subjects
    totp: Totp
    vault: Vault
    log: SecurityLog


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPair:
    """What a client holds of a session. Neither is stored."""

    token: str
    refresh_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """Somebody came in: who it is, and the tokens of the new session."""

    me: Me
    session: Session
    tokens: TokenPair


def open_session(
    *,
    uow: UnitOfWork,
    account: Account,
    policy: AuthPolicy,
    client: Client,
    now: datetime,
    session_id: SessionId | None = None,
) -> Session:
    """
    Add a session of *account*, which is new or locked; a session too many ends the oldest.

    It gets *session_id* where what it was opened by must find it again.
    """
    session = Session(
        id=session_id or SessionId(new_id(now)),
        account_id=account.id,
        generation=0,
        salt=os.urandom(SALT_BYTES),
        rotated_at=now,
        created_at=now,
        expires_at=now + policy.session_lasts,
        last_used_at=now,
        device=client.device,
        address=client.address,
        authenticated_at=now,
    )
    uow.sessions.add(session)
    uow.sessions.end_oldest(account.id, at=now, leave=MOST_SESSIONS)
    return session


def tokens_for(gate: Gate, session: Session, signed_in: SignedIn, now: datetime) -> TokenPair:
    """Return the tokens of *session* as it is now: a new access token, the generation's refresh token."""
    return TokenPair(token=gate.access.issue(signed_in, now=now), refresh_token=gate.refresh.issue(session))
