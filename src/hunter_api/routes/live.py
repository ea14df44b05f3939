"""Live sockets: the ticket, and what a request without an upgrade is told (SPEC 4, Live)."""

from __future__ import annotations

from hunter_api.answers import Answer, Call, ok
from hunter_api.errors import UpgradeRequired
from hunter_api.operations import Routes
from hunter_api.schemas.live import SocketQuery, TicketView
from hunter_core.live.tickets import issue_ticket

PATH = "/api/ws"

routes = Routes("Live", PATH)


@routes.post("/ticket", status=201)
def create_ticket(call: Call) -> Answer[TicketView]:
    """
    Get a ticket for a live socket.

    It lets one socket in, within 45 seconds, for as long as this session lasts. It is no token: it opens
    nothing else. Only a session gets one, not an API token.
    """
    ticket = call.write(lambda uow: issue_ticket(uow=uow, signed_in=call.caller, now=call.now))
    return ok(TicketView(ticket=ticket.secret, expiresAt=ticket.expires_at, after=ticket.after), 201)


@routes.get("", status=101, signed_in=False, refuses=(UpgradeRequired,))
def open_socket(call: Call, *, query: SocketQuery) -> Answer[None]:
    """
    Open a live socket.

    This is a WebSocket: the frames, the messages and the codes by which it is closed are described in
    docs/reference/live.md. A page of a foreign origin is refused with 403; everything else that is not right
    is told by the code of the close, because that is what a browser can see.
    """
    raise UpgradeRequired
