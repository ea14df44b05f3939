"""The server that is fuzzed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.servers.app import App
from tests.servers.length import LONG
from tests.servers.served import DATABASES, an_app_at

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
"""The day of the document's examples: some of what they say is granted near that day alone."""


@pytest.fixture(params=DATABASES if LONG else DATABASES[:1])
def app_of_examples(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[App]:
    """A server of the test's own on the day of the examples, in the ordinary suite on SQLite alone."""
    with an_app_at(NOON, request, request.param, tmp_path / "app") as running:
        yield running
