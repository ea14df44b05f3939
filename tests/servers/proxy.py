"""A wire between the program and PostgreSQL that a test can cut: for good, silently, or just at COMMIT."""

from __future__ import annotations

import contextlib
import enum
import socket
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, quote, urlsplit

HOST = "127.0.0.1"
CHUNK = 65_536
COMMIT = b"COMMIT"
ACTS = tuple(
    what + table for what in (b"INSERT INTO ", b"UPDATE ") for table in (b"completions ", b"quests ")
)
"""What a hunter's request does and no job of the server's: only its COMMIT is lost."""


class AtCommit(enum.Enum):
    """Where the connection breaks when a client says COMMIT."""

    BEFORE = "the server never hears of it"
    AFTER = "the server has committed, and its answer is lost"


class Proxy:
    """
    Listens on a port of its own and hands everything on to the server at *url*.

    Refusing, it closes its port; silent, it takes connections and bytes and lets nothing through until `flow`.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._directory = parse_qs(parts.query).get("host", [""])[0]
        self._remote = (parts.hostname or HOST, parts.port or 5432)
        user = parts.username or "postgres"
        password = f":{quote(parts.password)}" if parts.password else ""
        self._lock = threading.Lock()
        self._wires: set[Wire] = set()
        self._listener: socket.socket | None = None
        self._port = 0
        self._flows = threading.Event()
        self._flows.set()
        self.lose: list[AtCommit] = []
        self.lost = 0
        self.open()
        # Without encryption, so that COMMIT can be seen going by.
        self.url = f"postgresql://{quote(user)}{password}@{HOST}:{self._port}{parts.path}?sslmode=disable"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.refuse()

    def open(self) -> None:
        """Take connections, on the same port as before."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, self._port))
        listener.listen(128)
        self._port = listener.getsockname()[1]
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def refuse(self) -> None:
        """Cut every connection and take no new ones: the database is away."""
        if self._listener is not None:
            # close() alone does not wake accept()
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        self.cut()
        self.flow()

    def cut(self) -> None:
        """Cut every connection; new ones are taken."""
        with self._lock:
            wires = list(self._wires)
        for wire in wires:
            wire.cut()

    def silence(self) -> None:
        """Let nothing through, and close nothing: the database hangs."""
        self._flows.clear()

    def flow(self) -> None:
        """Let everything through again, and what was held back."""
        self._flows.set()

    def wait_until_it_flows(self) -> None:
        """Return when bytes may pass."""
        self._flows.wait()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            try:
                server = self._connect()
            except OSError:
                client.close()
                continue
            wire = Wire(self, client, server)
            with self._lock:
                self._wires.add(wire)
            wire.start()

    def _connect(self) -> socket.socket:
        if self._directory:
            server = socket.socket(socket.AF_UNIX)
            server.connect(f"{self._directory}/.s.PGSQL.{self._remote[1]}")
            return server
        return socket.create_connection(self._remote)

    def forget(self, wire: Wire) -> None:
        """Let go of a wire that was cut."""
        with self._lock:
            self._wires.discard(wire)

    def breaks_here(self) -> AtCommit | None:
        """Return how the connection that now says COMMIT is to break, if it is."""
        with self._lock:
            if not self.lose:
                return None
            self.lost += 1
            return self.lose.pop(0)


class Wire:
    """One connection through the proxy: a thread for each direction."""

    def __init__(self, proxy: Proxy, client: socket.socket, server: socket.socket) -> None:
        self._proxy, self._client, self._server = proxy, client, server
        self._answer_is_lost = threading.Event()

    def start(self) -> None:
        """Hand on bytes in both directions until one side closes."""
        for pump in (self._to_server, self._to_client):
            threading.Thread(target=self._run, args=(pump,), daemon=True).start()

    def cut(self) -> None:
        """Close both ends."""
        for end in (self._client, self._server):
            # it may be closed already
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._proxy.forget(self)

    def _run(self, pump: Callable[[], None]) -> None:
        try:
            pump()
        except OSError:
            pass  # the connection was cut, which is what this is for
        finally:
            self.cut()

    def _to_server(self) -> None:
        said = Said()
        while data := self._client.recv(CHUNK):
            self._proxy.wait_until_it_flows()
            if said.commit_in(data) and (how := self._proxy.breaks_here()):
                if how is AtCommit.BEFORE:
                    return
                self._answer_is_lost.set()
            self._server.sendall(data)

    def _to_client(self) -> None:
        while data := self._server.recv(CHUNK):
            if self._answer_is_lost.is_set():
                # The server answers COMMIT when it has happened: it has, and nobody hears of it.
                return
            self._proxy.wait_until_it_flows()
            self._client.sendall(data)


class Said:
    """
    What a client says to PostgreSQL, as far as the COMMIT of a hunter's act goes.

    It may be said in words (Query, Parse), or by the name under which it was prepared (Bind). See "Message
    Formats" in PostgreSQL's documentation.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._has_begun = False
        self._prepared: dict[bytes, bytes] = {}
        self._has_acted = False

    def commit_in(self, data: bytes) -> bool:
        """Tell whether a message that ends in *data* asks for the COMMIT of an act."""
        self._rest += data
        found = False
        # Only the first message, which says who connects, has no letter before its length.
        letter = 1 if self._has_begun else 0
        while len(self._rest) >= letter + 4:
            size = letter + int.from_bytes(self._rest[letter : letter + 4])
            if len(self._rest) < size:
                break
            kind, content = self._rest[:letter], self._rest[letter + 4 : size]
            self._rest = self._rest[size:]
            self._has_begun, letter = True, 1
            found |= self._is_commit(kind, content)
        return found

    def _is_commit(self, kind: bytes, content: bytes) -> bool:
        if kind == b"Q":
            return self._ends_act(content.rstrip(b"\0"))
        if kind == b"P":
            name, query, _ = content.split(b"\0", 2)
            self._prepared[name] = query
        elif kind == b"B":
            _, name, _ = content.split(b"\0", 2)
            return self._ends_act(self._prepared.get(name, b""))
        return False

    def _ends_act(self, query: bytes) -> bool:
        if query.startswith(ACTS):
            self._has_acted = True
        if query not in (COMMIT, b"ROLLBACK"):
            return False
        acted, self._has_acted = self._has_acted, False
        return acted and query == COMMIT
