"""Scores on the boards, counted from the ledger, and what changed last: an index, and who is gone altogether."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from alembic import op

from hunter_adapters.sql import column_types as types

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_BATCH = 5_000


def upgrade() -> None:
    op.drop_index("ix_hunters_board", table_name="hunters")
    op.create_index("ix_hunters_updated_at", "hunters", ["updated_at"], unique=False)
    scores = op.create_table(
        "board_scores",
        sa.Column("hunter_id", types.Id(), nullable=False),
        sa.Column("window_name", sa.String(length=10), nullable=False),
        sa.Column("xp", sa.BigInteger(), nullable=False),
        sa.Column("reached_at", types.Instant(), nullable=False),
        sa.Column("is_shown", sa.Boolean(), nullable=False),
        sa.CheckConstraint("xp >= 0", name=op.f("ck_board_scores_xp")),
        sa.ForeignKeyConstraint(
            ["hunter_id"],
            ["hunters.id"],
            name=op.f("fk_board_scores_hunter_id_hunters"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("hunter_id", "window_name", name=op.f("pk_board_scores")),
    )
    _fill(scores)
    op.create_table(
        "erased_hunters",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("erased_at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erased_hunters")),
    )
    op.create_index(op.f("ix_erased_hunters_erased_at"), "erased_hunters", ["erased_at"], unique=False)
    op.create_index(
        "ix_board_scores_order",
        "board_scores",
        ["window_name", sa.literal_column("xp DESC"), "reached_at", "hunter_id"],
        unique=False,
        postgresql_where=sa.text("is_shown"),
        sqlite_where=sa.text("is_shown = 1"),
    )


def _fill(scores: sa.Table) -> None:
    connection = op.get_bind()
    rows = _rows(connection)
    while batch := [row for row, _ in zip(rows, range(_BATCH), strict=False)]:
        connection.execute(scores.insert(), batch)


def _rows(connection: sa.Connection) -> Iterator[dict[str, Any]]:
    """Yield every hunter's scores: of all time from the hunter's row, of windows from the entries that stand."""
    hunters = _table("hunters", "id", "is_active", "total_xp", "xp_reached_at")
    settings = _table("hunter_settings", "hunter_id", "show_on_leaderboard", "profile_visibility")
    entries = _table("xp_entries", "id", "hunter_id", "seq", "kind", "source_id", "amount", "recorded_at")
    of_hunters = (
        sa.select(hunters, settings.c.show_on_leaderboard, settings.c.profile_visibility)
        .join_from(hunters, settings, settings.c.hunter_id == hunters.c.id, isouter=True)
        .order_by(hunters.c.id)
    )
    of_entries = sa.select(entries).order_by(entries.c.hunter_id, entries.c.seq)
    # Fetched before anything is inserted through the same connection.
    told = connection.execute(of_hunters).all()
    lines = connection.execute(of_entries).all()
    ledgers = {hunter_id: list(group) for hunter_id, group in groupby(lines, lambda line: line.hunter_id)}
    for hunter in told:
        shown = bool(
            hunter.is_active and hunter.show_on_leaderboard and hunter.profile_visibility == "public"
        )
        counted = _counted(ledgers.get(hunter.id, ()))
        counted["all"] = (hunter.total_xp, hunter.xp_reached_at or _BEGINNING)
        for window, (xp, reached_at) in counted.items():
            yield {
                "hunter_id": hunter.id,
                "window_name": window,
                "xp": xp,
                "reached_at": reached_at,
                "is_shown": shown,
            }


def _counted(lines: Any) -> dict[str, tuple[int, datetime]]:
    standing: dict[Any, tuple[datetime, int]] = {}
    for line in lines:
        if line.kind == "REVERSAL":
            standing.pop(line.source_id, None)
        elif line.amount:
            standing[line.id] = (line.recorded_at, line.amount)
    found: dict[str, tuple[int, datetime]] = {}
    for at, amount in standing.values():
        day = at.astimezone(UTC).date()
        year, week, _ = day.isocalendar()
        for window in (day.isoformat(), f"{year:04d}-W{week:02d}", f"{day.year:04d}-{day.month:02d}"):
            found[window] = (found.get(window, (0, at))[0] + amount, at)
    return found


def _table(name: str, *columns: str) -> Any:
    kinds: dict[str, Any] = {
        "id": types.Id(),
        "hunter_id": types.Id(),
        "source_id": types.Id(),
        "recorded_at": types.Instant(),
        "xp_reached_at": types.Instant(),
        "is_active": sa.Boolean(),
        "show_on_leaderboard": sa.Boolean(),
    }
    return sa.table(name, *(sa.column(each, kinds.get(each)) for each in columns))


def downgrade() -> None:
    op.drop_table("erased_hunters")
    op.drop_index("ix_board_scores_order", table_name="board_scores")
    op.drop_table("board_scores")
    op.drop_index("ix_hunters_updated_at", table_name="hunters")
    op.create_index(
        "ix_hunters_board",
        "hunters",
        [sa.literal_column("total_xp DESC"), "xp_reached_at", "id"],
        unique=False,
        postgresql_where=sa.text("is_active"),
        sqlite_where=sa.text("is_active = 1"),
    )
