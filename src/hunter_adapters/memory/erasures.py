"""Takes accounts out of memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from hunter_adapters.memory.locks import Locks
from hunter_adapters.memory.tables import Table, Tables
from hunter_core.ids import AccountId

AT_ONCE = (
    "identities",
    "two_factors",
    "recovery_codes",
    "api_tokens",
    "mails",
    "push_targets",
    "webhooks",
    "agendas",
)
LAST = ("settings", "hunters", "accounts")
STAYS = "erased"


class MemoryErasures:
    """Implements `hunter_core.accounts.erasure.Erasures`; there are no friends or guilds in memory."""

    __slots__ = ("_locks", "_tables")

    def __init__(self, tables: Tables, locks: Locks) -> None:
        self._tables, self._locks = tables, locks

    def due(self, now: datetime, limit: int) -> Sequence[AccountId]:
        found = [
            (account.delete_at, account.id)
            for account in self._tables.accounts.rows().values()
            if account.delete_at is not None and account.delete_at <= now
        ]
        return [account_id for _, account_id in sorted(found)][:limit]

    def begin(self, account_id: AccountId, *, now: datetime) -> None:
        self._locks.need("account", account_id)
        self._locks.need("hunter", account_id)
        nobody = account_id.hex
        stripped = replace(
            self._tables.accounts.rows()[account_id],
            email=nobody,
            email_key=nobody,
            password_hash=None,
            is_active=False,
            is_verified=False,
            last_login=None,
            erased_at=now,
        )
        self._tables.accounts.edit()[account_id] = stripped
        hunter = self._tables.hunters.rows()[account_id]
        if self._tables.listed(hunter):
            self._tables.erased.edit()[account_id] = now
        self._tables.hunters.edit()[account_id] = replace(
            hunter, name=nobody, avatar_url=None, is_active=False
        )
        for name in AT_ONCE:
            _remove(getattr(self._tables, name), account_id, limit=None)
        # What hangs on them goes along.
        _orphaned(self._tables.push_deliveries, "target_id", self._tables.push_targets)
        _orphaned(self._tables.webhook_deliveries, "webhook_id", self._tables.webhooks)

    def some(self, account_id: AccountId, limit: int) -> bool:
        self._locks.need("account", account_id)
        left = limit
        for each in fields(self._tables):
            if each.name not in (*LAST, STAYS):
                left -= _remove(getattr(self._tables, each.name), account_id, limit=left)
                if left <= 0:
                    return True
        for name in LAST:
            _remove(getattr(self._tables, name), account_id, limit=None)
        sessions = self._tables.sessions.rows()
        for ticket, (session_id, _) in list(self._tables.live_tickets.rows().items()):
            if session_id not in sessions:
                self._tables.live_tickets.edit().pop(ticket)
        return False


def _orphaned(table: Table[Any, Any], name: str, owners: Table[Any, Any]) -> None:
    """Remove the rows whose column *name* names nothing any more."""
    known = owners.rows()
    for key, row in list(table.rows().items()):
        if getattr(row, name) not in known:
            table.edit().pop(key)


def _remove(table: Table[Any, Any], account_id: AccountId, *, limit: int | None) -> int:
    """Remove at most *limit* rows of the account: those in its part, those of its key, those that name it."""
    found: list[tuple[AccountId | None, Any]] = [(account_id, key) for key in table.rows(account_id)]
    found += [
        (None, key)
        for key, row in table.rows().items()
        if account_id in (key, getattr(row, "account_id", None), getattr(row, "hunter_id", None))
    ]
    for part, key in found[:limit]:
        table.edit(part).pop(key)
    return len(found[:limit])
