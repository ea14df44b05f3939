"""The machine's clock as the core wants it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hunter_core.clock import SystemClock


def test_the_clock_tells_the_present_moment_in_utc() -> None:
    before = datetime.now(UTC)

    now = SystemClock().now()

    assert now.utcoffset() == timedelta(0)
    assert before <= now <= datetime.now(UTC)
