"""Changing an address: asked for with a fresh proof, done when the new address is proved, told to both (SPEC 5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from hunter_core.accounts.account import Account
from hunter_core.accounts.authenticate import lock_caller
from hunter_core.accounts.code import CodePurpose
from hunter_core.accounts.codes import issue_only, redeem
from hunter_core.accounts.give_up_address import give_up_address, has_given_up
from hunter_core.accounts.names import check_email, email_key
from hunter_core.accounts.refused_codes import recording_refused_codes
from hunter_core.accounts.security_log import SecurityEvent, SecurityEventKind
from hunter_core.accounts.session import NOWHERE, Client, SignedIn
from hunter_core.accounts.sign_in import Gate
from hunter_core.accounts.step_up import Proofs, step_up
from hunter_core.accounts.tell_owner import tell_owner
from hunter_core.errors import CodeInvalid, InvalidInput
from hunter_core.ids import AccountId
from hunter_core.mail.asked import is_flooded, whence
from hunter_core.mail.mail import MailTemplate
from hunter_core.mail.post import post
from hunter_core.ports import Store, UnitOfWork

_USED_UP = (CodePurpose.VERIFY_EMAIL, CodePurpose.RESET_PASSWORD, CodePurpose.CHANGE_EMAIL)
"""What was mailed to the old address, or would change the new one again."""


def ask_for_email_change(
    *,
    store: Store,
    gate: Gate,
    signed_in: SignedIn,
    proofs: Proofs,
    email: str,
    now: datetime,
    client: Client = NOWHERE,
) -> None:
    """
    Mail a code to *email*, and a notice to the address that the account has. Commits by itself.

    An address that another account has proved gets a mail as well, without a code: whoever asks cannot tell.
    More than a few mails an hour are silently not sent.

    Raises:
        InvalidInput: If *email* cannot be an address, or is the account's.
        InvalidCredentials, RateLimitExceeded, StepUpRequired, TooBusy: As `step_up` does.
        Unauthenticated: If the session has ended meanwhile.
    """
    if check_email(email) == signed_in.email:
        raise InvalidInput("email", "is the address that the account has")
    step_up(store=store, gate=gate, signed_in=signed_in, proofs=proofs, now=now, client=client)

    def begin(uow: UnitOfWork) -> None:
        account = lock_caller(uow=uow, signed_in=signed_in, now=now)
        if is_flooded(uow, account.email, MailTemplate.EMAIL_CHANGE_ASKED, now):
            return
        asked = MailTemplate.EMAIL_CHANGE_ASKED
        tell_owner(uow=uow, account=account, template=asked, now=now, details=whence(client))
        _write_to_new(uow, gate, account, email, now)

    store.run(begin)
    _record(gate, SecurityEventKind.EMAIL_CHANGE_ASKED, signed_in.account_id, now, client)


def _write_to_new(uow: UnitOfWork, gate: Gate, account: Account, email: str, now: datetime) -> None:
    holder = uow.accounts.by_email(email_key(email))
    if holder is not None and holder.is_verified and holder.id != account.id:
        if not is_flooded(uow, holder.email, MailTemplate.ADDRESS_WANTED, now):
            post(
                uow=uow,
                template=MailTemplate.ADDRESS_WANTED,
                to=holder.email,
                account_id=holder.id,
                now=now,
            )
        return
    if is_flooded(uow, email, MailTemplate.CHANGE_EMAIL, now):
        return
    code, _ = issue_only(
        uow=uow,
        secrets=gate.codes,
        purpose=CodePurpose.CHANGE_EMAIL,
        account_id=account.id,
        now=now,
        details={"email": email},
    )
    post(uow=uow, template=MailTemplate.CHANGE_EMAIL, to=email, account_id=account.id, now=now, code=code)


def confirm_email_change(
    *, store: Store, gate: Gate, code: str, now: datetime, client: Client = NOWHERE
) -> None:
    """
    Give the account the address that *code* was mailed to, proved; tell both addresses. Commits by itself.

    Sessions go on; the next access token has the new address. An account that holds it unproved gives it up.

    Raises:
        CodeInvalid: If the code is not good.
        EmailTaken: If another account has proved the address meanwhile; the code stays good.
    """

    def change(uow: UnitOfWork) -> tuple[Account, Account | None]:
        row = redeem(uow=uow, secrets=gate.codes, purpose=CodePurpose.CHANGE_EMAIL, code=code, now=now)
        if row.account_id is None:
            raise CodeInvalid
        old = uow.accounts.lock(row.account_id)
        email = row.details["email"]
        key = email_key(email)
        bare = None if key == old.email_key else give_up_address(uow=uow, key=key, now=now)
        new = replace(old, email=email, email_key=key, is_verified=True, updated_at=now)
        if has_given_up(old):
            # It was to be erased because it had no address.
            new = replace(new, delete_at=None)
        uow.accounts.save(new)
        for purpose in _USED_UP:
            uow.codes.use_up(new.id, purpose, at=now)
        for to in dict.fromkeys((old.email, new.email)):
            if not has_given_up(old) or to != old.email:
                post(uow=uow, template=MailTemplate.EMAIL_CHANGED, to=to, account_id=new.id, now=now)
        return new, bare

    with recording_refused_codes(gate.log, CodePurpose.CHANGE_EMAIL, now, client):
        account, bare = store.run(change)
    _record(gate, SecurityEventKind.EMAIL_CHANGED, account.id, now, client)
    if bare is not None:
        gate.log.record(
            SecurityEvent(
                kind=SecurityEventKind.SESSIONS_REVOKED,
                at=now,
                account_id=bare.id,
                client=client,
                details={"because": "the address was proved by another account"},
            )
        )


def _record(
    gate: Gate, kind: SecurityEventKind, account_id: AccountId, now: datetime, client: Client
) -> None:
    gate.log.record(SecurityEvent(kind=kind, at=now, account_id=account_id, client=client))
