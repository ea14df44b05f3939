"""Schemathesis over the OpenAPI document, signed in as the owner of what it touches: no surprise comes back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.fuzz.variables import REPORT, URL
from tests.servers.app import ROOT, App
from tests.servers.books import Books
from tests.servers.client import Client
from tests.servers.served import LONG

FUZZ = Path(__file__).parent
SEED = "20261122"
EXAMPLES = 120 if LONG else 3
LEAST = 100
"""Requests that each operation must have had in the long run (issue 2)."""


def run_schemathesis(url: str, phases: str, report: Path) -> Mapping[str, Mapping[str, int]]:
    """Run Schemathesis; return how often each operation gave which status. A failure fails the test, as it is told."""
    command = [
        str(Path(sys.executable).with_name("st")),
        f"--config-file={FUZZ / 'schemathesis.toml'}",
        "--no-color",
        "run",
        f"{url}/schema/openapi.json",
        f"--phases={phases}",
        f"--max-examples={EXAMPLES}",
        f"--seed={SEED}",
        "--generation-deterministic",
    ]
    variables = {
        "SCHEMATHESIS_HOOKS": "tests.fuzz.hooks",
        "PYTHONPATH": str(ROOT),
        URL: url,
        REPORT: str(report),
    }
    done = subprocess.run(
        command,
        cwd=report.parent,
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=7200 if LONG else 280,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-30_000:]
    print(done.stdout[-3000:])
    seen: dict[str, dict[str, int]] = json.loads(report.read_text())
    return seen


@pytest.mark.long
def test_no_request_gets_an_answer_that_the_document_does_not_have(fuzzed_app: App, tmp_path: Path) -> None:
    with Client(fuzzed_app.url) as client:
        document = client.get("/schema/openapi.json").json
    operations = {
        described["operationId"]
        for methods in document["paths"].values()
        for described in methods.values()
        if "operationId" in described
    }

    seen = run_schemathesis(fuzzed_app.url, "examples,coverage,fuzzing,stateful", tmp_path / "seen.json")

    assert set(seen) == operations
    for operation, statuses in sorted(seen.items()):
        print(operation, dict(sorted(statuses.items())))
        assert any(status.startswith("2") for status in statuses), (
            f"{operation} was never granted: {statuses}"
        )
        assert not any(status.startswith("5") for status in statuses), (operation, statuses)
        assert not LONG or sum(statuses.values()) >= LEAST, (operation, statuses)
    assert "Traceback" not in fuzzed_app.log, fuzzed_app.log[-5000:]
    with Books(fuzzed_app.database_url) as books:
        assert books.unbalanced() == []
    audited = fuzzed_app.audit()
    assert audited.returncode == 0, audited.stdout + audited.stderr
