"""Registering, signing in, refreshing and signing out (SPEC 4, Auth)."""

from __future__ import annotations

from hunter_api.answers import SIGNED_OUT, Answer, Call, mail_under_way, ok
from hunter_api.operations import Lane, Routes
from hunter_api.schemas.auth import (
    Credentials,
    NewUserView,
    RefreshRequest,
    RegisteredView,
    Registration,
    SignedInView,
    TokensView,
)
from hunter_api.schemas.hunters import MeView
from hunter_core.accounts import register as core
from hunter_core.accounts.login import login as sign_in
from hunter_core.accounts.logout import logout as end_session
from hunter_core.accounts.logout import logout_all as end_all_sessions
from hunter_core.accounts.refresh import Reused
from hunter_core.accounts.refresh import refresh as refresh_session
from hunter_core.accounts.security_log import SecurityEvent, SecurityEventKind
from hunter_core.errors import (
    EmailTaken,
    Forbidden,
    HunterNameTaken,
    InvalidCredentials,
    NotVerified,
    RefreshTokenReused,
    SecondFactorWrong,
    TwoFactorRequired,
    Unauthenticated,
)
from hunter_core.hunters.me import me as read_me
from hunter_core.limits.limit import LimitName

routes = Routes("Auth", "/api/auth")


@routes.post(
    "/register",
    status=201,
    signed_in=False,
    limit=LimitName.AUTH,
    lane=Lane.PASSWORDS,
    refuses=(EmailTaken, HunterNameTaken),
    or_accepted=True,
)
def register(call: Call, *, body: Registration) -> Answer[RegisteredView]:
    """
    Register an account with its hunter, and sign in.

    Names and addresses are unique; whichever is taken is said. A mail with a code proves the address. Under the
    strict profile, and where only proved addresses sign in, the answer is 202 for every address, and no session
    is opened: a mail tells.
    """
    done = core.register(
        store=call.ports.store,
        gate=call.ports.gate,
        rulebook=call.ports.rulebook,
        registration=core.Registration(
            email=body.email, password=body.password, hunter_name=body.hunterName, timezone=body.timezone
        ),
        now=call.now,
        client=call.client,
    )
    call.ports.wake("mail")
    if done is None:
        return mail_under_way()
    hunter = done.me.hunter
    user = NewUserView(
        id=hunter.id,
        email=done.me.account.email,
        hunterName=hunter.name,
        level=hunter.level,
        rank=hunter.rank,
    )
    return ok(RegisteredView(user=user, token=done.tokens.token, refreshToken=done.tokens.refresh_token), 201)


@routes.post(
    "/login",
    signed_in=False,
    limit=LimitName.AUTH,
    lane=Lane.PASSWORDS,
    refuses=(InvalidCredentials, TwoFactorRequired, SecondFactorWrong, Forbidden, NotVerified),
)
def login(call: Call, *, body: Credentials) -> Answer[SignedInView]:
    """
    Sign in with a password.

    An unknown address, a wrong password and an account without one get the same answer in the same time. Where
    there is a second factor, a right password alone is told `TWO_FACTOR_REQUIRED`: send it again, with the code.
    """
    done = sign_in(
        store=call.ports.store,
        gate=call.ports.gate,
        rulebook=call.ports.rulebook,
        email=body.email,
        password=body.password,
        code=body.code,
        now=call.now,
        client=call.client,
    )
    call.ports.wake("mail")
    call.leave_behind()
    return ok(SignedInView.of(done))


@routes.post("/refresh", signed_in=False, refuses=(Unauthenticated, RefreshTokenReused))
def refresh(call: Call, *, body: RefreshRequest) -> Answer[TokensView]:
    """
    Change a refresh token for a new pair.

    A token that comes back later than 10 seconds after its use ends its session: somebody else has it.
    """
    done = call.write(
        lambda uow: refresh_session(
            uow=uow,
            gate=call.ports.gate,
            refresh_token=body.refreshToken,
            now=call.now,
            client=call.client,
        )
    )
    if isinstance(done, Reused):
        call.ports.gate.log.record(done.event)
        call.ports.wake("mail")
        raise done.refusal()
    return ok(TokensView(token=done.token, refreshToken=done.refresh_token))


@routes.post("/logout", status=204, sends=("Clear-Site-Data",))
def logout(call: Call) -> Answer[None]:
    """End the session behind the request; its tokens are good for nothing from then on."""
    call.write(lambda uow: end_session(uow=uow, session_id=call.caller.session_id, now=call.now))
    _record(call, SecurityEventKind.SIGNED_OUT)
    return SIGNED_OUT


@routes.post("/logout-all", status=204, sends=("Clear-Site-Data",))
def logout_all(call: Call) -> Answer[None]:
    """End every session of the account."""
    count = call.write(lambda uow: end_all_sessions(uow=uow, account_id=call.caller.account_id, now=call.now))
    _record(call, SecurityEventKind.SESSIONS_REVOKED, ended=str(count))
    return SIGNED_OUT


def _record(call: Call, kind: SecurityEventKind, **details: str) -> None:
    call.ports.gate.log.record(
        SecurityEvent(
            kind=kind,
            at=call.now,
            account_id=call.caller.account_id,
            session_id=call.caller.session_id,
            client=call.client,
            details=details,
        )
    )


@routes.get("/me")
def me(call: Call) -> Answer[MeView]:
    """Show the signed-in user, with what comes next."""
    found = call.read(
        lambda uow: read_me(
            uow=uow, account_id=call.caller.account_id, now=call.now, rulebook=call.ports.rulebook
        )
    )
    return ok(MeView.of(found))
