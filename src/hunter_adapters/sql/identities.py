"""Keeps identities."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select

from hunter_adapters.sql.statements import Insert, Row, Statement, columns_of, param
from hunter_adapters.sql.tables import identities
from hunter_adapters.sql.transaction import Transaction
from hunter_core.accounts.identity import Identity
from hunter_core.ids import AccountId, IdentityId

_COLUMNS = columns_of(identities)
_FIND = Statement(
    select(identities).where(
        identities.c.issuer == param("issuer", identities.c.issuer),
        identities.c.subject == param("subject", identities.c.subject),
    )
)
_OF = Statement(
    select(identities)
    .where(identities.c.account_id == param("account_id", identities.c.account_id))
    .order_by(identities.c.id)
)
_ADD = Insert(identities, _COLUMNS)
_REMOVE = Statement(delete(identities).where(identities.c.id == param("identity_id", identities.c.id)))


class SqlIdentities:
    """Keeps identities in a table."""

    __slots__ = ("_sql",)

    def __init__(self, transaction: Transaction) -> None:
        self._sql = transaction

    def add(self, identity: Identity) -> None:
        self._sql.insert(_ADD, [_row(identity)])

    def find(self, issuer: str, subject: str) -> Identity | None:
        row = self._sql.row(_FIND, issuer=issuer, subject=subject)
        return None if row is None else identity_of(row)

    def of(self, account_id: AccountId) -> Sequence[Identity]:
        return [identity_of(row) for row in self._sql.rows(_OF, account_id=account_id)]

    def remove(self, identity_id: IdentityId) -> None:
        self._sql.do(_REMOVE, identity_id=identity_id)


def _row(identity: Identity) -> Row:
    return (
        identity.id,
        identity.account_id,
        identity.issuer,
        identity.subject,
        identity.email,
        identity.created_at,
    )


def identity_of(row: Row) -> Identity:
    """Return the identity of a row."""
    return Identity(
        id=row[0], account_id=row[1], issuer=row[2], subject=row[3], email=row[4], created_at=row[5]
    )
