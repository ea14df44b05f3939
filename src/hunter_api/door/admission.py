"""Who stands behind a request: a session, an API token or nobody; each is counted for whom they are (SPEC 5)."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

from hunter_api.door.asked import Asked
from hunter_api.limits import Count
from hunter_api.log_lines import REQUEST
from hunter_api.operations import Operation
from hunter_api.ports import Ports
from hunter_core.accounts.api_token import PREFIX, TokenHolder
from hunter_core.accounts.api_tokens import authenticate_token, check_scope, note_use
from hunter_core.accounts.authenticate import NOT_SIGNED_IN, authenticate
from hunter_core.accounts.session import Client, SignedIn
from hunter_core.errors import HunterError, TryLater, Unauthenticated

if TYPE_CHECKING:
    from datetime import datetime


log = logging.getLogger("hunter.api")

# The scheme in any case (RFC 9110, 11.1), and a token of the letters that it may have (RFC 6750, 2.1).
_BEARER = re.compile(r"[Bb][Ee][Aa][Rr][Ee][Rr] +([A-Za-z0-9._~+/-]+=*)", re.ASCII)

_LONGEST_TOKEN = 4096


def admit(
    ports: Ports,
    operation: Operation,
    asked: Asked,
    count: Count,
    address: str | None,
    client: Client,
    now: datetime,
) -> SignedIn | TokenHolder | None:
    """
    Count the request: for the account whose session or token stands behind it, else for the client's address.

    So nobody is counted for whom they only claim to be, and a flood of requests without a session fills
    no account's bucket. Past the limit it is told 429 in the place of 401.
    """
    if not operation.signed_in:
        count.by_address(address, now)
        return None
    try:
        signed_in = _check_bearer(ports, asked, now)
    except HunterError:
        count.by_address(address, now)
        raise
    request = REQUEST.get()
    if request is not None:
        request.account_id = signed_in.account_id
    count.by_account(signed_in.account_id, now)
    if isinstance(signed_in, TokenHolder):
        _note_use(ports, signed_in, now)
        check_scope(
            holder=signed_in,
            needed=operation.scope,
            what=operation.name,
            log=ports.gate.log,
            client=client,
            now=now,
        )
        return signed_in
    ports.last_use.note(signed_in, now)
    return signed_in


def _check_bearer(ports: Ports, asked: Asked, now: datetime) -> SignedIn | TokenHolder:
    token = bearer_of(asked)
    if not token:
        raise Unauthenticated(NOT_SIGNED_IN).because("NO_TOKEN")
    with ports.store.read() as uow:
        if token.startswith(PREFIX):
            return authenticate_token(tokens=uow.api_tokens, token=token, now=now)
        return authenticate(sessions=uow.sessions, tokens=ports.gate.access, token=token, now=now)


def _note_use(ports: Ports, holder: TokenHolder, now: datetime) -> None:
    try:
        note_use(store=ports.store, holder=holder, now=now)
    except TryLater as error:
        # Nobody is refused because it could not be noted; the next request notes it.
        log.warning("the use of an API token was not noted: %s", error)


def bearer_of(asked: Asked) -> str:
    """Return the token of the header Authorization, empty where there is none that could be good."""
    # Of several headers, joined by commas, none is good.
    bearer = _BEARER.fullmatch(asked.all_of(b"authorization"))
    return bearer[1] if bearer is not None and len(bearer[1]) <= _LONGEST_TOKEN else ""
