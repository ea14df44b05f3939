"""
The relay's thread: woken by each commit of this process that added events, and else it looks now and then.

Every web process has one, so nobody has to be called: whoever commits relays. What a process leaves behind when
it dies is found by the others, or by itself when it starts again.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from hunter_core.errors import TryLater
from hunter_core.relay.relay import Relay

REST = 5.0
"""Seconds between two looks while nothing happens: a statement each."""

NEAR = 0.2
"""Seconds to the next look while something waits that could not be taken: an event that failed, another's turn."""

PACE, SLOWEST = 0.01, 0.16
"""Seconds from one pass to the next, at first and under load: what is committed meanwhile goes out together."""

JOIN_SECONDS = 5.0

log = logging.getLogger("hunter.relay")


class RelayThread:
    """Makes passes of *relay* from `start` to `close`."""

    def __init__(self, relay: Relay, *, relayed: Callable[[], None] = lambda: None) -> None:
        """Tell *relayed* after each pass that took something: what consumers wrote has been committed."""
        self.relay, self._relayed = relay, relayed
        self._woken, self._closed = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._work, name="hunter-relay", daemon=True)
        self._pace, self._failures = PACE, 0

    def start(self) -> None:
        """Begin with what waits already."""
        self._woken.set()
        self._thread.start()

    def wake(self) -> None:
        """Say that something waits; returns at once."""
        self._woken.set()

    def close(self, wait: float = JOIN_SECONDS) -> None:
        """End after the pass that is under way; give it *wait* seconds."""
        self._closed.set()
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join(wait)

    def _work(self) -> None:
        rest = 0.0
        while not self._closed.is_set():
            woken = self._woken.wait(rest)
            self._woken.clear()
            if self._closed.is_set():
                return
            begun = time.monotonic()
            rest = self._pass(woken)
            if rest == 0.0:
                # Under load, whatever is committed until then goes out by one pass; and it is not slept through.
                self._closed.wait(max(0.0, begun + self._pace - time.monotonic()))
                self._pace = min(2 * self._pace, SLOWEST)
            else:
                self._pace = PACE

    def _pass(self, woken: bool) -> float:
        """Relay what waits; return how long nobody needs to look, unless woken."""
        try:
            if not woken and not self.relay.is_any():
                rest = REST
            else:
                rest = 0.0 if self.relay.run() else NEAR
                self._relayed()
        except TryLater as error:
            self._failures += 1
            if self._failures == 1:
                log.warning("events will be relayed later: %s", error)
            return min(REST, NEAR * 2.0**self._failures)
        except Exception:
            # The thread must outlive what nobody foresaw.
            log.exception("a pass of the relay failed")
            return REST
        if self._failures:
            self._failures = 0
            log.warning("events are relayed again")
        return rest
