"""Accounts, sessions and settings in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from hunter_adapters.memory.locks import Locks
from hunter_adapters.memory.tables import ConstraintViolated, Tables
from hunter_core.accounts.account import Account
from hunter_core.accounts.session import Session, SignedIn
from hunter_core.errors import EmailTaken, NotFound
from hunter_core.hunters.settings import Settings
from hunter_core.ids import AccountId, HunterId, SessionId


class MemoryAccounts:
    """Implements `hunter_core.accounts.ports.Accounts`."""

    __slots__ = ("_locks", "_tables")

    def __init__(self, tables: Tables, locks: Locks) -> None:
        self._tables, self._locks = tables, locks

    def add(self, account: Account) -> None:
        self._check_email(account)
        self._tables.accounts.add(account.id, account)
        self._locks.take("account", account.id)

    def get(self, account_id: AccountId) -> Account:
        account = self._tables.accounts.rows().get(account_id)
        if account is None:
            raise NotFound("account", account_id)
        return account

    def by_email(self, email_key: str) -> Account | None:
        for account in self._tables.accounts.rows().values():
            if account.email_key == email_key:
                return account
        return None

    def lock(self, account_id: AccountId) -> Account:
        account = self.get(account_id)
        self._locks.take("account", account_id)
        return account

    def save(self, account: Account) -> None:
        self._locks.need("account", account.id)
        self._check_email(account)
        self._tables.accounts.edit()[account.id] = account

    def _check_email(self, account: Account) -> None:
        other = self.by_email(account.email_key)
        if other is not None and other.id != account.id:
            raise EmailTaken(f"The address {account.email} is taken.")


class MemorySessions:
    """Implements `hunter_core.accounts.ports.Sessions`."""

    __slots__ = ("_locks", "_tables")

    def __init__(self, tables: Tables, locks: Locks) -> None:
        self._tables, self._locks = tables, locks

    def add(self, session: Session) -> None:
        if session.account_id not in self._tables.accounts.rows():
            raise ConstraintViolated(f"There is no account {session.account_id} for the session.")
        self._tables.sessions.add(session.id, session)
        self._locks.take("session", session.id)

    def check(self, session_id: SessionId) -> SignedIn | None:
        session = self._tables.sessions.rows().get(session_id)
        if session is None:
            return None
        account = self._tables.accounts.rows()[session.account_id]
        return SignedIn.of(session, account)

    def get(self, session_id: SessionId) -> Session | None:
        return self._tables.sessions.rows().get(session_id)

    def lock(self, session_id: SessionId) -> Session | None:
        session = self._tables.sessions.rows().get(session_id)
        if session is not None:
            self._locks.take("session", session_id)
        return session

    def save(self, session: Session) -> None:
        self._locks.need("session", session.id)
        self._tables.sessions.edit()[session.id] = session

    def of_account(self, account_id: AccountId) -> Sequence[Session]:
        return sorted(self._open(account_id), key=lambda session: session.id, reverse=True)

    def used(self, session_id: SessionId, *, at: datetime) -> None:
        rows = self._tables.sessions.edit()
        session = rows.get(session_id)
        if session is not None and session.revoked_at is None and session.last_used_at < at:
            rows[session_id] = replace(session, last_used_at=at)

    def end_all(self, account_id: AccountId, *, at: datetime, keep: SessionId | None = None) -> int:
        return self._end([each for each in self._open(account_id) if each.id != keep], at)

    def end_oldest(self, account_id: AccountId, *, at: datetime, leave: int) -> int:
        self._locks.need("account", account_id)
        newest_first = sorted(self._open(account_id), key=lambda session: session.id, reverse=True)
        return self._end(newest_first[leave:], at)

    def _open(self, account_id: AccountId) -> list[Session]:
        rows = self._tables.sessions.rows().values()
        return [each for each in rows if each.account_id == account_id and each.revoked_at is None]

    def _end(self, sessions: list[Session], at: datetime) -> int:
        rows = self._tables.sessions.edit()
        for session in sessions:
            rows[session.id] = replace(session, revoked_at=at)
        return len(sessions)


class MemorySettings:
    """Implements `hunter_core.accounts.ports.HunterSettings`."""

    __slots__ = ("_locks", "_tables")

    def __init__(self, tables: Tables, locks: Locks) -> None:
        self._tables, self._locks = tables, locks

    def add(self, settings: Settings) -> None:
        if settings.hunter_id not in self._tables.hunters.rows():
            raise ConstraintViolated(f"There is no hunter {settings.hunter_id} for the settings.")
        self._tables.settings.add(settings.hunter_id, settings)

    def get(self, hunter_id: HunterId) -> Settings:
        settings = self._tables.settings.rows().get(hunter_id)
        if settings is None:
            raise NotFound("hunter", hunter_id)
        return settings

    def save(self, settings: Settings) -> None:
        self._locks.need("hunter", settings.hunter_id)
        self._tables.settings.edit()[settings.hunter_id] = settings
