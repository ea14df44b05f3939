"""What a job in the queue does: it runs the job of that name, which the worker was given when it started."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Mapping
from contextvars import ContextVar, copy_context

from rq import get_current_job

LONGEST_RUN = 20.0
"""Seconds after which a run that finds more and more to do leaves the rest to the next."""

Run = Callable[[], bool]

log = logging.getLogger("hunter.worker")


class Told(Exception):
    """A run failed, and whoever did it has said so in the log; it comes due again."""


class Work:
    """The jobs of this process, by name."""

    def __init__(self) -> None:
        self._runs: Mapping[str, Run] = {}
        self._aside: frozenset[str] = frozenset()
        self._changing = threading.Lock()
        self._under_way: dict[str, threading.Thread] = {}
        self._again: set[str] = set()
        self.stopping = threading.Event()
        self._moved_at = time.monotonic()

    def begin(self, runs: Mapping[str, Run], *, aside: Collection[str] = ()) -> None:
        """
        Let *runs* be what is done from now on; each tells whether there is more.

        Those *aside* wait for others outside: each is done in a thread of its own, by one at a time, so that a
        mail server or a target that hangs holds up nothing else.
        """
        self._runs, self._aside = runs, frozenset(aside)
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
        if name not in self._aside:
            self._do(name, run)
            return
        self._moved_at = time.monotonic()
        with self._changing:
            if name in self._under_way:
                # There may be something that this run has not seen.
                self._again.add(name)
                return
            _HANDED.set(current_id())
            work = copy_context().run
            self._under_way[name] = threading.Thread(
                target=work, args=(self._do_aside, name, run), name=f"hunter-{name}", daemon=True
            )
            self._under_way[name].start()

    def wait(self, seconds: float) -> None:
        """Return when what is done aside has ended, or so many seconds are over: then it comes due again."""
        until = time.monotonic() + seconds
        with self._changing:
            threads = list(self._under_way.values())
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))

    def _do_aside(self, name: str, run: Run) -> None:
        while True:
            try:
                self._do(name, run)
            except Told:
                # The next span asks again.
                pass
            except Exception:
                # The thread must outlive what nobody foresaw.
                log.exception("the job %s failed", name)
            with self._changing:
                if name not in self._again or self.stopping.is_set():
                    del self._under_way[name]
                    self._again.discard(name)
                    return
                self._again.remove(name)

    def _do(self, name: str, run: Run) -> None:
        began = self._moved_at = time.monotonic()
        while run() and not self.stopping.is_set() and time.monotonic() - began < LONGEST_RUN:
            self._moved_at = time.monotonic()
        self._moved_at = time.monotonic()
        log.debug("the job %s took %.0f ms", name, 1000 * (time.monotonic() - began))


_HANDED: ContextVar[str | None] = ContextVar("hunter_handed_job_id", default=None)
"""The id of the job that was handed to a thread of its own."""


def current_id() -> str | None:
    """Return the id of the job that is under way in this process."""
    job = get_current_job()
    return _HANDED.get() if job is None else job.id


# RQ finds what to run by the name of a module: so there is one such thing in a process.
here = Work()


def perform(name: str) -> None:
    """Run the job *name* of this process."""
    here.perform(name)
