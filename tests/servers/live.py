"""A client of live sockets for the tests: hears, comes back when it was cut off, and remembers what it was told."""

from __future__ import annotations

import json
import threading
import time
from types import TracebackType
from typing import Any, Self

import httpx
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import ClientConnection, connect

from tests.servers.client import Client

AGAIN_SECONDS = 0.1
PATIENCE_SECONDS = 60


def ticket_of(client: Client) -> dict[str, Any]:
    """Return a ticket of *client*, with its number."""
    data: dict[str, Any] = client.post("/api/ws/ticket").data
    return data


def opened(client: Client, *, after: int | None = None, **options: Any) -> ClientConnection:
    """Return a socket of *client*."""
    address = client.url.replace("http:", "ws:") + f"/api/ws?ticket={ticket_of(client)['ticket']}"
    address += "" if after is None else f"&after={after}"
    socket: ClientConnection = connect(address, proxy=None, compression=None, open_timeout=20, **options)
    return socket


def code_of(socket: ClientConnection, seconds: float = PATIENCE_SECONDS) -> int:
    """Return the code by which the server closes *socket*, whatever it sends before; 1006 for none."""
    deadline = time.monotonic() + seconds
    try:
        while True:
            socket.recv(timeout=max(0.0, deadline - time.monotonic()))
    except ConnectionClosed as closed:
        return 1006 if closed.rcvd is None else closed.rcvd.code


class Listener:
    """Listens in a thread, from `after` on; the numbers it saw are in `numbers`, as they came."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.after = int(ticket_of(client)["after"])
        self.frames: list[dict[str, Any]] = []
        self.codes: list[int] = []
        self.heard = threading.Condition()
        self._closed = False
        self._socket: ClientConnection | None = None
        self.connected = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self.connected.wait(PATIENCE_SECONDS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed = True
        if self._socket is not None:
            self._socket.close()
        self._thread.join(PATIENCE_SECONDS)

    @property
    def numbers(self) -> list[int]:
        """The numbers of the hunter's events, in the order in which they came."""
        return [frame["id"] for frame in self.frames if frame["id"] is not None]

    def wait_for(self, number: int, seconds: float = PATIENCE_SECONDS) -> None:
        """Return when the event *number* was heard."""
        with self.heard:
            arrived = self.heard.wait_for(lambda: number in self.numbers[-50:], seconds)
        assert arrived, f"{number} did not come: {self.numbers[-5:]}, closed by {self.codes}"

    def _run(self) -> None:
        while not self._closed:
            last = self.numbers[-1] if self.numbers else self.after
            try:
                with opened(self._client, after=last) as self._socket:
                    self.connected.set()
                    for text in self._socket:
                        with self.heard:
                            self.frames.append(json.loads(text))
                            self.heard.notify_all()
                    self.codes.append(self._socket.close_code or 1006)
            except ConnectionClosed as closed:
                self.codes.append(1006 if closed.rcvd is None else closed.rcvd.code)
            except (OSError, TimeoutError, InvalidHandshake, httpx.HTTPError, AssertionError):
                # The server is on its way.
                pass
            if not self._closed:
                time.sleep(AGAIN_SECONDS)
