"""One-time codes: what is mailed or handed through a browser once, and proves or opens one thing (SPEC 5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from hunter_core.ids import AccountId, CodeId

SALT_BYTES = 16


class CodePurpose(StrEnum):
    """What a one-time code proves or opens (SPEC 5)."""

    VERIFY_EMAIL = "VERIFY_EMAIL"
    CHANGE_EMAIL = "CHANGE_EMAIL"
    RESET_PASSWORD = "RESET_PASSWORD"  # noqa: S105 - the name of a purpose
    OAUTH_STATE = "OAUTH_STATE"
    OAUTH_EXCHANGE = "OAUTH_EXCHANGE"
    TWO_FACTOR = "TWO_FACTOR"


LASTS = MappingProxyType(
    {
        CodePurpose.VERIFY_EMAIL: timedelta(hours=24),
        CodePurpose.CHANGE_EMAIL: timedelta(hours=24),
        CodePurpose.RESET_PASSWORD: timedelta(minutes=10),
        CodePurpose.OAUTH_STATE: timedelta(minutes=10),
        CodePurpose.OAUTH_EXCHANGE: timedelta(seconds=60),
        CodePurpose.TWO_FACTOR: timedelta(minutes=5),
    }
)
"""How long a code of each purpose is good (SPEC 5; where it is silent, as short as the way takes)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OneTimeCode:
    """
    A code as stored: not the code.

    The code itself is a keyed hash of id, purpose and salt, under a key that the database has not, so it can
    be derived again when its mail is sent, and nothing usable is stored meanwhile.

    Attributes:
        account_id: Whose it is; None where there is no account yet (a sign-in with a provider).
        code_hash: SHA-256 of the code: what it is found by.
        details: What goes with it and is no secret.
        used_at: When it was used; it is good once.
    """

    id: CodeId
    account_id: AccountId | None
    purpose: CodePurpose
    code_hash: bytes
    salt: bytes
    details: Mapping[str, str] = field(default_factory=dict)
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None

    def is_good(self, purpose: CodePurpose, now: datetime) -> bool:
        """Tell whether the code may be used at *now* for *purpose*."""
        return self.purpose is purpose and self.used_at is None and now < self.expires_at
