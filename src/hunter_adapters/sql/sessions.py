"""Keeps sessions, and checks them in one read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update

from hunter_adapters.sql.moments import moments_as_text, moments_of_text
from hunter_adapters.sql.statements import Insert, Row, Statement, columns_of, number, param
from hunter_adapters.sql.tables import accounts, sessions
from hunter_adapters.sql.transaction import Transaction
from hunter_core.accounts.session import Session, SignedIn
from hunter_core.ids import AccountId, SessionId

_COLUMNS = columns_of(sessions)
_OF_ID = sessions.c.id == param("session_id", sessions.c.id)
SIGNED_IN = (
    sessions.c.id,
    sessions.c.account_id,
    accounts.c.email,
    accounts.c.role,
    accounts.c.is_verified,
    accounts.c.is_active,
    sessions.c.created_at,
    sessions.c.expires_at,
    sessions.c.revoked_at,
    sessions.c.last_used_at,
)
"""What is asked of a session with its account; `signed_in_of` reads it."""

_CHECK = Statement(
    select(*SIGNED_IN).join(accounts, accounts.c.id == sessions.c.account_id).where(_OF_ID),
    # Every request asks this, so it is spared BEGIN and ROLLBACK.
    alone=True,
)
_GET = Statement(select(sessions).where(_OF_ID))
_LOCK = Statement(select(sessions).where(_OF_ID).with_for_update(key_share=True))
_ADD = Insert(sessions, _COLUMNS)
_SAVE = Statement(
    update(sessions)
    .where(sessions.c.id == param("this", sessions.c.id))
    .values(
        {
            name: param(name, sessions.c[name])
            for name in _COLUMNS
            if name not in ("id", "account_id", "created_at")
        }
    )
)
_ACCOUNT = sessions.c.account_id == param("account_id", sessions.c.account_id)
_AT = param("at", sessions.c.revoked_at)
_RUNNING = sessions.c.revoked_at.is_(None)
_OF_ACCOUNT = Statement(select(sessions).where(_ACCOUNT, _RUNNING).order_by(sessions.c.id.desc()))
_USED = Statement(
    update(sessions)
    .where(
        sessions.c.id == param("this", sessions.c.id),
        _RUNNING,
        sessions.c.last_used_at < param("at", sessions.c.last_used_at),
    )
    .values(last_used_at=param("at", sessions.c.last_used_at))
)
_END_ALL = Statement(update(sessions).where(_ACCOUNT, _RUNNING).values(revoked_at=_AT))
_END_OTHERS = Statement(
    update(sessions)
    .where(_ACCOUNT, _RUNNING, sessions.c.id != param("keep", sessions.c.id))
    .values(revoked_at=_AT)
)
_NEWEST = (
    select(sessions.c.id).where(_ACCOUNT, _RUNNING).order_by(sessions.c.id.desc()).limit(number("leave"))
)
_END_OLDEST = Statement(
    update(sessions).where(_ACCOUNT, _RUNNING, sessions.c.id.not_in(_NEWEST)).values(revoked_at=_AT)
)


class SqlSessions:
    """Keeps sessions in a table."""

    __slots__ = ("_sql",)

    def __init__(self, transaction: Transaction) -> None:
        self._sql = transaction

    def add(self, session: Session) -> None:
        self._sql.insert(_ADD, [_row(session)])

    def check(self, session_id: SessionId) -> SignedIn | None:
        row = self._sql.row(_CHECK, session_id=session_id)
        return None if row is None else signed_in_of(row)

    def get(self, session_id: SessionId) -> Session | None:
        row = self._sql.row(_GET, session_id=session_id)
        return None if row is None else session_of(row)

    def lock(self, session_id: SessionId) -> Session | None:
        row = self._sql.row(_LOCK, session_id=session_id)
        return None if row is None else session_of(row)

    def save(self, session: Session) -> None:
        self._sql.do(_SAVE, this=session.id, **dict(zip(_COLUMNS, _row(session), strict=True)))

    def of_account(self, account_id: AccountId) -> Sequence[Session]:
        return [session_of(row) for row in self._sql.rows(_OF_ACCOUNT, account_id=account_id)]

    def used(self, session_id: SessionId, *, at: datetime) -> None:
        self._sql.do(_USED, this=session_id, at=at)

    def end_all(self, account_id: AccountId, *, at: datetime, keep: SessionId | None = None) -> int:
        if keep is None:
            return self._sql.do(_END_ALL, account_id=account_id, at=at)
        return self._sql.do(_END_OTHERS, account_id=account_id, at=at, keep=keep)

    def end_oldest(self, account_id: AccountId, *, at: datetime, leave: int) -> int:
        return self._sql.do(_END_OLDEST, account_id=account_id, at=at, leave=leave)


def signed_in_of(row: Row) -> SignedIn:
    """Return who is signed in by a row that begins with `SIGNED_IN`."""
    return SignedIn(
        session_id=row[0],
        account_id=row[1],
        email=row[2],
        role=row[3],
        is_verified=row[4],
        is_active=row[5],
        created_at=row[6],
        expires_at=row[7],
        revoked_at=row[8],
        last_used_at=row[9],
    )


def _row(session: Session) -> Row:
    return (
        session.id,
        session.account_id,
        session.generation,
        session.salt,
        session.rotated_at,
        session.created_at,
        session.expires_at,
        session.last_used_at,
        session.revoked_at,
        session.device,
        session.address,
        session.authenticated_at,
        session.stepped_up_at,
        moments_as_text(session.earlier) or None,
    )


def session_of(row: Row) -> Session:
    """Return the session of a row."""
    return Session(
        id=row[0],
        account_id=row[1],
        generation=row[2],
        salt=row[3],
        rotated_at=row[4],
        created_at=row[5],
        expires_at=row[6],
        last_used_at=row[7],
        revoked_at=row[8],
        device=row[9],
        address=row[10],
        authenticated_at=row[11],
        stepped_up_at=row[12],
        earlier=moments_of_text(row[13] or ""),
    )
