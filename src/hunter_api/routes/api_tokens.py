"""API tokens, for scripts and home automation (issue 4, 8)."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from hunter_api.answers import NO_CONTENT, Answer, Call, ok
from hunter_api.operations import Lane, Routes
from hunter_api.proofs import PROOF_REFUSALS, prove
from hunter_api.schemas.api_tokens import ApiTokensView, ApiTokenView, NewApiTokenView, TokenWish
from hunter_core.accounts import api_tokens as core
from hunter_core.errors import ApiTokenLimitReached
from hunter_core.ids import ApiTokenId
from hunter_core.limits.limit import LimitName

routes = Routes("Auth", "/api/auth/api-tokens")


@routes.post(
    "",
    status=201,
    limit=LimitName.AUTH,
    lane=Lane.PASSWORDS,
    refuses=(*PROOF_REFUSALS, ApiTokenLimitReached),
    gives={"token_id": "/data/id"},
)
def create_api_token(call: Call, *, body: TokenWish) -> Answer[NewApiTokenView]:
    """
    Make an API token; it is shown this once.

    Needs a fresh proof. READ lets it read what is the game's; WRITE lets it play, too: quests, completions,
    pauses. Neither reaches the account. A mail tells the owner. At most 20 stand at one time.
    """
    prove(call, password=body.password, code=body.code)
    made = core.create_api_token(
        store=call.ports.store,
        gate=call.ports.gate,
        signed_in=call.caller,
        name=body.name,
        scope=body.scope,
        lasts=timedelta(days=body.expiresInDays),
        now=call.now,
        client=call.client,
    )
    call.ports.wake("mail")
    return ok(NewApiTokenView.of(made), 201)


@routes.get("")
def list_api_tokens(call: Call) -> Answer[ApiTokensView]:
    """List the API tokens that were not revoked, newest first; never the tokens themselves."""
    found = call.read(lambda uow: core.api_tokens(uow=uow, account_id=call.caller.account_id))
    return ok(ApiTokensView(tokens=tuple(map(ApiTokenView.of, found))))


@routes.delete("/{token_id}", status=204)
def revoke_api_token(call: Call, *, token_id: UUID) -> Answer[None]:
    """Revoke an API token: the next request with it is refused, in every process."""
    core.revoke_api_token(
        store=call.ports.store,
        gate=call.ports.gate,
        signed_in=call.caller,
        token_id=ApiTokenId(token_id),
        now=call.now,
        client=call.client,
    )
    return NO_CONTENT
