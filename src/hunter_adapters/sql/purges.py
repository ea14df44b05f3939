"""Forgets rows that are of no use any more, found by the index on their age."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, exists, select, tuple_

from hunter_adapters.sql.statements import Statement, number, param
from hunter_adapters.sql.tables import (
    api_tokens,
    erased_hunters,
    idempotency_keys,
    live_tickets,
    mails,
    notifications,
    one_time_codes,
    sessions,
)
from hunter_adapters.sql.transaction import Transaction
from hunter_core.accounts.purge import Expired


def _oldest(table: Table, age: str, *more: ColumnElement[bool]) -> Statement:
    """Return the statement that removes the oldest rows of *table* by its column *age*."""
    when = table.c[age]
    key: Any = (
        tuple_(*table.primary_key.columns)
        if len(table.primary_key.columns) > 1
        else next(iter(table.primary_key.columns))
    )
    old = (
        select(*table.primary_key.columns)
        .where(when <= param("before", when), *more)
        .order_by(when)
        .limit(number("most"))
        # What another purge is at, or somebody uses, is left to the next one.
        .with_for_update(skip_locked=True)
    )
    return Statement(delete(table).where(key.in_(old)))


_STATEMENTS: Mapping[Expired, Statement] = {
    Expired.ANSWERS: _oldest(idempotency_keys, "stored_at"),
    Expired.CODES: _oldest(
        one_time_codes,
        "expires_at",
        ~exists().where(
            mails.c.code_id == one_time_codes.c.id, mails.c.sent_at.is_(None), mails.c.parked_at.is_(None)
        ),
    ),
    Expired.SESSIONS_PAST_THEIR_END: _oldest(sessions, "expires_at"),
    Expired.SESSIONS_ENDED: _oldest(sessions, "revoked_at"),
    Expired.API_TOKENS: _oldest(api_tokens, "expires_at"),
    Expired.NOTIFICATIONS: _oldest(notifications, "created_at"),
    Expired.LIVE_TICKETS: _oldest(live_tickets, "expires_at"),
    Expired.ERASED: _oldest(erased_hunters, "erased_at"),
}


class SqlPurges:
    """Forgets rows of the tables."""

    __slots__ = ("_sql",)

    def __init__(self, transaction: Transaction) -> None:
        self._sql = transaction

    def purge(self, what: Expired, *, before: datetime, limit: int) -> int:
        return self._sql.do(_STATEMENTS[what], before=before, most=limit)
