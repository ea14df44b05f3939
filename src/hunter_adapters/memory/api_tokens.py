"""API tokens in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from hunter_adapters.memory.locks import Locks
from hunter_adapters.memory.tables import ConstraintViolated, Tables
from hunter_core.accounts.api_token import ApiToken, TokenHolder
from hunter_core.ids import AccountId, ApiTokenId


class MemoryApiTokens:
    """Implements `hunter_core.accounts.api_token.ApiTokens`."""

    __slots__ = ("_locks", "_tables")

    def __init__(self, tables: Tables, locks: Locks) -> None:
        self._tables, self._locks = tables, locks

    def add(self, token: ApiToken) -> None:
        self._locks.need("account", token.account_id)
        if self.check(token.token_hash) is not None:
            raise ConstraintViolated("There is a token with this hash already.")
        self._tables.api_tokens.add(token.id, token)

    def check(self, token_hash: bytes) -> TokenHolder | None:
        for token in self._tables.api_tokens.rows().values():
            if token.token_hash == token_hash:
                return TokenHolder(
                    token_id=token.id,
                    account_id=token.account_id,
                    scope=token.scope,
                    is_active=self._tables.accounts.rows()[token.account_id].is_active,
                    expires_at=token.expires_at,
                    last_used_at=token.last_used_at,
                    revoked_at=token.revoked_at,
                )
        return None

    def of(self, account_id: AccountId) -> Sequence[ApiToken]:
        rows = self._tables.api_tokens.rows().values()
        found = [each for each in rows if each.account_id == account_id and each.revoked_at is None]
        return sorted(found, key=lambda token: token.id, reverse=True)

    def revoke(self, account_id: AccountId, token_id: ApiTokenId, *, at: datetime) -> bool:
        rows = self._tables.api_tokens.edit()
        token = rows.get(token_id)
        if token is None or token.account_id != account_id or token.revoked_at is not None:
            return False
        rows[token_id] = replace(token, revoked_at=at)
        return True

    def mark_used(self, token_id: ApiTokenId, *, minute: datetime) -> None:
        rows = self._tables.api_tokens.edit()
        token = rows.get(token_id)
        if token is not None and (token.last_used_at is None or token.last_used_at < minute):
            rows[token_id] = replace(token, last_used_at=minute)

    def end_all(self, account_id: AccountId, *, at: datetime) -> int:
        return sum(self.revoke(account_id, token.id, at=at) for token in self.of(account_id))
