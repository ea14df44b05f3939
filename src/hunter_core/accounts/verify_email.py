"""Proving an address: whoever sends the code that was mailed there can read what is sent there (SPEC 5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from hunter_core.accounts.account import Account
from hunter_core.accounts.code import CodePurpose
from hunter_core.accounts.codes import redeem
from hunter_core.accounts.refused_codes import recording_refused_codes
from hunter_core.accounts.security_log import SecurityEvent, SecurityEventKind
from hunter_core.accounts.session import NOWHERE, Client
from hunter_core.accounts.sign_in import Gate
from hunter_core.errors import CodeInvalid
from hunter_core.mail.asked import ask
from hunter_core.mail.mail import MailTemplate
from hunter_core.ports import Store, UnitOfWork


def verify_email(*, store: Store, gate: Gate, code: str, now: datetime, client: Client = NOWHERE) -> None:
    """
    Mark the address that *code* was mailed to as proved. Sessions go on.

    Raises:
        CodeInvalid: If the code is not good.
    """

    def prove(uow: UnitOfWork) -> Account:
        row = redeem(uow=uow, secrets=gate.codes, purpose=CodePurpose.VERIFY_EMAIL, code=code, now=now)
        if row.account_id is None:
            raise CodeInvalid
        account = uow.accounts.lock(row.account_id)
        if not account.is_verified:
            uow.accounts.save(replace(account, is_verified=True, updated_at=now))
        return account

    with recording_refused_codes(gate.log, CodePurpose.VERIFY_EMAIL, now, client):
        account = store.run(prove)
    gate.log.record(
        SecurityEvent(kind=SecurityEventKind.EMAIL_VERIFIED, at=now, account_id=account.id, client=client)
    )


def ask_for_verification(*, uow: UnitOfWork, email: str, now: datetime, client: Client = NOWHERE) -> None:
    """
    Have a new code mailed to *email*, if an account has it unproved. The caller commits.

    Whether there is one is found out when mails are sent; until then it is the same for every address.
    """
    ask(uow=uow, template=MailTemplate.VERIFY_EMAIL, email=email, now=now, client=client)
