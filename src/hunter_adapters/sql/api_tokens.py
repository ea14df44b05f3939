"""Keeps API tokens, and checks them in one read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select, update

from hunter_adapters.sql.statements import Insert, Row, Statement, columns_of, param
from hunter_adapters.sql.tables import accounts
from hunter_adapters.sql.tables import api_tokens as tokens
from hunter_adapters.sql.transaction import Transaction
from hunter_core.accounts.api_token import ApiToken, TokenHolder
from hunter_core.ids import AccountId, ApiTokenId

_COLUMNS = columns_of(tokens)
_ACCOUNT = tokens.c.account_id == param("account_id", tokens.c.account_id)
_THIS = tokens.c.id == param("this", tokens.c.id)
_GOOD = tokens.c.revoked_at.is_(None)
_REVOKED = {"revoked_at": param("at", tokens.c.revoked_at)}
_CHECK = Statement(
    select(
        tokens.c.id,
        tokens.c.account_id,
        tokens.c.scope,
        accounts.c.is_active,
        tokens.c.expires_at,
        tokens.c.last_used_at,
        tokens.c.revoked_at,
    )
    .join(accounts, accounts.c.id == tokens.c.account_id)
    .where(tokens.c.token_hash == param("token_hash", tokens.c.token_hash)),
    # Every request of a token asks this, so it is spared BEGIN and ROLLBACK.
    alone=True,
)
_ADD = Insert(tokens, _COLUMNS)
_OF = Statement(select(tokens).where(_ACCOUNT, _GOOD).order_by(tokens.c.id.desc()))
_REVOKE = Statement(update(tokens).where(_THIS, _ACCOUNT, _GOOD).values(_REVOKED))
_END_ALL = Statement(update(tokens).where(_ACCOUNT, _GOOD).values(_REVOKED))
_MINUTE = param("minute", tokens.c.last_used_at)
_MARK_USED = Statement(
    update(tokens)
    .where(_THIS, or_(tokens.c.last_used_at.is_(None), tokens.c.last_used_at < _MINUTE))
    .values(last_used_at=_MINUTE)
)


class SqlApiTokens:
    """Keeps API tokens in a table."""

    __slots__ = ("_sql",)

    def __init__(self, transaction: Transaction) -> None:
        self._sql = transaction

    def add(self, token: ApiToken) -> None:
        self._sql.insert(_ADD, [_row(token)])

    def check(self, token_hash: bytes) -> TokenHolder | None:
        row = self._sql.row(_CHECK, token_hash=token_hash)
        if row is None:
            return None
        return TokenHolder(
            token_id=row[0],
            account_id=row[1],
            scope=row[2],
            is_active=row[3],
            expires_at=row[4],
            last_used_at=row[5],
            revoked_at=row[6],
        )

    def of(self, account_id: AccountId) -> Sequence[ApiToken]:
        return [token_of(row) for row in self._sql.rows(_OF, account_id=account_id)]

    def revoke(self, account_id: AccountId, token_id: ApiTokenId, *, at: datetime) -> bool:
        return self._sql.do(_REVOKE, this=token_id, account_id=account_id, at=at) == 1

    def mark_used(self, token_id: ApiTokenId, *, minute: datetime) -> None:
        self._sql.do(_MARK_USED, this=token_id, minute=minute)

    def end_all(self, account_id: AccountId, *, at: datetime) -> int:
        return self._sql.do(_END_ALL, account_id=account_id, at=at)


def _row(token: ApiToken) -> Row:
    return (
        token.id,
        token.account_id,
        token.name,
        token.scope,
        token.token_hash,
        token.created_at,
        token.expires_at,
        token.last_used_at,
        token.revoked_at,
    )


def token_of(row: Row) -> ApiToken:
    """Return the token of a row."""
    return ApiToken(
        id=row[0],
        account_id=row[1],
        name=row[2],
        scope=row[3],
        token_hash=row[4],
        created_at=row[5],
        expires_at=row[6],
        last_used_at=row[7],
        revoked_at=row[8],
    )
