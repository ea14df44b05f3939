"""Who signs in: accounts, their identities elsewhere, sessions, one-time codes and answered requests (SPEC 5)."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Boolean, Column, Index, LargeBinary, SmallInteger, String, Table, UniqueConstraint

from hunter_adapters.sql.tables.base import (
    at_least,
    between,
    id_column,
    instant,
    metadata,
    one_of,
    owner,
    whole,
    word,
)
from hunter_core.accounts.account import Role
from hunter_core.accounts.session import LONGEST_ADDRESS, LONGEST_DEVICE
from hunter_core.keys import LONGEST_KEY


class CodePurpose(StrEnum):
    """What a one-time code proves or opens (SPEC 5)."""

    VERIFY_EMAIL = "VERIFY_EMAIL"
    RESET_PASSWORD = "RESET_PASSWORD"  # noqa: S105 - the name of a purpose
    OAUTH_STATE = "OAUTH_STATE"
    OAUTH_EXCHANGE = "OAUTH_EXCHANGE"


accounts = Table(
    "accounts",
    metadata,
    id_column(),
    Column("email", String(254), nullable=False),
    Column("email_key", String(508), nullable=False),
    Column("password_hash", String(200)),
    word("role", Role),
    Column("is_verified", Boolean, nullable=False),
    Column("is_active", Boolean, nullable=False),
    instant("last_login", nullable=True),
    instant("created_at"),
    instant("updated_at"),
    one_of("role", Role),
    UniqueConstraint("email_key"),
)

identities = Table(
    "identities",
    metadata,
    id_column(),
    owner("accounts", "account_id"),
    Column("issuer", String(255), nullable=False),
    Column("subject", String(255), nullable=False),
    Column("email", String(254)),
    instant("created_at"),
    UniqueConstraint("issuer", "subject"),
)
Index(None, identities.c.account_id)

sessions = Table(
    "sessions",
    metadata,
    id_column(),
    owner("accounts", "account_id"),
    whole("generation"),
    Column("salt", LargeBinary(16), nullable=False),
    instant("rotated_at"),
    instant("created_at"),
    instant("expires_at"),
    instant("last_used_at"),
    instant("revoked_at", nullable=True),
    Column("device", String(LONGEST_DEVICE)),
    Column("address", String(LONGEST_ADDRESS)),
    *at_least(0, "generation"),
)
# The sessions of an account; an id is a UUIDv7, so the newest come last.
Index(None, sessions.c.account_id, sessions.c.id)
# What the purge of expired rows looks for.
Index(None, sessions.c.expires_at)

one_time_codes = Table(
    "one_time_codes",
    metadata,
    id_column(),
    owner("accounts", "account_id", nullable=True),
    word("purpose", CodePurpose),
    Column("code_hash", LargeBinary(32), nullable=False),
    instant("created_at"),
    instant("expires_at"),
    instant("used_at", nullable=True),
    one_of("purpose", CodePurpose),
    UniqueConstraint("code_hash"),
)
Index(None, one_time_codes.c.account_id)
Index(None, one_time_codes.c.expires_at)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    owner("accounts", "account_id", primary_key=True),
    Column("key", String(LONGEST_KEY), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    whole("status", SmallInteger),
    Column("body", LargeBinary, nullable=False),
    instant("stored_at"),
    between("status", 200, 299),
)
# What the purge of expired rows looks for.
Index(None, idempotency_keys.c.stored_at)

meta = Table(
    "meta",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", String(255), nullable=False),
)
"""What the database knows of itself, such as the hash of the rulebook that it was last used under."""
