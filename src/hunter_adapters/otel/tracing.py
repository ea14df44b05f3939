"""
Spans for requests, jobs and transactions, sent by OpenTelemetry as its own variables say (`OTEL_…`).

A span holds templates and names: no path that a client sent, no header, no body, no statement with values.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, TypeVar

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Span, SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from hunter_core.ports import Store, UnitOfWork

Result = TypeVar("Result")

LAST_SPANS = 1.0
"""Seconds in which the last spans are sent when the process ends."""

log = logging.getLogger("hunter.traces")


class ToldOnce(SpanExporter):
    """Sends spans by *exporter*; a collector that is away costs them, and a line of the log, and nothing else."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self._is_away = False
        # It would say it again and again, of each batch and of each attempt.
        for name in ("opentelemetry.exporter", "opentelemetry.sdk", "urllib3"):
            logging.getLogger(name).setLevel(logging.CRITICAL)

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send *spans*, and say when that ceases to be possible, and when it is so again."""
        result = self._exporter.export(spans)
        is_away = result is not SpanExportResult.SUCCESS
        if is_away and not self._is_away:
            log.warning(
                "traces are lost: nobody takes them where OTEL_EXPORTER_OTLP_ENDPOINT leads; all else goes on"
            )
        elif self._is_away and not is_away:
            log.warning("traces are taken again")
        self._is_away = is_away
        return result

    def shutdown(self) -> None:
        """Send nothing more."""
        self._exporter.shutdown()


class Tracing:
    """Implements `hunter_api.tracing.Tracing`, by *exporter*, or the one that the variables name: OTLP over HTTP."""

    def __init__(self, *, version: str, exporter: SpanExporter | None = None) -> None:
        # What OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say goes before.
        resource = Resource.create({"service.version": version})
        if resource.attributes.get(SERVICE_NAME, "unknown_service").__str__().startswith("unknown_service"):
            resource = resource.merge(Resource({SERVICE_NAME: "hunter-system"}))
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(ToldOnce(exporter or OTLPSpanExporter())))
        self._tracer = self._provider.get_tracer("hunter", version)
        self._propagator = TraceContextTextMapPropagator()

    @contextmanager
    def request(
        self, method: str, route: str, traceparent: str, request_id: str
    ) -> Iterator[Callable[[int], None]]:
        """Trace a request; what it yields is told the status of the answer."""
        parent = self._propagator.extract({"traceparent": traceparent}) if traceparent else None
        with self._tracer.start_as_current_span(
            f"{method} {route}",
            context=parent,
            kind=SpanKind.SERVER,
            attributes={
                "http.request.method": method,
                "http.route": route,
                "hunter.request_id": request_id,
            },
        ) as span:

            def answered(status: int) -> None:
                span.set_attribute("http.response.status_code", status)
                if status >= 500:
                    span.set_status(StatusCode.ERROR)

            yield answered

    def job(self, name: str, job_id: str | None) -> AbstractContextManager[Span]:
        """Trace the run *job_id* of a job."""
        about = {"hunter.job": name} | ({} if job_id is None else {"hunter.job_id": job_id})
        return self._tracer.start_as_current_span(f"job {name}", attributes=about)

    def store(self, store: Store) -> Store:
        """Return *store*, each transaction of which is traced."""
        return TracedStore(store, self._tracer.start_as_current_span)

    def close(self) -> None:
        """Send the last spans, within `LAST_SPANS`, whatever the collector does."""
        ending = threading.Thread(target=self._provider.shutdown, name="hunter-traces", daemon=True)
        ending.start()
        ending.join(LAST_SPANS)


class TracedStore:
    """Implements `hunter_core.ports.Store`: a span for each transaction, with whose work it is."""

    def __init__(self, store: Store, begin: Callable[..., AbstractContextManager[Span]]) -> None:
        self._store, self._begin = store, begin

    def run(self, work: Callable[[UnitOfWork], Result]) -> Result:
        """Do *work* in a transaction."""
        with self._begin("transaction", attributes=_about("write", work)):
            return self._store.run(work)

    @contextmanager
    def write(self) -> Iterator[UnitOfWork]:
        """Return a transaction that may change things."""
        with self._begin("transaction", attributes=_about("write")), self._store.write() as uow:
            yield uow

    @contextmanager
    def read(self) -> Iterator[UnitOfWork]:
        """Return a transaction that only reads."""
        with self._begin("transaction", attributes=_about("read")), self._store.read() as uow:
            yield uow


def _about(kind: str, work: Callable[..., Any] | None = None) -> Mapping[str, str]:
    about = {"db.operation.name": kind}
    if work is not None:
        # Where it was written: `complete_quest.<locals>.work`, in its module.
        about["code.function.name"] = f"{work.__module__}.{getattr(work, '__qualname__', 'work')}"
    return about
