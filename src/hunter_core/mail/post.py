"""Posting: a mail is written in the transaction of what it tells of, and sent later by whoever sends (SPEC 5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from hunter_core.accounts.code import OneTimeCode
from hunter_core.ids import AccountId, MailId, NotificationId, new_id
from hunter_core.mail.mail import Mail, MailTemplate
from hunter_core.ports import UnitOfWork


def post(
    *,
    uow: UnitOfWork,
    template: MailTemplate,
    to: str,
    account_id: AccountId | None,
    now: datetime,
    code: OneTimeCode | None = None,
    details: Mapping[str, str] | None = None,
) -> None:
    """Keep a mail to the address *to* with this transaction; *details* hold no secret, *code* is derived later."""
    uow.mails.add(
        written(template=template, to=to, account_id=account_id, now=now, code=code, details=details)
    )


def written(
    *,
    template: MailTemplate,
    to: str,
    account_id: AccountId | None,
    now: datetime,
    code: OneTimeCode | None = None,
    details: Mapping[str, str] | None = None,
    notification_id: NotificationId | None = None,
) -> Mail:
    """Return a mail as `post` keeps it: for whoever keeps many at once."""
    return Mail(
        id=MailId(new_id(now)),
        account_id=account_id,
        recipient=to,
        template=template,
        code_id=None if code is None else code.id,
        notification_id=notification_id,
        details=dict(details or {}),
        created_at=now,
        due_at=now,
    )
