"""Erasing: when its grace is over an account goes with every row, a few at a time, and nobody else changes (SPEC 2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from hunter_core.accounts.security_log import SecurityEvent, SecurityEventKind, SecurityLog
from hunter_core.errors import NotFound
from hunter_core.ids import AccountId
from hunter_core.ports import Clock, Store, UnitOfWork

ROWS_AT_ONCE = 400
"""Rows that go in one transaction, so that none holds its locks for long."""

ACCOUNTS_AT_ONCE = 20
"""Accounts that one call of `erase_due` looks for."""


class Erasures(Protocol):
    """Takes accounts out of a store."""

    def due(self, now: datetime, limit: int) -> Sequence[AccountId]:
        """Return at most *limit* accounts whose `delete_at` has come, the longest due first."""
        ...

    def begin(self, account_id: AccountId, *, now: datetime) -> None:
        """
        Take the account out of everybody's sight; it and its hunter are locked.

        `erased_at` is set, address and hunter name are free, identities, two-factor and friendships are gone.
        Each guild that the hunter owns is handed on: to whoever of its members has been ADMIN longest, else
        MEMBER, active ones before others; a guild without other members goes. XP of guilds stay as they are.
        `Histories` knows the hunter no more. Of whoever was on boards until then the id is kept apart, with *now*:
        it is all that is left in the end, until it is purged.
        """
        ...

    def some(self, account_id: AccountId, limit: int) -> bool:
        """
        Remove at most *limit* rows of the account, which is locked and begun; return whether there are more.

        The account itself goes last, so that whoever is interrupted goes on where they were.
        """
        ...


def erase_due(*, store: Store, log: SecurityLog, clock: Clock, limit: int = ACCOUNTS_AT_ONCE) -> int:
    """
    Erase at most *limit* accounts whose grace is over, and return how many are gone.

    Each is erased at its own moment: those before it may take long, and whoever keeps boards elsewhere looks for
    who went since they last looked.

    Several may do so at once, and any may be killed at any point: whoever calls next goes on.

    Raises:
        StoreUnavailable: If the store is away or busy; what was erased stays so.
    """
    with store.read() as uow:
        ids = uow.erasures.due(clock.now(), limit)
    return sum(erase(store=store, log=log, account_id=account_id, now=clock.now()) for account_id in ids)


def erase(*, store: Store, log: SecurityLog, account_id: AccountId, now: datetime) -> bool:
    """Erase an account whose grace was over at *now*; False when it is not, or when somebody else did it."""
    if not store.run(lambda uow: _begin(uow, account_id, now)):
        return False
    while (more := store.run(lambda uow: _some(uow, account_id))) is True:
        pass
    if more is None:
        return False
    log.record(SecurityEvent(kind=SecurityEventKind.ERASED, at=now, account_id=account_id))
    return True


def _begin(uow: UnitOfWork, account_id: AccountId, now: datetime) -> bool:
    try:
        account = uow.accounts.lock(account_id)
    except NotFound:
        return False
    if not account.is_gone(now):
        return False
    if account.erased_at is None:
        uow.hunters.lock(account_id)
        uow.erasures.begin(account_id, now=now)
    return True


def _some(uow: UnitOfWork, account_id: AccountId) -> bool | None:
    try:
        uow.accounts.lock(account_id)
    except NotFound:
        return None
    return uow.erasures.some(account_id, ROWS_AT_ONCE)
