"""Keeps answers by account and Idempotency-Key."""

from __future__ import annotations

from sqlalchemy import select

from hunter_adapters.sql.statements import Insert, Statement, columns_of, param
from hunter_adapters.sql.tables import idempotency_keys
from hunter_adapters.sql.transaction import Transaction
from hunter_core.ids import AccountId
from hunter_core.keys import KeyedRequest, StoredAnswer

_keys = idempotency_keys.c
_FIND = Statement(
    select(_keys.fingerprint, _keys.status, _keys.body, _keys.stored_at).where(
        _keys.account_id == param("account_id", _keys.account_id), _keys.key == param("key", _keys.key)
    )
)
# The place of an expired answer is taken; two requests at once stand in line for the hunter's row before this.
_STORE = Insert(idempotency_keys, columns_of(idempotency_keys), onto=("account_id", "key"))


class SqlIdempotencyKeys:
    """Keeps answers in a table."""

    __slots__ = ("_sql",)

    def __init__(self, transaction: Transaction) -> None:
        self._sql = transaction

    def find(self, account_id: AccountId, key: str) -> StoredAnswer | None:
        row = self._sql.row(_FIND, account_id=account_id, key=key)
        if row is None:
            return None
        return StoredAnswer(fingerprint=row[0], status=row[1], body=row[2], stored_at=row[3])

    def store(self, request: KeyedRequest, answer: StoredAnswer) -> None:
        row = (
            request.account_id,
            request.key,
            answer.fingerprint,
            answer.status,
            answer.body,
            answer.stored_at,
        )
        self._sql.insert(_STORE, [row])
