"""
A job off the queue runs what is ours, and nothing else.

RQ imports and calls whatever a job names, with the arguments that it brings, also where no pickle is read: whoever
can write to Redis would run what they like in a worker, `os.system` among it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rq.job import Job

from hunter_adapters.rq.work import perform

PERFORM = f"{perform.__module__}.{perform.__qualname__}"
"""What every job of ours names."""


class OurJob(Job):
    """Implements RQ's job; calls nobody back, and sends nothing to anybody."""

    @property
    def func(self) -> Callable[..., Any]:
        """
        What it runs.

        Raises:
            LookupError: If it is none of ours.
        """
        if self.func_name != PERFORM or self.instance is not None:
            raise LookupError(f"{self.func_name!r} is no job of ours: somebody else writes to our Redis.")
        return perform

    success_callback = failure_callback = stopped_callback = property(lambda _: None)

    def send_webhooks(self, status: Any, *, exc_string: str | None = None) -> None:
        """Send none."""
