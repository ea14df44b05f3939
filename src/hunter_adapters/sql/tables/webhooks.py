"""Webhooks, and what is on its way to them (SPEC 6; issue 5, 5)."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, Index, LargeBinary, String, Table, and_

from hunter_adapters.sql.column_types import Id, Json
from hunter_adapters.sql.tables.base import at_least, id_column, instant, metadata, owner, whole
from hunter_core.webhooks.delivery import LONGEST_KIND
from hunter_core.webhooks.webhook import LONGEST_ERROR, LONGEST_SHOWN

webhooks = Table(
    "webhooks",
    metadata,
    id_column(),
    owner("hunters", "hunter_id"),
    # The path of many an address is a secret as good as the one that signs: both are sealed.
    Column("sealed_url", LargeBinary, nullable=False),
    Column("sealed_secret", LargeBinary, nullable=False),
    # While a secret is being changed, the one before signs, too.
    Column("sealed_old_secret", LargeBinary),
    instant("old_secret_until", nullable=True),
    Column("shown", String(LONGEST_SHOWN), nullable=False),
    Column("events", Json, nullable=False),
    Column("is_active", Boolean, nullable=False),
    instant("disabled_at", nullable=True),
    whole("failures"),
    instant("failing_since", nullable=True),
    instant("last_at", nullable=True),
    whole("last_status", nullable=True),
    Column("last_error", String(LONGEST_ERROR)),
    instant("created_at"),
    instant("updated_at"),
    # When the first that waits is due; NULL where nothing does. Whose turn it is, is found by it alone.
    instant("next_at", nullable=True),
    *at_least(0, "failures"),
    CheckConstraint("disabled_at IS NULL OR NOT is_active", name="disabled_at"),
)
Index(None, webhooks.c.hunter_id, webhooks.c.id)
_has_turn = and_(webhooks.c.is_active, webhooks.c.next_at.is_not(None))
Index(
    "ix_webhooks_next_at",
    webhooks.c.next_at,
    webhooks.c.id,
    postgresql_where=_has_turn,
    sqlite_where=_has_turn,
)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    owner("webhooks", "webhook_id", primary_key=True),
    # It follows from the event, so that an event is queued once; of no table of ours: events are purged.
    Column("event_id", Id, primary_key=True),
    whole("seq"),
    Column("kind", String(LONGEST_KIND), nullable=False),
    instant("at"),
    Column("data", Json, nullable=False),
    instant("created_at"),
    instant("due_at"),
    whole("tries"),
    whole("status", nullable=True),
    instant("delivered_at", nullable=True),
    instant("given_up_at", nullable=True),
    Column("last_error", String(LONGEST_ERROR)),
    *at_least(0, "seq", "tries"),
    CheckConstraint("delivered_at IS NULL OR given_up_at IS NULL", name="state"),
)
_waiting = and_(webhook_deliveries.c.delivered_at.is_(None), webhook_deliveries.c.given_up_at.is_(None))
# The first of each webhook: the others wait for it, and nobody else's do.
Index(
    "ix_webhook_deliveries_heads",
    webhook_deliveries.c.webhook_id,
    webhook_deliveries.c.seq,
    webhook_deliveries.c.event_id,
    postgresql_where=_waiting,
    sqlite_where=_waiting,
)
_given_up = webhook_deliveries.c.given_up_at.is_not(None)
Index(
    "ix_webhook_deliveries_given_up",
    webhook_deliveries.c.given_up_at,
    postgresql_where=_given_up,
    sqlite_where=_given_up,
)
# The latest of a webhook, for its owner to look at.
Index(None, webhook_deliveries.c.webhook_id, webhook_deliveries.c.created_at)
# What the purge looks for.
Index(None, webhook_deliveries.c.created_at)
