"""Requests whose end two servers could see in two places, and heads without an end: refused, and the line is closed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from uvicorn.server import ServerState

from hunter_api.server import protocol
from hunter_api.server.protocol import HEAD_LIMIT
from hunter_api.server.server import config_of

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

GET = b"GET /health/live HTTP/1.1\r\nHost: x\r\n"
POST = b"POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
SECOND = b"GET /second HTTP/1.1\r\nHost: x\r\n\r\n"


class Asked:
    """An application that notes what it is asked, and a server of it on a socket."""

    def __init__(self, *, strict: bool = False) -> None:
        self.paths: list[str] = []
        self.bodies: list[bytes] = []
        self._config = config_of(self, strict=strict)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.paths.append(scope["path"])
        body = b""
        if scope["method"] == "POST":
            while (message := await receive())["type"] == "http.request":
                body += message["body"]
                if not message["more_body"]:
                    break
        self.bodies.append(body)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})

    def talk(self, conversation: Talk) -> None:
        """Open a line to the server, and hold *conversation* on it."""

        async def hold() -> None:
            self._config.load()
            kind: Any = self._config.http_protocol_class
            made = lambda: kind(config=self._config, server_state=ServerState(), app_state={})  # noqa: E731
            server = await asyncio.get_running_loop().create_server(made, "127.0.0.1", 0)
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            try:
                async with asyncio.timeout(20):
                    await conversation(reader, writer)
            finally:
                writer.close()
                server.close()

        asyncio.run(hold())

    def said_to(self, *parts: bytes, pause: float = 0.0) -> bytes:
        """Return all that is answered to *parts* until the server hangs up, or says nothing for a while."""
        said = b""

        async def conversation(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal said
            for part in parts:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(pause)
            while True:
                try:
                    got = await asyncio.wait_for(reader.read(65536), 1.5)
                except (TimeoutError, ConnectionResetError):
                    return
                if not got:
                    return
                said += got

        self.talk(conversation)
        return said


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(
            POST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", id="both-lengths"
        ),
        pytest.param(POST + b"Content-Length: 2\r\nContent-Length: 4\r\n\r\n{}", id="two-lengths"),
        pytest.param(POST + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", id="one-length-twice"),
        pytest.param(POST + b"Content-Length: +2\r\n\r\n{}", id="signed-length"),
        pytest.param(POST + b"Content-Length: 0x2\r\n\r\n{}", id="hex-length"),
        pytest.param(POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", id="space-before-colon"),
        pytest.param(POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", id="unknown-coding"),
        pytest.param(POST + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", id="chunked-not-last"),
        pytest.param(POST + b"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n", id="tab-of-another-kind"),
        pytest.param(POST + b"Transfer-Encoding: chunked\r\n\r\n2\n{}\n0\n\n", id="bare-lf-in-chunks"),
        pytest.param(POST + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n{}\r\n0\r\n\r\n", id="negative-chunk"),
        pytest.param(GET + b"X: a\nContent-Length: 5\r\n\r\n", id="bare-lf-in-a-header"),
        pytest.param(GET + b"X: a\r\n Content-Length: 5\r\n\r\n", id="folded-header"),
        pytest.param(GET + b"X: a\x00b\r\n\r\n", id="nul-in-a-header"),
        pytest.param(GET + b"X: a\rb\r\n\r\n", id="bare-cr-in-a-header"),
        pytest.param(b"\x16\x03\x01\x02\r\n\r\n", id="tls"),
    ],
)
def test_a_request_whose_end_is_in_doubt_is_refused_and_nothing_follows_it(raw: bytes) -> None:
    asked = Asked()
    said = asked.said_to(raw + SECOND)
    assert said.startswith(b"HTTP/1.1 400 ")
    assert said.count(b"HTTP/1.1 ") == 1
    assert "/second" not in asked.paths
    assert asked.bodies in ([], [b""])


def test_what_is_no_http_is_answered_like_all_that_is_refused() -> None:
    said = Asked(strict=True).said_to(b"\x16\x03\x01\r\n\r\n")
    head, _, body = said.partition(b"\r\n\r\n")
    for header in (
        b"content-type: application/json",
        b"cache-control: no-store",
        b"connection: close",
        b"x-content-type-options: nosniff",
        b"max-age=31536000; includesubdomains",
        b"frame-ancestors 'none'",
    ):
        assert header in head.lower()
    assert b'"code":"BAD_REQUEST"' in body
    assert b"content-length: %d\r\n" % len(body) in head


def test_requests_in_a_row_are_answered_in_a_row() -> None:
    asked = Asked()
    said = asked.said_to(GET + b"\r\n" + POST + b"Content-Length: 2\r\n\r\n{}" + SECOND)
    assert said.count(b"HTTP/1.1 200") == 3
    assert asked.paths == ["/health/live", "/api/auth/login", "/second"]


def test_a_head_of_the_largest_size_is_read_and_a_larger_one_is_not() -> None:
    room = HEAD_LIMIT - len(b"/health/live") - 2 * 4 - len(b"HostxX")
    assert Asked().said_to(GET + b"X: " + b"a" * room + b"\r\n\r\n").startswith(b"HTTP/1.1 200")
    asked = Asked()
    said = asked.said_to(GET + b"X: " + b"a" * (room + 1) + b"\r\n\r\n" + SECOND)
    assert said.startswith(b"HTTP/1.1 431 ")
    assert b'"code":"HEADERS_TOO_LARGE"' in said
    assert asked.paths == []


@pytest.mark.parametrize(
    "part",
    [b"a" * 8192, b"X-A: b\r\n" * 1024],
    ids=["one-header-without-an-end", "headers-without-an-end"],
)
def test_a_head_without_an_end_is_given_up_soon_after_its_limit(part: bytes) -> None:
    asked, sent = Asked(), 0

    async def conversation(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(GET + b"X: ")
        while not reader.at_eof() and sent < 100 * HEAD_LIMIT:
            try:
                writer.write(part)
                await writer.drain()
            except ConnectionError:
                return
            sent += len(part)
            await asyncio.sleep(0.001)

    asked.talk(conversation)
    assert sent < 20 * HEAD_LIMIT
    assert asked.paths == []


def test_a_body_may_be_larger_than_a_head() -> None:
    asked = Asked()
    body = b"x" * (2 * HEAD_LIMIT)
    said = asked.said_to(POST + b"Content-Length: %d\r\n\r\n" % len(body), body, SECOND)
    assert said.count(b"HTTP/1.1 200") == 2
    assert asked.bodies == [body, b""]


@pytest.mark.parametrize(
    "slow",
    [
        pytest.param([], id="nothing"),
        pytest.param(
            [b"GET /he", b"alth/live", b" HTTP/1.1\r\n", b"Host: x\r\n", b"X: y\r\n"], id="bytes-now-and-then"
        ),
        pytest.param([b"\r\n"] * 8, id="empty-lines"),
    ],
)
def test_a_head_that_does_not_come_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, slow: list[bytes]
) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.15)
    asked = Asked()
    hung_up = asyncio.Event()

    async def conversation(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def send() -> None:
            for part in slow:
                writer.write(part)
                await asyncio.sleep(0.05)

        sending = asyncio.create_task(send())
        with contextlib.suppress(ConnectionResetError):
            assert await asyncio.wait_for(reader.read(), 15) == b""
        hung_up.set()
        sending.cancel()

    asked.talk(conversation)
    assert hung_up.is_set()
    assert asked.paths == []


def test_the_next_request_on_a_line_has_as_long(monkeypatch: pytest.MonkeyPatch) -> None:
    # Less than the three pauses from its answer to the end of the next, and more than twice as long as one.
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 1.2)
    asked = Asked()
    said = asked.said_to(GET + b"\r\n", b"", SECOND[:20], SECOND[20:], b"", GET + b"\r\n", pause=0.5)
    assert said.count(b"HTTP/1.1 200") == 3
    assert asked.paths == ["/health/live", "/second", "/health/live"]


def test_garbage_after_a_request_that_is_not_answered_yet_is_not_answered_in_its_place() -> None:
    class Slow(Asked):
        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            await asyncio.sleep(0.2)
            await super().__call__(scope, receive, send)

    assert Slow().said_to(GET + b"\r\n" + b"\x16\x03\x01\r\n\r\n") == b""
