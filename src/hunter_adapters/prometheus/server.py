"""Serves metrics on a port of their own, from a thread of their own: whatever the server is at, it can be asked."""

from __future__ import annotations

import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

LONGEST_REQUEST = 5.0
"""Seconds that a scraper has to ask."""


class MetricsServer:
    """Serves what *registry* holds at `/metrics` on *listener*, from `start` to `close`."""

    def __init__(self, listener: socket.socket, registry: CollectorRegistry) -> None:
        class Handler(_Handler):
            of = registry

        self._server = _Server(listener, Handler)
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": 0.1},
            name="hunter-metrics",
            daemon=True,
        )

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self._server.server_address[1])

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """Take nobody in any more."""
        if self._thread.is_alive():
            self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    """A server on a socket that listens already."""

    daemon_threads = True

    def __init__(self, listener: socket.socket, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(listener.getsockname()[:2], handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self.server_address = listener.getsockname()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that hang up."""


class _Handler(BaseHTTPRequestHandler):
    of: CollectorRegistry
    timeout = LONGEST_REQUEST
    server_version, sys_version = "hunter", ""

    def do_GET(self) -> None:
        if self.path.partition("?")[0] != "/metrics":
            self.send_error(404)
            return
        encoder, kind = choose_encoder(self.headers.get("accept", ""))
        body = encoder(self.of)
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's word
        """Say nothing of scrapes."""
