"""The web server: uvicorn, ended so that no request is dropped (SPEC 7)."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections.abc import Callable
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LAST_CALL = 0.5
"""Seconds in which a connection that stands at the end may still bring a request: it was on its way."""

GRACE = 8
"""Seconds that requests under way have to be answered."""

log = logging.getLogger("hunter.server")


class Server(uvicorn.Server):
    """
    A server that, told to end, first takes everybody in who stands at the door.

    uvicorn itself hangs up on connections whose request has not arrived, and on those that the system has
    accepted and it has not. Here, both are taken; what they ask within `LAST_CALL` is answered, with
    `Connection: close`.
    """

    def __init__(self, config: uvicorn.Config, *, started: Callable[[], None] = lambda: None) -> None:
        super().__init__(config)
        self._told = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and tell whoever wants to know."""
        await super().startup(sockets)
        if self.started:
            self._told()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take in who waits, close the door, answer what comes in the last moments, then end as uvicorn does."""
        self.server_state.default_headers = [*self.server_state.default_headers, (b"connection", b"close")]
        waiting = [connection for listener in sockets or () for connection in _waiting_at(listener)]
        for server in self.servers:
            server.close()
        for listener in sockets or ():
            listener.close()
        loop = asyncio.get_running_loop()
        for connection in waiting:
            await loop.connect_accepted_socket(self._protocol, connection)
        end = time.monotonic() + LAST_CALL
        # uvicorn tells nobody when its connections are gone.
        while self.server_state.connections and time.monotonic() < end and not self.force_exit:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        self.servers = []
        await super().shutdown(None)

    def _protocol(self) -> HttpToolsProtocol:
        return HttpToolsProtocol(
            config=self.config,
            server_state=self.server_state,
            app_state=self.lifespan.state,
            _loop=asyncio.get_running_loop(),
        )


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


def config_of(app: Any, *, trusted_proxies: tuple[str, ...]) -> uvicorn.Config:
    """Return uvicorn's settings."""
    return uvicorn.Config(
        app,
        loop="auto",
        http="httptools",
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=list(trusted_proxies),
        timeout_graceful_shutdown=GRACE,
    )
