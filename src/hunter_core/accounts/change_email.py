"""Changing an address: asked for with a fresh proof, done when the new address is proved, told to both (SPEC 5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from hunter_core.accounts.account import Account
from hunter_core.accounts.authenticate import lock_caller
from hunter_core.accounts.code import CodePurpose, OneTimeCode
from hunter_core.accounts.codes import issue_only, redeem
from hunter_core.accounts.give_up_address import give_up_address, has_given_up
from hunter_core.accounts.names import check_email, email_key
from hunter_core.accounts.refused_codes import recording_refused_codes
from hunter_core.accounts.security_log import SecurityEvent, SecurityEventKind
from hunter_core.accounts.session import NOWHERE, Client, SignedIn
from hunter_core.accounts.sign_in import Gate
from hunter_core.accounts.step_up import Proofs, step_up
from hunter_core.accounts.tell_owner import tell_owner
from hunter_core.errors import CodeInvalid, InvalidInput, RateLimitExceeded
from hunter_core.ids import AccountId
from hunter_core.mail.asked import FLOOD_SPAN, MOST_MAILS, is_flooded, whence
from hunter_core.mail.mail import MailTemplate
from hunter_core.mail.post import post
from hunter_core.ports import Store, UnitOfWork

_USED_UP = (CodePurpose.VERIFY_EMAIL, CodePurpose.RESET_PASSWORD, CodePurpose.CHANGE_EMAIL)
"""What was mailed to the old address, or would change the new one again."""

ASKED_TOO_OFTEN = (
    f"You have asked for another address {MOST_MAILS} times within an hour, and nothing was changed: the code that was "
    "mailed last is as good as before. If it went to a wrong address, a new password calls it off at once."
)
"""What whoever is signed in is told, who has asked too often themselves."""


class _InVain(StrEnum):
    """Why no code was mailed: for the security log, and for whoever asks only where it is their own doing."""

    ASKED_TOO_OFTEN = "ASKED_TOO_OFTEN"
    ADDRESS_TAKEN = "ADDRESS_TAKEN"
    MAILBOX_FULL = "MAILBOX_FULL"


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

    A code that was mailed before is good no more, whatever comes of this one. An address that another account has
    proved gets a mail without a code, and one that was sent as many codes as may be, by whomever, gets none: whoever
    asks cannot tell.

    Raises:
        InvalidInput: If *email* cannot be an address, or is the account's.
        InvalidCredentials, RateLimitExceeded, StepUpRequired, TooBusy: As `step_up` does.
        RateLimitExceeded: If the account has asked so often within the hour, too. The last code stays as it is.
        Unauthenticated: If the session has ended meanwhile.
    """
    if check_email(email) == signed_in.email:
        raise InvalidInput("email", "is the address that the account has")
    step_up(store=store, gate=gate, signed_in=signed_in, proofs=proofs, now=now, client=client)

    def begin(uow: UnitOfWork) -> _InVain | None:
        account = lock_caller(uow=uow, signed_in=signed_in, now=now)
        _refuse_one_too_many(uow, account.id, now)
        # Whatever comes of it: a wish counts by its code, and a new one takes the place of the older ones.
        code, _ = issue_only(
            uow=uow,
            secrets=gate.codes,
            purpose=CodePurpose.CHANGE_EMAIL,
            account_id=account.id,
            now=now,
            details={"email": email},
        )
        asked = MailTemplate.EMAIL_CHANGE_ASKED
        tell_owner(uow=uow, account=account, template=asked, now=now, details=whence(client))
        in_vain = _write_to_new(uow, account, email, code, now)
        if in_vain is not None:
            uow.codes.use_up(account.id, CodePurpose.CHANGE_EMAIL, at=now)
        return in_vain

    refused = SecurityEventKind.EMAIL_CHANGE_REFUSED
    try:
        in_vain = store.run(begin)
    except RateLimitExceeded:
        _record(gate, refused, signed_in.account_id, now, client, reason=_InVain.ASKED_TOO_OFTEN.value)
        raise
    if in_vain is None:
        _record(gate, SecurityEventKind.EMAIL_CHANGE_ASKED, signed_in.account_id, now, client)
    else:
        _record(gate, refused, signed_in.account_id, now, client, reason=in_vain.value)


def _refuse_one_too_many(uow: UnitOfWork, account_id: AccountId, now: datetime) -> None:
    """
    Make sure that the account, which is locked, has not asked as often as it may.

    Counted by the account, and not like other mails by the address: others may have had it, and an account that
    gave its address up has none.

    Raises:
        RateLimitExceeded: If it has.
    """
    asked = uow.codes.issued(account_id, CodePurpose.CHANGE_EMAIL, since=now - FLOOD_SPAN)
    if len(asked) >= MOST_MAILS:
        # A clock that was put back makes nobody wait for longer.
        left = min(asked[-MOST_MAILS] + FLOOD_SPAN - now, FLOOD_SPAN)
        raise RateLimitExceeded(max(1, -(-left // timedelta(seconds=1))), ASKED_TOO_OFTEN)


def _write_to_new(
    uow: UnitOfWork, account: Account, email: str, code: OneTimeCode, now: datetime
) -> _InVain | None:
    """Post a mail with *code* to the address *email*, or return why none is posted."""
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
        return _InVain.ADDRESS_TAKEN
    if is_flooded(uow, email, MailTemplate.CHANGE_EMAIL, now):
        return _InVain.MAILBOX_FULL
    post(uow=uow, template=MailTemplate.CHANGE_EMAIL, to=email, account_id=account.id, now=now, code=code)
    return None


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
        because = "the address was proved by another account"
        _record(gate, SecurityEventKind.SESSIONS_REVOKED, bare.id, now, client, because=because)


def _record(
    gate: Gate, kind: SecurityEventKind, account_id: AccountId, now: datetime, client: Client, **details: str
) -> None:
    gate.log.record(SecurityEvent(kind=kind, at=now, account_id=account_id, client=client, details=details))
