"""
A mail that was asked for by an address alone: whether anybody has it is found out later, not while they wait.

So the answer to "I forgot my password" takes as long for an address that nobody has: one row is written either
way (SPEC 5). The row is answered by whoever sends mails: it becomes a mail with a code, or nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from hunter_core.accounts.account import Account
from hunter_core.accounts.code import CodePurpose
from hunter_core.accounts.codes import CodeSecrets, issue_only
from hunter_core.accounts.names import email_key
from hunter_core.accounts.security_log import SecurityEvent, SecurityEventKind
from hunter_core.accounts.session import Client
from hunter_core.ids import MailId, new_id
from hunter_core.mail.mail import Mail, MailTemplate
from hunter_core.mail.post import post
from hunter_core.ports import UnitOfWork

MOST_MAILS = 3
"""Mails of one kind that an address is sent within `FLOOD_SPAN`; what is asked for beyond is silently not sent."""

FLOOD_SPAN = timedelta(hours=1)

_PURPOSES: Mapping[MailTemplate, CodePurpose] = MappingProxyType(
    {
        MailTemplate.VERIFY_EMAIL: CodePurpose.VERIFY_EMAIL,
        MailTemplate.RESET_PASSWORD: CodePurpose.RESET_PASSWORD,
    }
)


def ask(*, uow: UnitOfWork, template: MailTemplate, email: str, now: datetime, client: Client) -> None:
    """Keep with this transaction that a mail of *template* was asked for the address *email*, by *client*."""
    uow.mails.add(
        Mail(
            id=MailId(new_id(now)),
            account_id=None,
            recipient=email,
            template=template,
            details=whence(client),
            created_at=now,
            due_at=now,
        )
    )


def is_only_asked(mail: Mail) -> bool:
    """Tell whether *mail* is nothing but the wish for one."""
    return mail.account_id is None and mail.template in _PURPOSES


def answer(*, uow: UnitOfWork, mail: Mail, codes: CodeSecrets, now: datetime) -> SecurityEvent | None:
    """
    Put what was asked for into the place of *mail*, which is locked: a mail to the account's owner, or nothing.

    Return what is to be written to the security log after the commit.
    """
    uow.mails.remove(mail.id)
    found = uow.accounts.by_email(mail.address_key)
    if found is None:
        return None
    account = uow.accounts.lock(found.id)
    if account.email_key != mail.address_key or not account.may_be_entered(now):
        return None
    if mail.template is MailTemplate.VERIFY_EMAIL and account.is_verified:
        return None
    if is_flooded(uow, account.email, mail.template, now):
        return None
    post_code(uow=uow, template=mail.template, account=account, codes=codes, now=now, details=mail.details)
    if mail.template is not MailTemplate.RESET_PASSWORD:
        return None
    return SecurityEvent(
        kind=SecurityEventKind.PASSWORD_RESET_ASKED,
        at=now,
        account_id=account.id,
        client=Client(mail.details.get("device"), mail.details.get("address")),
    )


def post_code(
    *,
    uow: UnitOfWork,
    template: MailTemplate,
    account: Account,
    codes: CodeSecrets,
    now: datetime,
    details: Mapping[str, str] | None = None,
) -> None:
    """Post a mail with a new code to the address of *account*, which is locked; older codes are used up."""
    code, _ = issue_only(uow=uow, secrets=codes, purpose=_PURPOSES[template], account_id=account.id, now=now)
    post(
        uow=uow,
        template=template,
        to=account.email,
        account_id=account.id,
        now=now,
        code=code,
        details=details,
    )


def is_flooded(uow: UnitOfWork, email: str, template: MailTemplate, now: datetime) -> bool:
    """Tell whether *email* has been sent as many mails of *template* as it may; its account is locked."""
    return uow.mails.posted(email_key(email), template, since=now - FLOOD_SPAN) >= MOST_MAILS


def whence(client: Client) -> dict[str, str]:
    """Return where a request came from, as the details of a mail that tells its owner."""
    said = {"device": client.device, "address": client.address}
    return {name: value for name, value in said.items() if value is not None}
