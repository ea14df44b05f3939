"""Webhooks, and a queue for each."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from hunter_adapters.sql import column_types as types

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_WAITING: dict[str, Any] = {
    "postgresql_where": sa.text("delivered_at IS NULL AND given_up_at IS NULL"),
    "sqlite_where": sa.text("delivered_at IS NULL AND given_up_at IS NULL"),
}
_HAS_TURN: dict[str, Any] = {
    "postgresql_where": sa.text("is_active AND next_at IS NOT NULL"),
    "sqlite_where": sa.text("is_active = 1 AND next_at IS NOT NULL"),
}
_GIVEN_UP: dict[str, Any] = {
    "postgresql_where": sa.text("given_up_at IS NOT NULL"),
    "sqlite_where": sa.text("given_up_at IS NOT NULL"),
}


def upgrade() -> None:
    op.create_table(
        "webhooks",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("hunter_id", types.Id(), nullable=False),
        sa.Column("sealed_url", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_old_secret", sa.LargeBinary(), nullable=True),
        sa.Column("old_secret_until", types.Instant(), nullable=True),
        sa.Column("shown", sa.String(length=120), nullable=False),
        sa.Column("events", types.Json(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("disabled_at", types.Instant(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", types.Instant(), nullable=True),
        sa.Column("last_at", types.Instant(), nullable=True),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("last_error", sa.String(length=200), nullable=True),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("updated_at", types.Instant(), nullable=False),
        sa.Column("next_at", types.Instant(), nullable=True),
        sa.CheckConstraint("failures >= 0", name=op.f("ck_webhooks_failures")),
        sa.CheckConstraint("disabled_at IS NULL OR NOT is_active", name=op.f("ck_webhooks_disabled_at")),
        sa.ForeignKeyConstraint(
            ["hunter_id"], ["hunters.id"], name=op.f("fk_webhooks_hunter_id_hunters"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks")),
    )
    op.create_index(op.f("ix_webhooks_hunter_id_id"), "webhooks", ["hunter_id", "id"], unique=False)
    op.create_index("ix_webhooks_next_at", "webhooks", ["next_at", "id"], unique=False, **_HAS_TURN)
    op.create_table(
        "webhook_deliveries",
        sa.Column("webhook_id", types.Id(), nullable=False),
        sa.Column("event_id", types.Id(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("at", types.Instant(), nullable=False),
        sa.Column("data", types.Json(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("due_at", types.Instant(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("delivered_at", types.Instant(), nullable=True),
        sa.Column("given_up_at", types.Instant(), nullable=True),
        sa.Column("last_error", sa.String(length=200), nullable=True),
        sa.CheckConstraint("seq >= 0", name=op.f("ck_webhook_deliveries_seq")),
        sa.CheckConstraint("tries >= 0", name=op.f("ck_webhook_deliveries_tries")),
        sa.CheckConstraint(
            "delivered_at IS NULL OR given_up_at IS NULL", name=op.f("ck_webhook_deliveries_state")
        ),
        sa.ForeignKeyConstraint(
            ["webhook_id"],
            ["webhooks.id"],
            name=op.f("fk_webhook_deliveries_webhook_id_webhooks"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("webhook_id", "event_id", name=op.f("pk_webhook_deliveries")),
    )
    op.create_index(
        "ix_webhook_deliveries_heads",
        "webhook_deliveries",
        ["webhook_id", "seq", "event_id"],
        unique=False,
        **_WAITING,
    )
    op.create_index(
        "ix_webhook_deliveries_given_up", "webhook_deliveries", ["given_up_at"], unique=False, **_GIVEN_UP
    )
    op.create_index(
        op.f("ix_webhook_deliveries_webhook_id_created_at"),
        "webhook_deliveries",
        ["webhook_id", "created_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_webhook_deliveries_created_at"), "webhook_deliveries", ["created_at"], unique=False
    )


def downgrade() -> None:
    op.drop_table("webhook_deliveries")
    op.drop_table("webhooks")
