"""A collector of traces for the tests: takes what OpenTelemetry sends over HTTP, or hangs."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


class Span(NamedTuple):
    """A span as it was sent; `parent` is empty for the first of a trace."""

    name: str
    id: str
    parent: str
    trace: str
    about: Mapping[str, Any]


class Collector:
    """What was sent, and at which address."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.paths: set[str] = set()
        self._spans: list[Span] = []
        self._changed = threading.Condition()

    def take(self, path: str, body: bytes) -> None:
        """Keep what was sent to *path*."""
        request = ExportTraceServiceRequest.FromString(body)
        found = [
            Span(
                each.name,
                each.span_id.hex(),
                each.parent_span_id.hex(),
                each.trace_id.hex(),
                {item.key: item.value.string_value or item.value.int_value for item in each.attributes},
            )
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for each in scope.spans
        ]
        with self._changed:
            self.paths.add(path)
            self._spans += found
            self._changed.notify_all()

    def wait_for(self, name: str, seconds: float = 60) -> Span:
        """Return the first span called *name*, when it comes."""
        with self._changed:
            there = self._changed.wait_for(lambda: any(each.name == name for each in self._spans), seconds)
            assert there, f"{name} is not among {sorted({each.name for each in self._spans})}"
            return next(each for each in self._spans if each.name == name)

    def within(self, span: Span) -> list[Span]:
        """Return what has come of the parts of *span*."""
        with self._changed:
            return [each for each in self._spans if (each.parent, each.trace) == (span.id, span.trace)]


@contextmanager
def a_collector(*, hangs: bool = False) -> Iterator[Collector]:
    """Run a collector; one that *hangs* takes what it is sent, and never answers."""
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if hangs:
                over.wait()
                return
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            collector.take(self.path, body)
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's word
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    collector = Collector(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield collector
    finally:
        over.set()
        server.shutdown()
        server.server_close()
