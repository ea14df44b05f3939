"""Keeps accounts."""

from __future__ import annotations

from sqlalchemy import select, update

from hunter_adapters.sql.statements import Insert, Row, Statement, columns_of, param
from hunter_adapters.sql.tables import accounts
from hunter_adapters.sql.transaction import Transaction
from hunter_core.accounts.account import Account
from hunter_core.errors import NotFound
from hunter_core.ids import AccountId

_COLUMNS = columns_of(accounts)
_OF_ID = select(accounts).where(accounts.c.id == param("account_id", accounts.c.id))
_GET = Statement(_OF_ID)
# NO KEY: rows that refer to the account may still be written by others.
_LOCK = Statement(_OF_ID.with_for_update(key_share=True))
_BY_EMAIL = Statement(
    select(accounts).where(accounts.c.email_key == param("email_key", accounts.c.email_key))
)
_ADD = Insert(accounts, _COLUMNS)
_SAVE = Statement(
    update(accounts)
    .where(accounts.c.id == param("this", accounts.c.id))
    .values({name: param(name, accounts.c[name]) for name in _COLUMNS if name not in ("id", "created_at")})
)


class SqlAccounts:
    """Keeps accounts in a table."""

    __slots__ = ("_sql",)

    def __init__(self, transaction: Transaction) -> None:
        self._sql = transaction

    def add(self, account: Account) -> None:
        self._sql.insert(_ADD, [_row(account)])

    def get(self, account_id: AccountId) -> Account:
        return _found(self._sql.row(_GET, account_id=account_id), account_id)

    def by_email(self, email_key: str) -> Account | None:
        row = self._sql.row(_BY_EMAIL, email_key=email_key)
        return None if row is None else account_of(row)

    def lock(self, account_id: AccountId) -> Account:
        return _found(self._sql.row(_LOCK, account_id=account_id), account_id)

    def save(self, account: Account) -> None:
        self._sql.do(_SAVE, this=account.id, **dict(zip(_COLUMNS, _row(account), strict=True)))


def _found(row: Row | None, wanted: AccountId) -> Account:
    if row is None:
        raise NotFound("account", wanted)
    return account_of(row)


def _row(account: Account) -> Row:
    return (
        account.id,
        account.email,
        account.email_key,
        account.password_hash,
        account.role,
        account.is_verified,
        account.is_active,
        account.last_login,
        account.created_at,
        account.updated_at,
        account.delete_at,
        account.deactivated_at,
        account.erased_at,
    )


def account_of(row: Row) -> Account:
    """Return the account of a row."""
    return Account(
        id=row[0],
        email=row[1],
        email_key=row[2],
        password_hash=row[3],
        role=row[4],
        is_verified=row[5],
        is_active=row[6],
        last_login=row[7],
        created_at=row[8],
        updated_at=row[9],
        delete_at=row[10],
        deactivated_at=row[11],
        erased_at=row[12],
    )
