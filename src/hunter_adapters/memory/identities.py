"""Identities in memory."""

from __future__ import annotations

from collections.abc import Sequence

from hunter_adapters.memory.locks import Locks
from hunter_adapters.memory.tables import ConstraintViolated, Tables
from hunter_core.accounts.identity import Identity
from hunter_core.errors import IdentityTaken
from hunter_core.ids import AccountId, IdentityId


class MemoryIdentities:
    """Implements `hunter_core.accounts.identity.Identities`."""

    __slots__ = ("_locks", "_tables")

    def __init__(self, tables: Tables, locks: Locks) -> None:
        self._tables, self._locks = tables, locks

    def add(self, identity: Identity) -> None:
        if identity.account_id not in self._tables.accounts.rows():
            raise ConstraintViolated(f"There is no account {identity.account_id} for the identity.")
        if self.find(identity.issuer, identity.subject) is not None:
            raise IdentityTaken
        self._tables.identities.add(identity.id, identity)

    def find(self, issuer: str, subject: str) -> Identity | None:
        for identity in self._tables.identities.rows().values():
            if (identity.issuer, identity.subject) == (issuer, subject):
                return identity
        return None

    def of(self, account_id: AccountId) -> Sequence[Identity]:
        rows = self._tables.identities.rows().values()
        return sorted((each for each in rows if each.account_id == account_id), key=lambda each: each.id)

    def remove(self, identity_id: IdentityId) -> None:
        known = self._tables.identities.rows().get(identity_id)
        if known is not None:
            self._locks.need("account", known.account_id)
            del self._tables.identities.edit()[identity_id]
