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
        erased_at: When its erasure began: its address and name are free, and its rows are going. None before.
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
    erased_at: datetime | None = None

    def may_be_taken_back(self, now: datetime) -> bool:
        """Tell whether a sign-in at *now* takes the owner's wish to leave back: in its grace, and not banned."""
        return self.delete_at is not None and now < self.delete_at and self.deactivated_at is None

    def may_be_entered(self, now: datetime) -> bool:
        """Tell whether its owner may come in: it is in use, or a sign-in at *now* makes it so again."""
        return self.is_active or self.may_be_taken_back(now)

    def is_gone(self, now: datetime) -> bool:
        """Tell whether the grace of a deletion is over: from then on nobody signs in, as if it was erased."""
        return self.delete_at is not None and now >= self.delete_at
