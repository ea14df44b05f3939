"""Clients that are slow to take what they are sent, over real connections: what they get and cost (SPEC 6)."""

from __future__ import annotations

import contextlib
import json
import socket as sockets
import struct
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Self
from urllib.parse import parse_qs

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from hunter_adapters.testing.builders import a_hunter, a_session, an_account, an_event
from hunter_adapters.testing.clock import StillClock
from hunter_api.live import sockets as live_sockets
from hunter_api.live.room import HANG_UP
from hunter_api.live.sockets import Socket
from hunter_api.server import socket_protocol
from hunter_api.server.server import Server, config_of
from hunter_api.server.socket_protocol import SocketProtocol
from hunter_core.accounts.session import SignedIn
from hunter_core.events import OutboxEvent
from hunter_core.ids import HunterId
from hunter_core.live.position import Position
from hunter_core.live.replay import AT_ONCE

HUNTER = a_hunter()
EVENTS = 600
"""So many, of 2 kB each, fill all buffers several times over."""

LOOPS: tuple[Any, ...] = ("asyncio", "uvloop")
"""The loops that uvicorn may run on, whose transports are not the same."""

PATIENCE = 30.0


class Room:
    """A server with sockets that send all of one hunter's events, and forget nothing of who was there."""

    def __init__(self, loop: Any) -> None:
        self.ended = threading.Semaphore(0)
        self._config = config_of(self)
        self._config.loop = loop
        self._started = threading.Event()
        self.server = Server(self._config, started=self._started.set)
        self._listener = sockets.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.thread = threading.Thread(target=lambda: self.server.run(sockets=[self._listener]))

    def __enter__(self) -> Self:
        self.thread.start()
        assert self._started.wait(PATIENCE)
        return self

    def __exit__(self, *_: object) -> None:
        self.server.should_exit = True
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()

    @property
    def connections(self) -> list[SocketProtocol]:
        """The sockets that stand, or linger."""
        return [
            each for each in list(self.server.server_state.connections) if isinstance(each, SocketProtocol)
        ]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            while (said := (await receive())["type"]) != "lifespan.shutdown":
                await send({"type": f"{said}.complete"})
            await send({"type": "lifespan.shutdown.complete"})
            return
        await receive()
        await send({"type": "websocket.accept"})
        asked = parse_qs(scope["query_string"].decode())
        socket = Socket(
            signed_in=SignedIn.of(a_session(), an_account()),
            position=Position(int(asked["after"][0])),
            clock=StillClock(),
            send=send,
            read=_read,
            hang_up=scope["extensions"][HANG_UP],
        )
        try:
            socket.catch_up()
            while (message := await receive())["type"] == "websocket.receive":
                socket.take(message)
        finally:
            await socket.end()
            self.ended.release()

    @contextlib.contextmanager
    def deaf(self) -> Iterator[sockets.socket]:
        """Hold a socket that takes nothing."""
        raw = self.slow()
        lines = (
            "GET /api/ws?after=0 HTTP/1.1",
            "Host: localhost",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version: 13",
        )
        raw.sendall("".join(f"{line}\r\n" for line in (*lines, "")).encode())
        assert raw.recv(12) == b"HTTP/1.1 101"
        with raw:
            yield raw

    def slow(self) -> sockets.socket:
        """Return a connection that the system keeps little for."""
        raw = sockets.socket()
        raw.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
        raw.connect(("127.0.0.1", self.port))
        return raw

    def heard(self, after: int, *, first: Callable[[], object] = lambda: None) -> tuple[list[int], int]:
        """Do *first*, and then take frames until the last event or the close: their numbers, and the code."""
        address = f"ws://127.0.0.1:{self.port}/api/ws?after={after}"
        numbers: list[int] = []
        with connect(address, sock=self.slow(), proxy=None, compression=None, max_queue=1) as socket:
            first()
            try:
                while not numbers or numbers[-1] < EVENTS:
                    numbers.append(json.loads(socket.recv(timeout=PATIENCE))["id"])
            except ConnectionClosed as closed:
                return numbers, 1006 if closed.rcvd is None else closed.rcvd.code
        return numbers, 1000


