"""
`hunter serve` for the bench of the relay: by the clock of the bench, without jobs, with the relay or without.

What costs something at both sides alike is left out where it is not asked about: what jobs do is no cost of
the relay, and a clock that opens a file each time would be one of the completion.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import datetime

from hunter_api.background.jobs import Jobs
from hunter_api.background.relay import RelayThread
from hunter_api.cli import main
from hunter_core.clock import SystemClock
from tests.servers.clock import MovableClock, of_environment

VARIABLE = "HUNTER_BENCH_RELAY"
"""Whether there is a relay: `on` or `off`."""

LOOK_AGAIN = 0.02
"""Seconds for which the clock believes what it read."""


class GlancingClock:
    """A clock that a bench moves, and that looks at its file now and then only."""

    def __init__(self, moved: MovableClock) -> None:
        self._moved, self._read, self._until = moved, moved.now(), 0.0

    def now(self) -> datetime:
        """Return the moment that the file told last."""
        if time.monotonic() >= self._until:
            self._read, self._until = self._moved.now(), time.monotonic() + LOOK_AGAIN
        return self._read


def command() -> list[str]:
    """Return the command of such a server."""
    return [sys.executable, "-m", "tests.bench.relay_app"]


def serve() -> None:
    """Be `hunter serve`, without what the bench leaves out."""
    clock = GlancingClock(of_environment())

    def now(_: SystemClock) -> datetime:
        return clock.now()

    def nothing(_: object) -> None:
        return None

    # The program has no setting for any of these, and is not to have one.
    SystemClock.now = now  # type: ignore[method-assign,assignment]
    Jobs.start = nothing  # type: ignore[method-assign,assignment]
    if os.environ[VARIABLE] == "off":
        RelayThread.start = RelayThread.wake = nothing  # type: ignore[method-assign,assignment]
    sys.argv[:] = ["hunter", "serve"]
    main()


if __name__ == "__main__":
    serve()
