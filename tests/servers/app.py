"""A real `hunter serve` for the tests: on a free port, killed and started again at will, gone with us."""

from __future__ import annotations

import ctypes
import http.client
import itertools
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60
STOP_SECONDS = 30
HOST = "127.0.0.1"
# Below the ports that the system gives to clients, so that no connection of a test takes the port of a server
# that is just being started again.
PORTS = range(20_000, 30_000)
# Each process of the suite gives away ports of its own, in turn and a few apart: so none takes the port of a server
# that is down for a moment or not up yet, and what counts on from a port (`HUNTER_METRICS_PORT`) finds room.
SHARES, ROOM = 10, 4
# Who tests faults is not to meet the limits of good behaviour.
NO_LIMIT = "1000000/60"
LIMITS = ("AUTH", "QUESTS", "LEADERBOARD", "ANALYTICS", "OTHER")
# Where it is set, each of the suite's hundred and more starts would translate the program anew: half a second each.
NO_BYTECODE = "PYTHONDONTWRITEBYTECODE"

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None
# The death signal comes when the *thread* that forked ends, so this one forks every process, and stays.
_forker = ThreadPoolExecutor(1, thread_name_prefix="app-forker")


class AppDidNotStart(RuntimeError):
    """The program ended, or was not ready in time; the message holds its log."""


def hunter_program() -> list[str]:
    """Return the command `hunter`, as it is installed beside the Python that runs the tests."""
    return [str(Path(sys.executable).with_name("hunter"))]


def environment(
    *, data_dir: Path, database_url: str | None = None, more: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return an environment with these settings and none of whoever runs the tests."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("HUNTER_") and name != NO_BYTECODE
    }
    kept["HUNTER_DATA_DIR"] = str(data_dir)
    if database_url is not None:
        kept["HUNTER_DATABASE_URL"] = database_url
    return {**kept, **{f"HUNTER_LIMIT_{name}": NO_LIMIT for name in LIMITS}, **(more or {})}


def run_hunter(
    *arguments: str, env: Mapping[str, str], seconds: float = 60
) -> subprocess.CompletedProcess[str]:
    """Run `hunter` with *arguments* to its end."""
    command = [*hunter_program(), *arguments]
    return subprocess.run(
        command, env=dict(env), capture_output=True, text=True, timeout=seconds, check=False
    )


def free_port() -> int:
    """Return a port of the loopback address on which nobody listens, and nobody on those that follow it."""
    return next(port for port in _ports if all(map(_is_free, range(port, port + ROOM))))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _ports_of_this_process() -> Iterator[int]:
    # xdist calls its processes gw0, gw1 and so on; another suite on this machine begins elsewhere, most likely.
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % SHARES
    mine = PORTS[number * ROOM :: SHARES * ROOM]
    first = random.randrange(len(mine))
    return itertools.cycle([*mine[first:], *mine[:first]])


_ports = _ports_of_this_process()


class App:
    """
    One server process on one database.

    It keeps its port and its data folder over restarts, so that clients find it again and their tokens hold.
    """

    def __init__(
        self,
        *,
        data_dir: Path,
        database_url: str | None = None,
        settings: Mapping[str, str] | None = None,
        command: list[str] | None = None,
    ) -> None:
        self.data_dir = data_dir
        self.database_url = database_url or f"sqlite:///{data_dir / 'hunter.db'}"
        self.port = free_port()
        self.environment = environment(
            data_dir=data_dir,
            database_url=database_url,
            more={"HUNTER_HOST": HOST, "HUNTER_PORT": str(self.port), **(settings or {})},
        )
        self._command = command or [*hunter_program(), "serve"]
        self._process: subprocess.Popen[bytes] | None = None
        data_dir.mkdir(parents=True, exist_ok=True)
        self._log_path = data_dir / "serve.log"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    @property
    def url(self) -> str:
        """The address of the server, without a path."""
        return f"http://{HOST}:{self.port}"

    @property
    def log(self) -> str:
        """Everything that the program has printed so far, over all its starts."""
        return self._log_path.read_text(errors="replace") if self._log_path.exists() else ""

    @property
    def pid(self) -> int:
        """The process id of the server."""
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start the server and return when it is ready."""
        self.launch()
        self.wait_until_ready()

    def launch(self) -> None:
        """Start the process, and do not wait."""
        assert not self.is_running
        with self._log_path.open("ab") as log:
            self._process = _forker.submit(
                lambda: subprocess.Popen(
                    self._command,
                    # where `python -m tests.servers...` finds the tests
                    cwd=ROOT,
                    env=self.environment,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    # Ctrl-C is for pytest, which then ends the server itself.
                    start_new_session=True,
                    # Of what is unsafe between fork and exec with threads it does nothing: one system call.
                    preexec_fn=_end_with_parent if _libc else None,  # noqa: PLW1509
                )
            ).result()

    def wait_until_ready(self) -> None:
        """Return when /health/ready answers 200."""
        deadline = time.monotonic() + START_SECONDS
        while self._ready_status() != 200:
            if not self.is_running or time.monotonic() > deadline:
                raise AppDidNotStart(f"`{' '.join(self._command)}` is not ready:\n{self.log[-6000:]}")
            time.sleep(0.02)

    def kill(self) -> None:
        """End the process with SIGKILL, as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(STOP_SECONDS)

    def terminate(self) -> int:
        """End the process with SIGTERM and return its exit code."""
        return self.end(signal.SIGTERM)

    def end(self, how: signal.Signals) -> int:
        """Send the process *how* and return its exit code."""
        assert self._process is not None
        self._process.send_signal(how)
        return self._process.wait(STOP_SECONDS)

    def restart(self) -> None:
        """End the server in order, if it runs, and start it again on its port and its data."""
        if self.is_running:
            self.terminate()
        self.start()

    def audit(self) -> subprocess.CompletedProcess[str]:
        """Run `hunter audit` with the server's settings."""
        return run_hunter("audit", env=self.environment, seconds=300)

    def _ready_status(self) -> int:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=20)
        try:
            connection.request("GET", "/health/ready")
            return connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()


def _end_with_parent() -> None:
    assert _libc is not None
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
