"""What goes out of the outbox: tries and parked events, heads of hunters, and tickets of live sockets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hunter_adapters.sql import column_types as types

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_NOT_RELAYED = sa.text("relayed_at IS NULL")
_PENDING = sa.text("relayed_at IS NULL AND parked_at IS NULL")
_PARKED = sa.text("parked_at IS NOT NULL")
_RELAYED = sa.text("relayed_at IS NOT NULL")
_BY_AT, _BY_HUNTER = ["at", "hunter_id", "seq"], ["hunter_id", "seq"]


def upgrade() -> None:
    op.drop_index("ix_outbox_pending", table_name="outbox")
    # SQLite adds a CHECK by making the table anew.
    with op.batch_alter_table("outbox", copy_from=_outbox()) as outbox:
        outbox.add_column(sa.Column("tries", sa.Integer(), nullable=True))
        outbox.add_column(sa.Column("try_at", types.Instant(), nullable=True))
        outbox.add_column(sa.Column("parked_at", types.Instant(), nullable=True))
        outbox.add_column(sa.Column("last_error", sa.String(length=500), nullable=True))
        outbox.create_check_constraint(op.f("ck_outbox_tries"), "tries >= 0")
    _create_index("ix_outbox_pending", _BY_AT, _PENDING)
    _create_index("ix_outbox_heads", _BY_HUNTER, _PENDING)
    _create_index("ix_outbox_parked", ["parked_at"], _PARKED)
    _create_index("ix_outbox_relayed", ["relayed_at", *_BY_HUNTER], _RELAYED)
    op.create_table(
        "live_tickets",
        sa.Column("ticket_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("session_id", types.Id(), nullable=False),
        sa.Column("expires_at", types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["sessions.id"],
            name=op.f("fk_live_tickets_session_id_sessions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("ticket_hash", name=op.f("pk_live_tickets")),
    )
    op.create_index(op.f("ix_live_tickets_session_id"), "live_tickets", ["session_id"], unique=False)
    op.create_index(op.f("ix_live_tickets_expires_at"), "live_tickets", ["expires_at"], unique=False)


def downgrade() -> None:
    op.drop_table("live_tickets")
    for name in ("relayed", "parked", "heads", "pending"):
        op.drop_index(f"ix_outbox_{name}", table_name="outbox")
    now = _outbox()
    now.append_column(sa.Column("tries", sa.Integer(), nullable=True))
    now.append_column(sa.Column("try_at", types.Instant(), nullable=True))
    now.append_column(sa.Column("parked_at", types.Instant(), nullable=True))
    now.append_column(sa.Column("last_error", sa.String(length=500), nullable=True))
    now.append_constraint(sa.CheckConstraint("tries >= 0", name=op.f("ck_outbox_tries")))
    with op.batch_alter_table("outbox", copy_from=now) as outbox:
        outbox.drop_constraint(op.f("ck_outbox_tries"), type_="check")
        for name in ("last_error", "parked_at", "try_at", "tries"):
            outbox.drop_column(name)
    _create_index("ix_outbox_pending", _BY_AT, _NOT_RELAYED)


def _create_index(name: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, "outbox", columns, unique=False, postgresql_where=where, sqlite_where=where)


def _outbox() -> sa.Table:
    """Return the table as it was, without its index."""
    return sa.Table(
        "outbox",
        sa.MetaData(),
        sa.Column("hunter_id", types.Id(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("at", types.Instant(), nullable=False),
        sa.Column("data", types.Json(), nullable=False),
        sa.Column("relayed_at", types.Instant(), nullable=True),
        sa.CheckConstraint("seq >= 1", name=op.f("ck_outbox_seq")),
        sa.ForeignKeyConstraint(
            ["hunter_id"], ["hunters.id"], name=op.f("fk_outbox_hunter_id_hunters"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("hunter_id", "seq", name=op.f("pk_outbox")),
    )
