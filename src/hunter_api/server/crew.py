"""Several web processes on one listener: each is a whole server, and one that dies is replaced (SPEC 8)."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Sequence
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from types import FrameType

REST = 1.0
"""Seconds before a process that died is replaced, so that one that cannot live does not take the machine."""

log = logging.getLogger("hunter.crew")


class Crew:
    """Keeps *size* processes that serve on *listener* until somebody says stop."""

    def __init__(self, listener: socket.socket, size: int, metrics: Sequence[socket.socket] = ()) -> None:
        """*metrics* are the sockets on which each process tells its metrics, none or one for each."""
        self._listener, self._size, self._metrics = listener, size, tuple(metrics)
        # No threading.Event: a signal that comes while the same thread waits for one would wait for itself.
        self._stopped = False
        # A fork would copy locks that threads of ours may hold; each process starts by itself.
        self._context = multiprocessing.get_context("spawn")
        self._processes: list[SpawnProcess] = []

    def run(self) -> None:
        """Serve, and return when every process has ended."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        self._processes = [self._started(place) for place in range(self._size)]
        while self._goes_on():
            wait([process.sentinel for process in self._processes], timeout=0.2)
            for place, process in enumerate(self._processes):
                if self._goes_on() and process.exitcode is not None:
                    log.error("web process %s ended with code %s", process.pid, process.exitcode)
                    self._rest()
                    self._processes[place] = self._started(place)
        # Ours goes first: the last of the processes then closes the door for good, and takes in who waits.
        for listener in (self._listener, *self._metrics):
            listener.close()
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.join()

    def _started(self, place: int) -> SpawnProcess:
        metrics = self._metrics[place] if self._metrics else None
        process = self._context.Process(target=_serve, args=(self._listener, metrics), name="hunter-web")
        process.start()
        return process

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self._stopped = True

    def _goes_on(self) -> bool:
        return not self._stopped

    def _rest(self) -> None:
        until = time.monotonic() + REST
        while self._goes_on() and time.monotonic() < until:
            time.sleep(0.05)


def _serve(listener: socket.socket, metrics: socket.socket | None) -> None:
    """Be one of the processes: read the settings of the environment, and serve."""
    from hunter_api.commands.serve import serve_on
    from hunter_api.settings import SettingInvalid

    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        serve_on(listener, metrics)
    except Exception as error:
        # A line of the log like any other; multiprocessing would write a trace beside it.
        log.critical("a web process ended: %s", error, exc_info=not isinstance(error, SettingInvalid))
        sys.exit(1)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)
