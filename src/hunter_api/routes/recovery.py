"""Proving an address, choosing a new password, changing either: what is done by codes from mails (SPEC 4, Auth)."""

from __future__ import annotations

from hunter_api.answers import NO_CONTENT, Answer, Call, mail_under_way
from hunter_api.operations import Lane, Routes
from hunter_api.schemas.common import MailUnderWayView
from hunter_api.schemas.recovery import (
    AddressRequest,
    CodeRequest,
    EmailChange,
    PasswordChange,
    PasswordReset,
)
from hunter_core.accounts import change_email as email_change
from hunter_core.accounts import change_password as password_change
from hunter_core.accounts import reset_password as password_reset
from hunter_core.accounts import verify_email as verification
from hunter_core.accounts.names import check_email
from hunter_core.accounts.step_up import Proofs
from hunter_core.errors import (
    CodeInvalid,
    EmailTaken,
    InvalidCredentials,
    InvalidInput,
    RateLimitExceeded,
    StepUpRequired,
)
from hunter_core.limits.limit import LimitName

routes = Routes("Auth", "/api/auth", limit=LimitName.AUTH)


@routes.post("/verify-email", status=204, signed_in=False, refuses=(CodeInvalid,))
def verify_email(call: Call, *, body: CodeRequest) -> Answer[None]:
    """
    Prove an address by the code that was mailed to it.

    It is good once, for 24 hours, and the newest one only. Sessions go on.
    """
    verification.verify_email(
        store=call.ports.store, gate=call.ports.gate, code=body.code, now=call.now, client=call.client
    )
    return NO_CONTENT


@routes.post("/verify-email/resend", status=202, signed_in=False)
def resend_verification(call: Call, *, body: AddressRequest) -> Answer[MailUnderWayView]:
    """
    Have the code that proves an address mailed again.

    The answer is the same, after the same time, whether or not an account has the address unproved. An address
    is sent at most three such mails an hour.
    """
    check_email(body.email)
    call.write(
        lambda uow: verification.ask_for_verification(
            uow=uow, email=body.email, now=call.now, client=call.client
        )
    )
    call.ports.wake("mail")
    return mail_under_way()


@routes.post("/forgot-password", status=202, signed_in=False)
def forgot_password(call: Call, *, body: AddressRequest) -> Answer[MailUnderWayView]:
    """
    Have a code mailed by which a new password can be chosen; an account that has none may get its first.

    The answer is the same, after the same time, whether or not there is an account. An address is sent at most
    three such mails an hour.
    """
    check_email(body.email)
    call.write(
        lambda uow: password_reset.ask_for_reset(uow=uow, email=body.email, now=call.now, client=call.client)
    )
    call.ports.wake("mail")
    return mail_under_way()


@routes.post("/reset-password", status=204, signed_in=False, lane=Lane.PASSWORDS, refuses=(CodeInvalid,))
def reset_password(call: Call, *, body: PasswordReset) -> Answer[None]:
    """
    Choose a new password by the code that was mailed.

    It is good once, for 10 minutes, and the newest one only. It proves the address, too. Every session ends, and
    the owner is told by mail.
    """
    password, field = _new_password(body)
    password_reset.reset_password(
        store=call.ports.store,
        gate=call.ports.gate,
        code=body.code,
        password=password,
        field=field,
        now=call.now,
        client=call.client,
    )
    call.ports.wake("mail")
    return NO_CONTENT


def _new_password(body: PasswordReset) -> tuple[str, str]:
    """Return the new password, and what the request calls it."""
    match body.newPassword, body.password:
        case str() as new, None:
            return new, "newPassword"
        case None, str() as new:
            return new, "password"
        case None, None:
            raise InvalidInput("newPassword", "is needed")
    raise InvalidInput("password", "is another name for newPassword; send one of the two")


@routes.post(
    "/change-password",
    status=204,
    lane=Lane.PASSWORDS,
    refuses=(InvalidCredentials, StepUpRequired),
)
def change_password(call: Call, *, body: PasswordChange) -> Answer[None]:
    """
    Choose a new password by the old one.

    With a second factor its code is needed, too. All other sessions end, and the owner is told by mail.
    """
    password_change.change_password(
        store=call.ports.store,
        gate=call.ports.gate,
        signed_in=call.caller,
        proofs=Proofs(password=body.currentPassword, code=body.code, password_field="currentPassword"),  # noqa: S106 - the name of a field
        new_password=body.newPassword,
        now=call.now,
        client=call.client,
    )
    call.ports.wake("mail")
    return NO_CONTENT


@routes.post(
    "/change-email",
    status=202,
    lane=Lane.PASSWORDS,
    refuses=(InvalidCredentials, StepUpRequired, RateLimitExceeded),
)
def change_email(call: Call, *, body: EmailChange) -> Answer[MailUnderWayView]:
    """
    Ask for another address: a code is mailed to it, and a notice to the present one.

    It needs the password, or a sign-in of the last five minutes, and the code of a second factor. The answer is
    the same for an address that another account has. Asking again calls off what was asked for before, whose code
    is good no more. An account may ask three times an hour: then it is told 429, and the last code stays as it is. An
    address is sent at most three such mails an hour, whoever asks.
    """
    email_change.ask_for_email_change(
        store=call.ports.store,
        gate=call.ports.gate,
        signed_in=call.caller,
        proofs=Proofs(password=body.password, code=body.code),
        email=body.email,
        now=call.now,
        client=call.client,
    )
    call.ports.wake("mail")
    return mail_under_way()


@routes.post("/change-email/confirm", status=204, signed_in=False, refuses=(CodeInvalid, EmailTaken))
def confirm_email_change(call: Call, *, body: CodeRequest) -> Answer[None]:
    """
    Change the address by the code that was mailed to the new one; both addresses are told.

    It is good once, for 24 hours, and the newest one only. Sessions go on; the next access token has the new
    address.
    """
    email_change.confirm_email_change(
        store=call.ports.store, gate=call.ports.gate, code=body.code, now=call.now, client=call.client
    )
    call.ports.wake("mail")
    return NO_CONTENT
