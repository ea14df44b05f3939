"""Traces: a span for each request and each transaction, and nothing at all where nobody asked for them (issue 5, 6)."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from hunter_adapters.otel.tracing import ToldOnce, Tracing
from hunter_api.background.jobs import Job, doing
from hunter_api.tracing import is_asked_for, traced
from tests.api.house import House, a_house


@pytest.fixture
def followed() -> Iterator[tuple[House, Any, Tracing]]:
    exporter = InMemorySpanExporter()
    tracing = Tracing(version="1", exporter=exporter)
    with a_house(tracing=tracing) as opened:
        yield opened, exporter, tracing
    tracing.close()


def spans(exporter: Any, tracing: Tracing) -> list[Any]:
    tracing._provider.force_flush()
    return list(exporter.get_finished_spans())


def test_a_request_and_its_transactions_are_one_trace(followed: tuple[House, Any, Tracing]) -> None:
    house, exporter, tracing = followed
    quest = house.signed_in().quest()
    spans(exporter, tracing)
    exporter.clear()

    house.complete(quest)

    found = spans(exporter, tracing)
    (request,) = (each for each in found if each.name.startswith("POST"))
    assert request.attributes["hunter.request_id"]
    assert request.name == "POST /api/quests/{questId}/complete"
    assert request.attributes["http.route"] == "/api/quests/{questId}/complete"
    assert request.attributes["http.response.status_code"] == 200
    inner = [each for each in found if each.name == "transaction"]
    assert len(inner) == 2, "the session is looked at, then the completion is written"
    assert {each.parent.span_id for each in inner} == {request.context.span_id}
    assert [each.attributes["db.operation.name"] for each in inner] == ["read", "write"]
    assert quest["id"] not in str([each.to_json() for each in found])


def test_it_is_part_of_the_trace_of_whoever_asks(followed: tuple[House, Any, Tracing]) -> None:
    house, exporter, tracing = followed
    trace = "0af7651916cd43dd8448eb211c80319c"
    house.ask("GET", "/health/live", headers={"traceparent": f"00-{trace}-b7ad6b7169203331-01"})
    house.ask("GET", "/health/live", headers={"traceparent": "nonsense"})
    first, second = spans(exporter, tracing)
    assert f"{first.context.trace_id:032x}" == trace
    assert second.parent is None


def test_a_failure_of_ours_is_marked(followed: tuple[House, Any, Tracing]) -> None:
    house, exporter, tracing = followed
    assert house.get("/api/auth/me").status == 401
    (refused,) = (each for each in spans(exporter, tracing) if each.name.startswith("GET"))
    assert refused.status.status_code.name == "UNSET"


def test_runs_of_jobs_are_traced_where_anything_is(followed: tuple[House, Any, Tracing]) -> None:
    _, exporter, tracing = followed
    job = Job(name="mail", every=1.0, run=lambda: True)
    assert traced(job, None) is job
    assert traced(job, tracing).run() is True
    with doing("mail-7"):
        assert traced(job, tracing).run() is True
    first, second = spans(exporter, tracing)
    assert [first.name, second.name] == ["job mail", "job mail"]
    assert "hunter.job_id" not in first.attributes
    assert second.attributes["hunter.job_id"] == "mail-7"


class Away(SpanExporter):
    """A way to a collector that is away, then there, then away again."""

    def __init__(self) -> None:
        self.results = (
            [SpanExportResult.FAILURE] * 3 + [SpanExportResult.SUCCESS] + [SpanExportResult.FAILURE] * 2
        )

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return self.results.pop(0)

    def shutdown(self) -> None:
        """Nothing to do."""


def test_a_collector_that_is_away_is_told_once_and_so_is_that_it_is_back(
    caplog: pytest.LogCaptureFixture,
) -> None:
    exporter = ToldOnce(Away())
    for _ in range(6):
        exporter.export([])
    assert [each.getMessage().split(":")[0] for each in caplog.records] == [
        "traces are lost",
        "traces are taken again",
        "traces are lost",
    ]


@pytest.mark.parametrize(
    ("environ", "asked"),
    [
        ({}, False),
        ({"OTEL_SERVICE_NAME": "x"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://localhost:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": " "}, False),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, True),
        ({"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://x"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x", "OTEL_SDK_DISABLED": "true"}, False),
    ],
)
def test_the_standard_variables_say_whether_anybody_asked(environ: dict[str, str], asked: bool) -> None:
    assert is_asked_for(environ) is asked


def test_nothing_of_it_is_imported_where_nobody_asked() -> None:
    program = (
        "import sys, tempfile\nfrom hunter_api.settings import load\nfrom hunter_api.wiring import open_world\n"
        "world = open_world(load({'HUNTER_DATA_DIR': tempfile.mkdtemp()}))\nimport hunter_api.app\n"
        "print([name for name in sys.modules if name.startswith(('opentelemetry', 'prometheus_client'))])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"
