"""What an admin may do to an account: put it out of use and back, change its role, end its sessions (issue 4, 9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from hunter_core.accounts.account import Account, Role
from hunter_core.accounts.deletion import show_hunter
from hunter_core.accounts.names import check_email, check_hunter_name, email_key
from hunter_core.accounts.security_log import SecurityEvent, SecurityEventKind, SecurityLog
from hunter_core.accounts.tell_owner import tell_owner
from hunter_core.accounts.ways_in import use_up_every_code
from hunter_core.errors import InvalidInput, NotFound
from hunter_core.hunters.hunter import Hunter
from hunter_core.ids import AccountId
from hunter_core.mail.mail import MailTemplate
from hunter_core.ports import Store, UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Managed:
    """An account with its hunter, as an admin sees it."""

    account: Account
    hunter: Hunter


class Standing(StrEnum):
    """How an account stands."""

    ACTIVE = "active"
    DEACTIVATED = "deactivated"
    LEAVING = "leaving"

    @classmethod
    def of(cls, account: Account) -> Standing:
        """Return how *account* stands; one that was deactivated and is leaving, too, is deactivated."""
        if account.is_active:
            return cls.ACTIVE
        return cls.LEAVING if account.deactivated_at is None and account.delete_at else cls.DEACTIVATED


class Roster(Protocol):
    """Lists accounts, for those who look after them."""

    def page(self, *, role: Role | None, standing: Standing | None, limit: int) -> Sequence[Managed]:
        """Return at most *limit* accounts of that role and standing, the newest first; none that are being erased."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Admin:
    """
    Acts on accounts, in a transaction each, and writes down who did what in the security log.

    Attributes:
        by: Who acts, such as `cli:root`.
    """

    store: Store
    log: SecurityLog
    by: str

    def find(self, who: str) -> Managed:
        """
        Return the account whose address, or whose hunter's name, is *who*.

        Raises:
            NotFound: If there is none.
        """
        with self.store.read() as uow:
            return find(uow, who)

    def deactivate(self, account_id: AccountId, *, now: datetime) -> bool:
        """
        Put an account out of use, from the next request on in every process; False when it was already.

        Sessions and codes end; API tokens rest until it is back. The owner is told by mail.

        Raises:
            NotFound: If there is no such account.
        """
        changed = self.store.run(lambda uow: _deactivate(uow, account_id, now))
        self._record(changed, SecurityEventKind.DEACTIVATED, account_id, now)
        return changed

    def reactivate(self, account_id: AccountId, *, now: datetime) -> bool:
        """
        Put an account that an admin deactivated into use again; False when none had.

        One that its owner asked to delete stays out of use until the owner signs in. The owner is told by mail.

        Raises:
            NotFound: If there is no such account.
        """
        changed = self.store.run(lambda uow: _reactivate(uow, account_id, now))
        self._record(changed, SecurityEventKind.REACTIVATED, account_id, now)
        return changed

    def change_role(self, account_id: AccountId, role: Role, *, now: datetime) -> bool:
        """
        Give an account the role *role*, from the next request on; False when it had it.

        Raises:
            NotFound: If there is no such account.
        """
        changed = self.store.run(lambda uow: _change_role(uow, account_id, role, now))
        self._record(changed, SecurityEventKind.ROLE_CHANGED, account_id, now, role=role.value)
        return changed

    def end_sessions(self, account_id: AccountId, *, now: datetime) -> int:
        """
        End every session of an account, and return how many were running.

        Raises:
            NotFound: If there is no such account.
        """

        def work(uow: UnitOfWork) -> int:
            uow.accounts.lock(account_id)
            return uow.sessions.end_all(account_id, at=now)

        ended = self.store.run(work)
        self._record(ended > 0, SecurityEventKind.SESSIONS_REVOKED, account_id, now, sessions=str(ended))
        return ended

    def _record(
        self, changed: bool, kind: SecurityEventKind, account_id: AccountId, now: datetime, **details: str
    ) -> None:
        if changed:
            event = SecurityEvent(
                kind=kind, at=now, account_id=account_id, details={"by": self.by, **details}
            )
            self.log.record(event)


def find(uow: UnitOfWork, who: str) -> Managed:
    """
    Return the account whose address, or whose hunter's name, is *who*.

    Raises:
        NotFound: If there is none.
    """
    # What can be neither is not asked for: a database may not even be able to read it.
    try:
        wanted = check_email(who) if "@" in who else check_hunter_name(who)
    except InvalidInput as impossible:
        raise NotFound("account", who) from impossible
    if "@" not in who:
        hunter = uow.hunters.by_name(wanted)
        return Managed(account=uow.accounts.get(hunter.id), hunter=hunter)
    account = uow.accounts.by_email(email_key(wanted))
    if account is None:
        raise NotFound("account", who)
    return Managed(account=account, hunter=uow.hunters.get(account.id))


def _deactivate(uow: UnitOfWork, account_id: AccountId, now: datetime) -> bool:
    account = uow.accounts.lock(account_id)
    if account.deactivated_at is not None:
        return False
    account = replace(account, deactivated_at=now, is_active=False, updated_at=now)
    uow.accounts.save(account)
    uow.sessions.end_all(account_id, at=now)
    # API tokens rest: they are refused while the account is out of use, and go on afterwards.
    use_up_every_code(uow=uow, account_id=account_id, now=now)
    show_hunter(uow, account, now)
    tell_owner(uow=uow, account=account, template=MailTemplate.DEACTIVATED, now=now)
    return True


def _reactivate(uow: UnitOfWork, account_id: AccountId, now: datetime) -> bool:
    account = uow.accounts.lock(account_id)
    if account.is_active or (account.deactivated_at is None and account.delete_at is not None):
        return False
    account = replace(account, deactivated_at=None, is_active=account.delete_at is None, updated_at=now)
    uow.accounts.save(account)
    show_hunter(uow, account, now)
    tell_owner(uow=uow, account=account, template=MailTemplate.REACTIVATED, now=now)
    return True


def _change_role(uow: UnitOfWork, account_id: AccountId, role: Role, now: datetime) -> bool:
    account = uow.accounts.lock(account_id)
    if account.role is role:
        return False
    uow.accounts.save(replace(account, role=role, updated_at=now))
    return True
