"""A forgotten password: a code is mailed to the address, and whoever has it chooses a new one (SPEC 5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from hunter_core.accounts.account import Account
from hunter_core.accounts.code import CodePurpose
from hunter_core.accounts.codes import redeem
from hunter_core.accounts.passwords import check_new_password
from hunter_core.accounts.refused_codes import recording_refused_codes
from hunter_core.accounts.security_log import SecurityEvent, SecurityEventKind
from hunter_core.accounts.session import NOWHERE, Client
from hunter_core.accounts.sign_in import Gate
from hunter_core.accounts.ways_in import detach_everything, end_every_way_in
from hunter_core.errors import CodeInvalid
from hunter_core.ids import AccountId
from hunter_core.mail.asked import ask, whence
from hunter_core.mail.mail import MailTemplate
from hunter_core.mail.post import post
from hunter_core.ports import Store, UnitOfWork


def ask_for_reset(*, uow: UnitOfWork, email: str, now: datetime, client: Client = NOWHERE) -> None:
    """
    Have a code mailed to *email*, if an account has it, with a password or without. The caller commits.

    Whether there is one is found out when mails are sent; until then it is the same for every address, in the
    answer and in the time that it takes.
    """
    ask(uow=uow, template=MailTemplate.RESET_PASSWORD, email=email, now=now, client=client)


def reset_password(
    *,
    store: Store,
    gate: Gate,
    code: str,
    password: str,
    now: datetime,
    field: str = "newPassword",
    client: Client = NOWHERE,
) -> None:
    """
    Give the account that *code* was mailed to a new password, and end its sessions. Commits by itself.

    The code proves the address, too. A second factor stays, and the next sign-in asks for it; but where the
    address had not been proved, whatever somebody attached to the account before goes.

    Raises:
        CodeInvalid: If the code is not good. It is looked at before anything is hashed.
        InvalidInput: If the password does not hold to the policy; the code stays good.
        TooBusy: If too many passwords are being hashed already.
    """
    with recording_refused_codes(gate.log, CodePurpose.RESET_PASSWORD, now, client):
        account_id, email, name = _whose(store, gate, code, now)
        form = check_new_password(
            password, gate.policy.passwords, email=email, hunter_name=name, common=gate.common, field=field
        )
        hashed = gate.passwords.hash(form)

        def keep(uow: UnitOfWork) -> Account:
            redeem(uow=uow, secrets=gate.codes, purpose=CodePurpose.RESET_PASSWORD, code=code, now=now)
            account = uow.accounts.lock(account_id)
            if not account.may_be_entered(now):
                raise CodeInvalid
            if not account.is_verified:
                detach_everything(uow=uow, account_id=account.id, now=now)
            account = replace(account, password_hash=hashed, is_verified=True, updated_at=now)
            uow.accounts.save(account)
            end_every_way_in(uow=uow, account_id=account.id, now=now)
            post(
                uow=uow,
                template=MailTemplate.PASSWORD_CHANGED,
                to=account.email,
                account_id=account.id,
                now=now,
                details=whence(client),
            )
            return account

        store.run(keep)
    gate.log.record(
        SecurityEvent(kind=SecurityEventKind.PASSWORD_RESET, at=now, account_id=account_id, client=client)
    )


def _whose(store: Store, gate: Gate, code: str, now: datetime) -> tuple[AccountId, str, str]:
    """Return account, address and name behind *code*, without using it up."""
    with store.read() as uow:
        found = uow.codes.by_hash(gate.codes.digest(code))
        if found is None or found.account_id is None or not found.is_good(CodePurpose.RESET_PASSWORD, now):
            raise CodeInvalid
        account = uow.accounts.get(found.account_id)
        return account.id, account.email, uow.hunters.get(account.id).name
