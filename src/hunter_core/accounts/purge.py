"""Purging: rows that are of no use any more go, a few at a time (SPEC 3, 5; issue 4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from hunter_core.keys import KEPT_FOR
from hunter_core.ports import Store, UnitOfWork
from hunter_core.webhooks.delivery import KEPT_FOR as DELIVERIES_KEPT

ROWS_AT_ONCE = 500
"""Rows that go in one transaction, so that none holds its locks for long."""

MOST_ROWS = 20_000
"""Rows of a kind that one call of `purge` looks at; the next one goes on."""


class Expired(StrEnum):
    """What is purged, by what it is and since when it is of no use."""

    ANSWERS = "answers under an Idempotency-Key, since they were stored"
    CODES = "one-time codes, since they expired"
    SESSIONS_PAST_THEIR_END = "sessions, since they expired"
    SESSIONS_ENDED = "sessions, since they were ended"
    API_TOKENS = "API tokens, since they expired"
    NOTIFICATIONS = "notifications, removed ones too, since they were made"
    LIVE_TICKETS = "tickets of live sockets that nobody used, since they expired"
    ERASED = "ids of those who were erased while boards showed them, since they were"


KEPT: Mapping[Expired, timedelta] = MappingProxyType(
    {
        Expired.ANSWERS: KEPT_FOR,
        Expired.CODES: timedelta(days=1),
        Expired.SESSIONS_PAST_THEIR_END: timedelta(days=30),
        Expired.SESSIONS_ENDED: timedelta(days=30),
        Expired.API_TOKENS: timedelta(days=30),
        Expired.NOTIFICATIONS: timedelta(days=90),
        Expired.LIVE_TICKETS: timedelta(days=1),
        # For as long as nobody may have looked whom boards outside of the store have to forget.
        Expired.ERASED: timedelta(days=7),
    }
)
"""How long rows are kept after that, for whoever has to look into what happened."""

CHECKS_KEPT = timedelta(days=1)
"""How long it is remembered that passwords of an address were checked; they count for minutes."""


class Purges(Protocol):
    """Forgets rows that are of no use any more."""

    def purge(self, what: Expired, *, before: datetime, limit: int) -> int:
        """
        Forget at most *limit* rows of *what* that are of no use since *before* or longer; return how many.

        A code whose mail has not been sent, nor given up, stays with it.
        """
        ...


def purge(store: Store, now: datetime) -> Mapping[str, int]:
    """
    Forget what is of no use at *now*, each kind in small transactions; return how many rows, by kind.

    Several may do so at once, and whoever is interrupted has purged a part.

    Raises:
        StoreUnavailable: If the store is away or busy.
    """
    gone = {what.name: _purged(store, _of(what, now - kept)) for what, kept in KEPT.items()}
    gone["PASSWORD_CHECKS"] = _purged(
        store, lambda uow: uow.password_checks.purge(now - CHECKS_KEPT, ROWS_AT_ONCE)
    )
    gone["WEBHOOK_DELIVERIES"] = _purged(
        store,
        lambda uow: uow.webhook_deliveries.purge(before=now - DELIVERIES_KEPT, limit=ROWS_AT_ONCE),
    )
    return gone


def _of(what: Expired, before: datetime) -> Callable[[UnitOfWork], int]:
    return lambda uow: uow.purges.purge(what, before=before, limit=ROWS_AT_ONCE)


def _purged(store: Store, work: Callable[[UnitOfWork], int]) -> int:
    gone = 0
    while gone < MOST_ROWS:
        part = store.run(work)
        gone += part
        if part < ROWS_AT_ONCE:
            break
    return gone
