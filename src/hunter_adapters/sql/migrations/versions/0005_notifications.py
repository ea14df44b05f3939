"""What hunters are told: quiet hours, agendas, push targets, and notifications that are taken back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from hunter_adapters.sql import column_types as types

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_UNSENT: dict[str, Any] = {
    "postgresql_where": sa.text("NOT is_sent AND deleted_at IS NULL"),
    "sqlite_where": sa.text("is_sent = 0 AND deleted_at IS NULL"),
}
_SHOWN: dict[str, Any] = {
    "postgresql_where": sa.text("is_sent AND deleted_at IS NULL"),
    "sqlite_where": sa.text("is_sent = 1 AND deleted_at IS NULL"),
}
_UNREAD: dict[str, Any] = {
    "postgresql_where": sa.text("is_sent AND deleted_at IS NULL AND NOT is_read"),
    "sqlite_where": sa.text("is_sent = 1 AND deleted_at IS NULL AND is_read = 0"),
}
_EXPECTED: dict[str, Any] = {
    "postgresql_where": sa.text("next_at IS NOT NULL"),
    "sqlite_where": sa.text("next_at IS NOT NULL"),
}
_WAITING: dict[str, Any] = {
    "postgresql_where": sa.text("sent_at IS NULL AND parked_at IS NULL"),
    "sqlite_where": sa.text("sent_at IS NULL AND parked_at IS NULL"),
}
_PARKED: dict[str, Any] = {
    "postgresql_where": sa.text("parked_at IS NOT NULL"),
    "sqlite_where": sa.text("parked_at IS NOT NULL"),
}


def upgrade() -> None:
    op.add_column("hunter_settings", sa.Column("quiet_hours", types.Json(), nullable=True))
    op.add_column("notifications", sa.Column("deleted_at", types.Instant(), nullable=True))
    op.drop_index("ix_notifications_pending", table_name="notifications")
    op.drop_index("ix_notifications_unread", table_name="notifications")
    op.create_index("ix_notifications_pending", "notifications", ["scheduled_for"], unique=False, **_UNSENT)
    op.create_index(
        "ix_notifications_shown",
        "notifications",
        ["hunter_id", "sent_at", "created_at", "id"],
        unique=False,
        **_SHOWN,
    )
    op.create_index("ix_notifications_unread", "notifications", ["hunter_id", "id"], unique=False, **_UNREAD)
    op.create_index(op.f("ix_notifications_created_at"), "notifications", ["created_at"], unique=False)
    op.create_table(
        "agendas",
        sa.Column("hunter_id", types.Id(), nullable=False),
        sa.Column("looked_until", types.Instant(), nullable=False),
        sa.Column("next_at", types.Instant(), nullable=True),
        sa.Column("broken_after", types.Day(), nullable=True),
        sa.ForeignKeyConstraint(
            ["hunter_id"], ["hunters.id"], name=op.f("fk_agendas_hunter_id_hunters"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("hunter_id", name=op.f("pk_agendas")),
    )
    op.create_index("ix_agendas_next_at", "agendas", ["next_at", "hunter_id"], unique=False, **_EXPECTED)
    op.create_table(
        "push_targets",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("hunter_id", types.Id(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("shown", sa.String(length=100), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("next_at", types.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["hunter_id"], ["hunters.id"], name=op.f("fk_push_targets_hunter_id_hunters"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_targets")),
    )
    op.create_index(op.f("ix_push_targets_hunter_id_id"), "push_targets", ["hunter_id", "id"], unique=False)
    op.create_index("ix_push_targets_next_at", "push_targets", ["next_at", "id"], unique=False, **_EXPECTED)
    op.create_table(
        "push_deliveries",
        sa.Column("target_id", types.Id(), nullable=False),
        sa.Column("notification_id", types.Id(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("queued_at", types.Instant(), nullable=False),
        sa.Column("due_at", types.Instant(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sent_at", types.Instant(), nullable=True),
        sa.Column("parked_at", types.Instant(), nullable=True),
        sa.Column("last_error", sa.String(length=200), nullable=True),
        sa.CheckConstraint("tries >= 0", name=op.f("ck_push_deliveries_tries")),
        sa.ForeignKeyConstraint(
            ["notification_id"],
            ["notifications.id"],
            name=op.f("fk_push_deliveries_notification_id_notifications"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["target_id"],
            ["push_targets.id"],
            name=op.f("fk_push_deliveries_target_id_push_targets"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("target_id", "notification_id", name=op.f("pk_push_deliveries")),
    )
    op.create_index(
        "ix_push_deliveries_heads",
        "push_deliveries",
        ["target_id", "queued_at", "created_at", "notification_id"],
        unique=False,
        **_WAITING,
    )
    op.create_index(
        op.f("ix_push_deliveries_notification_id"), "push_deliveries", ["notification_id"], unique=False
    )
    op.create_index("ix_push_deliveries_parked", "push_deliveries", ["parked_at"], unique=False, **_PARKED)
    _expect_something()


def _expect_something() -> None:
    """Let somebody look, once, at every hunter who may have something due: reminders, a streak, a digest."""
    now = sa.bindparam("now", datetime.now(UTC), type_=types.Instant())
    op.execute(
        sa.text(
            "INSERT INTO agendas (hunter_id, looked_until, next_at) SELECT id, :now, :now FROM hunters "
            "WHERE streak > 0 OR EXISTS (SELECT 1 FROM quests WHERE quests.hunter_id = hunters.id "
            "AND reminder_time IS NOT NULL) OR EXISTS (SELECT 1 FROM hunter_settings "
            "WHERE hunter_settings.hunter_id = hunters.id AND daily_digest)"
        ).bindparams(now)
    )


def downgrade() -> None:
    for table in ("push_deliveries", "push_targets", "agendas"):
        op.drop_table(table)
    for name in ("created_at", "unread", "shown", "pending"):
        op.drop_index(f"ix_notifications_{name}", table_name="notifications")
    # Nobody could tell any more that these were removed, or that these are not to be shown yet.
    op.execute(sa.text("DELETE FROM notifications WHERE deleted_at IS NOT NULL"))
    op.drop_column("notifications", "deleted_at")
    op.create_index(
        "ix_notifications_pending",
        "notifications",
        ["scheduled_for"],
        unique=False,
        postgresql_where=sa.text("NOT is_sent"),
        sqlite_where=sa.text("is_sent = 0"),
    )
    op.create_index(
        "ix_notifications_unread",
        "notifications",
        ["hunter_id", "id"],
        unique=False,
        postgresql_where=sa.text("NOT is_read"),
        sqlite_where=sa.text("is_read = 0"),
    )
    op.drop_column("hunter_settings", "quiet_hours")
