"""One-time codes and mails in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from hunter_adapters.memory.locks import Locks
from hunter_adapters.memory.tables import ConstraintViolated, Tables
from hunter_core.accounts.code import CodePurpose, OneTimeCode
from hunter_core.ids import AccountId, CodeId, MailId
from hunter_core.mail.mail import Mail, MailTemplate


class MemoryCodes:
    """Implements `hunter_core.accounts.codes.Codes`."""

    __slots__ = ("_locks", "_tables")

    def __init__(self, tables: Tables, locks: Locks) -> None:
        self._tables, self._locks = tables, locks

    def add(self, code: OneTimeCode) -> None:
        if any(other.code_hash == code.code_hash for other in self._tables.codes.rows().values()):
            raise ConstraintViolated("There is a code with this hash already.")
        self._tables.codes.add(code.id, code)
        self._locks.take("code", code.id)

    def get(self, code_id: CodeId) -> OneTimeCode | None:
        return self._tables.codes.rows().get(code_id)

    def by_hash(self, code_hash: bytes) -> OneTimeCode | None:
        codes = self._tables.codes.rows().values()
        return next((code for code in codes if code.code_hash == code_hash), None)

    def lock_by_hash(self, code_hash: bytes) -> OneTimeCode | None:
        code = self.by_hash(code_hash)
        if code is not None:
            self._locks.take("code", code.id)
        return code

    def save(self, code: OneTimeCode) -> None:
        self._locks.need("code", code.id)
        self._tables.codes.edit()[code.id] = code

    def use_up(self, account_id: AccountId, purpose: CodePurpose, *, at: datetime) -> int:
        ended = [
            replace(code, used_at=at)
            for code in self._tables.codes.rows().values()
            if code.account_id == account_id and code.purpose is purpose and code.used_at is None
        ]
        if ended:
            self._tables.codes.edit().update({code.id: code for code in ended})
        return len(ended)

    def issued(self, account_id: AccountId, purpose: CodePurpose, *, since: datetime) -> Sequence[datetime]:
        return sorted(
            code.created_at
            for code in self._tables.codes.rows().values()
            if code.account_id == account_id and code.purpose is purpose and code.created_at > since
        )


class MemoryMails:
    """Implements `hunter_core.mail.ports.Mails`."""

    __slots__ = ("_locks", "_tables")

    def __init__(self, tables: Tables, locks: Locks) -> None:
        self._tables, self._locks = tables, locks

    def add(self, *mails: Mail) -> None:
        for mail in mails:
            self._tables.mails.add(mail.id, mail)
            self._locks.take("mail", mail.id)

    def lock_due(self, now: datetime, limit: int) -> Sequence[Mail]:
        due = [
            mail
            for mail in self._tables.mails.rows().values()
            if mail.sent_at is None and mail.parked_at is None and mail.due_at <= now
        ]
        due.sort(key=lambda mail: (mail.due_at, mail.id))
        for mail in due[:limit]:
            self._locks.take("mail", mail.id)
        return due[:limit]

    def lock(self, mail_id: MailId) -> Mail | None:
        mail = self._tables.mails.rows().get(mail_id)
        if mail is not None:
            self._locks.take("mail", mail_id)
        return mail

    def save(self, mail: Mail) -> None:
        self._locks.need("mail", mail.id)
        self._tables.mails.edit()[mail.id] = mail

    def posted(self, address_key: str, template: MailTemplate, *, since: datetime) -> int:
        return sum(
            mail.template is template
            and mail.account_id is not None
            and mail.address_key == address_key
            and mail.created_at > since
            for mail in self._tables.mails.rows().values()
        )

    def forget(self, *, sent: datetime, parked: datetime) -> int:
        old = [
            mail.id
            for mail in self._tables.mails.rows().values()
            if (mail.sent_at is not None and mail.sent_at <= sent)
            or (mail.parked_at is not None and mail.parked_at <= parked)
        ]
        if old:
            kept = self._tables.mails.edit()
            for mail_id in old:
                del kept[mail_id]
        return len(old)

    def parked(self, limit: int) -> Sequence[Mail]:
        found = [mail for mail in self._tables.mails.rows().values() if mail.parked_at is not None]
        return sorted(found, key=lambda mail: mail.id, reverse=True)[:limit]

    def retry(self, account_id: AccountId | None, now: datetime) -> int:
        found = [
            mail
            for mail in self._tables.mails.rows().values()
            if mail.parked_at is not None and account_id in (None, mail.account_id)
        ]
        for mail in found:
            self._tables.mails.edit()[mail.id] = replace(mail, tries=0, parked_at=None, due_at=now)
        return len(found)

    def remove(self, mail_id: MailId) -> None:
        self._tables.mails.edit().pop(mail_id, None)
