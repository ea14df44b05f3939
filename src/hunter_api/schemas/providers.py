"""Signing in with a provider, and linking identities, on the wire (SPEC 4, Auth; SPEC 5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

import attrs
from msgspec import Meta

from hunter_api.schemas.fields import Password, UtcInstant, text
from hunter_api.schemas.recovery import FactorCode
from hunter_core.accounts.identity import Identity

LONGEST_ADDRESS = 2048

RedirectUri = Annotated[
    str,
    text(
        1,
        LONGEST_ADDRESS,
        "Where the browser comes back to: letter for letter one of `HUNTER_FRONTEND_CALLBACK_URLS`; the first of "
        "them when it is left out.",
        "https://hunter.example/signed-in",
    ),
]
Challenge = Annotated[
    str,
    Meta(
        pattern="^[A-Za-z0-9_-]{43}$",
        description="The S256 challenge (RFC 7636) of a verifier of the client's own, which it must bring with the "
        "code; so a code that is seen by somebody else is nothing to them.",
        examples=["E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"],
        extra={"message": "must be 43 characters of base64url: the S256 challenge of a verifier"},
    ),
]
Verifier = Annotated[
    str,
    Meta(
        pattern="^[A-Za-z0-9._~-]{43,128}$",
        description="The verifier whose challenge the sign-in began with.",
        examples=["dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"],
        extra={"message": "must be 43 to 128 letters, digits, `-`, `.`, `_` or `~`"},
    ),
]
OneTime = Annotated[str, text(1, 128, "The code that the browser came back with.")]


@attrs.frozen(kw_only=True)
class BeginQuery:
    """How a sign-in with a provider begins in a browser."""

    redirectUri: RedirectUri | None = None
    challenge: Challenge | None = None


@attrs.frozen(kw_only=True)
class BeginRequest:
    """How a sign-in with a provider begins in an app."""

    redirectUri: RedirectUri | None = None
    challenge: Challenge | None = None


@attrs.frozen(kw_only=True)
class CallbackQuery:
    """What a provider sends by the browser."""

    state: Annotated[str, text(1, 512, "What the sign-in began with.")]
    code: Annotated[str, text(1, 4096, "The provider's code.")] | None = attrs.field(default=None, repr=False)
    error: Annotated[str, text(1, 256, "The provider's word for why there is no code.")] | None = None
    iss: Annotated[str, text(1, 512, "Who the provider says that it is (RFC 9207).")] | None = None


@attrs.frozen(kw_only=True)
class ExchangeRequest:
    """The code that a browser came back with, to be changed for a session."""

    code: OneTime = attrs.field(repr=False)
    verifier: Verifier | None = attrs.field(default=None, repr=False)


@attrs.frozen(kw_only=True)
class LinkRequest:
    """How the linking of an identity begins: with a proof of who asks."""

    redirectUri: RedirectUri | None = None
    password: Password | None = attrs.field(default=None, repr=False)
    code: FactorCode | None = attrs.field(default=None, repr=False)


@attrs.frozen(kw_only=True)
class UnlinkRequest:
    """A proof of who takes an identity away."""

    password: Password | None = attrs.field(default=None, repr=False)
    code: FactorCode | None = attrs.field(default=None, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class AuthorizationView:
    """Where the browser goes to be asked who it is."""

    authorizationUrl: str


@attrs.frozen(kw_only=True, slots=False)
class IdentityView:
    """An identity of the account. `provider` is null where this server does not ask that issuer any more."""

    id: UUID
    provider: str | None
    issuer: str
    email: str | None
    createdAt: UtcInstant

    @classmethod
    def of(cls, identity: Identity, names: Mapping[str, str]) -> IdentityView:
        """Return *identity* as it goes out; *names* are the providers' by issuer."""
        return cls(
            id=identity.id,
            provider=names.get(identity.issuer),
            issuer=identity.issuer,
            email=identity.email,
            createdAt=identity.created_at,
        )


@attrs.frozen(kw_only=True, slots=False)
class IdentitiesView:
    """The ways into an account besides its address."""

    hasPassword: bool
    identities: tuple[IdentityView, ...]
