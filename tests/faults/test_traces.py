"""Traces of a real process, taken by a real collector over HTTP; and one that is away or hangs (issue 5, 6)."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.faults.test_worker import wait_for
from tests.servers.app import HOST, App, free_port
from tests.servers.client import Client
from tests.servers.collector import a_collector
from tests.servers.length import LONG

GONE_SECONDS = 10


def asking(url: str) -> Mapping[str, str]:
    """Return the variables by which traces are sent to *url*, a few times a second."""
    return {"OTEL_EXPORTER_OTLP_ENDPOINT": url, "OTEL_BSP_SCHEDULE_DELAY": "100"}


def test_requests_transactions_and_jobs_arrive_with_their_ids(tmp_path: Path) -> None:
    with (
        a_collector() as collector,
        App(data_dir=tmp_path, settings=asking(collector.url)) as app,
        Client(app.url) as client,
    ):
        answer = client.register().post(
            "/api/quests", {"title": "Run", "type": "DAILY", "baseXP": 10, "attributes": ["strength"]}
        )
        assert answer.status == 201
        request = collector.wait_for("POST /api/quests")
        mail = collector.wait_for("job mail")
        # What ended before it was sent before it.
        parts, mails = collector.within(request), collector.within(mail)
        assert app.terminate() == 0

    assert collector.paths == {"/v1/traces"}
    assert request.about["hunter.request_id"] == answer.headers["x-request-id"]
    assert request.about["http.response.status_code"] == 201
    assert [each.about["db.operation.name"] for each in parts] == ["read", "write"]
    assert mail.about["hunter.job_id"].startswith("mail-")
    assert mails
    assert {each.name for each in [*parts, *mails]} == {"transaction"}
    assert "opentelemetry" not in app.log


@pytest.mark.parametrize(
    "hangs", [True, False] if LONG else [True], ids=lambda hangs: "hangs" if hangs else "away"
)
def test_a_collector_that_does_not_answer_costs_a_line_and_holds_nothing_up(
    tmp_path: Path, hangs: bool
) -> None:
    with a_collector(hangs=True) as collector:
        url = collector.url if hangs else f"http://{HOST}:{free_port()}"
        # Seconds that it has to answer.
        settings = {**asking(url), "OTEL_EXPORTER_OTLP_TIMEOUT": "1"}
        with App(data_dir=tmp_path, settings=settings) as app, Client(app.url) as client:
            client.register()
            wait_for(lambda: "traces are lost" in app.log)
            client.complete(client.create_quest()["id"])
            began = time.monotonic()
            assert app.terminate() == 0
            assert time.monotonic() - began < GONE_SECONDS
    assert app.log.count("traces are lost") == 1
    for word in ("Traceback", "urllib3", "opentelemetry.", "Connection refused"):
        assert word not in app.log
