"""What use cases ask of those who hash passwords and make tokens; none of them keeps a usable secret."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from hunter_core.accounts.session import Proof, Session, SignedIn
from hunter_core.ids import SessionId


class PasswordHasher(Protocol):
    """
    Makes hashes of passwords, slowly, a bounded number at a time.

    Passwords come normalised (`passwords.normalised`).
    """

    def hash(self, password: str) -> str:
        """
        Return what is stored for *password*: printable ASCII, at most 200 characters.

        Raises:
            TooBusy: If as many are under way or waiting as may be.
        """
        ...

    def matches(self, password: str, stored: str | None) -> bool:
        """
        Tell whether *stored* was made of *password*.

        None (an unknown account, or one without a password) takes as long as a wrong password, and is one.

        Raises:
            TooBusy: If as many are under way or waiting as may be.
        """
        ...

    def outdated(self, stored: str) -> bool:
        """Tell whether *stored* should be made anew: another cost, or a pepper that no longer signs."""
        ...


class RefreshTokens(Protocol):
    """Derives refresh tokens; stores none."""

    def issue(self, session: Session) -> str:
        """Return the token of the session's generation: the same session and generation, the same token."""
        ...

    def session_id(self, token: str) -> SessionId | None:
        """Return the session that *token* names; None when it has not the form of a token. Proves nothing."""
        ...

    def generation(self, token: str, session: Session) -> int | None:
        """Return the generation that *token* was issued for; None unless it was issued for *session*."""
        ...


class AccessTokens(Protocol):
    """Signs and reads access tokens."""

    def issue(self, signed_in: SignedIn, *, now: datetime) -> str:
        """Return a token, good from *now* until its time is up or the session ends, whichever comes first."""
        ...

    def read(self, token: str, *, now: datetime) -> Proof:
        """
        Return what *token* proves.

        Raises:
            Unauthenticated: If it is forged, mangled, of another issuer or audience, too early or too late.
        """
        ...
