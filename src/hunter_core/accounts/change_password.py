"""Changing a password: who knows the old one chooses a new one, and is signed out everywhere else (SPEC 5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from hunter_core.accounts.account import Account
from hunter_core.accounts.code import CodePurpose
from hunter_core.accounts.passwords import check_new_password, normalised
from hunter_core.accounts.security_log import SecurityEvent, SecurityEventKind
from hunter_core.accounts.session import NOWHERE, Client, SignedIn
from hunter_core.accounts.sign_in import Gate
from hunter_core.accounts.step_up import Proofs, step_up
from hunter_core.errors import TooBusy
from hunter_core.gathering import Gathering
from hunter_core.mail.asked import whence
from hunter_core.mail.mail import MailTemplate
from hunter_core.mail.post import post
from hunter_core.ports import Store, UnitOfWork

TRIES = 3
"""How often the old password is checked again because the stored hash was changed meanwhile."""

USED_UP = (
    CodePurpose.RESET_PASSWORD,
    CodePurpose.CHANGE_EMAIL,
    CodePurpose.TWO_FACTOR,
    CodePurpose.OAUTH_EXCHANGE,
)
"""What was opened by the old password, or would undo the new one: who asked for an address could reset it there."""


def change_password(
    *,
    store: Store,
    gate: Gate,
    signed_in: SignedIn,
    proofs: Proofs,
    new_password: str,
    now: datetime,
    client: Client = NOWHERE,
) -> None:
    """
    Set *new_password*, end all other sessions and the API tokens, and tell the owner. Commits by itself.

    *proofs* hold the old password. It is checked outside of the transaction, and checked again if another hash
    is found inside: a password that was changed a moment ago is no proof any more.

    Raises:
        InvalidInput: If one of the passwords has a form that none can have, or the new one is not good enough.
        InvalidCredentials: If the old password is wrong, or there is none.
        RateLimitExceeded: If there were too many wrong ones.
        StepUpRequired: If a second factor is missing.
        TooBusy: If too many passwords are being hashed already.
    """
    with store.read() as uow:
        account, name = uow.accounts.get(signed_in.account_id), uow.hunters.get(signed_in.account_id).name
    form = ""
    gathering = Gathering()
    with gathering:
        normalised(proofs.password or "", proofs.password_field)
    with gathering:
        form = check_new_password(
            new_password,
            gate.policy.passwords,
            email=account.email,
            hunter_name=name,
            common=gate.common,
            field="newPassword",
        )
    gathering.refuse()
    hashed = None
    for _ in range(TRIES):
        with store.read() as uow:
            checked = uow.accounts.get(signed_in.account_id)
        # It reads the account after us and checks its hash; what we find under the lock must be ours, and so its.
        step_up(store=store, gate=gate, signed_in=signed_in, proofs=proofs, now=now, client=client)
        hashed = hashed or gate.passwords.hash(form)
        if _kept(store, checked, hashed, signed_in, now, client):
            gate.log.record(
                SecurityEvent(
                    kind=SecurityEventKind.PASSWORD_CHANGED,
                    at=now,
                    account_id=signed_in.account_id,
                    session_id=signed_in.session_id,
                    client=client,
                )
            )
            return
    raise TooBusy("The account is being changed. Try again shortly.")


def _kept(
    store: Store, checked: Account, hashed: str, signed_in: SignedIn, now: datetime, client: Client
) -> bool:
    """Keep the new hash; return False, with nothing changed, when another than the *checked* one holds by now."""

    def keep(uow: UnitOfWork) -> bool:
        account = uow.accounts.lock(checked.id)
        if account.password_hash != checked.password_hash:
            return False
        uow.accounts.save(replace(account, password_hash=hashed, updated_at=now))
        for purpose in USED_UP:
            uow.codes.use_up(account.id, purpose, at=now)
        uow.sessions.end_all(account.id, at=now, keep=signed_in.session_id)
        uow.api_tokens.end_all(account.id, at=now)
        post(
            uow=uow,
            template=MailTemplate.PASSWORD_CHANGED,
            to=account.email,
            account_id=account.id,
            now=now,
            details=whence(client),
        )
        return True

    return store.run(keep)
