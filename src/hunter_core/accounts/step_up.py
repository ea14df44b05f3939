"""Stepping up: what could lose somebody their account needs a fresh proof, not only an open session (issue 4, 7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from hunter_core.accounts.passwords import normalised
from hunter_core.accounts.security_log import SecurityEvent, SecurityEventKind
from hunter_core.accounts.session import NOWHERE, Client, SignedIn
from hunter_core.accounts.sign_in import Gate
from hunter_core.errors import InvalidCredentials, StepUpRequired, Unauthenticated
from hunter_core.ports import Store

FRESH = timedelta(minutes=5)
"""How long a proof is fresh."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proofs:
    """What a request brings to prove who sends it; nothing where the session may be fresh enough."""

    password: str | None = None

    def __repr__(self) -> str:
        """Leave the secrets out, for logs and tracebacks."""
        return "Proofs()"


def step_up(
    *, store: Store, gate: Gate, signed_in: SignedIn, proofs: Proofs, now: datetime, client: Client = NOWHERE
) -> None:
    """
    Make sure that whoever is *signed_in* proves it afresh: by the password, or by a session just opened.

    Done before the transaction of the act, because a password takes a while to check.

    Raises:
        InvalidInput: If the password has a form that none can have.
        InvalidCredentials: If the password is wrong.
        StepUpRequired: If there is no proof, and the session's is not fresh.
        TooBusy: If too many passwords are being hashed already.
    """
    with store.read() as uow:
        session = uow.sessions.get(signed_in.session_id)
        account = uow.accounts.get(signed_in.account_id)
    if session is None:
        raise Unauthenticated("The session is over. Sign in again.")
    if proofs.password is not None:
        form = normalised(proofs.password)
        if not gate.passwords.matches(form, account.password_hash):
            gate.log.record(
                SecurityEvent(
                    kind=SecurityEventKind.STEP_UP_FAILED,
                    at=now,
                    account_id=account.id,
                    session_id=session.id,
                    client=client,
                )
            )
            raise InvalidCredentials
    elif now >= session.authenticated_at + FRESH:
        raise StepUpRequired(
            "Send your password with this request, or sign in again: it needs a fresh proof."
        )
