"""Stepping up: what could lose somebody their account needs a fresh proof, not only an open session (issue 4, 7)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hunter_core.accounts.account import Account
from hunter_core.accounts.attempts import Subject, count_check
from hunter_core.accounts.passwords import normalised
from hunter_core.accounts.second_factor import Asked, second_factor
from hunter_core.accounts.security_log import SecurityEvent, SecurityEventKind
from hunter_core.accounts.session import NOWHERE, Client, Session, SignedIn
from hunter_core.accounts.sign_in import Gate
from hunter_core.accounts.two_factor import Way
from hunter_core.errors import InvalidCredentials, StepUpRequired, Unauthenticated
from hunter_core.ports import Store, UnitOfWork

FRESH = timedelta(minutes=5)
"""How long a proof is fresh."""

OVER = "The session is over. Sign in again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Proofs:
    """
    What a request brings to prove who sends it; nothing where the session may be fresh enough.

    Attributes:
        code: Of the app, or a recovery code; not looked at where the account has no second factor.
        password_field: What the request calls the password.
        by_password: Whether a fresh sign-in is not enough where there is a password: the act would keep even
            its owner out, and whoever stole a fresh session has no password.
    """

    password: str | None = None
    code: str | None = None
    password_field: str = "password"  # noqa: S105 - the name of a field
    by_password: bool = False

    def __repr__(self) -> str:
        """Leave the secrets out, for logs and tracebacks."""
        return "Proofs()"


def step_up(
    *,
    store: Store,
    gate: Gate,
    signed_in: SignedIn,
    proofs: Proofs,
    now: datetime,
    client: Client = NOWHERE,
    keep: bool = False,
) -> datetime:
    """
    Make sure that whoever is *signed_in* proves it afresh; return until when the session's proofs are fresh.

    It takes the password, or a sign-in not older than `FRESH`; and with a second factor its code, or one given
    to this session within `FRESH` after its sign-in, which does not count for it. An account without a password
    proves itself by the code alone. With *keep* what is proved holds for the requests of the next `FRESH`, too.

    Done before the transaction of the act, because a password takes a while to check. Commits by itself.

    Raises:
        Unauthenticated: If the session has ended meanwhile.
        StepUpRequired: If a proof is missing; nothing was checked, and no code is spent.
        InvalidInput: If the password has a form that none can have.
        RateLimitExceeded: If there were too many wrong passwords or codes.
        InvalidCredentials: If the password is wrong.
        SecondFactorWrong: If the code is.
        TooBusy: If too many passwords are being hashed already.
    """
    with store.read() as uow:
        session = uow.sessions.get(signed_in.session_id)
        account = uow.accounts.get(signed_in.account_id)
        factor = uow.two_factors.get(account.id)
    if session is None:
        raise Unauthenticated(OVER)
    has_password, has_factor = account.password_hash is not None, factor is not None and factor.is_on
    _refuse_what_is_missing(session, proofs, has_password=has_password, has_factor=has_factor, now=now)
    if proofs.password is not None:
        _check_password(store, gate, session, account, proofs.password, proofs.password_field, now, client)
    code = proofs.code if has_factor else None
    if code is None and (proofs.password is None or not keep):
        return _fresh_until(session, has_password=has_password, has_factor=has_factor)

    def prove(uow: UnitOfWork) -> tuple[Asked | None, Session]:
        locked = uow.accounts.lock(account.id)
        asked = None
        if code is not None:
            asked = second_factor(uow=uow, gate=gate, account=locked, code=code, way=Way.SESSION, now=now)
        proved = session
        if keep and (asked is None or asked.passed):
            proved = _kept(uow, session, proofs, now)
        return asked, proved

    asked, proved = store.run(prove)
    if asked is not None:
        asked.settle(gate=gate, client=client, session_id=session.id)
    _record(gate, SecurityEventKind.STEPPED_UP, session, now, client)
    return _fresh_until(proved, has_password=has_password, has_factor=has_factor)


def _kept(uow: UnitOfWork, session: Session, proofs: Proofs, now: datetime) -> Session:
    """Keep on the session what was proved, and return it."""
    found = uow.sessions.lock(session.id)
    if found is None or not found.is_open(now):
        raise Unauthenticated(OVER)
    proved = replace(
        found,
        authenticated_at=found.authenticated_at if proofs.password is None else now,
        stepped_up_at=found.stepped_up_at if proofs.code is None else now,
    )
    uow.sessions.save(proved)
    return proved


def _refuse_what_is_missing(
    session: Session, proofs: Proofs, *, has_password: bool, has_factor: bool, now: datetime
) -> None:
    needs = []
    is_fresh = now < session.authenticated_at + FRESH and not (proofs.by_password and has_password)
    if proofs.password is None and not is_fresh and (has_password or not has_factor):
        if not has_password:
            raise StepUpRequired
        needs.append(proofs.password_field)
    if has_factor and proofs.code is None and not _is_stepped_up(session, now):
        needs.append("code")
    if needs:
        raise StepUpRequired(*needs)


def _is_stepped_up(session: Session, now: datetime) -> bool:
    return session.stepped_up_at is not None and now < session.stepped_up_at + FRESH


def _fresh_until(session: Session, *, has_password: bool, has_factor: bool) -> datetime:
    """Return the moment up to which nothing need be proved again."""
    moments = [session.authenticated_at] if has_password or not has_factor else []
    if has_factor and session.stepped_up_at is not None:
        moments.append(session.stepped_up_at)
    return min(moments, default=session.authenticated_at) + FRESH


def _check_password(
    store: Store,
    gate: Gate,
    session: Session,
    account: Account,
    password: str,
    field: str,
    now: datetime,
    client: Client,
) -> None:
    form = normalised(password, field)
    count_check(
        store=store, gate=gate, subject=Subject.of_session(session.id, account.id), now=now, client=client
    )
    if not gate.passwords.matches(form, account.password_hash):
        _record(gate, SecurityEventKind.STEP_UP_FAILED, session, now, client)
        raise InvalidCredentials


def _record(gate: Gate, kind: SecurityEventKind, session: Session, now: datetime, client: Client) -> None:
    gate.log.record(
        SecurityEvent(kind=kind, at=now, account_id=session.account_id, session_id=session.id, client=client)
    )
