"""API tokens: named keys for scripts and home automation, shown once and stored as a hash (SPEC 5; issue 4)."""

from __future__ import annotations

import hashlib
import re
import secrets
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from hunter_core.ids import AccountId, ApiTokenId

LONGEST_TOKEN_NAME = 60
"""Characters of the name that tells an owner's tokens apart."""

MOST_TOKENS = 20
"""Tokens of one account that stand at one time."""

LONGEST_LIFE, USUAL_LIFE = timedelta(days=366), timedelta(days=90)

PREFIX = "hst_"
"""What every token begins with, so that it is known for one wherever it turns up."""

_RANDOM_BYTES = 32
_FORM = re.compile(r"hst_([A-Za-z0-9_-]{43})([0-9a-f]{8})", re.ASCII)


class Scope(StrEnum):
    """What a token may do: WRITE includes READ. Neither reaches what belongs to the account itself."""

    READ = "READ"
    WRITE = "WRITE"

    def allows(self, needed: Scope) -> bool:
        """Tell whether a token of this scope may do what needs *needed*."""
        return self is Scope.WRITE or needed is Scope.READ


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """
    A token as stored: not the token.

    Attributes:
        token_hash: SHA-256 of the token: what it is found by.
        last_used_at: When a request last came with it, to the minute; None before the first.
        revoked_at: When its owner took it back; None while it is good.
    """

    id: ApiTokenId
    account_id: AccountId
    name: str
    scope: Scope
    token_hash: bytes
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None

    def stands(self, now: datetime) -> bool:
        """Tell whether the token is good at *now*, as far as it goes by itself."""
        return self.revoked_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenHolder:
    """What every request asks of its token: one row, the token joined with its account."""

    token_id: ApiTokenId
    account_id: AccountId
    scope: Scope
    is_active: bool
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None

    def stands(self, now: datetime) -> bool:
        """Tell whether a request at *now* may act for the account: token good, account active."""
        return self.is_active and self.revoked_at is None and now < self.expires_at

    def was_unused_in(self, minute: datetime) -> bool:
        """Tell whether no request of *minute* (its begin), or of a later one, has been noted."""
        return self.last_used_at is None or self.last_used_at < minute


class ApiTokens(Protocol):
    """Keeps API tokens, a row each."""

    def add(self, token: ApiToken) -> None:
        """Keep a new token; its account is locked, so that no two count the same tokens."""
        ...

    def check(self, token_hash: bytes) -> TokenHolder | None:
        """Return the token of this hash with its account in one read, good or not; None where there is none."""
        ...

    def of(self, account_id: AccountId) -> Sequence[ApiToken]:
        """Return the account's tokens that were not revoked, expired or not, the newest first."""
        ...

    def revoke(self, account_id: AccountId, token_id: ApiTokenId, *, at: datetime) -> bool:
        """Set `revoked_at` of the account's token; return whether there was one that had not been revoked."""
        ...

    def mark_used(self, token_id: ApiTokenId, *, minute: datetime) -> None:
        """Set `last_used_at` to *minute*, unless it is that or later."""
        ...

    def end_all(self, account_id: AccountId, *, at: datetime) -> int:
        """Set `revoked_at` to *at* on the account's tokens not yet revoked; return how many."""
        ...


def new_token() -> str:
    """Return a new token: the prefix, 256 random bits in base64url, and a checksum in 8 hexadecimal digits."""
    random = secrets.token_urlsafe(_RANDOM_BYTES)
    return f"{PREFIX}{random}{_checksum(random)}"


def has_form(token: str) -> bool:
    """Tell whether *token* could have been issued: a mistyped one, or one cut off, could not, and is not looked for."""
    found = _FORM.fullmatch(token)
    return found is not None and _checksum(found[1]) == found[2]


def digest(token: str) -> bytes:
    """Return what *token* is stored and found by. 256 random bits need neither salt nor pepper."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()


def _checksum(random: str) -> str:
    return f"{zlib.crc32(random.encode()):08x}"
