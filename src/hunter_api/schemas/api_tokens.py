"""API tokens on the wire (issue 4, 8)."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import attrs
from msgspec import Meta

from hunter_api.schemas.fields import Password, SecondFactorCode, UtcInstant, text
from hunter_core.accounts.api_token import LONGEST_LIFE, LONGEST_TOKEN_NAME, USUAL_LIFE, ApiToken, Scope
from hunter_core.accounts.api_tokens import NewApiToken

TokenName = Annotated[
    str, text(1, LONGEST_TOKEN_NAME, "What tells it apart from the others.", "Home Assistant")
]
Lifetime = Annotated[
    int, Meta(ge=1, le=LONGEST_LIFE.days, description="Days until it expires.", examples=[USUAL_LIFE.days])
]


@attrs.frozen(kw_only=True)
class TokenWish:
    """An API token to be made, with the proof that this takes."""

    name: TokenName
    scope: Scope
    expiresInDays: Lifetime = USUAL_LIFE.days
    password: Password | None = attrs.field(default=None, repr=False)
    code: SecondFactorCode | None = attrs.field(default=None, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class ApiTokenView:
    """A token without the token. `lastUsedAt` is to the minute, null before the first use."""

    id: UUID
    name: str
    scope: Scope
    createdAt: UtcInstant
    expiresAt: UtcInstant
    lastUsedAt: UtcInstant | None

    @classmethod
    def of(cls, token: ApiToken) -> ApiTokenView:
        """Return *token* as it goes out."""
        return cls(
            id=token.id,
            name=token.name,
            scope=token.scope,
            createdAt=token.created_at,
            expiresAt=token.expires_at,
            lastUsedAt=token.last_used_at,
        )


@attrs.frozen(kw_only=True, slots=False)
class ApiTokensView:
    """The tokens that were not revoked, the newest first."""

    tokens: tuple[ApiTokenView, ...]


@attrs.frozen(kw_only=True, slots=False, repr=False)
class NewApiTokenView:
    """A new token, with the token itself, which is shown this once."""

    id: UUID
    name: str
    scope: Scope
    createdAt: UtcInstant
    expiresAt: UtcInstant
    lastUsedAt: UtcInstant | None
    token: str

    @classmethod
    def of(cls, made: NewApiToken) -> NewApiTokenView:
        """Return *made* as it goes out, once."""
        shown = ApiTokenView.of(made.stored)
        return cls(**attrs.asdict(shown), token=made.token)
