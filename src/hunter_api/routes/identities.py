"""The identities of an account: listed, linked, and unlinked by whoever proves afresh that it is theirs (SPEC 5)."""

from __future__ import annotations

from uuid import UUID

from hunter_api.answers import NO_CONTENT, Answer, Call, ok
from hunter_api.errors import BadRequest
from hunter_api.operations import Lane, Routes
from hunter_api.proofs import PROOF_REFUSALS, prove
from hunter_api.routes.providers import NOT_USABLE
from hunter_api.schemas.providers import (
    AuthorizationView,
    IdentitiesView,
    IdentityView,
    LinkRequest,
    UnlinkRequest,
)
from hunter_core.accounts import linked
from hunter_core.accounts.identity import ProviderRefused
from hunter_core.accounts.providers import begin
from hunter_core.accounts.security_log import SecurityEvent, SecurityEventKind
from hunter_core.errors import LastWayIn, ProviderUnavailable
from hunter_core.ids import IdentityId
from hunter_core.limits.limit import LimitName

routes = Routes("Auth", "/api/auth", limit=LimitName.OTHER)


@routes.get("/identities", gives={"identity_id": "/data/identities/0/id"})
def list_identities(call: Call) -> Answer[IdentitiesView]:
    """List the providers that the account can be entered with, the first linked first."""
    account, found = call.read(
        lambda uow: (
            uow.accounts.get(call.caller.account_id),
            uow.identities.of(call.caller.account_id),
        )
    )
    names = call.ports.sign_in_with.providers.names
    return ok(
        IdentitiesView(
            hasPassword=account.password_hash is not None,
            identities=tuple(IdentityView.of(each, names) for each in found),
        )
    )


@routes.post(
    "/oauth/{provider}/link",
    limit=LimitName.AUTH,
    lane=Lane.PROVIDERS,
    sends=("Set-Cookie",),
    refuses=(*PROOF_REFUSALS, BadRequest, ProviderUnavailable),
)
def link_identity(call: Call, *, provider: str, body: LinkRequest) -> Answer[AuthorizationView]:
    """
    Begin to link `google` or `github` to the account, and return where the browser has to go.

    It needs the password, or a sign-in of the last five minutes, and the code of a second factor. The browser
    keeps the cookie of this answer, and comes back to `redirectUri` with `linked`, or with `error`: those of a
    sign-in, identity_taken, too_many_identities or session_ended.
    """
    ways = call.ports.sign_in_with
    ways.providers.get(provider)
    ways.providers.target(body.redirectUri)
    prove(call, password=body.password, code=body.code)
    try:
        begun = begin(
            store=call.ports.store,
            gate=call.ports.gate,
            providers=ways.providers,
            provider=provider,
            redirect_uri=body.redirectUri,
            callback=ways.callback(provider, call.origin),
            link_to=call.caller,
            now=call.now,
        )
    except ProviderRefused as refused:
        raise ProviderUnavailable(NOT_USABLE) from refused
    answer = ok(AuthorizationView(authorizationUrl=begun.authorization_url))
    return answer.carrying(ways.cookie(begun.state, begun.binding, call.origin))


@routes.delete(
    "/identities/{identity_id}",
    status=204,
    limit=LimitName.AUTH,
    lane=Lane.PASSWORDS,
    refuses=(*PROOF_REFUSALS, LastWayIn),
)
def unlink_identity(call: Call, *, identity_id: UUID, body: UnlinkRequest) -> Answer[None]:
    """
    Unlink an identity: the account can no longer be entered with it.

    It needs the password, or a sign-in of the last five minutes, and the code of a second factor. The last way
    into an account without a password stays.
    """
    wanted = IdentityId(identity_id)
    prove(call, password=body.password, code=body.code)
    _, gone = call.write(
        lambda uow: linked.unlink(
            uow=uow, account_id=call.caller.account_id, identity_id=wanted, now=call.now
        )
    )
    call.ports.gate.log.record(
        SecurityEvent(
            kind=SecurityEventKind.IDENTITY_UNLINKED,
            at=call.now,
            account_id=call.caller.account_id,
            session_id=call.caller.session_id,
            client=call.client,
            details={"issuer": gone.issuer},
        )
    )
    call.ports.wake("mail")
    return NO_CONTENT
