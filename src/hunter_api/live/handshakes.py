"""
The handshake of a live socket: which are welcome, before anything in them is looked at (SPEC 4, Live; Rate limits).

A page of a foreign origin is refused first, and is not counted: else any page could use up the limit of whoever
reads it. Then the handshake is counted for the client's address, as a request without a session is.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

from hunter_api.door import Asked, refusal, request_id_of
from hunter_api.door.threads import Threads
from hunter_api.door.watch import Watch
from hunter_api.errors import ForeignOrigin
from hunter_api.limits import Count
from hunter_api.operations import Operation
from hunter_api.ports import Ports
from hunter_api.routes.live import PATH, routes
from hunter_api.security_headers import Header, with_security
from hunter_core.accounts.session import Client
from hunter_core.errors import HunterError, RateLimitExceeded, TryLater
from hunter_core.live.frames import CloseCode, reason_of

Send = Callable[[Any], Awaitable[None]]

log = logging.getLogger("hunter.live")


class Handshakes:
    """Lets handshakes pass, or refuses them."""

    def __init__(
        self, ports: Ports, origins: Sequence[str], headers: Sequence[Header], threads: Threads
    ) -> None:
        self._ports, self._origins, self._headers = ports, frozenset(origins), headers
        self._threads = threads
        self._operation = _operation()
        self._watch = Watch(ports.gate.log)

    async def passed(self, asked: Asked, send: Send) -> list[Header] | None:
        """Return the headers to accept a handshake with; None where it is not to go on, and was told why."""
        count = Count(self._ports.limits, self._operation.limit)
        try:
            if not self._is_welcome(asked):
                raise ForeignOrigin
            # In a thread: who counts may be Redis.
            await self._threads.run(lambda: self._count(asked, count))
        except (ForeignOrigin, RateLimitExceeded) as error:
            await self._refuse(asked, send, error, count)
            return None
        except TryLater:
            await turn_away(send, CloseCode.TRY_LATER)
            return None
        except Exception:
            log.exception("a handshake could not be counted")
            await turn_away(send, CloseCode.FAILED)
            return None
        return count.headers(self._ports.clock)

    def _is_welcome(self, asked: Asked) -> bool:
        """Tell whether the page behind the request may open sockets: no page, ours, or one of the settings."""
        origin = asked.header(b"origin")
        if not origin or origin in self._origins:
            return True
        try:
            return urlsplit(origin).netloc == asked.header(b"host") != ""
        except ValueError:
            # No browser says that.
            return False

    def _count(self, asked: Asked, count: Count) -> None:
        now = self._ports.clock.now()
        address = self._ports.limits.proxies.client(asked.peer, asked.all_of(b"x-forwarded-for"))
        try:
            count.by_address(address, now)
        except RateLimitExceeded as error:
            client = Client.of(asked.header(b"user-agent"), address)
            self._watch.refused(error, self._operation, address=address, client=client, now=now)
            raise

    async def _refuse(
        self, asked: Asked, send: Send, error: ForeignOrigin | RateLimitExceeded, count: Count
    ) -> None:
        """Answer the request for an upgrade like any other, where the server lets us; else by a code, or 403."""
        if "websocket.http.response" in (asked.scope.get("extensions") or {}):
            await self._answer(asked.scope, send, error, count)
        elif isinstance(error, RateLimitExceeded):
            await turn_away(send, CloseCode.TOO_MANY, str(error), count.headers(self._ports.clock))
        else:
            await send({"type": "websocket.close"})

    async def _answer(self, scope: Any, send: Send, error: HunterError, count: Count) -> None:
        request_id = request_id_of(scope)
        said = refusal(error, request_id)
        told = [*said.headers, (b"x-request-id", request_id.encode()), *count.headers(self._ports.clock)]
        headers = with_security(told, self._headers)
        await send({"type": "websocket.http.response.start", "status": said.status, "headers": headers})
        await send({"type": "websocket.http.response.body", "body": said.body})


async def accept(send: Send, headers: Sequence[Header] = ()) -> None:
    """Open a socket."""
    await send({"type": "websocket.accept", "headers": list(headers)})


async def turn_away(
    send: Send, code: CloseCode, reason: str | None = None, headers: Sequence[Header] = ()
) -> None:
    """Open a socket and close it at once: of a handshake that is refused, browsers do not tell why."""
    await accept(send, headers)
    await close(send, code, reason)


async def close(send: Send, code: CloseCode, reason: str | None = None) -> None:
    """Close a socket that was accepted; *reason* says more than the code does by itself."""
    said = code.reason if reason is None else reason_of(reason)
    await send({"type": "websocket.close", "code": code.value, "reason": said})


def _operation() -> Operation:
    """Return the operation that a handshake is, of which the document tells."""
    return next(each for each in routes.operations if (each.method, each.path) == ("GET", PATH))
