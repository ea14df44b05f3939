"""How long tests wait for Redis: half a second may pass on a busy machine before it has its turn."""

from __future__ import annotations

import pytest

from hunter_adapters.redis import connection


@pytest.fixture
def patient_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let connections to Redis that are made after this wait for as long as no machine is busy."""
    monkeypatch.setattr(connection, "TIMEOUT", 10.0)


@pytest.fixture
def patient_with_a_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let them wait for as long as a test can whose server hangs, which is waited out."""
    monkeypatch.setattr(connection, "TIMEOUT", 2.0)
