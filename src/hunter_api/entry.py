"""
Where the command `hunter` begins: before anything is loaded, it hears that it is to end.

Loading takes half a second and more on a small machine. A supervisor that stops a server just then would see it
die by a signal, as if something had gone wrong; there is nothing yet that would have to be ended in order.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import NoReturn

STAYING = ("serve", "worker")
"""The commands that go on until somebody says stop, so that to stop is no failure."""


def main() -> NoReturn:
    """Run the command that the arguments name, and exit with its code."""
    if sys.argv[1:2] and sys.argv[1] in STAYING:
        for number in (signal.SIGTERM, signal.SIGINT):
            # No exception: it could come up in the midst of anything that is being loaded.
            signal.signal(number, lambda *_: os._exit(0))
    from hunter_api.cli import main as run

    run()
