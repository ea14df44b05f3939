"""Second factors and recovery codes in memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hunter_adapters.memory.locks import Locks
from hunter_adapters.memory.tables import ConstraintViolated, Tables
from hunter_core.accounts.two_factor import RecoveryCode, TwoFactor
from hunter_core.ids import AccountId


class MemoryTwoFactors:
    """Implements `hunter_core.accounts.two_factor.TwoFactors`."""

    __slots__ = ("_locks", "_tables")

    def __init__(self, tables: Tables, locks: Locks) -> None:
        self._tables, self._locks = tables, locks

    def get(self, account_id: AccountId) -> TwoFactor | None:
        return self._tables.two_factors.rows().get(account_id)

    def put(self, factor: TwoFactor) -> None:
        self._locks.need("account", factor.account_id)
        self._tables.two_factors.edit()[factor.account_id] = factor

    def remove(self, account_id: AccountId) -> None:
        self._locks.need("account", account_id)
        self._tables.two_factors.edit().pop(account_id, None)


class MemoryRecoveryCodes:
    """Implements `hunter_core.accounts.two_factor.RecoveryCodes`."""

    __slots__ = ("_locks", "_tables")

    def __init__(self, tables: Tables, locks: Locks) -> None:
        self._tables, self._locks = tables, locks

    def put(self, account_id: AccountId, codes: Sequence[RecoveryCode], *, at: datetime) -> None:
        self._locks.need("account", account_id)
        rows = self._tables.recovery_codes.edit(account_id)
        rows.clear()
        for code in codes:
            if code.code_hash in rows:
                raise ConstraintViolated("There is a recovery code with this hash already.")
            rows[code.code_hash] = None

    def use(self, account_id: AccountId, code_hash: bytes, *, at: datetime) -> bool:
        self._locks.need("account", account_id)
        rows = self._tables.recovery_codes.edit(account_id)
        if code_hash not in rows or rows[code_hash] is not None:
            return False
        rows[code_hash] = at
        return True

    def left(self, account_id: AccountId) -> int:
        return sum(used_at is None for used_at in self._tables.recovery_codes.rows(account_id).values())
