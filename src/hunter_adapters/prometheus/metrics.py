"""Counts by prometheus_client, in a registry of our own; the children of a series are looked up once."""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    PlatformCollector,
    disable_created_metrics,
)
from prometheus_client import ProcessCollector as ProcessFigures
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from hunter_adapters.prometheus import catalogue
from hunter_adapters.prometheus.catalogue import Kind, Metric

Figures = Mapping[tuple[str, tuple[str, ...]], float]
"""Values by the name of their metric and their labels."""

PATIENCE = 2.0
"""Seconds that a scrape waits for the database; what is asked then is not asked twice at a time."""

log = logging.getLogger("hunter.metrics")


class PrometheusMetrics:
    """Implements `hunter_api.metrics.Metrics`; *ask* asks the database at each scrape, and may raise."""

    def __init__(self, ask: Callable[[], Figures] | None = None) -> None:
        # When each series began is one more series, which nobody asked for.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = registry = CollectorRegistry(auto_describe=False)
        requests, seconds = (
            _counter(catalogue.REQUESTS, registry),
            _histogram(catalogue.REQUEST_SECONDS, registry),
        )
        jobs, job_seconds = _counter(catalogue.JOBS, registry), _histogram(catalogue.JOB_SECONDS, registry)
        self.completed: Callable[[], None] = _counter(catalogue.COMPLETIONS, registry).inc
        self.voided: Callable[[], None] = _counter(catalogue.VOIDS, registry).inc
        # Looking a child up by its labels takes longer than counting; the series are few, and of our making.
        self._request = cache(lambda *labels: requests.labels(*labels).inc)
        self._seconds = cache(lambda *labels: seconds.labels(*labels).observe)
        self._job = cache(lambda *labels: jobs.labels(*labels).inc)
        self._job_seconds = cache(lambda name: job_seconds.labels(name).observe)
        self._watched: dict[str, list[tuple[tuple[str, ...], Callable[[], float]]]] = defaultdict(list)
        registry.register(_Watched(self._watched))
        if ask is not None:
            registry.register(_Asked(ask))
        ProcessFigures(registry=registry)
        PlatformCollector(registry=registry)
        GCCollector(registry=registry)

    def answered(self, route: str, method: str, status: int, seconds: float | None) -> None:
        self._request(route, method, str(status))()
        if seconds is not None:
            self._seconds(route, method)(seconds)

    def job_ended(self, name: str, outcome: str, seconds: float) -> None:
        self._job(name, outcome)()
        self._job_seconds(name)(seconds)

    def watch(self, name: str, read: Callable[[], float], **labels: str) -> None:
        metric = next(each for each in catalogue.WATCHED if each.name == name)
        self._watched[name].append((tuple(labels[label] for label in metric.labels), read))


class _Watched(Collector):
    """Asks whoever is watched, at each scrape."""

    def __init__(self, watched: Mapping[str, list[tuple[tuple[str, ...], Callable[[], float]]]]) -> None:
        self._watched = watched

    def collect(self) -> Iterable[Any]:
        """Yield what they say; one who fails is left out, and said."""
        for metric in catalogue.WATCHED:
            family = _family(metric)
            for labels, read in list(self._watched.get(metric.name, ())):
                try:
                    family.add_metric(labels, read())
                except Exception:
                    # A figure that cannot be had must not cost all the others.
                    log.exception("%s cannot be read", metric.name)
            if family.samples:
                yield family


class _Asked(Collector):
    """Asks the database at each scrape, in a thread of its own: one that hangs costs these figures alone."""

    def __init__(self, ask: Callable[[], Figures]) -> None:
        self._ask = ask
        self._free = threading.Lock()

    def collect(self) -> Iterable[Any]:
        """Yield whether it answered, and what it said."""
        found = self._figures()
        up = _family(catalogue.DATABASE_UP)
        up.add_metric((), 0.0 if found is None else 1.0)
        yield up
        for metric in catalogue.ASKED if found is not None else ():
            family = _family(metric)
            for (name, labels), value in (found or {}).items():
                if name == metric.name:
                    family.add_metric(labels, value)
            yield family

    def _figures(self) -> Figures | None:
        if not self._free.acquire(blocking=False):
            return None
        said: list[Figures] = []

        def ask() -> None:
            try:
                said.append(self._ask())
            except Exception as error:  # noqa: BLE001
                # That it does not answer is the figure.
                log.info("the database was not asked for figures: %s", error)
            finally:
                self._free.release()

        asking = threading.Thread(target=ask, name="hunter-figures", daemon=True)
        asking.start()
        asking.join(PATIENCE)
        return said[0] if said else None


def _counter(metric: Metric, registry: CollectorRegistry) -> Counter:
    return Counter(metric.name.removesuffix("_total"), metric.meaning, metric.labels, registry=registry)


def _histogram(metric: Metric, registry: CollectorRegistry) -> Histogram:
    return Histogram(metric.name, metric.meaning, metric.labels, buckets=metric.buckets, registry=registry)


def _family(metric: Metric) -> Any:
    if metric.kind is Kind.COUNTER:
        return CounterMetricFamily(metric.name.removesuffix("_total"), metric.meaning, labels=metric.labels)
    return GaugeMetricFamily(metric.name, metric.meaning, labels=metric.labels)
