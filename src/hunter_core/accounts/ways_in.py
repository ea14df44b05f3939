"""Every way into an account, ended together: sessions, API tokens and codes; identities and second factor (SPEC 5)."""

from __future__ import annotations

from datetime import datetime

from hunter_core.accounts.code import CodePurpose
from hunter_core.ids import AccountId
from hunter_core.ports import UnitOfWork


def end_every_way_in(*, uow: UnitOfWork, account_id: AccountId, now: datetime) -> int:
    """
    End the account's sessions and API tokens, and use up every code that would open a session or prove an address.

    The account is locked. Return how many sessions were running.
    """
    use_up_every_code(uow=uow, account_id=account_id, now=now)
    uow.api_tokens.end_all(account_id, at=now)
    return uow.sessions.end_all(account_id, at=now)


def use_up_every_code(*, uow: UnitOfWork, account_id: AccountId, now: datetime) -> None:
    """Use up every code of the account, which is locked, whatever it was for."""
    for purpose in CodePurpose:
        uow.codes.use_up(account_id, purpose, at=now)


def detach_everything(*, uow: UnitOfWork, account_id: AccountId, now: datetime) -> None:
    """
    Take from the account, which is locked, what opens it besides a password: identities and second factor.

    Done when the owner of an address takes an account over that somebody made with it and never proved it: whoever
    that was must keep no way in, and hold no second factor that keeps the owner out.
    """
    for identity in uow.identities.of(account_id):
        uow.identities.remove(identity.id)
    uow.two_factors.remove(account_id)
    uow.recovery_codes.put(account_id, (), at=now)
