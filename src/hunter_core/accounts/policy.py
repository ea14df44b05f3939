"""How strictly accounts are kept: the two profiles of SPEC 5, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from hunter_core.accounts.passwords import CONTRACT_PASSWORDS, STRICT_PASSWORDS, PasswordPolicy

MOST_SESSIONS = 100
"""Open sessions of one account. A further sign-in ends the oldest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthPolicy:
    """
    The numbers of a profile.

    Attributes:
        access_lasts: How long an access token is good.
        session_lasts: How long a session lasts, however often it is refreshed.
        session_idles: How long a session lasts without a refresh; None for as long as it lasts.
        grace: How long after a refresh the token that was used still gives the same successor.
        passwords: What a new password must be.
        requires_verified: Whether only a verified address may sign in; then registering opens no session.
        renews_sessions: Whether a new proof of who somebody is makes a new session, and ends the one that they had.
        ends_on_code_reuse: Whether a provider's sign-in code that comes a second time ends the session that it gave:
            somebody else has it. A page that is loaded again with its code would sign its owner out.
        secures_proved_only: Whether a second factor, or linking an identity, takes a proved address: a reset of the
            password takes both from an account whose address was never proved, for somebody else may have made it.
        hides_addresses: Whether registering answers the same for an address that is taken, and a mail tells.
    """

    access_lasts: timedelta
    session_lasts: timedelta = timedelta(days=30)
    session_idles: timedelta | None = None
    grace: timedelta = timedelta(seconds=10)
    passwords: PasswordPolicy
    requires_verified: bool = False
    hides_addresses: bool = False
    renews_sessions: bool = False
    ends_on_code_reuse: bool = False
    secures_proved_only: bool = False


CONTRACT = AuthPolicy(access_lasts=timedelta(days=7), passwords=CONTRACT_PASSWORDS)
STRICT = AuthPolicy(
    access_lasts=timedelta(minutes=15),
    session_idles=timedelta(days=14),
    passwords=STRICT_PASSWORDS,
    hides_addresses=True,
    renews_sessions=True,
    ends_on_code_reuse=True,
    secures_proved_only=True,
)
