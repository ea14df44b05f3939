"""Keeps one-time codes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update

from hunter_adapters.sql.statements import Insert, Row, Statement, columns_of, param
from hunter_adapters.sql.tables import one_time_codes as codes
from hunter_adapters.sql.transaction import Transaction
from hunter_core.accounts.code import CodePurpose, OneTimeCode
from hunter_core.ids import AccountId, CodeId

_COLUMNS = columns_of(codes)
_GET = Statement(select(codes).where(codes.c.id == param("code_id", codes.c.id)))
_OF_HASH = select(codes).where(codes.c.code_hash == param("code_hash", codes.c.code_hash))
_BY_HASH = Statement(_OF_HASH)
_LOCK = Statement(_OF_HASH.with_for_update(key_share=True))
_ADD = Insert(codes, _COLUMNS)
_SAVE = Statement(
    update(codes)
    .where(codes.c.id == param("this", codes.c.id))
    .values(used_at=param("used_at", codes.c.used_at))
)
_USE_UP = Statement(
    update(codes)
    .where(
        codes.c.account_id == param("account_id", codes.c.account_id),
        codes.c.purpose == param("purpose", codes.c.purpose),
        codes.c.used_at.is_(None),
    )
    .values(used_at=param("at", codes.c.used_at))
)
_ISSUED = Statement(
    select(codes.c.created_at)
    .where(
        codes.c.account_id == param("account_id", codes.c.account_id),
        codes.c.purpose == param("purpose", codes.c.purpose),
        codes.c.created_at > param("since", codes.c.created_at),
    )
    .order_by(codes.c.created_at)
)


class SqlCodes:
    """Keeps one-time codes in a table."""

    __slots__ = ("_sql",)

    def __init__(self, transaction: Transaction) -> None:
        self._sql = transaction

    def add(self, code: OneTimeCode) -> None:
        self._sql.insert(_ADD, [_row(code)])

    def get(self, code_id: CodeId) -> OneTimeCode | None:
        row = self._sql.row(_GET, code_id=code_id)
        return None if row is None else _code(row)

    def by_hash(self, code_hash: bytes) -> OneTimeCode | None:
        row = self._sql.row(_BY_HASH, code_hash=code_hash)
        return None if row is None else _code(row)

    def lock_by_hash(self, code_hash: bytes) -> OneTimeCode | None:
        row = self._sql.row(_LOCK, code_hash=code_hash)
        return None if row is None else _code(row)

    def save(self, code: OneTimeCode) -> None:
        self._sql.do(_SAVE, this=code.id, used_at=code.used_at)

    def use_up(self, account_id: AccountId, purpose: CodePurpose, *, at: datetime) -> int:
        return self._sql.do(_USE_UP, account_id=account_id, purpose=purpose, at=at)

    def issued(self, account_id: AccountId, purpose: CodePurpose, *, since: datetime) -> Sequence[datetime]:
        return [
            row[0] for row in self._sql.rows(_ISSUED, account_id=account_id, purpose=purpose, since=since)
        ]


def _row(code: OneTimeCode) -> Row:
    return (
        code.id,
        code.account_id,
        code.purpose,
        code.code_hash,
        code.salt,
        json.dumps(dict(code.details)) if code.details else None,
        code.created_at,
        code.expires_at,
        code.used_at,
    )


def _code(row: Row) -> OneTimeCode:
    return OneTimeCode(
        id=row[0],
        account_id=row[1],
        purpose=row[2],
        code_hash=row[3],
        salt=row[4],
        details=json.loads(row[5]) if row[5] else {},
        created_at=row[6],
        expires_at=row[7],
        used_at=row[8],
    )
