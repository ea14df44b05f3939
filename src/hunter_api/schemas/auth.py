"""Registering, signing in and refreshing on the wire (SPEC 4, Auth)."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import attrs

from hunter_api.schemas.fields import Email, HunterName, Password, SecondFactorCode, ZoneName, text
from hunter_api.schemas.hunters import UserView
from hunter_core.accounts.sign_in import SignIn
from hunter_core.words import Rank

LONGEST_REFRESH_TOKEN = 512
RefreshToken = Annotated[str, text(1, LONGEST_REFRESH_TOKEN, "As it was given.")]


@attrs.frozen(kw_only=True)
class Registration:
    """Somebody who wants to begin."""

    email: Email
    password: Password = attrs.field(repr=False)
    hunterName: HunterName
    timezone: ZoneName = "UTC"


@attrs.frozen(kw_only=True)
class Credentials:
    """Somebody who comes back."""

    email: Email
    password: Password = attrs.field(repr=False)
    code: SecondFactorCode | None = attrs.field(default=None, repr=False)


@attrs.frozen(kw_only=True)
class RefreshRequest:
    """The refresh token of a session, to be changed for a new pair."""

    refreshToken: RefreshToken = attrs.field(repr=False)


@attrs.frozen(kw_only=True, slots=False)
class NewUserView:
    """Who was registered."""

    id: UUID
    email: str
    hunterName: str
    level: int
    rank: Rank


@attrs.frozen(kw_only=True, slots=False)
class RegisteredView:
    """A new account, signed in."""

    user: NewUserView
    token: str
    refreshToken: str


@attrs.frozen(kw_only=True, slots=False)
class SignedInView:
    """An account, signed in."""

    user: UserView
    token: str
    refreshToken: str

    @classmethod
    def of(cls, done: SignIn) -> SignedInView:
        """Return who came in, as it goes out."""
        return cls(user=UserView.of(done.me), token=done.tokens.token, refreshToken=done.tokens.refresh_token)


@attrs.frozen(kw_only=True, slots=False)
class TokensView:
    """What a client holds of its session: an access token, and what it is renewed with."""

    token: str
    refreshToken: str
