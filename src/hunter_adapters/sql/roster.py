"""Lists accounts with their hunters."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import select

from hunter_adapters.sql.accounts import account_of
from hunter_adapters.sql.rows import hunter_of
from hunter_adapters.sql.statements import Statement, number, param
from hunter_adapters.sql.tables import accounts, hunters
from hunter_adapters.sql.transaction import Transaction
from hunter_core.accounts.account import Role
from hunter_core.accounts.administration import Managed, Standing

_WIDTH = len(accounts.columns)


@lru_cache(maxsize=8)
def _page(*, by_role: bool, standing: Standing | None) -> Statement:
    of = accounts.c
    found = select(accounts, hunters).join(hunters, hunters.c.id == of.id).where(of.erased_at.is_(None))
    if by_role:
        found = found.where(of.role == param("role", of.role))
    match standing:
        case Standing.ACTIVE:
            found = found.where(of.is_active)
        case Standing.LEAVING:
            found = found.where(~of.is_active, of.deactivated_at.is_(None), of.delete_at.is_not(None))
        case Standing.DEACTIVATED:
            found = found.where(~of.is_active, of.deactivated_at.is_not(None) | of.delete_at.is_(None))
        case None:
            pass
    return Statement(found.order_by(of.id.desc()).limit(number("most")))


class SqlRoster:
    """Lists accounts of the tables."""

    __slots__ = ("_sql",)

    def __init__(self, transaction: Transaction) -> None:
        self._sql = transaction

    def page(self, *, role: Role | None, standing: Standing | None, limit: int) -> Sequence[Managed]:
        wanted = {} if role is None else {"role": role}
        rows = self._sql.rows(_page(by_role=role is not None, standing=standing), most=limit, **wanted)
        return [Managed(account=account_of(row), hunter=hunter_of(row[_WIDTH:])) for row in rows]
