"""Keeps mails that wait to be sent."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update

from hunter_adapters.sql.statements import Insert, Row, Statement, columns_of, inline, number, param
from hunter_adapters.sql.tables import mails
from hunter_adapters.sql.transaction import Transaction
from hunter_core.ids import AccountId, MailId
from hunter_core.mail.mail import Mail, MailTemplate

_COLUMNS = columns_of(mails)
_CHANGES = ("recipient", "address_key", "due_at", "tries", "sent_at", "parked_at", "last_error")
_LOCK_DUE = Statement(
    select(mails)
    .where(
        mails.c.sent_at.is_(None), mails.c.parked_at.is_(None), mails.c.due_at <= param("now", mails.c.due_at)
    )
    .order_by(mails.c.due_at, mails.c.id)
    .limit(number("most"))
    .with_for_update(skip_locked=True)
)
_PARKED = Statement(
    select(mails).where(mails.c.parked_at.is_not(None)).order_by(mails.c.id.desc()).limit(number("most"))
)
_ANEW = (
    update(mails)
    .where(mails.c.parked_at.is_not(None))
    .values(tries=inline(0), parked_at=None, due_at=param("now", mails.c.due_at))
)
_RETRY_ALL = Statement(_ANEW)
_RETRY_OF = Statement(_ANEW.where(mails.c.account_id == param("account", mails.c.account_id)))
_THIS = mails.c.id == param("this", mails.c.id)
_LOCK = Statement(select(mails).where(_THIS).with_for_update())
_POSTED = Statement(
    select(func.count())
    .select_from(mails)
    .where(
        mails.c.address_key == param("address_key", mails.c.address_key),
        mails.c.template == param("template", mails.c.template),
        mails.c.account_id.is_not(None),
        mails.c.created_at > param("since", mails.c.created_at),
    )
)
_FORGET_SENT = Statement(delete(mails).where(mails.c.sent_at <= param("sent", mails.c.sent_at)))
_FORGET_PARKED = Statement(delete(mails).where(mails.c.parked_at <= param("parked", mails.c.parked_at)))
_ADD = Insert(mails, _COLUMNS)
_SAVE = Statement(update(mails).where(_THIS).values({name: param(name, mails.c[name]) for name in _CHANGES}))
_REMOVE = Statement(delete(mails).where(_THIS))


class SqlMails:
    """Keeps mails in a table."""

    __slots__ = ("_sql",)

    def __init__(self, transaction: Transaction) -> None:
        self._sql = transaction

    def add(self, *mails: Mail) -> None:
        self._sql.insert(_ADD, [_row(mail) for mail in mails])

    def lock_due(self, now: datetime, limit: int) -> Sequence[Mail]:
        return [mail_of(row) for row in self._sql.rows(_LOCK_DUE, now=now, most=limit)]

    def lock(self, mail_id: MailId) -> Mail | None:
        row = self._sql.row(_LOCK, this=mail_id)
        return None if row is None else mail_of(row)

    def save(self, mail: Mail) -> None:
        self._sql.do(
            _SAVE,
            this=mail.id,
            recipient=mail.recipient,
            address_key=mail.address_key,
            due_at=mail.due_at,
            tries=mail.tries,
            sent_at=mail.sent_at,
            parked_at=mail.parked_at,
            last_error=mail.last_error,
        )

    def parked(self, limit: int) -> Sequence[Mail]:
        return [mail_of(row) for row in self._sql.rows(_PARKED, most=limit)]

    def retry(self, account_id: AccountId | None, now: datetime) -> int:
        if account_id is None:
            return self._sql.do(_RETRY_ALL, now=now)
        return self._sql.do(_RETRY_OF, now=now, account=account_id)

    def posted(self, address_key: str, template: MailTemplate, *, since: datetime) -> int:
        found: int = self._sql.value(_POSTED, address_key=address_key, template=template, since=since)
        return found

    def forget(self, *, sent: datetime, parked: datetime) -> int:
        return self._sql.do(_FORGET_SENT, sent=sent) + self._sql.do(_FORGET_PARKED, parked=parked)

    def remove(self, mail_id: MailId) -> None:
        self._sql.do(_REMOVE, this=mail_id)


def _row(mail: Mail) -> Row:
    return (
        mail.id,
        mail.account_id,
        mail.recipient,
        mail.address_key,
        mail.template,
        mail.code_id,
        mail.notification_id,
        json.dumps(dict(mail.details)),
        mail.created_at,
        mail.due_at,
        mail.tries,
        mail.sent_at,
        mail.parked_at,
        mail.last_error,
    )


def mail_of(row: Row) -> Mail:
    """Return the mail of a row."""
    return Mail(
        id=row[0],
        account_id=row[1],
        recipient=row[2],
        template=row[4],
        code_id=row[5],
        notification_id=row[6],
        details=json.loads(row[7]),
        created_at=row[8],
        due_at=row[9],
        tries=row[10],
        sent_at=row[11],
        parked_at=row[12],
        last_error=row[13],
    )
