"""Forgets what is of no use any more, in memory."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from hunter_adapters.memory.locks import Locks
from hunter_adapters.memory.tables import Table, Tables
from hunter_core.accounts.purge import Expired

Found = tuple[datetime | None, UUID | None, Any]


class MemoryPurges:
    """Implements `hunter_core.accounts.purge.Purges`."""

    __slots__ = ("_locks", "_tables")

    def __init__(self, tables: Tables, locks: Locks) -> None:
        self._tables, self._locks = tables, locks

    def purge(self, what: Expired, *, before: datetime, limit: int) -> int:
        tables = self._tables
        table: Table[Any, Any]
        match what:
            case Expired.ANSWERS:
                table, found = tables.keys, self._answers()
            case Expired.CODES:
                table, found = tables.codes, self._codes()
            case Expired.SESSIONS_PAST_THEIR_END:
                table, found = tables.sessions, _by(tables.sessions, "expires_at")
            case Expired.SESSIONS_ENDED:
                table, found = tables.sessions, _by(tables.sessions, "revoked_at")
            case Expired.API_TOKENS:
                table, found = tables.api_tokens, _by(tables.api_tokens, "expires_at")
            case Expired.NOTIFICATIONS:
                table, found = tables.notifications, _by(tables.notifications, "created_at")
            case Expired.LIVE_TICKETS:
                table, found = tables.live_tickets, self._live_tickets()
            case Expired.ERASED:
                table, found = tables.erased, self._erased()
        old = [(when, part, key) for when, part, key in found if when is not None and when <= before]
        old.sort(key=lambda each: each[0])
        for _, part, key in old[:limit]:
            table.edit(part).pop(key)
        return len(old[:limit])

    def _answers(self) -> Iterator[Found]:
        for account_id in self._tables.accounts.rows():
            for key, answer in self._tables.keys.rows(account_id).items():
                yield answer.stored_at, account_id, key

    def _live_tickets(self) -> Iterator[Found]:
        for ticket_hash, (_, expires_at) in self._tables.live_tickets.rows().items():
            yield expires_at, None, ticket_hash

    def _erased(self) -> Iterator[Found]:
        for hunter_id, erased_at in self._tables.erased.rows().items():
            yield erased_at, None, hunter_id

    def _codes(self) -> Iterator[Found]:
        waiting = {
            mail.code_id
            for mail in self._tables.mails.rows().values()
            if mail.sent_at is None and mail.parked_at is None
        }
        for code in self._tables.codes.rows().values():
            if code.id not in waiting:
                yield code.expires_at, None, code.id


def _by(table: Table[Any, Any], age: str) -> Iterator[Found]:
    for key, row in table.rows().items():
        yield getattr(row, age), None, key
