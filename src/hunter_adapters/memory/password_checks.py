"""How often passwords were checked, in memory."""

from __future__ import annotations

from datetime import datetime

from hunter_adapters.memory.locks import Locks
from hunter_adapters.memory.tables import NotLocked, Tables
from hunter_core.accounts.attempts import Checks


class MemoryPasswordChecks:
    """Implements `hunter_core.accounts.attempts.PasswordChecks`; the store's writer lock is the lock."""

    __slots__ = ("_locks", "_tables")

    def __init__(self, tables: Tables, locks: Locks) -> None:
        self._tables, self._locks = tables, locks

    def get(self, subject: bytes) -> Checks:
        kept = self._tables.password_checks.rows().get(subject)
        return Checks(subject=subject) if kept is None else kept[0]

    def lock(self, subject: bytes, now: datetime) -> Checks:
        checks = self.get(subject)
        self._tables.password_checks.edit()[subject] = (checks, now)
        return checks

    def save(self, checks: Checks, now: datetime) -> None:
        if checks.subject not in self._tables.password_checks.rows():
            raise NotLocked("The password checks of a subject are written, and were not locked first.")
        self._tables.password_checks.edit()[checks.subject] = (checks, now)

    def purge(self, before: datetime, limit: int) -> int:
        rows = self._tables.password_checks.edit()
        stale = [subject for subject, (_, last_at) in rows.items() if last_at < before][:limit]
        for subject in stale:
            del rows[subject]
        return len(stale)