async def _read(_: HunterId, after: int) -> list[OutboxEvent]:
    numbers = range(after + 1, min(after + AT_ONCE, EVENTS) + 1)
    return [an_event(HUNTER, seq, data={"title": "t" * 2000}) for seq in numbers]


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, "it does not come to be"
        time.sleep(0.01)


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_sockets, "SEND_SECONDS", 0.2)
    monkeypatch.setattr(socket_protocol, "LAST_SECONDS", 0.2)


@pytest.fixture(scope="module", params=LOOPS)
def shared(request: pytest.FixtureRequest) -> Iterator[Room]:
    with Room(request.param) as opened:
        yield opened


@pytest.fixture
def room(shared: Room) -> Iterator[Room]:
    """A server of which everybody has gone, and which has forgotten them after the test."""
    yield shared
    until(lambda: not shared.connections)
    assert not SocketProtocol._lingering
    while shared.ended.acquire(blocking=False):
        pass


def test_a_client_that_was_slow_gets_whole_frames_in_order_and_the_code_and_resumes(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As if it had paused for longer than who is not behind is given.
    monkeypatch.setattr(socket_protocol, "LAST_SECONDS", 0.0)
    numbers, code = room.heard(0, first=lambda: room.ended.acquire(timeout=PATIENCE))

    assert code == 4408
    assert 0 < len(numbers) < EVENTS
    until(lambda: not room.connections)
    while numbers[-1] < EVENTS:
        more, _ = room.heard(numbers[-1])
        assert more, "it comes nearer"
        numbers += more
    assert numbers == list(range(1, EVENTS + 1)), "nothing missing, nothing twice"


def _nothing(_: sockets.socket) -> None:
    pass


def _says_no_more(raw: sockets.socket) -> None:
    raw.shutdown(sockets.SHUT_WR)


def _closes(raw: sockets.socket) -> None:
    raw.sendall(b"\x88\x82\x00\x00\x00\x00" + struct.pack("!H", 1000))


@pytest.mark.parametrize("act", [_nothing, _says_no_more, _closes])
def test_a_client_that_never_takes_it_is_cut_off_in_time_whatever_it_says(
    room: Room, monkeypatch: pytest.MonkeyPatch, act: Callable[[sockets.socket], None]
) -> None:
    monkeypatch.setattr(socket_protocol, "LINGER_SECONDS", 0.3)
    with room.deaf() as raw:
        act(raw)
        assert room.ended.acquire(timeout=PATIENCE)
        until(lambda: not room.connections)


def test_a_client_that_is_lingering_and_says_more_is_cut_off_in_time_too(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket_protocol, "LINGER_SECONDS", 0.3)
    with room.deaf() as raw:
        assert room.ended.acquire(timeout=PATIENCE)
        with contextlib.suppress(OSError):
            _closes(raw)
        until(lambda: not room.connections)


def test_no_more_than_so_many_linger_and_who_lingered_longest_goes(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket_protocol, "MOST_LINGERING", 2)
    with contextlib.ExitStack() as stack:
        held: list[SocketProtocol] = []
        for _ in range(3):
            stack.enter_context(room.deaf())
            assert room.ended.acquire(timeout=PATIENCE)
            held += [each for each in room.connections if each not in held]
        until(lambda: set(room.connections) == set(held[1:]))
        assert list(SocketProtocol._lingering) == held[1:]


def test_pings_of_a_client_that_takes_no_answers_are_not_answered_into_memory(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_sockets, "SEND_SECONDS", PATIENCE)
    with room.deaf() as raw:
        until(lambda: [each.writable.is_set() for each in room.connections] == [False])
        raw.sendall((b"\x89\xfd\x00\x00\x00\x00" + b"p" * 125) * 20_000)
        # All of them were seen when this is.
        _closes(raw)
        assert room.ended.acquire(timeout=PATIENCE)
        # What waited before, and the answers to what came at one time with the close; all would be 2.5 MB.
        assert 0 < room.connections[0].transport.get_write_buffer_size() < 500_000


@pytest.mark.parametrize("loop", LOOPS)
def test_the_end_does_not_wait_for_those_who_linger(loop: str) -> None:
    with Room(loop) as room, room.deaf():
        assert room.ended.acquire(timeout=PATIENCE)
        assert len(room.connections) == 1
        room.server.should_exit = True
        began = time.monotonic()
        room.thread.join(PATIENCE)
        assert not room.thread.is_alive()
        assert time.monotonic() - began < socket_protocol.LINGER_SECONDS / 2
    assert not SocketProtocol._lingering
