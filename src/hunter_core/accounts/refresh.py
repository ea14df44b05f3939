"""Refreshing: a refresh token is changed for a new pair, and a stolen one gives itself away (SPEC 5)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from hunter_core.accounts.rotation import Presented, ended, presented, rotated
from hunter_core.accounts.security_log import SecurityEvent, SecurityEventKind
from hunter_core.accounts.session import NOWHERE, Client, Session, SignedIn
from hunter_core.accounts.sign_in import Gate, TokenPair, tokens_for
from hunter_core.errors import RefreshTokenReused, Unauthenticated
from hunter_core.mail.mail import MailTemplate
from hunter_core.mail.post import post
from hunter_core.ports import UnitOfWork

NOT_GOOD = "This refresh token is not good, or its session is over. Sign in again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Reused:
    """
    A token came back after its grace: the session was ended in this transaction, and its owner gets a mail.

    Commit, then record, then raise.
    """

    session: Session
    event: SecurityEvent

    def refusal(self) -> RefreshTokenReused:
        """Return what the client is told."""
        return RefreshTokenReused(
            "This refresh token was used before, so its session has been ended. Sign in again."
        )


def refresh(
    *, uow: UnitOfWork, gate: Gate, refresh_token: str, now: datetime, client: Client = NOWHERE
) -> TokenPair | Reused:
    """
    Return a new pair for *refresh_token*, or `Reused`. The caller commits in either case.

    The session is locked, and whatever is decided on is read after it. Any number of refreshes with one
    token within its grace get the same successor, also when that one was used meanwhile.

    Raises:
        Unauthenticated: If the token was never issued, its session is over, or its account is not active.
    """
    session_id = gate.refresh.session_id(refresh_token)
    session = None if session_id is None else uow.sessions.lock(session_id)
    if session is None:
        raise Unauthenticated(NOT_GOOD)
    generation = gate.refresh.generation(refresh_token, session)
    signed_in = uow.sessions.check(session.id)
    if generation is None or signed_in is None or not signed_in.is_active:
        raise Unauthenticated(NOT_GOOD)
    match presented(session, generation, now, gate.policy):
        case Presented.OVER:
            raise Unauthenticated(NOT_GOOD)
        case Presented.REUSED:
            return _reused(uow, session, signed_in, now=now, client=client)
        case Presented.CURRENT:
            session = rotated(session, now=now, address=client.address, policy=gate.policy)
            uow.sessions.save(session)
        case Presented.REPEATED:
            session = replace(session, generation=generation + 1)
    return tokens_for(gate, session, signed_in, now)


def _reused(
    uow: UnitOfWork, session: Session, signed_in: SignedIn, *, now: datetime, client: Client
) -> Reused:
    session = ended(session, now=now)
    uow.sessions.save(session)
    post(
        uow=uow,
        template=MailTemplate.SESSION_REVOKED,
        to=signed_in.email,
        account_id=signed_in.account_id,
        now=now,
        details={"device": session.device or ""},
    )
    event = SecurityEvent(
        kind=SecurityEventKind.REFRESH_TOKEN_REUSED,
        at=now,
        account_id=signed_in.account_id,
        session_id=session.id,
        client=client,
    )
    return Reused(session=session, event=event)
