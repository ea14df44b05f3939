"""Schemathesis over the OpenAPI document, signed in as the owner of what it touches: no surprise comes back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from tests.fuzz.variables import REPORT, URL
from tests.servers.app import ROOT, App
from tests.servers.books import Books
from tests.servers.client import Client
from tests.servers.length import LONG

FUZZ = Path(__file__).parent
SEED = 20261122
EXAMPLES = 120 if LONG else 3
LEAST = 100
"""Requests that each operation must have had in the long run (issue 2)."""

ROUNDS = 5
"""How often an operation is fuzzed anew that Schemathesis gave up before it had its number: it spares what deletes."""

Seen = Mapping[str, Counter[str]]
"""How often each operation gave which status."""


def run_schemathesis(
    url: str, report: Path, *, phases: str, seed: int = SEED, only: Iterable[str] = ()
) -> Seen:
    """Run Schemathesis over the server at *url*; a failure fails the test, as it is told."""
    command = [
        str(Path(sys.executable).with_name("st")),
        f"--config-file={FUZZ / 'schemathesis.toml'}",
        "--no-color",
        "run",
        f"{url}/schema/openapi.json",
        f"--phases={phases}",
        f"--max-examples={EXAMPLES}",
        f"--seed={seed}",
        *(f"--include-operation-id={operation}" for operation in only),
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
        timeout=7200 if LONG else 1200,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-30_000:]
    print(done.stdout[-1500:])
    return {operation: Counter(statuses) for operation, statuses in json.loads(report.read_text()).items()}


NEVER_BY_CHANCE = {
    # Codes of 256 bits that were mailed, and a password.
    "verifyEmail",
    "resetPassword",
    "confirmEmailChange",
    "changePassword",
    # The password, and the code of a second factor.
    "beginTwoFactor",
    "confirmTwoFactor",
    "endTwoFactor",
    "renewRecoveryCodes",
    "verifyTwoFactor",
    # A provider, which this server was not told of.
    "beginSignIn",
    "beginSignInOfApp",
    "comeBack",
    "exchangeCode",
    "linkIdentity",
    "unlinkIdentity",
    # A webhook that is still switched on.
    "tryWebhook",
    # A ticket, and a WebSocket.
    "openSocket",
}
"""What takes something that nobody finds by trying; other tests grant it."""


def top_up(url: str, report: Path, seen: Seen, operations: Iterable[str]) -> None:
    """Fuzz those of *operations* again, with other seeds, that have had fewer requests than `LEAST`."""
    for seed in range(SEED + 1, SEED + 1 + ROUNDS):
        few = [operation for operation in operations if seen[operation].total() < LEAST]
        if not few:
            return
        for operation, statuses in run_schemathesis(
            url, report, phases="fuzzing", seed=seed, only=few
        ).items():
            seen[operation].update(statuses)


@pytest.mark.long
def test_no_request_gets_an_answer_that_the_document_does_not_have(
    app_of_examples: App, tmp_path: Path
) -> None:
    with Client(app_of_examples.url) as client:
        document = client.get("/schema/openapi.json").json
    operations = {
        described["operationId"]: described
        for methods in document["paths"].values()
        for described in methods.values()
    }
    # Without parameter, body or session there is one way to ask.
    various = {
        operation
        for operation, described in operations.items()
        if described.get("parameters") or described.get("requestBody") or described["security"]
    }

    report = tmp_path / "seen.json"
    seen = run_schemathesis(app_of_examples.url, report, phases="examples,coverage,fuzzing,stateful")
    if LONG:
        top_up(app_of_examples.url, report, seen, various)

    for operation, statuses in sorted(seen.items()):
        print(operation, statuses.total(), dict(sorted(statuses.items())))
    assert set(seen) == set(operations)
    never = {}
    for operation, statuses in seen.items():
        granted = any(status.startswith("2") for status in statuses)
        if not granted and operation not in NEVER_BY_CHANCE:
            never[operation] = dict(statuses)
        assert not any(status.startswith("5") for status in statuses), (operation, statuses)
        assert not LONG or operation not in various or statuses.total() >= LEAST, (operation, statuses)
    assert never == {}, "these were never granted"
    assert "Traceback" not in app_of_examples.log, app_of_examples.log[-5000:]
    with Books(app_of_examples.database_url) as books:
        assert books.unbalanced() == []
    audited = app_of_examples.audit()
    assert audited.returncode == 0, audited.stdout + audited.stderr
