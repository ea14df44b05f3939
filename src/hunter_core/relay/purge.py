"""Forgetting events that everybody has had time to ask for: seven days (SPEC 6)."""

from __future__ import annotations

from datetime import datetime, timedelta

from hunter_core.ports import Store, UnitOfWork
from hunter_core.relay.ports import Cursor

KEPT_FOR = timedelta(days=7)
"""How long a relayed event can be asked for by `after=`."""

AT_ONCE = 1000
"""Events that one transaction of a purge looks at."""


def purge_events(store: Store, now: datetime) -> int:
    """
    Forget events that were relayed more than `KEPT_FOR` ago; return how many.

    Each hunter's last event stays, and so does what is not relayed, parked events among it. It goes in small
    transactions; one that is cut short has purged a part, and the next goes on.

    Raises:
        StoreUnavailable: If the store is away or busy for too long.
    """
    removed, cursor = 0, None
    while True:

        def work(uow: UnitOfWork, after: Cursor | None = cursor) -> tuple[int, Cursor | None]:
            return uow.backlog.purge(before=now - KEPT_FOR, after=after, limit=AT_ONCE)

        count, cursor = store.run(work)
        removed += count
        if cursor is None:
            return removed
