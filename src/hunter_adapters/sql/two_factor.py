"""Keeps second factors and recovery codes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update

from hunter_adapters.sql.statements import Insert, Row, Statement, columns_of, param
from hunter_adapters.sql.tables import recovery_codes as codes
from hunter_adapters.sql.tables import two_factor as factors
from hunter_adapters.sql.transaction import Transaction
from hunter_core.accounts.two_factor import RecoveryCode, TwoFactor
from hunter_core.ids import AccountId

_OF_ACCOUNT = factors.c.account_id == param("account_id", factors.c.account_id)
_GET = Statement(select(factors).where(_OF_ACCOUNT))
_PUT = Insert(factors, columns_of(factors), onto=("account_id",))
_REMOVE = Statement(delete(factors).where(_OF_ACCOUNT))

_CODES_OF_ACCOUNT = codes.c.account_id == param("account_id", codes.c.account_id)
_UNUSED = codes.c.used_at.is_(None)
_ADD_CODES = Insert(codes, columns_of(codes))
_REMOVE_CODES = Statement(delete(codes).where(_CODES_OF_ACCOUNT))
_USE_CODE = Statement(
    update(codes)
    .where(_CODES_OF_ACCOUNT, codes.c.code_hash == param("code_hash", codes.c.code_hash), _UNUSED)
    .values(used_at=param("at", codes.c.used_at))
)
_LEFT = Statement(select(func.count()).select_from(codes).where(_CODES_OF_ACCOUNT, _UNUSED))


class SqlTwoFactors:
    """Keeps second factors in a table."""

    __slots__ = ("_sql",)

    def __init__(self, transaction: Transaction) -> None:
        self._sql = transaction

    def get(self, account_id: AccountId) -> TwoFactor | None:
        row = self._sql.row(_GET, account_id=account_id)
        return None if row is None else _factor(row)

    def put(self, factor: TwoFactor) -> None:
        self._sql.insert(_PUT, [_row(factor)])

    def remove(self, account_id: AccountId) -> None:
        self._sql.do(_REMOVE, account_id=account_id)


class SqlRecoveryCodes:
    """Keeps recovery codes in a table."""

    __slots__ = ("_sql",)

    def __init__(self, transaction: Transaction) -> None:
        self._sql = transaction

    def put(self, account_id: AccountId, codes: Sequence[RecoveryCode], *, at: datetime) -> None:
        self._sql.do(_REMOVE_CODES, account_id=account_id)
        self._sql.insert(_ADD_CODES, [(code.id, account_id, code.code_hash, at, None) for code in codes])

    def use(self, account_id: AccountId, code_hash: bytes, *, at: datetime) -> bool:
        return self._sql.do(_USE_CODE, account_id=account_id, code_hash=code_hash, at=at) == 1

    def left(self, account_id: AccountId) -> int:
        return int(self._sql.value(_LEFT, account_id=account_id))


def _row(factor: TwoFactor) -> Row:
    return (
        factor.account_id,
        factor.secret,
        factor.created_at,
        factor.confirmed_at,
        factor.last_step,
        _written(factor.wrong_at_sign_in),
        _written(factor.wrong_in_session),
    )


def _factor(row: Row) -> TwoFactor:
    return TwoFactor(
        account_id=row[0],
        secret=row[1],
        created_at=row[2],
        confirmed_at=row[3],
        last_step=row[4],
        wrong_at_sign_in=_read(row[5]),
        wrong_in_session=_read(row[6]),
    )


def _written(moments: Sequence[datetime]) -> str:
    return json.dumps([moment.isoformat() for moment in moments])


def _read(written: str) -> tuple[datetime, ...]:
    return tuple(datetime.fromisoformat(moment) for moment in json.loads(written))
