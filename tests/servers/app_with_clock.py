"""`hunter serve`, as it is, but by the clock that a test moves, and quick: `python -m tests.servers.app_with_clock`."""

from __future__ import annotations

import sys
from datetime import datetime

from hunter_api.cli import main
from hunter_core.clock import SystemClock
from tests.servers.app_quick import hash_quickly
from tests.servers.careless import wait_for_no_disk
from tests.servers.clock import of_environment


def serve() -> None:
    """Put the test's clock in the place of the machine's, and be `hunter serve`."""
    moved = of_environment()

    def now(_: SystemClock) -> datetime:
        return moved.now()

    hash_quickly()
    wait_for_no_disk()
    # The program has no setting that moves its clock, and is not to have one.
    SystemClock.now = now  # type: ignore[method-assign,assignment]
    sys.argv[:] = ["hunter", "serve"]
    main()


if __name__ == "__main__":
    serve()
