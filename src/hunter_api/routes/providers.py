"""Signing in with Google or GitHub (SPEC 4, Auth; SPEC 5): there, back, and a code to exchange."""

from __future__ import annotations

from hunter_api.answers import Answer, Call, ok, sent_to
from hunter_api.errors import BadRequest
from hunter_api.operations import Lane, Routes
from hunter_api.schemas.auth import SignedInView
from hunter_api.schemas.providers import (
    AuthorizationView,
    BeginQuery,
    BeginRequest,
    CallbackQuery,
    ExchangeRequest,
)
from hunter_api.sign_in_with import PATH
from hunter_core.accounts import exchange as codes
from hunter_core.accounts import provider_callback
from hunter_core.accounts.identity import ProviderRefused
from hunter_core.accounts.providers import Trouble, arrival, begin
from hunter_core.errors import (
    CodeInvalid,
    Forbidden,
    NotVerified,
    OutcomeUnknown,
    ProviderUnavailable,
    TwoFactorRequired,
)
from hunter_core.limits.limit import LimitName

routes = Routes("Auth", PATH, limit=LimitName.AUTH)

NOT_USABLE = "The identity provider says what cannot be used. Whoever runs this server finds more in its log."


@routes.get(
    "/{provider}",
    status=302,
    signed_in=False,
    lane=Lane.PROVIDERS,
    sends=("Location", "Set-Cookie"),
    refuses=(BadRequest, OutcomeUnknown),
)
def begin_sign_in(call: Call, *, provider: str, query: BeginQuery) -> Answer[None]:
    """
    Send the browser to `google` or `github` to sign in.

    It comes back to `redirectUri` with `code`, to be exchanged within 60 seconds, or with `error`: access_denied,
    account_exists, account_deactivated, email_not_verified, provider_error, provider_unavailable, state_invalid
    or try_again. A provider that this server has no client for is 404.
    """
    ways = call.ports.sign_in_with
    try:
        begun = begin(
            store=call.ports.store,
            gate=call.ports.gate,
            providers=ways.providers,
            provider=provider,
            redirect_uri=query.redirectUri,
            callback=ways.callback(provider, call.origin),
            challenge=query.challenge,
            now=call.now,
        )
    except (ProviderUnavailable, ProviderRefused) as failure:
        provider_callback.log.warning("%s cannot be asked: %s", provider, failure.__cause__ or failure)
        trouble = (
            Trouble.PROVIDER_ERROR if isinstance(failure, ProviderRefused) else Trouble.PROVIDER_UNAVAILABLE
        )
        to = arrival(ways.providers.target(query.redirectUri), error=trouble.value)
        return sent_to(to)
    return sent_to(begun.authorization_url, ways.cookie(begun.state, begun.binding, call.origin))


@routes.post(
    "/{provider}",
    signed_in=False,
    lane=Lane.PROVIDERS,
    sends=("Set-Cookie",),
    refuses=(BadRequest, ProviderUnavailable),
)
def begin_sign_in_of_app(call: Call, *, provider: str, body: BeginRequest) -> Answer[AuthorizationView]:
    """
    Return where an app has to send the browser to sign in with `google` or `github`.

    An app whose browser is another program sends a `challenge`: then the cookie need not come back, and the code
    is good with the verifier alone. Else it is as the GET.
    """
    ways = call.ports.sign_in_with
    try:
        begun = begin(
            store=call.ports.store,
            gate=call.ports.gate,
            providers=ways.providers,
            provider=provider,
            redirect_uri=body.redirectUri,
            callback=ways.callback(provider, call.origin),
            challenge=body.challenge,
            in_app=True,
            now=call.now,
        )
    except ProviderRefused as refused:
        raise ProviderUnavailable(NOT_USABLE) from refused
    answer = ok(AuthorizationView(authorizationUrl=begun.authorization_url))
    return answer.carrying(ways.cookie(begun.state, begun.binding, call.origin))


@routes.get(
    "/{provider}/callback",
    status=302,
    signed_in=False,
    lane=Lane.PROVIDERS,
    sends=("Location", "Set-Cookie"),
    refuses=(CodeInvalid, OutcomeUnknown),
)
def come_back(call: Call, *, provider: str, query: CallbackQuery) -> Answer[None]:
    """
    Take a browser back from a provider, and send it on to where its sign-in began.

    The state is good once, for 10 minutes, in the browser that began, and for the provider that was asked. Only
    one that nobody knows is answered here: all else is told to the page that the browser came from.
    """
    ways = call.ports.sign_in_with
    to = provider_callback.callback(
        store=call.ports.store,
        gate=call.ports.gate,
        providers=ways.providers,
        rulebook=call.ports.rulebook,
        provider=provider,
        brought=provider_callback.BroughtBack(
            state=query.state,
            code=query.code,
            error=query.error,
            issuer=query.iss,
            binding=call.cookies.get(ways.cookie_name(query.state, call.origin)),
        ),
        now=call.now,
        client=call.client,
    )
    call.ports.wake("mail")
    return sent_to(to, ways.forget(query.state, call.origin))


@routes.post("/exchange", signed_in=False, refuses=(CodeInvalid, TwoFactorRequired, Forbidden, NotVerified))
def exchange_code(call: Call, *, body: ExchangeRequest) -> Answer[SignedInView]:
    """
    Change the code that a browser came back with for a session.

    It is good once, for 60 seconds; with the verifier, where the sign-in began with a challenge.
    """
    done = codes.exchange(
        store=call.ports.store,
        gate=call.ports.gate,
        rulebook=call.ports.rulebook,
        code=body.code,
        verifier=body.verifier,
        now=call.now,
        client=call.client,
    )
    call.leave_behind()
    return ok(SignedInView.of(done))
