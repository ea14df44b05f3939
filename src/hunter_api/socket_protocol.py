"""WebSockets off the socket: uvicorn's, with an end to how much is kept for a client that takes nothing."""

from __future__ import annotations

import asyncio
import logging
import socket
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import State

from hunter_api.live import HANG_UP

MESSAGE_LIMIT = 16 * 1024
"""Bytes of the largest message that is read; a larger one closes the socket with 1009."""

PING_SECONDS = 20.0
"""Seconds between two pings, and seconds that a client has to answer one."""

KERNEL_BYTES = 32 * 1024
"""What the system may keep for a client that has not taken it: beyond that and our own 64 kB frames are queued."""

LAST_SECONDS = 3.0
"""Seconds that a client has to take what was sent before the close, and the close."""


class SocketProtocol(WebSocketsSansIOProtocol):
    """
    One socket.

    uvicorn sends nothing, not even a close, to a client that does not take what was sent before, and it waits
    for it without an end. Here, `hang_up` closes a socket now, and takes it away if it has to.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        # It would log, in detail, what is said: quests' titles, and the ticket.
        self.conn.debug = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take over a connection from HTTP."""
        super().connection_made(transport)
        taken: socket.socket | None = transport.get_extra_info("socket")
        if taken is not None:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BYTES)

    def handle_connect(self, event: Any) -> None:
        """Begin; what runs for the socket can hang up."""
        super().handle_connect(event)
        if hasattr(self, "scope"):
            extensions: Any = self.scope["extensions"]
            extensions[HANG_UP] = self.hang_up

    def hang_up(self, code: int, reason: str) -> None:
        """Close the socket with *code*, without waiting for whatever was not taken yet."""
        if self.close_sent or self.transport.is_closing() or self.conn.state is not State.OPEN:
            return
        self.stop_keepalive()
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(LAST_SECONDS, self.transport.abort)
        # Whoever waits for the client to take something need not wait any more.
        self.writable.set()

    def handle_parser_exception(self) -> None:
        """
        Close the socket for what the client sent, a message that is too large; called again while it sends more.

        uvicorn ends the connection at once. Whatever the client still sends is then answered by a reset, and a
        reset takes the code away from it before it was read. Here the rest is taken, and thrown away.
        """
        closed = self.conn.close_sent
        if self.close_sent or closed is None:
            return
        self.stop_keepalive()
        self.queue.put_nowait({"type": "websocket.disconnect", "code": closed.code, "reason": closed.reason})
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        if self.transport.can_write_eof():
            # So that the client knows that it may hang up; its own close would be thrown away with the rest.
            self.transport.write_eof()
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(LAST_SECONDS, self.transport.abort)
        self.writable.set()

    def shutdown(self) -> None:
        """Close with 1012: the server ends."""
        super().shutdown()
        self.loop.call_later(LAST_SECONDS, self.transport.abort)


class NoTickets(logging.Filter):
    """Leaves out of the log what tells a ticket: uvicorn logs the address of each socket."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether *record* may be logged."""
        return "ticket=" not in record.getMessage()
