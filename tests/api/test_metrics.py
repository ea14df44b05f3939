"""What is counted: every answer under the template of its route, nothing that a client could make up (issue 5, 6)."""

from __future__ import annotations

import socket
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from hunter_adapters.prometheus import metrics as room
from hunter_adapters.prometheus.catalogue import ASKED, CATALOGUE, DATABASE_UP, WATCHED, Kind
from hunter_adapters.prometheus.metrics import PrometheusMetrics
from hunter_adapters.prometheus.server import MetricsServer
from hunter_adapters.sql import SqlStore
from hunter_adapters.sql.queues import QUEUES, depths
from hunter_adapters.testing.builders import a_hunter, registered
from hunter_adapters.testing.contract.webhooks import a_delivery, a_webhook, kept
from hunter_api.app import operations
from hunter_api.background.jobs import Job
from hunter_api.metrics import COMPLETED, VOIDED, measured
from hunter_core.errors import StoreUnavailable
from tests.api.house import House, a_house

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@pytest.fixture
def counting() -> Iterator[tuple[House, PrometheusMetrics]]:
    metrics = PrometheusMetrics()
    with a_house(metrics=metrics) as opened:
        yield opened.signed_in(), metrics


def text_of(metrics: PrometheusMetrics) -> str:
    """Scrape, as a scraper does."""
    server = MetricsServer(socket.create_server(("127.0.0.1", 0)), metrics.registry)
    server.start()
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/metrics", timeout=10) as answer:
            assert answer.headers["content-type"].startswith("text/plain")
            return str(answer.read().decode())
    finally:
        server.close()


def scraped(metrics: PrometheusMetrics) -> Samples:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text_of(metrics))
        for sample in family.samples
    }


def value(found: Samples, name: str, **labels: str) -> float:
    return found.get((name, tuple(sorted(labels.items()))), 0.0)


def test_answers_are_counted_by_the_template_of_their_route(
    counting: tuple[House, PrometheusMetrics],
) -> None:
    house, metrics = counting
    quest = house.quest()
    for _ in range(3):
        house.get(f"/api/quests/{quest['id']}")
    house.get("/api/quests/019aa000-0000-7000-8000-000000000000")

    found = scraped(metrics)

    name, route = "hunter_http_requests_total", "/api/quests/{questId}"
    assert value(found, name, route=route, method="GET", status="200") == 3
    assert value(found, name, route=route, method="GET", status="404") == 1
    assert value(found, name, route="/api/quests", method="POST", status="201") == 1
    assert value(found, "hunter_http_request_duration_seconds_count", route=route, method="GET") == 4
    assert quest["id"] not in text_of(metrics)


def test_paths_and_methods_that_there_are_not_make_one_series(
    counting: tuple[House, PrometheusMetrics],
) -> None:
    house, metrics = counting
    for n in range(50):
        house.get(f"/secret-{n}")
        house.ask(f"METHOD{n}", "/api/quests")
        house.ask("DELETE", "/api/auth/login")

    found = scraped(metrics)
    unmatched = [key for key in found if ("route", "unmatched") in key[1]]

    assert value(found, "hunter_http_requests_total", route="unmatched", method="GET", status="404") == 50
    assert value(found, "hunter_http_requests_total", route="unmatched", method="DELETE", status="405") == 50
    assert value(found, "hunter_http_requests_total", route="unmatched", method="other", status="405") == 50
    assert len(unmatched) == 3
    assert "secret" not in text_of(metrics)
    assert "METHOD" not in text_of(metrics)


def test_completions_and_voids_are_counted_once_however_often_they_are_asked_for(
    counting: tuple[House, PrometheusMetrics],
) -> None:
    house, metrics = counting
    quest = house.quest()
    done = [house.complete(quest, key="once") for _ in range(3)]
    assert [answer.status for answer in done] == [200] * 3
    assert house.complete(quest).status == 409
    path = f"/api/quests/{quest['id']}/completions/{done[0].data['completion']['id']}"
    assert (house.delete(path).status, house.delete(path).status) == (200, 404)

    found = scraped(metrics)

    assert (value(found, "hunter_completions_total"), value(found, "hunter_voids_total")) == (1, 1)


def test_what_is_counted_by_name_are_operations_that_there_are() -> None:
    assert {COMPLETED, VOIDED} <= {operation.name for operation in operations()}


def test_every_metric_is_in_the_catalogue_and_every_one_in_the_catalogue_is_told() -> None:
    figures: dict[tuple[str, tuple[str, ...]], float] = {
        (metric.name, (QUEUES[0],) if metric.labels else ()): 1.0 for metric in ASKED
    }
    metrics = PrometheusMetrics(lambda: figures)
    for metric in WATCHED:
        metrics.watch(metric.name, lambda: 7.0, **dict.fromkeys(metric.labels, "x"))
    metrics.answered("/x", "GET", 200, 0.1)
    metrics.job_ended("x", "done", 0.1)

    text = text_of(metrics)
    told = {line.split(" ")[2]: line.split(" ")[3] for line in text.splitlines() if line.startswith("# TYPE")}

    ours = {name: kind for name, kind in told.items() if name.startswith("hunter_")}
    assert ours == {metric.name: metric.kind.value for metric in CATALOGUE}
    assert {"process_cpu_seconds_total", "python_gc_collections_total"} <= told.keys()
    assert all(metric.name.endswith("_total") == (metric.kind is Kind.COUNTER) for metric in CATALOGUE)


