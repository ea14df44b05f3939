"""What the databases say when they refuse, in the core's words: not now, not this, or nobody knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hunter_core.errors import (
    EmailTaken,
    HunterError,
    HunterNameTaken,
    IdentityTaken,
    OutcomeUnknown,
    StoreUnavailable,
)


class Conflict(StoreUnavailable):
    """Two transactions stood in each other's way, and this one was undone: made anew, it may pass."""


class ConstraintViolated(Exception):
    """A row breaks a constraint that no request can run into: a mistake of the program, held off by the database."""


class WrongDatabase(Exception):
    """The address names a database that this program cannot use; the message says why."""


class OlderSchema(WrongDatabase):
    """The database is empty, or as an older program left it: a migration, which may be under way, makes it fit."""


# A unique constraint that a request can run into, as PostgreSQL names it and as SQLite describes it.
_TAKEN: Mapping[str, Callable[[], HunterError]] = {
    name: refusal
    for names, refusal in (
        (
            ("uq_accounts_email_key", "accounts.email_key"),
            lambda: EmailTaken("This e-mail address is taken. Sign in, or use another."),
        ),
        (
            ("uq_hunters_name_key", "hunters.name_key"),
            lambda: HunterNameTaken("This hunter name is taken. Choose another."),
        ),
        (
            ("uq_identities_issuer_subject", "identities.issuer, identities.subject"),
            IdentityTaken,
        ),
    )
    for name in names
}

# Serialization failure, deadlock (PostgreSQL, appendix A).
_CONFLICTS = frozenset({"40001", "40P01"})
# A time limit passed: a statement, a lock, the transaction; or the server asked for it.
_NOT_NOW = frozenset({"57014", "55P03", "25P03", "25P04", "25006"})
# By class: connection, insufficient resources, operator intervention, system error; at sign-in: role, database.
_NOT_NOW_CLASSES = ("08", "53", "57P", "58", "28", "3D")


def of_postgresql(error: Exception, *, lost: bool, committing: bool) -> Exception:
    """
    Return what the caller should raise for psycopg's *error*, which is returned itself when it is our mistake.

    *lost*: the connection is gone, or no answer came. *committing*: the statement was COMMIT, and when its
    answer is lost, so is the outcome.
    """
    state = getattr(error, "sqlstate", None) or ""
    if state in _CONFLICTS:
        return Conflict()
    if state.startswith("23"):
        diagnosis: Any = getattr(error, "diag", None)
        return _violated(error, diagnosis.constraint_name or "")
    if committing and (lost or state.startswith(_NOT_NOW_CLASSES) or state in _NOT_NOW):
        return OutcomeUnknown()
    if lost or state in _NOT_NOW or state.startswith(_NOT_NOW_CLASSES):
        return StoreUnavailable()
    return error


# Primary result codes (sqlite.org/rescode.html): busy, locked, no memory, read only, interrupted, disk error,
# full, cannot open, locking protocol.
_SQLITE_NOT_NOW = frozenset({5, 6, 7, 8, 9, 10, 13, 14, 15})
_SQLITE_DISK_ERROR = 10
_SQLITE_CONSTRAINT = 19


def of_sqlite(error: Exception, *, committing: bool) -> Exception:
    """Return what the caller should raise for sqlite3's *error*, which is returned itself when it is our mistake."""
    code = getattr(error, "sqlite_errorcode", 0)
    primary = code & 0xFF
    if primary == _SQLITE_CONSTRAINT:
        return _violated(error, str(error).rpartition(": ")[2])
    if committing and primary == _SQLITE_DISK_ERROR:
        return OutcomeUnknown()
    return StoreUnavailable() if primary in _SQLITE_NOT_NOW else error


def _violated(error: Exception, constraint: str) -> Exception:
    refusal = _TAKEN.get(constraint)
    return ConstraintViolated(str(error)) if refusal is None else refusal()


_UNDEFINED_TABLE = "42P01"


def is_about_no_table(error: Exception) -> bool:
    """Tell whether the driver's *error* says that there is no such table."""
    return getattr(error, "sqlstate", None) == _UNDEFINED_TABLE or str(error).startswith("no such table")
