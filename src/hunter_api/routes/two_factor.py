"""The second factor, the ticket that asks for it, and proving oneself afresh (issue 4, 7)."""

from __future__ import annotations

from hunter_api.answers import NO_CONTENT, Answer, Call, ok
from hunter_api.operations import Lane, Routes
from hunter_api.proofs import PROOF_REFUSALS, prove
from hunter_api.schemas.auth import SignedInView
from hunter_api.schemas.two_factor import (
    FirstCode,
    FreshView,
    NewSecretView,
    Proof,
    RecoveryCodesView,
    TicketAndCode,
    TwoFactorView,
)
from hunter_core.accounts import switch_two_factor as core
from hunter_core.accounts.renew import renew
from hunter_core.accounts.security_log import SecurityEvent, SecurityEventKind
from hunter_core.accounts.ticket import verify_ticket
from hunter_core.errors import (
    CodeInvalid,
    Forbidden,
    InvalidCredentials,
    InvalidInput,
    NotVerified,
    SecondFactorWrong,
    TwoFactorAlreadyOn,
    TwoFactorNotOn,
)
from hunter_core.limits.limit import LimitName

routes = Routes("Auth", "/api/auth")


@routes.get("/two-factor")
def get_two_factor(call: Call) -> Answer[TwoFactorView]:
    """Tell whether two-factor is on, and how many recovery codes are left."""
    state = call.read(lambda uow: core.two_factor_state(uow=uow, account_id=call.caller.account_id))
    return ok(TwoFactorView.of(state))


@routes.post(
    "/two-factor",
    status=201,
    limit=LimitName.AUTH,
    lane=Lane.PASSWORDS,
    refuses=(*PROOF_REFUSALS, NotVerified, TwoFactorAlreadyOn),
)
def begin_two_factor(call: Call, *, body: Proof) -> Answer[NewSecretView]:
    """
    Begin two-factor: get the secret for an app, once.

    Needs the password, where there is one: it would keep out the owner, too, who has not this secret. And under
    the profile `strict` a verified address. Nothing is on until the app's first code is sent to `confirm`,
    within 10 minutes.
    """
    prove(call, password=body.password, code=body.code, by_password=True)
    made = call.write(
        lambda uow: core.begin(uow=uow, gate=call.ports.gate, account_id=call.caller.account_id, now=call.now)
    )
    return ok(NewSecretView.of(made), 201)


@routes.post(
    "/two-factor/confirm",
    limit=LimitName.AUTH,
    refuses=(SecondFactorWrong, TwoFactorAlreadyOn, TwoFactorNotOn),
)
def confirm_two_factor(call: Call, *, body: FirstCode) -> Answer[RecoveryCodesView]:
    """
    Turn two-factor on by the app's first code; get ten recovery codes, once.

    From then on sign-ins ask for a code, and so do change of password and address, linking, API tokens,
    deletion, and turning it off. A mail tells the owner.
    """
    codes = core.confirm(
        store=call.ports.store,
        gate=call.ports.gate,
        signed_in=call.caller,
        code=body.code,
        now=call.now,
        client=call.client,
    )
    call.ports.wake("mail")
    return ok(RecoveryCodesView(recoveryCodes=codes))


@routes.delete(
    "/two-factor",
    status=204,
    limit=LimitName.AUTH,
    lane=Lane.PASSWORDS,
    refuses=(*PROOF_REFUSALS, TwoFactorNotOn),
)
def end_two_factor(call: Call, *, body: Proof) -> Answer[None]:
    """Turn two-factor off, with a code; the secret and the recovery codes are forgotten. A mail tells the owner."""
    prove(call, password=body.password, code=body.code)
    core.turn_off(
        store=call.ports.store,
        gate=call.ports.gate,
        signed_in=call.caller,
        now=call.now,
        client=call.client,
    )
    call.ports.wake("mail")
    return NO_CONTENT


@routes.post(
    "/two-factor/recovery-codes",
    status=201,
    limit=LimitName.AUTH,
    lane=Lane.PASSWORDS,
    refuses=(*PROOF_REFUSALS, TwoFactorNotOn),
)
def renew_recovery_codes(call: Call, *, body: Proof) -> Answer[RecoveryCodesView]:
    """Get ten new recovery codes, once; those from before are good for nothing."""
    prove(call, password=body.password, code=body.code)
    codes = call.write(
        lambda uow: core.renew_recovery_codes(uow=uow, account_id=call.caller.account_id, now=call.now)
    )
    call.ports.gate.log.record(
        SecurityEvent(
            kind=SecurityEventKind.RECOVERY_CODES_RENEWED,
            at=call.now,
            account_id=call.caller.account_id,
            session_id=call.caller.session_id,
            client=call.client,
        )
    )
    return ok(RecoveryCodesView(recoveryCodes=codes), 201)


@routes.post(
    "/two-factor/verify",
    signed_in=False,
    limit=LimitName.AUTH,
    refuses=(CodeInvalid, SecondFactorWrong, InvalidCredentials, Forbidden, NotVerified),
)
def verify_two_factor(call: Call, *, body: TicketAndCode) -> Answer[SignedInView]:
    """
    Change a ticket and a code for a session.

    The ticket is in the details of a 401 `TWO_FACTOR_REQUIRED` that answered a sign-in without a password. A
    wrong code leaves it good; it lasts 5 minutes.
    """
    done = verify_ticket(
        store=call.ports.store,
        gate=call.ports.gate,
        rulebook=call.ports.rulebook,
        ticket=body.ticket,
        code=body.code,
        now=call.now,
        client=call.client,
    )
    call.ports.wake("mail")
    call.leave_behind()
    return ok(SignedInView.of(done))


@routes.post("/step-up", limit=LimitName.AUTH, lane=Lane.PASSWORDS, refuses=PROOF_REFUSALS)
def step_up(call: Call, *, body: Proof) -> Answer[FreshView]:
    """
    Prove afresh who asks, for the requests of the next 5 minutes.

    What could lose somebody their account takes such a proof, here or with the request itself: the password, or
    a sign-in not older than 5 minutes; and the code, where there is a second factor. Under the profile `strict`
    another session takes the place of this one: use the tokens of the answer.
    """
    if body.password is None and body.code is None:
        raise InvalidInput("password", "is needed, or the code, or both")
    until = prove(call, password=body.password, code=body.code, keep=True)
    pair = renew(store=call.ports.store, gate=call.ports.gate, signed_in=call.caller, now=call.now)
    if pair is None:
        return ok(FreshView(freshUntil=until))
    return ok(FreshView(freshUntil=until, token=pair.token, refreshToken=pair.refresh_token))
