"""What is counted for whoever runs the server: a port, so that the application knows no library for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

import attrs

from hunter_api.background.jobs import Job
from hunter_core.errors import TryLater

UNMATCHED = "unmatched"
"""The one route of all requests whose path or method there is not: whoever guesses paths makes no series."""

METHODS = frozenset({"GET", "HEAD", "POST", "PATCH", "DELETE", "PUT", "OPTIONS"})

COMPLETED, VOIDED = "postCompletion", "deleteCompletion"
"""The operations whose success is a completion, or takes one back."""


class Metrics(Protocol):
    """Counts what happens in this process. It is called for every request, and takes a few microseconds at most."""

    def answered(self, route: str, method: str, status: int, seconds: float | None) -> None:
        """Count an answer: *route* is a template of ours, never a path of a client's; None were not measured."""
        ...

    def completed(self) -> None:
        """Count a completion that was committed."""
        ...

    def voided(self) -> None:
        """Count a completion that was taken back."""
        ...

    def job_ended(self, name: str, outcome: str, seconds: float) -> None:
        """Count a run of a job: `done`, put off (`later`), or `failed`."""
        ...

    def watch(self, name: str, read: Callable[[], float], **labels: str) -> None:
        """Let *read* say, at each scrape, what the gauge *name* stands at; it returns at once."""
        ...


class NoMetrics:
    """Implements `Metrics` where nobody asks."""

    def answered(self, route: str, method: str, status: int, seconds: float | None) -> None:
        """Count nothing."""

    def completed(self) -> None:
        """Count nothing."""

    def voided(self) -> None:
        """Count nothing."""

    def job_ended(self, name: str, outcome: str, seconds: float) -> None:
        """Count nothing."""

    def watch(self, name: str, read: Callable[[], float], **labels: str) -> None:
        """Ask nobody."""


def method_of(method: str) -> str:
    """Return *method*, or `other`: a client may call it what it likes, and makes no series by it."""
    return method if method in METHODS else "other"


def measured(job: Job, metrics: Metrics) -> Job:
    """Return *job*, with every run of it counted."""

    def run() -> bool:
        began, outcome = time.perf_counter(), "failed"
        try:
            more = job.run()
        except TryLater:
            outcome = "later"
            raise
        else:
            outcome = "done"
            return more
        finally:
            metrics.job_ended(job.name, outcome, time.perf_counter() - began)

    return attrs.evolve(job, run=run)
