"""The account: who signs in. The player of the same id is the hunter (SPEC 1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hunter_core.ids import AccountId


class Role(StrEnum):
    """What an account may do beyond its own affairs."""

    USER = "USER"
    ADMIN = "ADMIN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """
    An account as stored.

    Attributes:
        email: The address as it was sent.
        email_key: The same, lower-cased: no two accounts share one.
        password_hash: What `PasswordHasher.hash` made of the password; None for an account that signs in
            elsewhere (OAuth). Never the password.
        delete_at: When the account is erased, because its owner asked for it; None otherwise. Until then a
            sign-in takes that back.
        is_active: Whether anybody may act for it: neither an admin nor its owner's wish to leave is in the way.
        deactivated_at: When an admin took it out of use; None while none has. It tells the two apart.
        last_login: The last time that a password or a provider opened a session; None before the first.
    """

    id: AccountId
    email: str
    email_key: str
    password_hash: str | None
    role: Role = Role.USER
    is_verified: bool = False
    is_active: bool = True
    last_login: datetime | None = None
    created_at: datetime
    updated_at: datetime
    delete_at: datetime | None = None
    deactivated_at: datetime | None = None
