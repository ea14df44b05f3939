"""Who signs in: accounts, their identities elsewhere, sessions, one-time codes and answered requests (SPEC 5)."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

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
from hunter_core.accounts.api_token import LONGEST_TOKEN_NAME, Scope
from hunter_core.accounts.code import CodePurpose
from hunter_core.accounts.identity import LONGEST_ISSUER, LONGEST_SUBJECT
from hunter_core.accounts.session import LONGEST_ADDRESS, LONGEST_DEVICE
from hunter_core.keys import LONGEST_KEY
from hunter_core.mail.mail import LONGEST_ERROR, MailTemplate

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
    # When the account is erased; nothing while nobody asked for it.
    instant("delete_at", nullable=True),
    # When an admin took it out of use; nothing while none has.
    instant("deactivated_at", nullable=True),
    # When its rows began to go, a few at a time; from then on nothing of it is shown.
    instant("erased_at", nullable=True),
    one_of("role", Role),
    UniqueConstraint("email_key"),
)
_leaving = accounts.c.delete_at.is_not(None)
Index("ix_accounts_delete_at", accounts.c.delete_at, postgresql_where=_leaving, sqlite_where=_leaving)

identities = Table(
    "identities",
    metadata,
    id_column(),
    owner("accounts", "account_id"),
    Column("issuer", String(LONGEST_ISSUER), nullable=False),
    Column("subject", String(LONGEST_SUBJECT), nullable=False),
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
    instant("authenticated_at"),
    instant("stepped_up_at", nullable=True),
    # When the generations began whose tokens still have their grace (`moments`); nothing where none has.
    Column("earlier", Text),
    *at_least(0, "generation"),
)
# The sessions of an account; an id is a UUIDv7, so the newest come last.
Index(None, sessions.c.account_id, sessions.c.id)
# What the purge of expired rows looks for.
Index(None, sessions.c.expires_at)
_ended = sessions.c.revoked_at.is_not(None)
Index("ix_sessions_revoked_at", sessions.c.revoked_at, postgresql_where=_ended, sqlite_where=_ended)

one_time_codes = Table(
    "one_time_codes",
    metadata,
    id_column(),
    owner("accounts", "account_id", nullable=True),
    word("purpose", CodePurpose),
    Column("code_hash", LargeBinary(32), nullable=False),
    # With a key that the database has not, the code can be derived again when its mail is sent.
    Column("salt", LargeBinary(16), nullable=False),
    # What goes with it and is no secret, as JSON: the new address of CHANGE_EMAIL, the way back of a sign-in.
    Column("details", Text),
    instant("created_at"),
    instant("expires_at"),
    instant("used_at", nullable=True),
    one_of("purpose", CodePurpose),
    UniqueConstraint("code_hash"),
)
Index(None, one_time_codes.c.account_id)
Index(None, one_time_codes.c.expires_at)

mails = Table(
    "mails",
    metadata,
    id_column(),
    owner("accounts", "account_id", nullable=True),
    Column("recipient", String(254), nullable=False),
    # The same, lower-cased: how many mails an address is sent is counted by it.
    Column("address_key", String(508), nullable=False),
    word("template", MailTemplate),
    owner("one_time_codes", "code_id", nullable=True),
    # Before each attempt it is asked whether this may still leave.
    owner("notifications", "notification_id", nullable=True),
    # What the template tells beside the code, as JSON; never a secret.
    Column("details", Text, nullable=False),
    instant("created_at"),
    instant("due_at"),
    whole("tries"),
    instant("sent_at", nullable=True),
    instant("parked_at", nullable=True),
    Column("last_error", String(LONGEST_ERROR)),
    one_of("template", MailTemplate),
    *at_least(0, "tries"),
)
_waiting = mails.c.sent_at.is_(None) & mails.c.parked_at.is_(None)
Index("ix_mails_waiting", mails.c.due_at, postgresql_where=_waiting, sqlite_where=_waiting)
_sent = mails.c.sent_at.is_not(None)
Index("ix_mails_sent", mails.c.sent_at, postgresql_where=_sent, sqlite_where=_sent)
_parked = mails.c.parked_at.is_not(None)
Index("ix_mails_parked", mails.c.parked_at, postgresql_where=_parked, sqlite_where=_parked)
Index(None, mails.c.address_key, mails.c.template)
Index(None, mails.c.account_id)
Index(None, mails.c.code_id)
Index(None, mails.c.notification_id)

password_checks = Table(
    "password_checks",
    metadata,
    # A keyed hash of the lower-cased address, so that an address without an account is counted like any other.
    Column("subject", LargeBinary(32), primary_key=True),
    # The moments of the checks that still count (`moments`).
    Column("moments", Text, nullable=False),
    instant("last_at"),
    # When the owner was last told that there were too many.
    instant("told_at", nullable=True),
)
Index(None, password_checks.c.last_at)

two_factor = Table(
    "two_factor",
    metadata,
    owner("accounts", "account_id", primary_key=True),
    # Encrypted under a key that the database has not.
    Column("secret", LargeBinary, nullable=False),
    instant("created_at"),
    instant("confirmed_at", nullable=True),
    # The last time step (RFC 6238) that a code was taken for: none is taken twice.
    whole("last_step", BigInteger, nullable=True),
    # The moments of the wrong codes that still count, as JSON lists: at sign-in, and of those who are signed in.
    Column("wrong_at_sign_in", Text, nullable=False),
    Column("wrong_in_session", Text, nullable=False),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    id_column(),
    owner("accounts", "account_id"),
    Column("code_hash", LargeBinary(32), nullable=False),
    instant("created_at"),
    instant("used_at", nullable=True),
    UniqueConstraint("account_id", "code_hash"),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    id_column(),
    owner("accounts", "account_id"),
    Column("name", String(LONGEST_TOKEN_NAME), nullable=False),
    word("scope", Scope),
    Column("token_hash", LargeBinary(32), nullable=False),
    instant("created_at"),
    instant("expires_at"),
    instant("last_used_at", nullable=True),
    instant("revoked_at", nullable=True),
    one_of("scope", Scope),
    UniqueConstraint("token_hash"),
)
Index(None, api_tokens.c.account_id, api_tokens.c.id)
Index(None, api_tokens.c.expires_at)

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
