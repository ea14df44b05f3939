"""
What keeps jobs from being done, each cause told once: when it begins, and when it is over.

While the database is away every job fails, every few seconds: a line for each would bury what matters.
"""

from __future__ import annotations

import logging
import threading

from hunter_core.errors import TryLater

log = logging.getLogger("hunter.jobs")


class Troubles:
    """Tells the log of jobs that fail; safe to be told by many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, set[str]] = {}
        """Which jobs wait, by why."""

    def failed(self, name: str, error: Exception) -> None:
        """Tell that the job *name* failed by *error*: a line once where it is put off, a trace for a mistake."""
        if not isinstance(error, TryLater):
            log.error("the job %s failed", name, exc_info=error)
            return
        why = str(error)
        with self._lock:
            is_known = why in self._waiting
            self._waiting.setdefault(why, set()).add(name)
        # A job whose own trouble began while the others wait is another line for the curious alone.
        log.log(
            logging.DEBUG if is_known else logging.WARNING,
            "the job %s and all that fail alike wait, and are tried again by themselves: %s",
            name,
            why,
        )

    def done(self, name: str) -> None:
        """Tell that the job *name* was done: whatever kept it waiting is over, for the others too."""
        if not self._waiting:
            return
        with self._lock:
            over = [why for why, names in self._waiting.items() if name in names]
            for why in over:
                del self._waiting[why]
        for why in over:
            log.warning("the job %s is done again; this is over: %s", name, why)
