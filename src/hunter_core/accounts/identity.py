"""An identity: who somebody is elsewhere, by issuer and subject; never by address, which changes hands (SPEC 5)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from hunter_core.ids import AccountId, IdentityId

LONGEST_ISSUER = LONGEST_SUBJECT = 255
"""Characters (OpenID Connect Core, 2 for the subject)."""

MOST_IDENTITIES = 10
"""Identities of one account."""


class ProviderName(StrEnum):
    """Who can be asked who somebody is; the value stands in paths."""

    GOOGLE = "google"
    GITHUB = "github"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """
    An identity as stored.

    Attributes:
        issuer: Who says so: the address of the provider.
        subject: What the provider calls them for ever. No two identities share issuer and subject.
        email: The address that the provider had verified when it was linked, to tell identities apart in a
            list; nobody is let in by it. None where there was none.
    """

    id: IdentityId
    account_id: AccountId
    issuer: str
    subject: str
    email: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """
    What a provider says of somebody, checked as far as its signature and form go.

    Attributes:
        email: An address that the provider has verified; None where it names none that is.
        name: What they call themselves; anything, or nothing.
        picture: Where their picture is; anything, or nothing.
    """

    issuer: str
    subject: str
    email: str | None = None
    name: str | None = None
    picture: str | None = None

    def __repr__(self) -> str:
        """Leave out who it is, for logs and tracebacks."""
        return f"Profile(issuer={self.issuer!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """
    One attempt to sign in with a provider: what ties its answer to our question (RFC 9700, 2.1).

    Attributes:
        state: Comes back in the browser, and names the attempt.
        verifier: Proves to the provider that whoever brings its code began the attempt (PKCE, RFC 7636).
        callback: Our own address that the provider sends the browser to.
    """

    state: str
    verifier: str
    callback: str

    @property
    def challenge(self) -> str:
        """What the provider is shown of the verifier at the beginning (S256)."""
        return challenge_of(self.verifier)

    @property
    def nonce(self) -> str:
        """What an ID token must repeat; it follows from the verifier, and does not tell it."""
        return challenge_of(f"nonce:{self.verifier}")

    def __repr__(self) -> str:
        """Leave the secrets out, for logs and tracebacks."""
        return f"Attempt(callback={self.callback!r})"


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge of *verifier* (RFC 7636, 4.2): 43 characters of base64url."""
    digest = hashlib.sha256(verifier.encode(errors="surrogatepass")).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


class ProviderRefused(Exception):
    """The provider says no, or something that cannot be believed; the message is for the log and holds no secret."""


class IdentityProvider(Protocol):
    """Tells who somebody is. It is somebody else's: whatever it says is checked, and it gets 5 seconds."""

    @property
    def issuer(self) -> str:
        """What identities of this provider are stored under."""
        ...

    @property
    def answers_as(self) -> str | None:
        """What it calls itself in what it sends by the browser (RFC 9207); None where it need not say the same."""
        ...

    def authorization_url(self, attempt: Attempt) -> str:
        """
        Return where the browser has to go to be asked who it is.

        Raises:
            ProviderUnavailable: If the provider has to be asked first, and does not answer.
            ProviderRefused: If what it answers cannot be used.
        """
        ...

    def profile(self, code: str, attempt: Attempt, *, now: datetime) -> Profile:
        """
        Return who came back with the provider's *code*.

        Raises:
            ProviderUnavailable: If the provider does not answer, not in time, or asks to come again.
            ProviderRefused: If it refuses the code, or what it says breaks any rule.
        """
        ...


class Identities(Protocol):
    """Keeps identities, a row each."""

    def add(self, identity: Identity) -> None:
        """
        Keep a new identity.

        Raises:
            IdentityTaken: If there is one with this issuer and subject.
        """
        ...

    def find(self, issuer: str, subject: str) -> Identity | None:
        """Return the identity with exactly this issuer and subject, not locked; None where there is none."""
        ...

    def of(self, account_id: AccountId) -> Sequence[Identity]:
        """Return the account's identities, the first linked first. Whoever decides on them locks the account."""
        ...

    def remove(self, identity_id: IdentityId) -> None:
        """Forget an identity; its account is locked."""
        ...
