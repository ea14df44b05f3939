"""WebSockets off the socket: uvicorn's, with an end to how much is kept for a client that takes nothing."""

from __future__ import annotations

import asyncio
import logging
import socket
from typing import Any, ClassVar

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import State

from hunter_api.live.room import HANG_UP

MESSAGE_LIMIT = 16 * 1024
"""Bytes of the largest message that is read; a larger one closes the socket with 1009."""

PING_SECONDS = 20.0
"""Seconds between two pings, and seconds that a client has to answer one."""

KERNEL_BYTES = 32 * 1024
"""What the system may keep for a client that has not taken it: beyond that and our own 64 kB frames are queued."""

LAST_SECONDS = 3.0
"""Seconds that a client has to take the close, where all that was sent before is on its way."""

LINGER_SECONDS = 20.0
"""Seconds that a client has to take what was sent before the close, and the close, where it is behind."""

MOST_LINGERING = 256
"""Sockets of a process that wait for clients that are behind; each holds 64 kB, and the system as much."""


class SocketProtocol(WebSocketsSansIOProtocol):
    """
    One socket.

    uvicorn sends nothing, not even a close, to a client that does not take what was sent before, and it waits
    for it without an end, also where the client has said goodbye. Here, `hang_up` closes a socket now: the close is
    queued behind what is on its way, so a client that was only slow gets whole frames, and the code. A socket that is
    over is taken away when its time is up, or when more are lingering than there may be: then the one that has lingered
    for longest.
    """

    _lingering: ClassVar[dict[SocketProtocol, None]] = {}
    """Those of this process whose clients are behind, in the order in which they were closed."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        # It would log, in detail, what is said: quests' titles, and the ticket.
        self.conn.debug = False
        self._is_leaving = False
        self._leave_by = 0.0

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

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self._lingering.pop(self, None)
        super().connection_lost(exc)

    def hang_up(self, code: int, reason: str) -> None:
        """Close the socket with *code*, without waiting for whatever was not taken yet."""
        if self.close_sent or self.transport.is_closing() or self.conn.state is not State.OPEN:
            return
        self.stop_keepalive()
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        is_behind = self._is_behind()
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self._leave(is_behind=is_behind)
        # Whoever waits for the client to take something need not wait any more.
        self.writable.set()

    async def send(self, message: Any) -> None:
        """Send what the application says."""
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and not message.get("more_body", False):
            # uvicorn would log an error for every handshake that was answered over HTTP.
            self.handshake_complete = True

    def eof_received(self) -> None:
        """Let the socket end: the client sends no more. The transport closes when the client has taken the rest."""
        super().eof_received()
        if self.handshake_complete:
            self.queue.put_nowait({"type": "websocket.disconnect", "code": 1006})
            self._leave(is_behind=self._is_behind())

    def handle_close(self, event: Any) -> None:
        """Let the socket end: the client has closed it, or has got our close."""
        super().handle_close(event)
        self._leave(is_behind=self._is_behind())

    def keepalive_timeout(self) -> None:
        """Let the socket end: the client does not answer."""
        super().keepalive_timeout()
        self.queue.put_nowait({"type": "websocket.disconnect", "code": 1011})
        self._leave(is_behind=False)

    def handle_ping(self) -> None:
        """Answer a ping; not to a client that takes no answers, for they would be kept without an end."""
        output = self.conn.data_to_send()
        # What the client closed itself is answered: that comes once.
        if not self.close_sent and (self.writable.is_set() or self.conn.close_rcvd is not None):
            self.transport.write(b"".join(output))

    def _is_behind(self) -> bool:
        """Tell whether more was sent than the system could pass on."""
        return self.transport.get_write_buffer_size() > 0

    def _leave(self, *, is_behind: bool) -> None:
        """Take the connection away when its time is up, unless it has gone by itself before."""
        if self.disconnected:
            return
        if not self._is_leaving:
            self._is_leaving = True
            self._leave_by = self.loop.time() + (LINGER_SECONDS if is_behind else LAST_SECONDS)
            if is_behind:
                self._linger()
        if self.close_timer is None:
            self.close_timer = self.loop.call_at(self._leave_by, self.transport.abort)

    def _linger(self) -> None:
        if len(self._lingering) >= MOST_LINGERING:
            longest = next(iter(self._lingering))
            del self._lingering[longest]
            longest.transport.abort()
        self._lingering[self] = None

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
