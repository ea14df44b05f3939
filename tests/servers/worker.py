"""A real `hunter worker` for the tests: started, killed and ended at will, gone with us."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.servers.app import (
    ROOT,
    STOP_SECONDS,
    _end_with_parent,
    _forker,
    _libc,
    environment,
    hunter_program,
)


class Worker:
    """One worker process."""

    def __init__(
        self,
        *,
        data_dir: Path,
        database_url: str,
        redis_url: str,
        settings: Mapping[str, str] | None = None,
        command: Sequence[str] | None = None,
    ) -> None:
        data_dir.mkdir(parents=True, exist_ok=True)
        self._log = data_dir / "worker.log"
        self._environment = environment(
            data_dir=data_dir,
            database_url=database_url,
            more={"HUNTER_REDIS_URL": redis_url, **(settings or {})},
        )
        self._command = list(command or [*hunter_program(), "worker"])
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    @property
    def log(self) -> str:
        """What it has said."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    @property
    def pid(self) -> int:
        """The process id."""
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it; it works when it is ready."""
        with self._log.open("ab") as log:
            self._process = _forker.submit(
                lambda: subprocess.Popen(
                    self._command,
                    # where `python -m tests.servers...` finds the tests
                    cwd=ROOT,
                    env=self._environment,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                    preexec_fn=_end_with_parent if _libc else None,  # noqa: PLW1509
                )
            ).result()

    def kill(self) -> None:
        """End it with SIGKILL, as a power cut would."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait(STOP_SECONDS)

    def signal(self, what: signal.Signals) -> None:
        """Send it *what*."""
        assert self._process is not None
        self._process.send_signal(what)

    def wait(self) -> int:
        """Return its exit code, when it has ended."""
        assert self._process is not None
        return self._process.wait(STOP_SECONDS)

    def end(self) -> int:
        """Ask it to end with SIGTERM; return its exit code."""
        self.signal(signal.SIGTERM)
        return self.wait()
