"""What trusted accounts need: mails, codes that can be derived again, second factors, API tokens, fresh proofs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hunter_adapters.sql import column_types as types

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_LEAVING = sa.text("delete_at IS NOT NULL")
_BLOCKS = sa.text("blocker_id IS NOT NULL")
_ENDED = sa.text("revoked_at IS NOT NULL")
_SENT = sa.text("sent_at IS NOT NULL")
_PARKED = sa.text("parked_at IS NOT NULL")
_WAITING = sa.text("sent_at IS NULL AND parked_at IS NULL")
_PURPOSES = ("VERIFY_EMAIL", "CHANGE_EMAIL", "RESET_PASSWORD", "OAUTH_STATE", "OAUTH_EXCHANGE", "TWO_FACTOR")
_OLD_PURPOSES = ("VERIFY_EMAIL", "RESET_PASSWORD", "OAUTH_STATE", "OAUTH_EXCHANGE")
_TEMPLATES = (
    "VERIFY_EMAIL",
    "ALREADY_REGISTERED",
    "RESET_PASSWORD",
    "PASSWORD_CHANGED",
    "CHANGE_EMAIL",
    "EMAIL_CHANGE_ASKED",
    "EMAIL_CHANGED",
    "ADDRESS_WANTED",
    "TOO_MANY_ATTEMPTS",
    "SESSION_REVOKED",
    "TWO_FACTOR_ON",
    "TWO_FACTOR_OFF",
    "RECOVERY_CODE_USED",
    "IDENTITY_LINKED",
    "IDENTITY_UNLINKED",
    "API_TOKEN_CREATED",
    "WEBHOOK_ADDED",
    "WEBHOOK_SECRET_CHANGED",
    "PUSH_TARGET_ADDED",
    "DELETION_PLANNED",
    "DELETION_CANCELLED",
    "DEACTIVATED",
    "REACTIVATED",
    "NOTIFICATION",
    "DAILY_DIGEST",
)


def upgrade() -> None:
    op.add_column("accounts", sa.Column("delete_at", types.Instant(), nullable=True))
    op.create_index(
        "ix_accounts_delete_at",
        "accounts",
        ["delete_at"],
        unique=False,
        postgresql_where=_LEAVING,
        sqlite_where=_LEAVING,
    )
    op.add_column("accounts", sa.Column("deactivated_at", types.Instant(), nullable=True))
    op.add_column("accounts", sa.Column("erased_at", types.Instant(), nullable=True))
    op.execute(sa.text("UPDATE accounts SET deactivated_at = updated_at WHERE NOT is_active"))
    op.add_column("sessions", sa.Column("authenticated_at", types.Instant(), nullable=True))
    op.add_column("sessions", sa.Column("stepped_up_at", types.Instant(), nullable=True))
    op.add_column("sessions", sa.Column("earlier", sa.Text(), nullable=True))
    # A session that was opened before proves what its sign-in proved, when it was opened.
    op.execute("UPDATE sessions SET authenticated_at = created_at")
    with op.batch_alter_table("sessions", copy_from=_sessions()) as sessions:
        sessions.alter_column("authenticated_at", existing_type=types.Instant(), nullable=False)
    op.create_index(
        "ix_sessions_revoked_at",
        "sessions",
        ["revoked_at"],
        unique=False,
        postgresql_where=_ENDED,
        sqlite_where=_ENDED,
    )
    # Nothing has been written to it yet.
    op.drop_table("one_time_codes")
    _create_codes(
        _PURPOSES,
        sa.Column("salt", sa.LargeBinary(length=16), nullable=False),
        sa.Column("details", sa.Text(), nullable=True),
    )
    op.create_table(
        "mails",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("account_id", types.Id(), nullable=True),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("address_key", sa.String(length=508), nullable=False),
        sa.Column("template", sa.String(length=24), nullable=False),
        sa.Column("code_id", types.Id(), nullable=True),
        sa.Column("notification_id", types.Id(), nullable=True),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("due_at", types.Instant(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sent_at", types.Instant(), nullable=True),
        sa.Column("parked_at", types.Instant(), nullable=True),
        sa.Column("last_error", sa.String(length=200), nullable=True),
        _one_of("mails", "template", _TEMPLATES),
        sa.CheckConstraint("tries >= 0", name=op.f("ck_mails_tries")),
        _owned("mails"),
        sa.ForeignKeyConstraint(
            ["code_id"],
            ["one_time_codes.id"],
            name=op.f("fk_mails_code_id_one_time_codes"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["notification_id"],
            ["notifications.id"],
            name=op.f("fk_mails_notification_id_notifications"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mails")),
    )
    op.create_index(
        "ix_mails_waiting",
        "mails",
        ["due_at"],
        unique=False,
        postgresql_where=_WAITING,
        sqlite_where=_WAITING,
    )
    op.create_index(
        "ix_mails_sent", "mails", ["sent_at"], unique=False, postgresql_where=_SENT, sqlite_where=_SENT
    )
    op.create_index(
        "ix_mails_parked",
        "mails",
        ["parked_at"],
        unique=False,
        postgresql_where=_PARKED,
        sqlite_where=_PARKED,
    )
    op.create_index(op.f("ix_mails_address_key_template"), "mails", ["address_key", "template"], unique=False)
    op.create_index(op.f("ix_mails_account_id"), "mails", ["account_id"], unique=False)
    op.create_index(op.f("ix_mails_code_id"), "mails", ["code_id"], unique=False)
    op.create_index(op.f("ix_mails_notification_id"), "mails", ["notification_id"], unique=False)
    op.create_table(
        "password_checks",
        sa.Column("subject", sa.LargeBinary(length=32), nullable=False),
        sa.Column("moments", sa.Text(), nullable=False),
        sa.Column("last_at", types.Instant(), nullable=False),
        sa.Column("told_at", types.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_password_checks")),
    )
    op.create_index(op.f("ix_password_checks_last_at"), "password_checks", ["last_at"], unique=False)
    op.create_table(
        "two_factor",
        sa.Column("account_id", types.Id(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("confirmed_at", types.Instant(), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=True),
        sa.Column("wrong_at_sign_in", sa.Text(), nullable=False),
        sa.Column("wrong_in_session", sa.Text(), nullable=False),
        _owned("two_factor"),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_two_factor")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("account_id", types.Id(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("used_at", types.Instant(), nullable=True),
        _owned("recovery_codes"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_codes")),
        sa.UniqueConstraint("account_id", "code_hash", name=op.f("uq_recovery_codes_account_id_code_hash")),
    )
    op.create_table(
        "api_tokens",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("account_id", types.Id(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("scope", sa.String(length=24), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("expires_at", types.Instant(), nullable=False),
        sa.Column("last_used_at", types.Instant(), nullable=True),
        sa.Column("revoked_at", types.Instant(), nullable=True),
        _one_of("api_tokens", "scope", ("READ", "WRITE")),
        _owned("api_tokens"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_tokens_token_hash")),
    )
    op.create_index(op.f("ix_api_tokens_account_id_id"), "api_tokens", ["account_id", "id"], unique=False)
    op.create_index(op.f("ix_api_tokens_expires_at"), "api_tokens", ["expires_at"], unique=False)
    # What points to a hunter is found without a look at every row, when the hunter is erased.
    op.create_index(op.f("ix_friendships_requester_id"), "friendships", ["requester_id"], unique=False)
    op.create_index(
        "ix_friendships_blocker_id",
        "friendships",
        ["blocker_id"],
        unique=False,
        postgresql_where=_BLOCKS,
        sqlite_where=_BLOCKS,
    )
    op.create_index(op.f("ix_guilds_owner_id"), "guilds", ["owner_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_guilds_owner_id"), table_name="guilds")
    op.drop_index("ix_friendships_blocker_id", table_name="friendships")
    op.drop_index(op.f("ix_friendships_requester_id"), table_name="friendships")
    op.drop_index("ix_sessions_revoked_at", table_name="sessions")
    for table in ("api_tokens", "recovery_codes", "two_factor", "password_checks", "mails", "one_time_codes"):
        op.drop_table(table)
    _create_codes(_OLD_PURPOSES)
    with op.batch_alter_table("sessions", copy_from=_sessions()) as sessions:
        sessions.drop_column("earlier")
        sessions.drop_column("stepped_up_at")
        sessions.drop_column("authenticated_at")
    op.drop_index("ix_accounts_delete_at", table_name="accounts")
    op.drop_column("accounts", "erased_at")
    op.drop_column("accounts", "deactivated_at")
    op.drop_column("accounts", "delete_at")


def _create_codes(purposes: tuple[str, ...], *more: sa.Column[str] | sa.Column[bytes]) -> None:
    op.create_table(
        "one_time_codes",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("account_id", types.Id(), nullable=True),
        sa.Column("purpose", sa.String(length=24), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        *more,
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("expires_at", types.Instant(), nullable=False),
        sa.Column("used_at", types.Instant(), nullable=True),
        _one_of("one_time_codes", "purpose", purposes),
        _owned("one_time_codes"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_codes")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_one_time_codes_code_hash")),
    )
    op.create_index(op.f("ix_one_time_codes_account_id"), "one_time_codes", ["account_id"], unique=False)
    op.create_index(op.f("ix_one_time_codes_expires_at"), "one_time_codes", ["expires_at"], unique=False)


def _owned(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["account_id"], ["accounts.id"], name=op.f(f"fk_{table}_account_id_accounts"), ondelete="CASCADE"
    )


def _one_of(table: str, column: str, words: tuple[str, ...]) -> sa.CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(f"ck_{table}_{column}"))


def _sessions() -> sa.Table:
    """Return the table as it is between the two steps: SQLite changes a column by making the table anew."""
    return sa.Table(
        "sessions",
        sa.MetaData(),
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("account_id", types.Id(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=False),
        sa.Column("rotated_at", types.Instant(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("expires_at", types.Instant(), nullable=False),
        sa.Column("last_used_at", types.Instant(), nullable=False),
        sa.Column("revoked_at", types.Instant(), nullable=True),
        sa.Column("device", sa.String(length=200), nullable=True),
        sa.Column("address", sa.String(length=45), nullable=True),
        sa.Column("authenticated_at", types.Instant(), nullable=True),
        sa.Column("stepped_up_at", types.Instant(), nullable=True),
        sa.Column("earlier", sa.Text(), nullable=True),
        sa.CheckConstraint("generation >= 0", name=op.f("ck_sessions_generation")),
        _owned("sessions"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.Index(op.f("ix_sessions_account_id_id"), "account_id", "id"),
        sa.Index(op.f("ix_sessions_expires_at"), "expires_at"),
    )
