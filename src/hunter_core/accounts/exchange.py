"""Exchanging the code that a browser came back with for a session: once, within a minute (SPEC 5)."""

from __future__ import annotations

import hmac
from datetime import datetime

from hunter_core.accounts.code import CodePurpose, OneTimeCode
from hunter_core.accounts.codes import redeem
from hunter_core.accounts.identity import challenge_of
from hunter_core.accounts.let_in import check_may_come_in, let_in, welcomed
from hunter_core.accounts.rotation import ended
from hunter_core.accounts.second_factor import Asked, ask_for_ticket
from hunter_core.accounts.security_log import SecurityEvent, SecurityEventKind
from hunter_core.accounts.session import NOWHERE, Client, Session
from hunter_core.accounts.sign_in import Gate, SignIn
from hunter_core.errors import CodeInvalid, InvalidCredentials, NotFound
from hunter_core.hunters.me import Me
from hunter_core.ids import SessionId, derived_id
from hunter_core.ports import Store, UnitOfWork
from hunter_core.rules.rulebook import Rulebook


def exchange(
    *,
    store: Store,
    gate: Gate,
    rulebook: Rulebook,
    code: str,
    verifier: str | None,
    now: datetime,
    client: Client = NOWHERE,
) -> SignIn:
    """
    Open a session for whoever brings *code*, and the *verifier* where the attempt began with its challenge.

    A code that comes without the right verifier stays good for whom it belongs to. Under a strict policy one that
    comes again ends the session that it gave. Commits by itself.

    Raises:
        CodeInvalid: If the code or the verifier is not good, or the identity has been unlinked meanwhile.
        Forbidden: If the account has been deactivated meanwhile.
        NotVerified: If its address must be verified first.
        TwoFactorRequired: If the account has a second factor; it carries a ticket.
    """

    def work(uow: UnitOfWork) -> tuple[Me, Session] | Asked | Session:
        again = _came_again(uow, gate, code, verifier, now)
        if again is not None:
            return again
        used = redeem(uow=uow, secrets=gate.codes, purpose=CodePurpose.OAUTH_EXCHANGE, code=code, now=now)
        if used.account_id is None or not _proves(used, verifier):
            raise CodeInvalid
        account = uow.accounts.lock(used.account_id)
        if used.details["identity"] not in {str(each.id) for each in uow.identities.of(account.id)}:
            raise CodeInvalid
        check_may_come_in(account, gate)
        asked = ask_for_ticket(uow=uow, gate=gate, account=account, now=now)
        if not asked.passed:
            return asked
        return let_in(
            uow=uow,
            gate=gate,
            rulebook=rulebook,
            account=account,
            client=client,
            now=now,
            session_id=_session_of(used),
        )

    try:
        done = store.run(work)
        if isinstance(done, Session):
            _record(gate, SecurityEventKind.SESSIONS_REVOKED, now, client, done, reason="its code came again")
            raise CodeInvalid
    except (CodeInvalid, NotFound, InvalidCredentials) as refused:
        _record(gate, SecurityEventKind.CODE_REFUSED, now, client, purpose=CodePurpose.OAUTH_EXCHANGE.value)
        raise CodeInvalid from refused
    if isinstance(done, Asked):
        done.settle(gate=gate, client=client)
        raise CodeInvalid
    me, session = done
    return welcomed(gate=gate, me=me, session=session, client=client, now=now)


def _came_again(
    uow: UnitOfWork, gate: Gate, code: str, verifier: str | None, now: datetime
) -> Session | None:
    """
    End the session that *code* gave before, where the policy says so, and return it (RFC 6749, 4.1.2).

    Whoever has not the verifier ends nothing.
    """
    seen = uow.codes.by_hash(gate.codes.digest(code))
    if seen is None or seen.purpose is not CodePurpose.OAUTH_EXCHANGE or seen.used_at is None:
        return None
    if not gate.policy.ends_on_code_reuse or not _proves(seen, verifier):
        return None
    session = uow.sessions.lock(_session_of(seen))
    if session is None or session.revoked_at is not None:
        return None
    session = ended(session, now=now)
    uow.sessions.save(session)
    return session


def _session_of(code: OneTimeCode) -> SessionId:
    """Return the id of the session that *code* opens: it follows from the code's own."""
    return SessionId(derived_id(code.id, "session"))


def _record(
    gate: Gate,
    kind: SecurityEventKind,
    now: datetime,
    client: Client,
    session: Session | None = None,
    **details: str,
) -> None:
    gate.log.record(
        SecurityEvent(
            kind=kind,
            at=now,
            account_id=None if session is None else session.account_id,
            session_id=None if session is None else session.id,
            client=client,
            details=details,
        )
    )


def _proves(used: OneTimeCode, verifier: str | None) -> bool:
    """Tell whether *verifier* is what the code asks for: the one of its challenge, or none (RFC 9700, 4.8)."""
    challenge = used.details.get("challenge")
    if challenge is None or verifier is None:
        return challenge is None and verifier is None
    return hmac.compare_digest(challenge_of(verifier), challenge)
