"""Beginning a sign-in with a provider, and every way in which it can come back (SPEC 5; RFC 9700)."""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlencode, urlsplit, urlunsplit
from uuid import UUID

from hunter_core.accounts.code import CodePurpose, OneTimeCode
from hunter_core.accounts.codes import CodeSecrets, issue
from hunter_core.accounts.identity import Attempt, IdentityProvider, ProviderName, challenge_of
from hunter_core.accounts.session import SignedIn
from hunter_core.accounts.sign_in import Gate
from hunter_core.errors import InvalidInput, NotFound
from hunter_core.ids import SessionId
from hunter_core.ports import Store, UnitOfWork

BINDING_BYTES = 32
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


class Trouble(StrEnum):
    """Why a browser comes back without a code; the value is stable, and stands in the URL as `error`."""

    STATE_INVALID = "state_invalid"
    ACCESS_DENIED = "access_denied"
    PROVIDER_ERROR = "provider_error"
    PROVIDER_UNAVAILABLE = "provider_unavailable"
    EMAIL_NOT_VERIFIED = "email_not_verified"
    ACCOUNT_EXISTS = "account_exists"
    ACCOUNT_DEACTIVATED = "account_deactivated"
    IDENTITY_TAKEN = "identity_taken"
    TOO_MANY_IDENTITIES = "too_many_identities"
    SESSION_ENDED = "session_ended"
    TRY_AGAIN = "try_again"


class Stopped(Exception):
    """An attempt that ends here; whatever its transaction did is undone. It never leaves the core."""

    def __init__(self, trouble: Trouble, why: str = "") -> None:
        super().__init__(why or trouble.value)
        self.trouble = trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class Providers:
    """
    The providers that this server may ask, and where a browser may come back to.

    Attributes:
        callback_urls: Exact addresses; the first is where it comes back to when nobody says.
    """

    of: Mapping[ProviderName, IdentityProvider] = field(default_factory=dict)
    callback_urls: tuple[str, ...] = ()

    def get(self, name: str) -> IdentityProvider:
        """
        Return the provider called *name*.

        Raises:
            NotFound: If there is none, or this server has not been told its client and secret.
        """
        found = next((provider for known, provider in self.of.items() if known.value == name), None)
        if found is None:
            raise NotFound("identity provider", name)
        return found

    @property
    def names(self) -> Mapping[str, str]:
        """The name of each provider, by its issuer."""
        return {provider.issuer: name.value for name, provider in self.of.items()}

    def target(self, wanted: str | None) -> str:
        """
        Return the address to come back to: *wanted*, letter for letter on the list, or the first of it.

        Raises:
            InvalidInput: If it is not on the list, or the list is empty.
        """
        if wanted is None and self.callback_urls:
            return self.callback_urls[0]
        if wanted not in self.callback_urls:
            raise InvalidInput("redirectUri", "is not one of the addresses that a sign-in may return to")
        return wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """
    An attempt that has begun.

    Attributes:
        authorization_url: Where the browser goes now.
        state: Names the attempt.
        binding: What the browser keeps in a cookie, and nobody else knows.
    """

    authorization_url: str
    state: str
    binding: str

    def __repr__(self) -> str:
        """Leave the secrets out, for logs and tracebacks."""
        return "Begun()"


def begin(
    *,
    store: Store,
    gate: Gate,
    providers: Providers,
    provider: str,
    redirect_uri: str | None,
    callback: str,
    now: datetime,
    challenge: str | None = None,
    in_app: bool = False,
    link_to: SignedIn | None = None,
) -> Begun:
    """
    Begin an attempt: to sign in, or to link an identity to whoever is signed in. Commits by itself.

    The attempt belongs to one provider, and to the browser that keeps the binding. Only an app that begins
    with a *challenge* of its own does without (*in_app*): the code that comes of it is nothing without the verifier.

    The provider sends the browser to *callback*, which is our own address, and from there it comes back to
    *redirect_uri*. The *challenge* is S256 of a verifier that the client keeps and must bring with the code.

    Raises:
        NotFound: If there is no such provider here.
        InvalidInput: If redirect_uri is not on the list, or challenge has not its form.
        ProviderUnavailable: If the provider has to be asked first, and does not answer.
        ProviderRefused: If what it answers cannot be used.
    """
    asked, to = providers.get(provider), providers.target(redirect_uri)
    if challenge is not None and not _CHALLENGE.fullmatch(challenge):
        raise InvalidInput(
            "challenge", "must be the S256 challenge of a verifier: 43 characters of base64url"
        )
    binding = secrets.token_urlsafe(BINDING_BYTES)
    details = {"provider": provider, "to": to, "callback": callback}
    if challenge is not None:
        details["challenge"] = challenge
    if link_to is not None:
        details["session"] = str(link_to.session_id)
    if not (in_app and challenge is not None and link_to is None):
        details["binding"] = challenge_of(binding)

    def keep(uow: UnitOfWork) -> tuple[OneTimeCode, str]:
        if link_to is not None:
            uow.accounts.lock(link_to.account_id)
        return issue(
            uow=uow,
            secrets=gate.codes,
            purpose=CodePurpose.OAUTH_STATE,
            account_id=None if link_to is None else link_to.account_id,
            now=now,
            details=details,
        )

    row, state = store.run(keep)
    url = asked.authorization_url(attempt_of(gate.codes, row, state))
    return Begun(authorization_url=url, state=state, binding=binding)


def attempt_of(codes: CodeSecrets, row: OneTimeCode, state: str) -> Attempt:
    """Return the attempt that *row* is kept for. Its verifier is derived, under a label of its own; none is stored."""
    verifier = codes.code(row.id, CodePurpose.OAUTH_EXCHANGE, row.salt)
    return Attempt(state=state, verifier=verifier, callback=row.details["callback"])


def is_bound_to(row: OneTimeCode, binding: str | None) -> bool:
    """Tell whether the browser that has *binding* began the attempt; None is a browser that has none."""
    expected = row.details.get("binding")
    if expected is None:
        return "challenge" in row.details
    return binding is not None and hmac.compare_digest(challenge_of(binding), expected)


def session_to_link(row: OneTimeCode) -> SessionId | None:
    """Return the session that began the attempt to link an identity; None where it is a sign-in."""
    session = row.details.get("session")
    return None if session is None else SessionId(UUID(session))


def arrival(to: str, **said: str) -> str:
    """Return the address *to*, with what is *said* in its query; what stands there already stays."""
    parts = urlsplit(to)
    query = "&".join(part for part in (parts.query, urlencode(said)) if part)
    return urlunsplit(parts._replace(query=query))
