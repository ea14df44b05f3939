"""API tokens: named keys for scripts and home automation, shown once and stored as a hash (SPEC 5; issue 4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hunter_core.ids import AccountId, ApiTokenId

LONGEST_TOKEN_NAME = 60
"""Characters of the name that tells an owner's tokens apart."""


class Scope(StrEnum):
    """What a token may do: WRITE includes READ. Neither reaches what belongs to the account itself."""

    READ = "READ"
    WRITE = "WRITE"


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
