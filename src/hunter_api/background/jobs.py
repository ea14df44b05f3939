"""
What happens by itself: jobs, each due again and again, done by a few threads of the process (SPEC 6).

A job is safe to run in several processes at once: what it takes, it locks. So every web process runs its own,
and none is missed when another dies.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import count

import attrs

from hunter_api.background.troubles import Troubles
from hunter_core.errors import TryLater

LONGEST_REST = 300.0
"""Seconds after which a job that fails by a mistake is tried again, however often it failed."""

LONGEST_WAIT = 20.0
"""Likewise for one that was put off, where it is due more often: what was away may be back at any time."""

UNDER_WAY = math.inf
"""When a job is due that is being done: not before it has ended."""

JOB_ID: ContextVar[str | None] = ContextVar("hunter_job_id", default=None)
"""Which run of which job is under way in this thread; logs say it."""


@contextmanager
def doing(job_id: str | None) -> Iterator[None]:
    """Let whatever is logged within it be said to belong to the run *job_id*."""
    token = JOB_ID.set(job_id)
    try:
        yield
    finally:
        JOB_ID.reset(token)


@attrs.frozen(kw_only=True)
class Job:
    """
    Something that is due again and again.

    Attributes:
        name: What it is called in logs, and woken by.
        every: Seconds from the end of one run to the begin of the next.
        run: Does what is due now, and returns whether there is more: then it runs again at once.
    """

    name: str
    every: float
    run: Callable[[], bool]


class Jobs:
    """
    Runs jobs in *threads* of their own, from `start` to `close`.

    A job is done by one thread at a time. The one that is due the longest comes first, so that none is starved
    by another that is woken all the time.
    """

    def __init__(self, jobs: Iterable[Job], *, threads: int = 1) -> None:
        self._jobs = {job.name: job for job in jobs}
        self._due = dict.fromkeys(self._jobs, 0.0)
        self._failures = dict.fromkeys(self._jobs, 0)
        self._troubles = Troubles()
        self._changed = threading.Condition()
        self._closed = False
        self._numbers = count(1)
        # A job under way that was woken meanwhile: there is something that this run may not have seen.
        self._woken: set[str] = set()
        self._threads = [
            threading.Thread(target=self._work, name=f"hunter-jobs-{number}", daemon=True)
            for number in range(threads)
        ]

    def start(self) -> None:
        """Begin; every job runs at once."""
        if self._jobs:
            for thread in self._threads:
                thread.start()

    def wake(self, name: str) -> None:
        """Let the job *name* run as soon as the thread is free; there is something for it."""
        with self._changed:
            if name not in self._due:
                return
            if self._due[name] == UNDER_WAY:
                self._woken.add(name)
            else:
                self._due[name] = min(self._due[name], time.monotonic())
                self._changed.notify()

    def stop(self) -> None:
        """Begin no further run; returns at once."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def close(self, wait: float = 5.0) -> None:
        """Begin no further run, and give those under way *wait* seconds."""
        self.stop()
        until = time.monotonic() + wait
        for thread in self._threads:
            if thread.is_alive() and thread is not threading.current_thread():
                thread.join(max(0.0, until - time.monotonic()))

    def _work(self) -> None:
        while (job := self._next()) is not None:
            with doing(f"{job.name}-{next(self._numbers)}"):
                rest = self._rest_after(job)
            with self._changed:
                again = job.name in self._woken
                self._woken.discard(job.name)
                self._due[job.name] = time.monotonic() + (0.0 if again else rest)
                self._changed.notify()

    def _next(self) -> Job | None:
        """Return the job that is due, when one is; None when it is over."""
        with self._changed:
            while not self._closed:
                name = min(self._due, key=self._due.__getitem__)
                wait = self._due[name] - time.monotonic()
                if wait <= 0:
                    self._due[name] = UNDER_WAY
                    return self._jobs[name]
                self._changed.wait(None if wait == UNDER_WAY else wait)
        return None

    def _rest_after(self, job: Job) -> float:
        """Run *job*; return the seconds to its next run."""
        longest = LONGEST_REST
        try:
            more = job.run()
        except Exception as error:  # noqa: BLE001
            # A job that fails must not end the others.
            self._troubles.failed(job.name, error)
            if isinstance(error, TryLater):
                longest = max(LONGEST_WAIT, job.every)
        else:
            self._troubles.done(job.name)
            self._failures[job.name] = 0
            return 0.0 if more else job.every
        self._failures[job.name] += 1
        return min(longest, LONGEST_REST, job.every * 2.0 ** min(self._failures[job.name], 10))
