"""Bad tickets, origins, numbers and frames at a real server: told by codes, and it stays well (SPEC 6)."""

from __future__ import annotations

import contextlib
import json
import socket as sockets
import struct
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from hunter_api.server.socket_protocol import PING_SECONDS
from hunter_core.live.tickets import TICKET_LASTS
from tests.bench.cpu import memory_of
from tests.servers.app import App
from tests.servers.client import Client
from tests.servers.clock import MovableClock
from tests.servers.length import LONG
from tests.servers.live import code_of, opened, ticket_of
from tests.servers.served import MONDAY

ROUNDS = 20 if LONG else 3
GROWTH = 30
"""MB by which bad frames may make the server grow: what an allocator keeps, and no more however often they come."""


# A client that takes in what it does not read: else it may be late to see that it was closed.
GREEDY: Any = {"max_queue": None}


@pytest.fixture(scope="module")
def registered(app: App) -> Iterator[Client]:
    """A signed-in hunter."""
    with Client(app.url) as client:
        yield client.register()


@pytest.fixture
def hunter(app: App, registered: Client) -> Iterator[Client]:
    """A signed-in hunter; after the test the server is as well as before, for them and for a new socket."""
    yield registered
    assert registered.get("/health/ready").status == registered.get("/health/live").status == 200
    with _entered(registered) as socket:
        registered.create_quest(title="Well")
        assert _next(socket)["data"]["title"] == "Well"
    assert "Traceback" not in app.log
    assert "ERROR" not in app.log
    assert "ticket=" not in app.log


@contextlib.contextmanager
def _entered(hunter: Client) -> Iterator[ClientConnection]:
    """Hold a socket that was let in: what happens from now on comes, what has happened does not."""
    with opened(hunter, **GREEDY) as socket:
        socket.send('{"type":"ping"}')
        assert _next(socket)["type"] == "pong"
        yield socket


def _next(socket: ClientConnection) -> dict[str, Any]:
    frame: dict[str, Any] = json.loads(socket.recv(timeout=20))
    return frame


def _asked(app: App, query: str) -> ClientConnection:
    return connect(f"ws://127.0.0.1:{app.port}/api/ws{query}", proxy=None, compression=None)


def _flood(socket: ClientConnection) -> None:
    for _ in range(1000):
        socket.send('{"type":"ping"}')