def test_lanes_and_sockets_of_the_application_are_watched(
    counting: tuple[House, PrometheusMetrics],
) -> None:
    found = scraped(counting[1])
    lanes = {dict(labels)["lane"] for name, labels in found if name == "hunter_lane_requests"}
    assert lanes == {"store", "passwords", "providers", "exports", "health"}
    assert ("hunter_sockets", ()) in found


def test_a_figure_that_fails_costs_no_other() -> None:
    metrics = PrometheusMetrics()

    def fails() -> float:
        raise RuntimeError("no figure")

    metrics.watch("hunter_sockets", fails)
    metrics.watch("hunter_password_pool", lambda: 3.0)
    found = scraped(metrics)
    assert ("hunter_sockets", ()) not in found
    assert value(found, "hunter_password_pool") == 3


@pytest.mark.parametrize("fault", ["away", "hangs"])
def test_a_database_that_is_away_or_hangs_costs_its_figures_alone(
    fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One that is away says so by itself: however late it is, it is waited for.
    monkeypatch.setattr(room, "PATIENCE", 0.2 if fault == "hangs" else 60.0)
    let_go, is_asked, asked = threading.Event(), threading.Event(), []

    def ask() -> Any:
        asked.append(1)
        is_asked.set()
        if fault == "hangs":
            let_go.wait(60)
        raise StoreUnavailable

    metrics = PrometheusMetrics(ask)
    metrics.completed()
    began = time.monotonic()
    for _ in range(3):
        found = scraped(metrics)
        assert value(found, DATABASE_UP.name) == 0
        assert value(found, "hunter_completions_total") == 1
        assert not [key for key in found if key[0] in {metric.name for metric in ASKED}]
    assert time.monotonic() - began < 10
    # One that hangs is not asked again before it has answered.
    assert is_asked.wait(30)
    assert len(asked) == (1 if fault == "hangs" else 3)
    let_go.set()


def test_what_waits_is_counted(each_hunter: House) -> None:
    store = each_hunter.store
    if not isinstance(store, SqlStore):
        return
    other = registered(store, a_hunter("Webhooked"))
    hook = a_webhook(other)
    kept(store, hook, deliveries=tuple(a_delivery(hook, seq) for seq in (1, 2, 3)))
    store.run(lambda uow: uow.webhook_deliveries.save(a_delivery(hook, 1).succeeded(200, hook.created_at)))
    each_hunter.complete(each_hunter.quest())

    lag, waiting = depths(store)

    assert lag.waiting > 0
    assert lag.oldest is not None
    assert waiting == {"mails": waiting["mails"], "pushes": 0, "webhooks": 2, "notifications": 0}


def _fails(error: Exception) -> Callable[[], bool]:
    def run() -> bool:
        raise error

    return run


def test_runs_of_jobs_are_counted_by_what_came_of_them() -> None:
    metrics = PrometheusMetrics()
    runs: list[Callable[[], bool]] = [lambda: True, lambda: False, _fails(StoreUnavailable())]
    for run in (*runs, _fails(RuntimeError())):
        job = measured(Job(name="mail", every=1.0, run=run), metrics)
        with suppress(StoreUnavailable, RuntimeError):
            assert job.run() == run()

    found = scraped(metrics)
    outcomes = {
        outcome: value(found, "hunter_job_runs_total", job="mail", outcome=outcome)
        for outcome in ("done", "later", "failed")
    }
    assert outcomes == {"done": 2, "later": 1, "failed": 1}
    assert value(found, "hunter_job_duration_seconds_count", job="mail") == 4


def test_nothing_but_metrics_is_served_there() -> None:
    server = MetricsServer(socket.create_server(("127.0.0.1", 0)), PrometheusMetrics().registry)
    server.start()
    try:
        for asked in (b"GET / HTTP/1.1", b"GET /../etc HTTP/1.1", b"POST /metrics HTTP/1.1", b"\0\0\0"):
            with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
                client.sendall(asked + b"\r\nhost: x\r\n\r\n")
                client.shutdown(socket.SHUT_WR)
                assert b" 200 " not in client.recv(65536)
    finally:
        server.close()


def test_counting_a_request_takes_a_few_microseconds() -> None:
    metrics = PrometheusMetrics()
    for n in range(80):
        metrics.answered(f"/route-{n}", "GET", 200, 0.01)

    def spent(rounds: int = 5000) -> float:
        began = time.process_time()
        for _ in range(rounds):
            metrics.answered("/route-7", "GET", 200, 0.01)
        return (time.process_time() - began) / rounds

    # About 2 µs where it was written; the best of five, on a machine that does other things, too.
    assert min(spent() for _ in range(5)) < 20e-6
