"""Keeps how often passwords were checked: one row for each subject, locked while it is counted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Executable, delete, select, update

from hunter_adapters.sql.moments import moments_as_text, moments_of_text
from hunter_adapters.sql.statements import Row, Statement, number, param
from hunter_adapters.sql.tables import password_checks
from hunter_adapters.sql.transaction import Transaction
from hunter_core.accounts.attempts import Checks

_checks = password_checks.c
_OF_SUBJECT = _checks.subject == param("subject", _checks.subject)
# Asked before every sign-in, and all that is asked of whoever is past the limit: spared BEGIN and ROLLBACK.
_GET = Statement(select(_checks.moments, _checks.told_at).where(_OF_SUBJECT), alone=True)


def _lock(insert: Any) -> Executable:
    """Return the upsert that locks the row, made or found, and reads it as the last writer left it."""
    construct = insert(password_checks).values(
        subject=param("subject", _checks.subject),
        moments=param("none", _checks.moments),
        last_at=param("now", _checks.last_at),
    )
    locked: Executable = construct.on_conflict_do_update(
        index_elements=["subject"], set_={"last_at": construct.excluded.last_at}
    ).returning(_checks.moments, _checks.told_at)
    return locked


_LOCK = Statement(_lock)
_SAVE = Statement(
    update(password_checks)
    .where(_checks.subject == param("this", _checks.subject))
    .values({name: param(name, _checks[name]) for name in ("moments", "last_at", "told_at")})
)
_STALE = (
    select(_checks.subject)
    .where(_checks.last_at < param("before", _checks.last_at))
    .order_by(_checks.last_at)
    .limit(number("most"))
)
_PURGE = Statement(
    delete(password_checks).where(
        # Said again, so that one that was asked for meanwhile stays.
        _checks.subject.in_(_STALE),
        _checks.last_at < param("before", _checks.last_at),
    )
)


class SqlPasswordChecks:
    """Keeps the checks in a table."""

    __slots__ = ("_sql",)

    def __init__(self, transaction: Transaction) -> None:
        self._sql = transaction

    def get(self, subject: bytes) -> Checks:
        row = self._sql.row(_GET, subject=subject)
        return Checks(subject=subject) if row is None else _of(subject, row)

    def lock(self, subject: bytes, now: datetime) -> Checks:
        return _of(subject, self._sql.only(_LOCK, subject=subject, none="", now=now))

    def save(self, checks: Checks, now: datetime) -> None:
        moments = moments_as_text(checks.moments)
        self._sql.do(_SAVE, this=checks.subject, moments=moments, last_at=now, told_at=checks.told_at)

    def purge(self, before: datetime, limit: int) -> int:
        return self._sql.do(_PURGE, before=before, most=limit)


def _of(subject: bytes, row: Row) -> Checks:
    return Checks(subject=subject, moments=moments_of_text(row[0]), told_at=row[1])
