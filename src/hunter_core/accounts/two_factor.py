"""Two-factor: a secret that an app makes codes of, one each 30 seconds, and recovery codes beside it (issue 4, 7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import NamedTuple, Protocol
from uuid import UUID

from hunter_core.ids import AccountId

BEGUN_LASTS = timedelta(minutes=10)
"""How long a secret that was shown waits for the first code made of it."""

MOST_WRONG_CODES = 10
"""Wrong codes within `WRONG_CODES_COUNT`; whatever comes then is not looked at."""

WRONG_CODES_COUNT = timedelta(minutes=5)
"""How long a wrong code is held against the account."""


class Way(Enum):
    """Where a code is asked for. Each has its own count, so that nobody at the door can lock out whoever is in."""

    SIGN_IN = "somebody signs in"
    SESSION = "somebody who is signed in proves it again"


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoFactor:
    """
    An account's second factor as stored.

    Attributes:
        secret: What codes are made of, sealed under a key that the database has not (`Vault`).
        confirmed_at: When the first code came, and the factor was on; None while that is waited for.
        last_step: The time step (RFC 6238) of the last code that was taken; none up to it is taken again.
        wrong_at_sign_in: The moments of the wrong codes that still count, the oldest first.
        wrong_in_session: The same, of those who were signed in.
    """

    account_id: AccountId
    secret: bytes
    created_at: datetime
    confirmed_at: datetime | None = None
    last_step: int | None = None
    wrong_at_sign_in: tuple[datetime, ...] = ()
    wrong_in_session: tuple[datetime, ...] = ()

    @property
    def is_on(self) -> bool:
        """Whether sign-ins are asked for a code."""
        return self.confirmed_at is not None

    def is_begun(self, now: datetime) -> bool:
        """Tell whether the first code is still waited for."""
        return not self.is_on and now < self.created_at + BEGUN_LASTS

    def wrong(self, way: Way, now: datetime) -> tuple[datetime, ...]:
        """Return the moments of the wrong codes of *way* that count at *now*."""
        moments = self.wrong_at_sign_in if way is Way.SIGN_IN else self.wrong_in_session
        return tuple(moment for moment in moments if now < moment + WRONG_CODES_COUNT)

    def seconds_closed(self, way: Way, now: datetime) -> int:
        """Return for how many seconds no code of *way* is looked at; 0 where one is."""
        wrong = self.wrong(way, now)
        if len(wrong) < MOST_WRONG_CODES:
            return 0
        left = wrong[-MOST_WRONG_CODES] + WRONG_CODES_COUNT - now
        return max(1, -(-left // timedelta(seconds=1)))

    def after_a_wrong_code(self, way: Way, now: datetime) -> TwoFactor:
        """Return the factor with one more wrong code of *way* held against it."""
        wrong = (*self.wrong(way, now), now)
        if way is Way.SIGN_IN:
            return replace(self, wrong_at_sign_in=wrong)
        return replace(self, wrong_in_session=wrong)


class RecoveryCode(NamedTuple):
    """A recovery code as stored: SHA-256 of 125 random bits, which nobody finds by trying."""

    id: UUID
    code_hash: bytes


class TwoFactors(Protocol):
    """Keeps second factors, at most one an account; whoever writes one has locked its account."""

    def get(self, account_id: AccountId) -> TwoFactor | None:
        """Return the account's second factor, waited for or on; None where there is none."""
        ...

    def put(self, factor: TwoFactor) -> None:
        """Keep *factor*, in the place of the one that the account had."""
        ...

    def remove(self, account_id: AccountId) -> None:
        """Forget the account's second factor, where there is one."""
        ...


class RecoveryCodes(Protocol):
    """Keeps recovery codes; whoever writes them has locked their account."""

    def put(self, account_id: AccountId, codes: Sequence[RecoveryCode], *, at: datetime) -> None:
        """Keep *codes* as all that the account has; those from before are good for nothing."""
        ...

    def use(self, account_id: AccountId, code_hash: bytes, *, at: datetime) -> bool:
        """Use up the account's code of this hash; return whether there was one, and unused."""
        ...

    def left(self, account_id: AccountId) -> int:
        """Return how many are unused."""
        ...
