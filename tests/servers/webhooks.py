"""A receiver of webhooks: one that takes what it gets, and many that misbehave."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field

import trustme

Behaviour = Callable[[socket.socket, threading.Event], None]


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came."""

    target: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True)
class Receiver:
    """A server on 127.0.0.1, and what it got."""

    port: int
    got: list[Received] = field(default_factory=list)
    connections: int = 0
    behave: Behaviour | None = None
    status: int = 204
    changed: threading.Condition = field(default_factory=threading.Condition)

    def wait_for(self, count: int, seconds: float = 60.0) -> list[Received]:
        """Return the requests when there are *count* of them."""
        with self.changed:
            self.changed.wait_for(lambda: len(self.got) >= count, seconds)
        return list(self.got)


@contextmanager
def a_receiver(
    behave: Behaviour | None = None, *, status: int = 204, tls: ssl.SSLContext | None = None
) -> Iterator[Receiver]:
    """Run a receiver that answers *status*, or does as *behave* does with each connection."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        over = threading.Event()
        receiver = Receiver(listener.getsockname()[1], behave=behave, status=status)
        accepting = threading.Thread(target=_accept, args=(listener, receiver, over, tls), daemon=True)
        accepting.start()
        try:
            yield receiver
        finally:
            over.set()
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)


def _accept(
    listener: socket.socket, receiver: Receiver, over: threading.Event, tls: ssl.SSLContext | None
) -> None:
    while not over.is_set():
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        receiver.connections += 1
        threading.Thread(target=_serve, args=(connection, receiver, over, tls), daemon=True).start()


def _serve(
    connection: socket.socket, receiver: Receiver, over: threading.Event, tls: ssl.SSLContext | None
) -> None:
    with suppress(OSError), ExitStack() as closed:
        closed.enter_context(connection)
        if tls is not None:
            connection = closed.enter_context(tls.wrap_socket(connection, server_side=True))
        if receiver.behave is not None:
            receiver.behave(connection, over)
            return
        request = _read(connection)
        with receiver.changed:
            receiver.got.append(request)
            receiver.changed.notify_all()
        connection.sendall(b"HTTP/1.1 %d Said\r\ncontent-length: 0\r\n\r\n" % receiver.status)


def _read(connection: socket.socket) -> Received:
    got = b""
    while b"\r\n\r\n" not in got:
        got += _some(connection)
    head, _, body = got.partition(b"\r\n\r\n")
    line, *rest = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in rest)}
    while len(body) < int(headers.get("content-length", 0)):
        body += _some(connection)
    return Received(line.split(" ")[1], headers, body)


def _some(connection: socket.socket) -> bytes:
    part = connection.recv(65536)
    if not part:
        raise OSError("the client hung up")
    return part


def hang(connection: socket.socket, over: threading.Event) -> None:
    """Take everything and say nothing."""
    over.wait(60)


def reset(connection: socket.socket, over: threading.Event) -> None:
    """Read the request, then break the connection off."""
    connection.recv(65536)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def drip(connection: socket.socket, over: threading.Event) -> None:
    """Answer a byte at a time, for ever: each of them in time."""
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\nx-drip: ")
    while not over.wait(0.05):
        connection.sendall(b"x")


def drip_a_body(connection: socket.socket, over: threading.Event) -> None:
    """Answer at once, and then a body that does not end."""
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
    while not over.wait(0.05):
        connection.sendall(b"x")


class Flood:
    """Answers with 50 MB, and counts how many of them were taken."""

    def __init__(self, head: bytes) -> None:
        self.head, self.sent = head, 0

    def __call__(self, connection: socket.socket, over: threading.Event) -> None:
        connection.recv(65536)
        connection.sendall(self.head)
        for _ in range(800):
            connection.sendall(b"x" * 65536)
            self.sent += 65536


def saying(answer: bytes) -> Behaviour:
    """Return what answers with these bytes, whatever was asked."""

    def behave(connection: socket.socket, over: threading.Event) -> None:
        connection.recv(65536)
        connection.sendall(answer)

    return behave


@dataclass(frozen=True, slots=True)
class Certified:
    """What a server has to prove its name with, and what its clients believe."""

    server: ssl.SSLContext
    client: ssl.SSLContext


def certified(*names: str) -> Certified:
    """Return a certificate for *names*, and a client that believes who signed it."""
    authority = trustme.CA()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(server)
    client = ssl.create_default_context()
    authority.configure_trust(client)
    return Certified(server, client)
