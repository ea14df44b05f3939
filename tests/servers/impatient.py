"""
`hunter`, whose waits for one another are short: nobody waits a minute for the work of a worker that died.

    python -m tests.servers.impatient serve
"""

from __future__ import annotations

import sys

from hunter_adapters.rq import queue
from hunter_api.background import tasks
from hunter_api.cli import main

SIGN_SECONDS = 2
"""How long the signs of life of a worker hold."""

LOOK_SECONDS = 0.2
"""How long a web process believes what it saw of a worker."""


def command(name: str) -> list[str]:
    """Return the command line of the command *name*."""
    return [sys.executable, "-m", __name__, name]


if __name__ == "__main__":
    queue.ALIVE_SECONDS = SIGN_SECONDS
    queue.LOOK_SECONDS = LOOK_SECONDS
    tasks.MAIL_EVERY = 0.5
    main()
