"""A clock that a test moves in a real server process: it tells the time that a file says, and goes on from there."""

from __future__ import annotations

import os
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

VARIABLE = "HUNTER_TEST_CLOCK_FILE"


class MovableClock:
    """
    Tells the instant that was last set, and the seconds since then.

    Both sides hold one on the same file: the test moves it, the server asks it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def set(self, instant: datetime) -> None:
        """Let it be *instant* now."""
        new = self.path.with_suffix(".new")
        new.write_text(f"{instant.astimezone(UTC).isoformat()} {time.time()!r}")
        new.replace(self.path)

    def advance(self, by: timedelta) -> None:
        """Let *by* pass."""
        self.set(self.now() + by)

    def now(self) -> datetime:
        """Return the present moment of the tests."""
        instant, set_at = self.path.read_text().split()
        return datetime.fromisoformat(instant) + timedelta(seconds=time.time() - float(set_at))


def command() -> list[str]:
    """Return the command of a server that goes by the clock which `HUNTER_TEST_CLOCK_FILE` names."""
    return [sys.executable, "-m", "tests.servers.app_with_clock"]


def of_environment() -> MovableClock:
    """Return the clock that the environment names."""
    return MovableClock(Path(os.environ[VARIABLE]))
