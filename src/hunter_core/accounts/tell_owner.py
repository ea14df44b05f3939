"""Whoever owns an account is told of what happened to it, by a mail that is written with the change (SPEC 5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from hunter_core.accounts.account import Account
from hunter_core.accounts.give_up_address import has_given_up
from hunter_core.mail.mail import MailTemplate
from hunter_core.mail.post import post
from hunter_core.ports import UnitOfWork


def tell_owner(
    *,
    uow: UnitOfWork,
    account: Account,
    template: MailTemplate,
    now: datetime,
    details: Mapping[str, str] | None = None,
) -> None:
    """Post a mail to the owner of *account*, if there is an address to write to; *details* as in `post`."""
    if not has_given_up(account):
        post(
            uow=uow,
            template=template,
            to=account.email,
            account_id=account.id,
            now=now,
            details=details,
        )
