"""Idempotency keys in memory."""

from __future__ import annotations

from hunter_adapters.memory.tables import ConstraintViolated, Tables
from hunter_core.ids import AccountId
from hunter_core.keys import KEPT_FOR, KeyedRequest, StoredAnswer


class MemoryKeys:
    """Implements `hunter_core.keys.IdempotencyKeys`."""

    __slots__ = ("_tables",)

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def find(self, account_id: AccountId, key: str) -> StoredAnswer | None:
        return self._tables.keys.rows(account_id).get(key)

    def store(self, request: KeyedRequest, answer: StoredAnswer) -> None:
        known = self.find(request.account_id, request.key)
        if known is not None and known.stored_at > answer.stored_at - KEPT_FOR:
            raise ConstraintViolated("The Idempotency-Key has an answer that has not expired.")
        self._tables.keys.edit(request.account_id)[request.key] = answer
