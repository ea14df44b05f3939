"""HTTP off the socket: uvicorn's parser, with an end to how much and how long a request's head may be."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from hunter_api.errors import BadRequest, HeadTooLarge
from hunter_api.problems import body_of, status_of
from hunter_api.security_headers import Header, security_headers, with_security
from hunter_core.errors import HunterError

HEAD_LIMIT = 32 * 1024
"""Bytes of the request line and all headers together that are read."""

HEAD_SECONDS = 20.0
"""Seconds that a connection has to bring the head of a request, from its opening or the first byte of the next."""


class Protocol(HttpToolsProtocol):
    """
    One connection.

    uvicorn reads headers without an end, waits for them without an end, and answers what is no HTTP without the
    headers that every other answer has. What is too large or too slow ends the connection: where the next
    request begins is not known any more.
    """

    strict = False
    """Whether browsers are asked for what the strict profile asks for."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._in_head = False
        self._is_upgraded = False
        self._began = 0
        self._head = 0
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection, which is to bring the head of a request soon."""
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._head_is_there()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on; what has been read of a head without an end has an end."""
        began = self._began
        super().data_received(data)
        if self.transport.is_closing() or self._is_upgraded:
            return
        if self._in_head and self._began == began:
            # All of it belongs to a head that began earlier. (What came with a body before it is not counted:
            # that is one read of the socket at most.)
            self._head += len(data)
            if self._head > HEAD_LIMIT:
                self._refuse(HeadTooLarge(HEAD_LIMIT))
        elif self._is_idle() and self._deadline is None and self.timeout_keep_alive_task is None:
            # Empty lines, or the rest of a body that nobody reads: neither is a request.
            self._await_head()

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self._in_head, self._head = True, 0
        self._began += 1
        if self._deadline is None:
            self._await_head()

    def on_headers_complete(self) -> None:
        """Look at how much was said before anything is done about it."""
        self._head_is_there()
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if size > HEAD_LIMIT:
            self._refuse(HeadTooLarge(HEAD_LIMIT))
            raise ConnectionAbortedError("the head is too large")  # no further: the parser stops here
        super().on_headers_complete()

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over to a protocol that awaits no further head."""
        self._is_upgraded = True
        super().handle_websocket_upgrade()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP, like everything that is refused."""
        if not self.transport.is_closing():
            self._refuse(BadRequest(msg))

    def _is_idle(self) -> bool:
        cycle: Any = self.cycle  # None before the first request, whatever uvicorn's types say
        return cycle is None or bool(cycle.response_complete)

    def _await_head(self) -> None:
        self._deadline = self.loop.call_later(HEAD_SECONDS, self._head_is_late)

    def _head_is_there(self) -> None:
        self._in_head = False
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _head_is_late(self) -> None:
        """Hang up, without a word: whoever sends a byte now and then does not listen either."""
        self._deadline = None
        if not self.transport.is_closing():
            self.transport.abort()

    def _is_next_to_answer(self) -> bool:
        """Tell whether the request that is being read is the one that the client expects an answer to."""
        if self._is_idle():
            return True
        return self.cycle.more_body and not self.cycle.response_started and not self.pipeline

    def _refuse(self, error: HunterError) -> None:
        if not self._is_next_to_answer():
            # An earlier request has not been answered: this answer would be taken for that one's.
            self.transport.abort()
            return
        request_id = str(uuid4())
        body = body_of(error, request_id)
        status = HTTPStatus(status_of(type(error)))
        headers: list[Header] = [
            *self.server_state.default_headers,
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(body)),
            (b"cache-control", b"no-store"),
            (b"x-request-id", request_id.encode()),
            (b"connection", b"close"),
        ]
        lines = [
            b"%s: %s\r\n" % (name, value)
            for name, value in with_security(headers, security_headers(strict=self.strict))
        ]
        self.transport.write(b"".join([STATUS_LINE[status.value], *lines, b"\r\n", body]))
        self.transport.close()


class StrictProtocol(Protocol):
    """One connection under the strict profile."""

    strict = True
