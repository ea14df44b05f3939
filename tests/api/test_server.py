"""The real server: what only a socket shows."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hunter_api.door import BODY_LIMIT, way
from tests.api.house import House
from tests.servers.app import HOST, App
from tests.servers.client import Client


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """A server on SQLite, shared by the tests of this file."""
    with App(data_dir=tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(scope="module")
def token(app: App) -> str:
    """The token of somebody signed in."""
    with Client(app.url) as client:
        return client.register().token or ""


def talk(app: App, *parts: bytes) -> list[bytes]:
    """Send *parts* and return the answer's head and body."""
    with socket.create_connection((HOST, app.port), timeout=20) as line:
        for part in parts:
            line.sendall(part)
        received = b""
        while b"\r\n\r\n" not in received:
            received += line.recv(65536)
        head, _, body = received.partition(b"\r\n\r\n")
        lengths = [
            row.partition(b":")[2]
            for row in head.split(b"\r\n")
            if row.lower().startswith(b"content-length:")
        ]
        length = int(lengths[0]) if lengths else 0
        while len(body) < length:
            body += line.recv(65536)
        return [head, body]


def request(token: str, *headers: bytes, method: bytes = b"POST", path: bytes = b"/api/quests") -> bytes:
    rows = [method + b" " + path + b" HTTP/1.1", b"Host: localhost", b"Content-Type: application/json"]
    rows += [b"Authorization: Bearer " + token.encode()] if token else []
    return b"\r\n".join([*rows, *headers, b"", b""])


def chunk(body: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(body), body)


def test_a_body_in_chunks_is_read(app: App, token: str) -> None:
    body = json.dumps({"title": "x", "type": "DAILY", "baseXP": 1}).encode()
    parts = [chunk(body[:10]), chunk(body[10:]), b"0\r\n\r\n"]
    head, said = talk(app, request(token, b"Transfer-Encoding: chunked"), *parts)
    assert head.startswith(b"HTTP/1.1 201"), said


def test_a_body_in_chunks_that_is_too_large_is_413_though_nobody_said_how_large(app: App, token: str) -> None:
    parts = [chunk(b" " * 30_000) for _ in range(1 + BODY_LIMIT // 30_000)]
    head, said = talk(app, request(token, b"Transfer-Encoding: chunked"), *parts)
    assert head.startswith(b"HTTP/1.1 413"), said
    assert json.loads(said)["error"]["code"] == "BODY_TOO_LARGE"


def test_a_body_that_says_it_is_too_large_is_413_before_it_comes(app: App, token: str) -> None:
    head, said = talk(app, request(token, b"Content-Length: 1000000000"))
    assert head.startswith(b"HTTP/1.1 413"), said


def test_whoever_is_not_signed_in_is_told_so_before_the_body_is_judged(app: App) -> None:
    head, said = talk(app, request("", b"Content-Length: 1000000000"))
    assert head.startswith(b"HTTP/1.1 401"), said


@pytest.mark.parametrize("length", [b"-1", b"x", b"9" * 30])
def test_a_length_that_is_none_is_a_client_error(app: App, token: str, length: bytes) -> None:
    head, _ = talk(app, request(token, b"Content-Length: " + length))
    assert head.split(b" ")[1] in (b"400", b"413")


def test_a_body_that_does_not_come_is_given_up(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(way, "BODY_SECONDS", 0.05)
    sent: list[Any] = []

    async def never() -> Any:
        await asyncio.sleep(60)

    async def send(message: Any) -> None:
        sent.append(message)

    async def ask() -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"5")]
        scope: Any = {"type": "http", "method": "POST", "path": "/api/auth/login", "headers": headers}
        await house.http.app({**scope, "query_string": b""}, never, send)

    asyncio.run(ask())
    assert sent[0]["status"] == 408
    assert (b"connection", b"close") in sent[0]["headers"]
    assert b"REQUEST_TIMEOUT" in sent[1]["body"]


def test_head_sends_no_body(app: App, token: str) -> None:
    with socket.create_connection((HOST, app.port), timeout=20) as line:
        line.sendall(request(token, b"Connection: close", method=b"HEAD", path=b"/api/quests"))
        received = b""
        while part := line.recv(65536):
            received += part
    head, _, body = received.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    assert b"content-length: " in head
    assert body == b""


@pytest.mark.parametrize("host", [b"", b"a b", b"localhost:port", b"[::1"])
def test_a_host_that_is_none_is_a_client_error(app: App, host: bytes) -> None:
    head, _ = talk(app, b"GET /health/live HTTP/1.1\r\nHost: " + host + b"\r\n\r\n")
    assert head.split(b" ")[1] in (b"200", b"400")


def test_what_is_no_http_is_400_and_harms_nobody(app: App) -> None:
    head, _ = talk(app, b"\x16\x03\x01 hello\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400")
    with Client(app.url) as client:
        assert client.get("/health/ready").status == 200


def test_secrets_and_bodies_are_not_in_the_log(app: App, token: str) -> None:
    with Client(app.url, token=token) as client:
        client.post("/api/auth/login", {"email": "x@example.com", "password": "s3cret-Word-1"})
        client.create_quest(title="a private matter")
    for private in ("s3cret-Word", "private matter", token):
        assert private not in app.log


def test_two_processes_serve_as_one_and_end_in_order(postgres_url: str, tmp_path: Path) -> None:
    settings = {"HUNTER_WORKERS": "2", "HUNTER_REDIS_URL": "redis://127.0.0.1:1"}
    with App(data_dir=tmp_path / "data", database_url=postgres_url, settings=settings) as crew:
        with Client(crew.url) as hunter:
            hunter.register()
            quest = hunter.create_quest(completionsPerDay=50)
            first = [hunter.complete(quest["id"], key=str(number)) for number in range(20)]
            again = [hunter.complete(quest["id"], key=str(number)) for number in range(20)]
            assert [answer.body for answer in again] == [answer.body for answer in first]
            assert hunter.me()["totalXP"] == first[-1].data["userUpdates"]["newTotalXP"]
        assert crew.terminate() == 0, crew.log
        assert "Traceback" not in crew.log
