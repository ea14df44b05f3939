"""Second factors and proofs on the wire (issue 4, 7)."""

from __future__ import annotations

from typing import Annotated

import attrs

from hunter_api.schemas.fields import Password, SecondFactorCode, UtcInstant, text
from hunter_core.accounts.switch_two_factor import NewSecret, TwoFactorState

LONGEST_TICKET = 128
Ticket = Annotated[str, text(1, LONGEST_TICKET, "As it was given.")]


@attrs.frozen(kw_only=True)
class Proof:
    """What shows afresh who asks: the password, and the code where there is a second factor."""

    password: Password | None = attrs.field(default=None, repr=False)
    code: SecondFactorCode | None = attrs.field(default=None, repr=False)


@attrs.frozen(kw_only=True)
class FirstCode:
    """The first code of an app that was just given the secret."""

    code: SecondFactorCode = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class TicketAndCode:
    """What opens a session for whoever signed in without a password."""

    ticket: Ticket = attrs.field(repr=False)
    code: SecondFactorCode = attrs.field(repr=False)


@attrs.frozen(kw_only=True, slots=False)
class TwoFactorView:
    """Whether two-factor is on, since when, and how many recovery codes are left."""

    isOn: bool
    since: UtcInstant | None
    recoveryCodesLeft: int

    @classmethod
    def of(cls, state: TwoFactorState) -> TwoFactorView:
        """Return *state* as it goes out."""
        return cls(
            isOn=state.since is not None, since=state.since, recoveryCodesLeft=state.recovery_codes_left
        )


@attrs.frozen(kw_only=True, slots=False, repr=False)
class NewSecretView:
    """What an app is told, shown this once: the secret in base 32, and the URI that a QR code holds."""

    secret: str
    otpauthUri: str

    @classmethod
    def of(cls, made: NewSecret) -> NewSecretView:
        """Return *made* as it goes out."""
        return cls(secret=made.secret, otpauthUri=made.uri)


@attrs.frozen(kw_only=True, slots=False, repr=False)
class RecoveryCodesView:
    """A set of recovery codes, shown this once; each is good once."""

    recoveryCodes: tuple[str, ...]


@attrs.frozen(kw_only=True, slots=False)
class FreshView:
    """
    Until when this session need not prove itself again.

    Under the profile `strict` it is another session from now on, with these tokens, and those of before are good
    for nothing; else they are null, and nothing changed.
    """

    freshUntil: UtcInstant
    token: str | None = None
    refreshToken: str | None = None
