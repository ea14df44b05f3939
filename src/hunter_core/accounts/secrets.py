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


class Subjects(Protocol):
    """Names what is counted, so that it can be found again and is not kept."""

    def subject(self, name: str) -> bytes:
        """Return the keyed hash (32 bytes) of *name*: always the same, and nothing to who lacks the key."""
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


class Totp(Protocol):
    """Makes secrets that an app counts time steps by, and knows their codes (RFC 6238)."""

    def new_secret(self) -> str:
        """Return a new secret of 160 random bits, in base 32 as apps read it."""
        ...

    def uri(self, secret: str, *, account: str) -> str:
        """Return the `otpauth://` URI that a QR code holds; *account* is shown in the app."""
        ...

    def step(self, secret: str, code: str, *, now: datetime) -> int | None:
        """
        Return the time step that *code* is the code of: the present one, the one before or the one after.

        None where it is none of the three; all are compared, in constant time.
        """
        ...


class Vault(Protocol):
    """Seals what must be stored and read again, under keys that the database has not."""

    def seal(self, secret: str, context: bytes) -> bytes:
        """Return *secret*, sealed for *context*: put into another row, it does not open."""
        ...

    def open(self, sealed: bytes, context: bytes) -> str | None:
        """Return what was sealed; None where it was changed, is of another context, or its key is gone."""
        ...

    def outdated(self, sealed: bytes) -> bool:
        """Tell whether *sealed* should be made anew, because its key no longer signs."""
        ...
