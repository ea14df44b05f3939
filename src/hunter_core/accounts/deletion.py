"""Leaving: an account is put out of use at once and erased after a grace, unless a sign-in takes that back (SPEC 4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hunter_core.accounts.account import Account
from hunter_core.accounts.tell_owner import tell_owner
from hunter_core.accounts.ways_in import end_every_way_in
from hunter_core.errors import InvalidCredentials
from hunter_core.hunters.hunter import Hunter
from hunter_core.ids import AccountId
from hunter_core.mail.mail import MailTemplate
from hunter_core.ports import UnitOfWork

GRACE = timedelta(days=7)
"""How long a deletion can be taken back."""


def plan_deletion(*, uow: UnitOfWork, account_id: AccountId, now: datetime) -> Account:
    """
    Put an account out of use, to be erased after `GRACE`, and tell its owner by mail. The caller commits.

    Every session, API token and code ends. The hunter leaves the boards, and the profile answers as if there
    was none. An account that is on its way out already keeps its date.

    Raises:
        NotFound: If there is no such account.
    """
    account = uow.accounts.lock(account_id)
    if account.delete_at is not None and not account.is_active:
        return account
    account = replace(account, delete_at=now + GRACE, is_active=False, updated_at=now)
    uow.accounts.save(account)
    end_every_way_in(uow=uow, account_id=account_id, now=now)
    show_hunter(uow, account, now)
    until = {"until": f"{now + GRACE:%Y-%m-%d %H:%M} UTC"}
    tell_owner(uow=uow, account=account, template=MailTemplate.DELETION_PLANNED, now=now, details=until)
    return account


def take_back_deletion(*, uow: UnitOfWork, account: Account, now: datetime) -> Account:
    """
    Return *account*, which is locked, in use again: whoever signs in within the grace wants to stay.

    Called in the transaction of every sign-in, before its session is opened; it changes nothing where nobody
    asked for a deletion. What others see of the hunter is as before; sessions and tokens that were ended stay
    so. The caller commits.

    Raises:
        InvalidCredentials: If the grace is over: there is no such account any more.
    """
    if account.delete_at is None:
        return account
    if account.is_gone(now):
        raise InvalidCredentials
    account = replace(account, delete_at=None, is_active=account.deactivated_at is None, updated_at=now)
    uow.accounts.save(account)
    show_hunter(uow, account, now)
    tell_owner(uow=uow, account=account, template=MailTemplate.DELETION_CANCELLED, now=now)
    return account


def show_hunter(uow: UnitOfWork, account: Account, now: datetime) -> Hunter:
    """Make the hunter of *account*, which is locked, as active as the account is: so boards and profiles follow."""
    hunter = uow.hunters.lock(account.id)
    if hunter.is_active is not account.is_active:
        hunter = replace(hunter, is_active=account.is_active, updated_at=now)
        uow.hunters.save(hunter)
    return hunter
