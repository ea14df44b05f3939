"""Lists accounts in memory."""

from __future__ import annotations

from collections.abc import Sequence

from hunter_adapters.memory.tables import Tables
from hunter_core.accounts.account import Role
from hunter_core.accounts.administration import Managed, Standing


class MemoryRoster:
    """Implements `hunter_core.accounts.administration.Roster`."""

    __slots__ = ("_tables",)

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def page(self, *, role: Role | None, standing: Standing | None, limit: int) -> Sequence[Managed]:
        hunters = self._tables.hunters.rows()
        found = [
            Managed(account=account, hunter=hunters[account.id])
            for account in self._tables.accounts.rows().values()
            if account.erased_at is None
            and role in (None, account.role)
            and standing in (None, Standing.of(account))
        ]
        return sorted(found, key=lambda each: each.account.id, reverse=True)[:limit]
