"""Keeps answers by account and Idempotency-Key."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Executable, select

from hunter_adapters.sql.failures import ConstraintViolated
from hunter_adapters.sql.statements import Statement, columns_of, param
from hunter_adapters.sql.tables import idempotency_keys
from hunter_adapters.sql.transaction import Transaction
from hunter_core.ids import AccountId
from hunter_core.keys import KEPT_FOR, KeyedRequest, StoredAnswer

_keys = idempotency_keys.c
_COLUMNS = columns_of(idempotency_keys)
_FIND = Statement(
    select(_keys.fingerprint, _keys.status, _keys.body, _keys.stored_at).where(
        _keys.account_id == param("account_id", _keys.account_id), _keys.key == param("key", _keys.key)
    )
)


def _store(insert: Any) -> Executable:
    """Return the insert that takes the place of an expired answer, and of no other."""
    values = {name: param(name, _keys[name]) for name in _COLUMNS}
    answers = {name: value for name, value in values.items() if name not in ("account_id", "key")}
    kept: Executable = (
        insert(idempotency_keys)
        .values(values)
        .on_conflict_do_update(
            index_elements=["account_id", "key"],
            set_=answers,
            where=_keys.stored_at <= param("expired", _keys.stored_at),
        )
    )
    return kept


_STORE = Statement(_store)


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
        stored = self._sql.do(
            _STORE,
            account_id=request.account_id,
            key=request.key,
            fingerprint=answer.fingerprint,
            status=answer.status,
            body=answer.body,
            stored_at=answer.stored_at,
            expired=answer.stored_at - KEPT_FOR,
        )
        if not stored:
            # Requests with one key stand in line for the hunter's row, and the second finds the answer.
            raise ConstraintViolated(f"The key {request.key!r} has an answer that has not expired.")
