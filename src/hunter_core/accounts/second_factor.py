"""
Asking for the second factor: the one way of sign-ins, tickets and step-ups (issue 4, 7).

    asked = second_factor(uow=uow, gate=gate, account=account, code=code, way=Way.SIGN_IN, now=now)
    if asked.passed: ...                    # do what it opens, in this transaction
    # commit in any case: a wrong code counts
    asked.settle(gate=gate, client=client)  # after the commit: writes the security log; raises the refusal
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from hunter_core.accounts import recovery_codes
from hunter_core.accounts.account import Account
from hunter_core.accounts.code import CodePurpose
from hunter_core.accounts.codes import issue
from hunter_core.accounts.security_log import SecurityEvent, SecurityEventKind
from hunter_core.accounts.session import NOWHERE, Client
from hunter_core.accounts.sign_in import Gate
from hunter_core.accounts.two_factor import TwoFactor, Way
from hunter_core.errors import HunterError, RateLimitExceeded, SecondFactorWrong, TwoFactorRequired
from hunter_core.ids import AccountId, SessionId
from hunter_core.mail.mail import MailTemplate
from hunter_core.mail.post import post
from hunter_core.ports import UnitOfWork

CODE_DIGITS = 6
"""Digits of a code that an app shows."""


class Came(Enum):
    """What came of asking."""

    NOT_ASKED = "the account has no second factor"
    RIGHT = "the app's code"
    RECOVERED = "a recovery code"
    MISSING = "no code"
    WRONG = "a code that is not good"
    CLOSED = "too many wrong codes before"


_EVENTS = {
    Came.RECOVERED: SecurityEventKind.RECOVERY_CODE_USED,
    Came.WRONG: SecurityEventKind.CODE_REFUSED,
    Came.CLOSED: SecurityEventKind.TOO_MANY_ATTEMPTS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """
    What came of asking for a second factor, in a transaction that is to be committed whatever it is.

    Attributes:
        seconds: For how long no further code is looked at, where `came` is CLOSED.
        ticket: What an owner without a password comes back with, where `came` is MISSING and one was asked for.
    """

    account_id: AccountId
    came: Came
    way: Way
    at: datetime
    seconds: int = 0
    ticket: str | None = None

    def __repr__(self) -> str:
        """Leave the ticket out, for logs and tracebacks."""
        return f"Asked({self.came.name})"

    @property
    def passed(self) -> bool:
        """Whether what was asked for may be done."""
        return self.came in (Came.NOT_ASKED, Came.RIGHT, Came.RECOVERED)

    def settle(self, *, gate: Gate, client: Client = NOWHERE, session_id: SessionId | None = None) -> None:
        """
        Write what happened to the security log, after the commit.

        Raises:
            TwoFactorRequired: If there was no code.
            SecondFactorWrong: If it was not good.
            RateLimitExceeded: If there were too many of those before.
        """
        kind = _EVENTS.get(self.came)
        if kind is not None:
            gate.log.record(
                SecurityEvent(
                    kind=kind,
                    at=self.at,
                    account_id=self.account_id,
                    session_id=session_id,
                    client=client,
                    details={"what": "second factor", "way": self.way.name},
                )
            )
        refusal = self._refusal()
        if refusal is not None:
            raise refusal

    def _refusal(self) -> HunterError | None:
        match self.came:
            case Came.MISSING:
                return TwoFactorRequired(self.ticket)
            case Came.WRONG:
                return SecondFactorWrong()
            case Came.CLOSED:
                return RateLimitExceeded(self.seconds)
        return None


def second_factor(
    *, uow: UnitOfWork, gate: Gate, account: Account, code: str | None, way: Way, now: datetime
) -> Asked:
    """
    Ask for the second factor of *account*, which is locked, where it has one: so one code passes once.

    The caller commits, whatever comes of it: a wrong code counts. Then it calls `settle`.
    """
    factor = uow.two_factors.get(account.id)
    if factor is None or not factor.is_on:
        return Asked(account_id=account.id, came=Came.NOT_ASKED, way=way, at=now)
    if code is None:
        return Asked(account_id=account.id, came=Came.MISSING, way=way, at=now)
    seconds = factor.seconds_closed(way, now)
    if seconds:
        return Asked(account_id=account.id, came=Came.CLOSED, way=way, at=now, seconds=seconds)
    came = _came(uow, gate, account, factor, code, now)
    if came is Came.WRONG:
        uow.two_factors.put(factor.after_a_wrong_code(way, now))
    return Asked(account_id=account.id, came=came, way=way, at=now)


def ask_for_ticket(*, uow: UnitOfWork, gate: Gate, account: Account, now: datetime) -> Asked:
    """
    Ask for the second factor of an *account* whose owner came in without a password: by a ticket for 5 minutes.

    Where the account has none, `passed` is true. The account is locked; the caller commits, then calls `settle`,
    whose refusal carries the ticket. `verify_ticket` changes ticket and code for a session.
    """
    factor = uow.two_factors.get(account.id)
    if factor is None or not factor.is_on:
        return Asked(account_id=account.id, came=Came.NOT_ASKED, way=Way.SIGN_IN, at=now)
    _, ticket = issue(
        uow=uow, secrets=gate.codes, purpose=CodePurpose.TWO_FACTOR, account_id=account.id, now=now
    )
    return Asked(account_id=account.id, came=Came.MISSING, way=Way.SIGN_IN, at=now, ticket=ticket)


def app_code_step(gate: Gate, factor: TwoFactor, code: str, now: datetime) -> int | None:
    """Return the time step whose code a `typed` *code* is, when that was not taken before; None where there is none."""
    if len(code) != CODE_DIGITS or not (code.isascii() and code.isdigit()):
        return None
    secret = gate.vault.open(factor.secret, factor.account_id.bytes)
    # What cannot be opened (its pepper is gone) makes no code; recovery codes need none.
    step = None if secret is None else gate.totp.step(secret, code, now=now)
    if step is None or (factor.last_step is not None and step <= factor.last_step):
        return None
    return step


def _came(uow: UnitOfWork, gate: Gate, account: Account, factor: TwoFactor, sent: str, now: datetime) -> Came:
    code = recovery_codes.typed(sent)
    step = app_code_step(gate, factor, code, now)
    if step is not None:
        uow.two_factors.put(replace(factor, last_step=step, secret=_resealed(gate, factor)))
        return Came.RIGHT
    if recovery_codes.has_form(code) and uow.recovery_codes.use(
        account.id, recovery_codes.digest(code), at=now
    ):
        post(
            uow=uow,
            template=MailTemplate.RECOVERY_CODE_USED,
            to=account.email,
            account_id=account.id,
            now=now,
            details={"left": str(uow.recovery_codes.left(account.id))},
        )
        return Came.RECOVERED
    return Came.WRONG


def _resealed(gate: Gate, factor: TwoFactor) -> bytes:
    """Return the secret as it is kept from now on: under the pepper that signs."""
    if not gate.vault.outdated(factor.secret):
        return factor.secret
    secret = gate.vault.open(factor.secret, factor.account_id.bytes)
    return factor.secret if secret is None else gate.vault.seal(secret, factor.account_id.bytes)