BAD: dict[str, tuple[int, Callable[[ClientConnection], None]]] = {
    "1 MB": (1009, lambda socket: socket.send("x" * 1_000_000)),
    "1 MB in parts": (1009, lambda socket: socket.send(iter(["x" * 1000] * 1000))),
    "no JSON": (4400, lambda socket: socket.send("{nope")),
    "JSON without an end": (4400, lambda socket: socket.send("[" * 10_000)),
    "a NUL": (4400, lambda socket: socket.send("\x00")),
    "binary": (4400, lambda socket: socket.send(b'{"type":"ping"}')),
    "no channel": (4400, lambda socket: socket.send('{"type":"subscribe","channel":"x"}')),
    "1 000 in a second": (4429, _flood),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_frame_closes_its_socket_by_a_code_and_nobody_elses(hunter: Client, what: str) -> None:
    code, send = BAD[what]
    with _entered(hunter) as stays:
        with opened(hunter, **GREEDY) as socket:
            with contextlib.suppress(ConnectionClosed):
                send(socket)
            assert code_of(socket) == code
        hunter.create_quest(title="Goes on")
        assert _next(stays)["data"]["title"] == "Goes on"


def test_bad_frames_again_and_again_do_not_make_the_server_grow(app: App, hunter: Client) -> None:
    def send_all() -> None:
        for code, send in BAD.values():
            with opened(hunter, **GREEDY) as socket:
                with contextlib.suppress(ConnectionClosed):
                    send(socket)
                assert code_of(socket) == code

    send_all()
    before = memory_of(app.pid)
    for _ in range(ROUNDS):
        send_all()
    assert memory_of(app.pid) - before < GROWTH


def test_no_ticket_and_a_used_one_let_nobody_in(app: App, hunter: Client) -> None:
    used = ticket_of(hunter)["ticket"]
    with _asked(app, f"?ticket={used}") as socket:
        socket.send('{"type":"ping"}')
        assert _next(socket)["type"] == "pong"
        for query in ("", "?ticket=", "?ticket=nonsense", f"?ticket={used}", f"?ticket={used}&after=0"):
            with _asked(app, query) as refused:
                assert code_of(refused) == 4401, query
        socket.send('{"type":"ping"}')
        assert _next(socket)["type"] == "pong", "whom it let in stays"


def test_a_ticket_lets_nobody_in_when_its_time_is_over(clocked_app: App, movable_clock: MovableClock) -> None:
    movable_clock.set(MONDAY)
    with Client(clocked_app.url) as hunter:
        hunter.register()
        early, late = (ticket_of(hunter)["ticket"] for _ in range(2))
        movable_clock.advance(TICKET_LASTS - timedelta(seconds=10))
        with _asked(clocked_app, f"?ticket={early}") as socket:
            socket.send('{"type":"ping"}')
            assert _next(socket)["type"] == "pong"
        movable_clock.advance(timedelta(seconds=10))
        with _asked(clocked_app, f"?ticket={late}") as socket:
            assert code_of(socket) == 4401
        with _entered(hunter) as socket:
            hunter.create_quest()
            assert _next(socket)["type"] == "quest.created"


@pytest.mark.parametrize(
    ("after", "code"),
    [("1000000000000", 4416), (str(2**63 - 1), 4416), ("-1", 4400), ("x", 4400), ("1.5", 4400), ("", 4400)],
)
def test_a_number_that_was_never_given_or_is_none_is_told_by_its_code(
    hunter: Client, app: App, after: str, code: int
) -> None:
    with _asked(app, f"?ticket={ticket_of(hunter)['ticket']}&after={after}") as socket:
        assert code_of(socket) == code


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1"])
def test_a_page_of_a_foreign_origin_is_refused_before_the_upgrade_and_its_ticket_stays_good(
    app: App, hunter: Client, origin: str
) -> None:
    ticket = ticket_of(hunter)["ticket"]
    address = f"ws://127.0.0.1:{app.port}/api/ws?ticket={ticket}"
    with pytest.raises(InvalidStatus) as refused, connect(address, origin=Origin(origin), proxy=None):
        raise AssertionError("it was let in")
    assert refused.value.response.status_code == 403
    assert json.loads(refused.value.response.body)["error"]["code"] == "FORBIDDEN"
    with _asked(app, f"?ticket={ticket}") as socket:
        socket.send('{"type":"ping"}')
        assert _next(socket)["type"] == "pong"


def test_channels_of_a_real_server_tell_that_boards_moved_and_refuse_guilds(hunter: Client) -> None:
    quest = hunter.create_quest(completionsPerDay=5)["id"]
    with opened(hunter, **GREEDY) as socket:
        socket.send('{"type":"subscribe","channel":"guild"}')
        refused = _next(socket)
        assert (refused["type"], refused["data"]["code"]) == ("channel.refused", "FORBIDDEN")
        assert refused["data"]["message"]
        socket.send('{"type":"subscribe","channel":"leaderboard"}')
        assert _next(socket)["type"] == "channel.subscribed"
        hunter.complete(quest)
        while _next(socket)["type"] != "leaderboard.changed":
            pass


if LONG:  # the server's own pace

    def test_a_silent_socket_is_asked_whether_it_lives_and_one_that_does_not_answer_is_let_go(
        app: App, hunter: Client
    ) -> None:
        with _bare(app, hunter) as raw:
            began = time.monotonic()
            raw.settimeout(3 * PING_SECONDS)
            assert raw.recv(2)[0] == 0x89, "a ping"
            assert PING_SECONDS - 2 < time.monotonic() - began < PING_SECONDS + 5
            said = b""
            while part := raw.recv(4096):
                said += part
            assert time.monotonic() - began < 2 * PING_SECONDS + 10
            at = said.index(b"\x88")
            assert struct.unpack("!H", said[at + 2 : at + 4])[0] == 1011


@contextlib.contextmanager
def _bare(app: App, hunter: Client) -> Iterator[sockets.socket]:
    """Hold a socket that answers nothing."""
    raw = sockets.create_connection(("127.0.0.1", app.port))
    lines = (
        f"GET /api/ws?ticket={ticket_of(hunter)['ticket']} HTTP/1.1",
        "Host: localhost",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
    )
    raw.sendall("".join(f"{line}\r\n" for line in (*lines, "")).encode())
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += raw.recv(1)
    assert head.startswith(b"HTTP/1.1 101")
    try:
        yield raw
    finally:
        raw.close()
