"""A session is one sign-in on one device: it holds a generation, never a token (SPEC 5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from hunter_core.accounts.account import Account, Role
from hunter_core.ids import AccountId, SessionId

LONGEST_DEVICE = 200
"""Characters kept of what a client says it is (`User-Agent`)."""

LONGEST_ADDRESS = 45
"""Characters of the longest textual IPv6 address."""


class Client(NamedTuple):
    """Where a request comes from, as shown in the list of sessions."""

    device: str | None = None
    address: str | None = None

    @classmethod
    def of(cls, device: str | None, address: str | None) -> Client:
        """Return the client with what it says of itself cut to what is kept, and made printable."""
        shown = "".join(letter for letter in device or "" if letter.isprintable())
        return cls(shown[:LONGEST_DEVICE] or None, (address or "")[:LONGEST_ADDRESS] or None)


NOWHERE = Client()


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """
    A session as stored.

    Attributes:
        generation: Counts the refreshes: the refresh token of this generation is the one that is good now.
        salt: 16 random bytes of this session. A refresh token is a keyed hash of id, generation and salt,
            under a key that the database does not hold, so that no usable token is stored.
        rotated_at: When `generation` began.
        earlier: When the generations just before it began, the latest last: as many as were used so shortly
            before that their tokens still had their grace.
        expires_at: The end that no refresh moves.
        revoked_at: When it was ended before that (logout, reuse, change of password); None while it runs.
        device: What the client says it is, at most `LONGEST_DEVICE` characters; None where it says nothing.
        address: The client's address at sign-in or at the last refresh.
        authenticated_at: When a password or a provider last proved whose session this is: at sign-in, or when
            it was asked again.
        stepped_up_at: When a second factor last proved it, after sign-in; None before.
    """

    id: SessionId
    account_id: AccountId
    generation: int
    salt: bytes
    rotated_at: datetime
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime
    revoked_at: datetime | None = None
    device: str | None = None
    address: str | None = None
    authenticated_at: datetime
    stepped_up_at: datetime | None = None
    earlier: tuple[datetime, ...] = ()

    def is_open(self, now: datetime) -> bool:
        """Tell whether the session is neither ended nor past its end."""
        return self.revoked_at is None and now < self.expires_at

    def is_alive(self, now: datetime, idles: timedelta | None) -> bool:
        """Tell whether the session is open, and was used within *idles*, where there is such a limit."""
        return self.is_open(now) and (idles is None or now < self.last_used_at + idles)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """
    What every request asks of its session: one row, the session joined with its account.

    Role and address are the account's at this moment, so that a changed role holds from the next request on.
    """

    session_id: SessionId
    account_id: AccountId
    email: str
    role: Role
    is_verified: bool
    is_active: bool
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None = None

    @classmethod
    def of(cls, session: Session, account: Account) -> SignedIn:
        """Return what `Sessions.check` would read of *session* and its *account*."""
        return cls(
            session_id=session.id,
            account_id=account.id,
            email=account.email,
            role=account.role,
            is_verified=account.is_verified,
            is_active=account.is_active,
            created_at=session.created_at,
            expires_at=session.expires_at,
            revoked_at=session.revoked_at,
            last_used_at=session.last_used_at,
        )

    def stands(self, now: datetime) -> bool:
        """Tell whether a request at *now* may act for the account: session open, account active."""
        return self.is_active and self.revoked_at is None and now < self.expires_at


class Proof(NamedTuple):
    """What a good access token proves by itself: which session it was issued for, and whose that was."""

    session_id: SessionId
    account_id: AccountId
