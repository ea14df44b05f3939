"""What a job in the queue does: it runs the job of that name, which the worker was given when it started."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping

from rq import get_current_job

LONGEST_RUN = 20.0
"""Seconds after which a run that finds more and more to do leaves the rest to the next."""

Run = Callable[[], bool]

log = logging.getLogger("hunter.worker")


class Work:
    """The jobs of this process, by name."""

    def __init__(self) -> None:
        self._runs: Mapping[str, Run] = {}
        self.stopping = threading.Event()
        self._moved_at = time.monotonic()

    def begin(self, runs: Mapping[str, Run]) -> None:
        """Let *runs* be what is done from now on; each tells whether there is more."""
        self._runs = runs
        self.stopping.clear()
        self._moved_at = time.monotonic()

    def is_stuck(self, seconds: float) -> bool:
        """Tell whether no job has begun or ended for so many seconds; there is always one that is due."""
        return time.monotonic() - self._moved_at > seconds

    def perform(self, name: str) -> None:
        """
        Run the job *name* until it finds nothing more.

        Raises:
            LookupError: If there is no such job: the queue is another program's, or of another version of ours.
        """
        run = self._runs.get(name)
        if run is None:
            raise LookupError(f"There is no job called {name!r}.")
        began = self._moved_at = time.monotonic()
        while run() and not self.stopping.is_set() and time.monotonic() - began < LONGEST_RUN:
            self._moved_at = time.monotonic()
        self._moved_at = time.monotonic()
        log.debug("the job %s took %.0f ms", name, 1000 * (time.monotonic() - began))


def current_id() -> str | None:
    """Return the id of the job that is under way in this process."""
    job = get_current_job()
    return None if job is None else job.id


# RQ finds what to run by the name of a module: so there is one such thing in a process.
here = Work()


def perform(name: str) -> None:
    """Run the job *name* of this process."""
    here.perform(name)
