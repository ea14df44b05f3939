"""Whoever proves an address has it: an account that never proved it gives it up, and its sessions end (SPEC 5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hunter_core.accounts.account import Account
from hunter_core.accounts.ways_in import end_every_way_in
from hunter_core.errors import EmailTaken
from hunter_core.ports import UnitOfWork

KEPT_WITHOUT_ADDRESS = timedelta(days=7)
"""How long an account that gave its address up is kept; a sign-in by another way (a provider) takes that back."""

_NO_DOMAIN = "given-up.invalid"


def give_up_address(*, uow: UnitOfWork, key: str, now: datetime) -> Account | None:
    """
    Make the address with the lower-cased form *key* free for somebody who has just proved that it is theirs.

    An account that holds it unverified loses address, password, codes and sessions, in this transaction; nobody
    can sign in to it with an address any more, so it is erased after `KEPT_WITHOUT_ADDRESS`. Whoever made it
    without owning the address has no way into what the owner makes now. Return that account as it is now, None
    where nobody had the address. The caller records `SESSIONS_REVOKED` for it after the commit.

    Raises:
        EmailTaken: If an account holds the address that has proved it.
    """
    found = uow.accounts.by_email(key)
    if found is None:
        return None
    holder = uow.accounts.lock(found.id)
    if holder.email_key != key:
        # Given up or changed while the lock was waited for.
        return None
    if holder.is_verified:
        raise EmailTaken("Another account has this address.")
    nowhere = f"{holder.id}@{_NO_DOMAIN}"
    bare = replace(
        holder,
        email=nowhere,
        email_key=nowhere,
        password_hash=None,
        delete_at=now + KEPT_WITHOUT_ADDRESS,
        updated_at=now,
    )
    uow.accounts.save(bare)
    end_every_way_in(uow=uow, account_id=holder.id, now=now)
    return bare


def has_given_up(account: Account) -> bool:
    """Tell whether *account* has no address any more: there is nowhere to write to."""
    return account.email_key.endswith(f"@{_NO_DOMAIN}")
