"""Turning two-factor on, in two steps, and off; and a new set of recovery codes (issue 4, 7)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from hunter_core.accounts.account import Account
from hunter_core.accounts.authenticate import lock_caller
from hunter_core.accounts.code import CodePurpose
from hunter_core.accounts.recovery_codes import new_recovery_codes, stored, typed
from hunter_core.accounts.second_factor import Asked, Came, app_code_step
from hunter_core.accounts.security_log import SecurityEvent, SecurityEventKind
from hunter_core.accounts.session import NOWHERE, Client, SignedIn
from hunter_core.accounts.sign_in import Gate
from hunter_core.accounts.two_factor import TwoFactor, Way
from hunter_core.errors import NotVerified, TwoFactorAlreadyOn, TwoFactorNotOn
from hunter_core.ids import AccountId
from hunter_core.mail.mail import MailTemplate
from hunter_core.mail.post import post
from hunter_core.ports import Store, UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSecret:
    """What an app is told, once; stored it is sealed."""

    secret: str
    uri: str

    def __repr__(self) -> str:
        """Leave the secret out, for logs and tracebacks."""
        return "NewSecret()"


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoFactorState:
    """What an owner sees of the second factor."""

    since: datetime | None
    recovery_codes_left: int


def two_factor_state(*, uow: UnitOfWork, account_id: AccountId) -> TwoFactorState:
    """Return whether two-factor is on, since when, and how many recovery codes are left."""
    factor = uow.two_factors.get(account_id)
    if factor is None or factor.confirmed_at is None:
        return TwoFactorState(since=None, recovery_codes_left=0)
    return TwoFactorState(since=factor.confirmed_at, recovery_codes_left=uow.recovery_codes.left(account_id))


def begin(*, uow: UnitOfWork, gate: Gate, account_id: AccountId, now: datetime) -> NewSecret:
    """
    Make a secret, which is good when `confirm` gets its first code within 10 minutes. The caller commits.

    Whoever asks has stepped up. A secret that waited before is forgotten.

    Raises:
        TwoFactorAlreadyOn: If there is a second factor.
        NotVerified: If the policy asks for a proved address first.
    """
    account = uow.accounts.lock(account_id)
    if gate.policy.secures_proved_only and not account.is_verified:
        raise NotVerified(
            "Verify your e-mail address first: until then it cannot be told whose account this is."
        )
    known = uow.two_factors.get(account_id)
    if known is not None and known.is_on:
        raise TwoFactorAlreadyOn
    secret = gate.totp.new_secret()
    waiting = TwoFactor(
        account_id=account_id,
        secret=gate.vault.seal(secret, account_id.bytes),
        created_at=now,
        # Another secret is no way around the count.
        wrong_in_session=() if known is None else known.wrong(Way.SESSION, now),
    )
    uow.two_factors.put(waiting)
    return NewSecret(secret=secret, uri=gate.totp.uri(secret, account=account.email))


def confirm(
    *, store: Store, gate: Gate, signed_in: SignedIn, code: str, now: datetime, client: Client = NOWHERE
) -> tuple[str, ...]:
    """
    Turn two-factor on by the first *code* of the app; return the recovery codes, once. Commits by itself.

    Raises:
        TwoFactorAlreadyOn: If it is on.
        TwoFactorNotOn: If it was not begun, or longer than 10 minutes ago.
        SecondFactorWrong: If the code is wrong; it counts.
        RateLimitExceeded: If there were too many wrong ones.
        Unauthenticated: If the session has ended meanwhile.
    """

    def work(uow: UnitOfWork) -> tuple[Asked, tuple[str, ...]]:
        account = lock_caller(uow=uow, signed_in=signed_in, now=now)
        factor = uow.two_factors.get(account.id)
        if factor is not None and factor.is_on:
            raise TwoFactorAlreadyOn
        if factor is None or not factor.is_begun(now):
            raise TwoFactorNotOn("Begin first: no secret waits for its first code.")
        asked = Asked(account_id=account.id, came=Came.RIGHT, way=Way.SESSION, at=now)
        seconds = factor.seconds_closed(Way.SESSION, now)
        if seconds:
            return replace(asked, came=Came.CLOSED, seconds=seconds), ()
        step = app_code_step(gate, factor, typed(code), now)
        if step is None:
            uow.two_factors.put(factor.after_a_wrong_code(Way.SESSION, now))
            return replace(asked, came=Came.WRONG), ()
        uow.two_factors.put(replace(factor, confirmed_at=now, last_step=step))
        _tell(uow, account, MailTemplate.TWO_FACTOR_ON, now)
        return asked, _new_codes(uow, account, now)

    asked, codes = store.run(work)
    asked.settle(gate=gate, client=client, session_id=signed_in.session_id)
    _record(gate, SecurityEventKind.TWO_FACTOR_ON, signed_in, now, client)
    return codes


def turn_off(
    *, store: Store, gate: Gate, signed_in: SignedIn, now: datetime, client: Client = NOWHERE
) -> None:
    """
    Turn two-factor off, and forget secret, recovery codes and tickets that wait for one of its codes.

    Whoever asks has stepped up. Commits by itself.

    Raises:
        TwoFactorNotOn: If it is not on.
    """

    def work(uow: UnitOfWork) -> None:
        account = _with_factor(uow, signed_in.account_id)
        uow.two_factors.remove(account.id)
        uow.recovery_codes.put(account.id, (), at=now)
        uow.codes.use_up(account.id, CodePurpose.TWO_FACTOR, at=now)
        _tell(uow, account, MailTemplate.TWO_FACTOR_OFF, now)

    store.run(work)
    _record(gate, SecurityEventKind.TWO_FACTOR_OFF, signed_in, now, client)


def renew_recovery_codes(*, uow: UnitOfWork, account_id: AccountId, now: datetime) -> tuple[str, ...]:
    """
    Return a new set of recovery codes, once; those from before are good for nothing. The caller commits.

    Whoever asks has stepped up.

    Raises:
        TwoFactorNotOn: If two-factor is not on.
    """
    return _new_codes(uow, _with_factor(uow, account_id), now)


def _with_factor(uow: UnitOfWork, account_id: AccountId) -> Account:
    account = uow.accounts.lock(account_id)
    factor = uow.two_factors.get(account_id)
    if factor is None or not factor.is_on:
        raise TwoFactorNotOn
    return account


def _new_codes(uow: UnitOfWork, account: Account, now: datetime) -> tuple[str, ...]:
    codes = new_recovery_codes()
    uow.recovery_codes.put(account.id, stored(codes, now), at=now)
    return codes


def _tell(uow: UnitOfWork, account: Account, template: MailTemplate, now: datetime) -> None:
    post(uow=uow, template=template, to=account.email, account_id=account.id, now=now)


def _record(gate: Gate, kind: SecurityEventKind, signed_in: SignedIn, now: datetime, client: Client) -> None:
    gate.log.record(
        SecurityEvent(
            kind=kind,
            at=now,
            account_id=signed_in.account_id,
            session_id=signed_in.session_id,
            client=client,
        )
    )
