"""A new proof makes a new session and ends the one before, so that old tokens gain nothing by it (ASVS 5.0, 7.2.4)."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime

from hunter_core.accounts.authenticate import authenticate
from hunter_core.accounts.logout import logout
from hunter_core.accounts.rotation import ended
from hunter_core.accounts.security_log import SecurityEvent, SecurityEventKind
from hunter_core.accounts.session import Client, Session, SignedIn
from hunter_core.accounts.sign_in import SALT_BYTES, Gate, TokenPair, tokens_for
from hunter_core.accounts.step_up import OVER
from hunter_core.errors import Unauthenticated
from hunter_core.ids import SessionId, new_id
from hunter_core.ports import Store, UnitOfWork


def renew(*, store: Store, gate: Gate, signed_in: SignedIn, now: datetime) -> TokenPair | None:
    """
    Put a new session in the place of the one of *signed_in*, which has just proved itself; return its tokens.

    It has the same device, the same proofs and the same end. None where the policy leaves sessions as they are.
    Commits by itself.

    Raises:
        Unauthenticated: If the session has ended meanwhile.
    """
    if not gate.policy.renews_sessions:
        return None

    def work(uow: UnitOfWork) -> tuple[Session, SignedIn]:
        account = uow.accounts.lock(signed_in.account_id)
        before = uow.sessions.lock(signed_in.session_id)
        if before is None or not before.is_open(now):
            raise Unauthenticated(OVER)
        after = replace(
            before,
            id=SessionId(new_id(now)),
            generation=0,
            salt=os.urandom(SALT_BYTES),
            rotated_at=now,
            earlier=(),
            created_at=now,
            last_used_at=now,
        )
        uow.sessions.save(ended(before, now=now))
        uow.sessions.add(after)
        return after, SignedIn.of(after, account)

    session, renewed = store.run(work)
    return tokens_for(gate, session, renewed, now)


def leave_behind(*, store: Store, gate: Gate, token: str, now: datetime, client: Client) -> None:
    """
    End the session of the access *token* that a client still held when it signed in anew, if it is good.

    Nothing where the policy leaves sessions as they are. Commits by itself.
    """
    if not gate.policy.renews_sessions or not token:
        return
    try:
        with store.read() as uow:
            held = authenticate(sessions=uow.sessions, tokens=gate.access, token=token, now=now)
    except Unauthenticated:
        return
    store.run(lambda uow: logout(uow=uow, session_id=held.session_id, now=now))
    gate.log.record(
        SecurityEvent(
            kind=SecurityEventKind.SIGNED_OUT,
            at=now,
            account_id=held.account_id,
            session_id=held.session_id,
            client=client,
            details={"reason": "SIGNED_IN_ANEW"},
        )
    )
