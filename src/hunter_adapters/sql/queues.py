"""How much waits in the database to be sent, and to be relayed: for whoever watches the server."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import and_, func, select

from hunter_adapters.sql.statements import Statement
from hunter_adapters.sql.store import SqlStore
from hunter_adapters.sql.tables import mails, notifications, push_deliveries, webhook_deliveries
from hunter_core.relay.ports import Lag

_WAITING = {
    "mails": (mails, and_(mails.c.sent_at.is_(None), mails.c.parked_at.is_(None))),
    "pushes": (
        push_deliveries,
        and_(push_deliveries.c.sent_at.is_(None), push_deliveries.c.parked_at.is_(None)),
    ),
    "webhooks": (
        webhook_deliveries,
        and_(webhook_deliveries.c.delivered_at.is_(None), webhook_deliveries.c.given_up_at.is_(None)),
    ),
    # Those that wait for the end of quiet hours.
    "notifications": (notifications, and_(~notifications.c.is_sent, notifications.c.deleted_at.is_(None))),
}
QUEUES = tuple(_WAITING)

_DEPTHS = Statement(
    select(
        *(
            select(func.count()).select_from(table).where(waits).scalar_subquery().label(name)
            for name, (table, waits) in _WAITING.items()
        )
    )
)


def depths(store: SqlStore) -> tuple[Lag, Mapping[str, int]]:
    """
    Return how far behind the relay is, and how much waits in each queue; each counted by the index of what waits.

    Raises:
        StoreUnavailable: If the store is away or busy.
    """
    with store.read() as uow:
        lag = uow.backlog.lag()
        return lag, dict(zip(QUEUES, uow.sql.only(_DEPTHS), strict=True))
