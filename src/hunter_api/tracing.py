"""Traces: whether somebody asked for them, and what the application tells of itself where somebody did."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol

import attrs

from hunter_api.background.jobs import JOB_ID, Job
from hunter_core.ports import Store

log = logging.getLogger("hunter.traces")


class Tracing(Protocol):
    """Makes spans."""

    def request(
        self, method: str, route: str, traceparent: str, request_id: str
    ) -> AbstractContextManager[Callable[[int], None]]:
        """Trace a request to *route*, as a part of what *traceparent* says, if anything; tell it the status."""
        ...

    def job(self, name: str, job_id: str | None) -> AbstractContextManager[Any]:
        """Trace the run *job_id* of a job."""
        ...

    def store(self, store: Store) -> Store:
        """Return *store*, each transaction of which is traced."""
        ...

    def close(self) -> None:
        """Send the last spans."""
        ...


def is_asked_for(environ: Mapping[str, str]) -> bool:
    """Tell whether the standard variables say where traces go to, and do not say that there are none."""
    if environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return False
    exporter = environ.get("OTEL_TRACES_EXPORTER", "").strip().lower()
    if exporter:
        return exporter != "none"
    return any(
        environ.get(name, "").strip()
        for name in ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
    )


def traced(job: Job, tracing: Tracing | None) -> Job:
    """Return *job*, each run of which is traced, where anything is."""
    if tracing is None:
        return job

    def run() -> bool:
        with tracing.job(job.name, JOB_ID.get()):
            return job.run()

    return attrs.evolve(job, run=run)
