"""The web server: uvicorn, ended so that no request is dropped (SPEC 7)."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import uvicorn

from hunter_api.server.protocol import Protocol, StrictProtocol
from hunter_api.server.socket_protocol import MESSAGE_LIMIT, PING_SECONDS, NoTickets, SocketProtocol

LAST_CALL = 0.5
"""Seconds without an answer, to anybody, after which no connection that has been answered before is awaited."""

FIRST_CALL = 2.0
"""Seconds in which a request may still come whole that has begun, or that is the first of its connection."""

GRACE = 7
"""Seconds that requests under way have to be answered, so that a busy machine, too, is done within 10 s (SPEC 7)."""

log = logging.getLogger("hunter.server")


class Server(uvicorn.Server):
    """
    A server that, told to end, first takes everybody in who stands at the door.

    uvicorn itself hangs up on connections whose request has not arrived, and on those that the system has
    accepted and it has not. Here, both are taken; what they ask within `LAST_CALL` is answered, and a first
    request within `FIRST_CALL`. Every answer from the signal on says `Connection: close`: whoever reads it
    does not ask on a connection that is about to go.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        *,
        started: Callable[[], None] = lambda: None,
        ending: Callable[[], None] = lambda: None,
        listening: Callable[[], None] = lambda: None,
    ) -> None:
        """Call *listening* when signals are heard, *started* when requests are taken, *ending* when the end begins."""
        super().__init__(config)
        self._told, self._ending, self._listening = started, ending, listening

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Hear signals, and say so: until then whoever started us has to."""
        with super().capture_signals():
            self._listening()
            yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and tell whoever wants to know."""
        await super().startup(sockets)
        if self.started:
            self._told()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take in who waits, close the door, answer what comes in the last moments, then end as uvicorn does."""
        begun = time.monotonic()
        # At once: jobs end while requests are answered, and whoever asks is told that nothing new is taken.
        self._ending()
        self.server_state.default_headers = [*self.server_state.default_headers, (b"connection", b"close")]
        waiting = [connection for listener in sockets or () for connection in _waiting_at(listener)]
        for server in self.servers:
            server.close()
        for listener in sockets or ():
            listener.close()
        for standing in self.server_state.connections:
            _let_answer_be_last(standing)
        loop = asyncio.get_running_loop()
        for taken in waiting:
            await loop.connect_accepted_socket(self._protocol, taken)
        # uvicorn tells nobody when a connection is gone, or a request is whole: so somebody has to look.
        answered, heard = self.server_state.total_requests, begun
        while not self.force_exit and time.monotonic() < begun + FIRST_CALL:
            connections = self.server_state.connections
            # Where answers go out, clients are busy reading them, and may be late with what they ask.
            if answered != self.server_state.total_requests:
                answered, heard = self.server_state.total_requests, time.monotonic()
            is_past_call = time.monotonic() > heard + LAST_CALL
            if not connections or (is_past_call and not any(map(_is_to_come, connections))):
                break
            await asyncio.sleep(0.02)
        for connection in filter(_is_half_sent, list(self.server_state.connections)):
            connection.transport.abort()
        self.servers = []
        # All of it is counted from the signal on.
        self.config.timeout_graceful_shutdown = max(1, round(GRACE - (time.monotonic() - begun)))
        await super().shutdown(None)

    def _protocol(self) -> Protocol:
        kind: Any = self.config.http_protocol_class
        taken: Protocol = kind(
            config=self.config,
            server_state=self.server_state,
            app_state=self.lifespan.state,
            _loop=asyncio.get_running_loop(),
        )
        return taken


def _let_answer_be_last(connection: Any) -> None:
    """Let *connection* end with the answer to what it asked last, and that answer say so, if it has not begun."""
    cycle = getattr(connection, "cycle", None)  # a WebSocket has none
    if cycle is not None and not cycle.response_complete:
        cycle.keep_alive = False


def _is_to_come(connection: Any) -> bool:
    """Tell whether a request of *connection* is awaited: its first, or the rest of one."""
    is_new = getattr(connection, "cycle", ...) is None
    return is_new or _is_half_sent(connection)


def _is_half_sent(connection: Any) -> bool:
    """Tell whether a request on *connection* has begun and not come to its end."""
    cycle = getattr(connection, "cycle", None)
    return cycle is not None and cycle.more_body and not cycle.response_complete


def _waiting_at(listener: socket.socket) -> list[socket.socket]:
    """Return the connections that the system has accepted on *listener* and that nobody has taken yet."""
    found: list[socket.socket] = []
    listener.setblocking(False)
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return found
        connection.setblocking(False)
        found.append(connection)


def config_of(app: Any, *, strict: bool = False) -> uvicorn.Config:
    """Return uvicorn's settings; under the *strict* profile, browsers are asked for more."""
    logging.getLogger("uvicorn.error").addFilter(NoTickets())
    return uvicorn.Config(
        app,
        loop="auto",
        http=StrictProtocol if strict else Protocol,
        ws=SocketProtocol,
        ws_max_size=MESSAGE_LIMIT,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PING_SECONDS,
        # It takes 64 kB for each socket, and frames are small.
        ws_per_message_deflate=False,
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        # The door looks at them itself: uvicorn sees only the last of several X-Forwarded-For.
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE,
    )
