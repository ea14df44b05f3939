"""A real PostgreSQL for the tests: started by us, killed and paused at will, gone with the process."""

import ctypes
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Self, TextIO
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from tests.servers.binaries import NoPostgres, directory_open_to_all, find_binaries, usable_home, who

START_SECONDS = 60
STOP_SECONDS = 20
PREFIX = "hunter-pg-"
SUPERUSER = "postgres"
# Only the socket's name depends on it, and each server has its socket in its own run directory.
PORT = 5432
# What a machine of somebody else may have: nothing may lean on a server in UTC.
SETTINGS = {"listen_addresses": "", "max_connections": "200", "timezone": "Asia/Kathmandu"}
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None
# The death signal comes when the *thread* that forked ends, so this one forks every server, and stays.
_forker = ThreadPoolExecutor(1, thread_name_prefix="postgres-forker")


class PostgresServer:
    """
    One server with any number of databases.

    `start` makes one of our own, which can be killed, restarted and paused. `find` takes the one that
    `HUNTER_TEST_DATABASE_URL` names, if it is set, which only gives databases.
    """

    def __init__(self, *, address: str, home: Path | None = None, run: Path | None = None) -> None:
        self._address, self._home, self._run = address, home, run
        self._settings: Mapping[str, str] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._templates: dict[str, str] = {}
        self._owned: TextIO | None = None

    @classmethod
    def find(cls) -> Self:
        """Return the server that `HUNTER_TEST_DATABASE_URL` names, else a fast one of our own."""
        if address := os.environ.get("HUNTER_TEST_DATABASE_URL"):
            return cls(address=address)
        return cls.start(durable=False)

    @classmethod
    def start(cls, *, durable: bool = True, settings: Mapping[str, str] | None = None) -> Self:
        """
        Start a server of our own on an empty data directory.

        Args:
            durable: Commits reach the disk, as in production. Off, they need not: where nothing is killed.
            settings: More settings of PostgreSQL, as in postgresql.conf.
        """
        remove_what_dead_processes_left()
        run = Path(tempfile.mkdtemp(prefix=PREFIX, dir=directory_open_to_all()))
        address = f"postgresql://{SUPERUSER}@/postgres?host={quote(str(run), safe='/')}"
        server = cls(address=address, home=usable_home(find_binaries(), run), run=run)
        server._owned = _own_directory(run)
        server._settings = {**SETTINGS, **({} if durable else CARELESS), **(settings or {})}
        try:
            if os.geteuid() == 0:
                os.chown(run, *who())
            server._initialise()
            server.restart()
        except BaseException:
            server.stop()
            raise
        return server

    # --- databases ------------------------------------------------------------------------------------------

    def url(self, database: str) -> str:
        """Return the address of *database*, for psycopg as for SQLAlchemy."""
        parts = urlsplit(self._address)
        text = urlunsplit(parts._replace(path=f"/{database}"))
        # urlunsplit drops the empty host of an address over a socket
        return text if "://" in text else text.replace(":", "://", 1)

    def fresh_database(self, template: str = "template1") -> str:
        """Return the address of a new database, a copy of *template*."""
        name = f"hunter_{uuid.uuid4().hex}"
        self._do("CREATE DATABASE {} TEMPLATE {}", name, template)
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Drop the database at *url*, also when somebody is still connected."""
        self._do("DROP DATABASE IF EXISTS {} WITH (FORCE)", urlsplit(url).path.removeprefix("/"))

    def template(self, name: str, prepare: Callable[[str], None]) -> str:
        """
        Return a template for `fresh_database`, made once per server.

        Args:
            name: What the template is called among the tests, such as "migrated".
            prepare: Fills the database at the address that it is given, and closes its connections.
        """
        if name not in self._templates:
            url = self.fresh_database()
            prepare(url)
            self._templates[name] = urlsplit(url).path.removeprefix("/")
        return self._templates[name]

    def close(self) -> None:
        """Drop what was made on a server that is not ours; stop one that is."""
        if self._run is None:
            for name in self._templates.values():
                self.drop_database(self.url(name))
        else:
            self.stop()

    def _do(self, statement: str, *names: str) -> None:
        # without a parameter psycopg prepares nothing, and CREATE DATABASE stands outside a transaction
        with psycopg.connect(self._address, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    # --- faults ---------------------------------------------------------------------------------------------

    @property
    def pid(self) -> int:
        """The process id of the postmaster."""
        return self._own().pid

    def kill(self) -> None:
        """End the server and all its backends with SIGKILL, as a power cut would."""
        process = self._own()
        if process.poll() is None:
            self._signal(signal.SIGKILL)
            process.wait(STOP_SECONDS)

    def pause(self) -> None:
        """Freeze the server and all its backends: connections stay open, nothing answers."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a paused server go on."""
        self._signal(signal.SIGCONT)

    def restart(self) -> None:
        """Start the server on the data that it has. One that runs is stopped first, in the fast way."""
        if self._process is not None and self._process.poll() is None:
            self._end(signal.SIGINT)
        deadline = time.monotonic() + START_SECONDS
        while not self._try_to_start(deadline):
            if time.monotonic() > deadline:
                raise NoPostgres(f"PostgreSQL did not start in {START_SECONDS} s:\n{self._log()}")
            time.sleep(0.1)

    def stop(self) -> None:
        """End the server and remove all that it had."""
        if self._process is not None and self._process.poll() is None:
            # At once: nobody needs what it would still write to the disk.
            self._end(signal.SIGQUIT)
        if self._run is not None:
            shutil.rmtree(self._run, ignore_errors=True)
        if self._owned is not None:
            self._owned.close()

    # --- inside ---------------------------------------------------------------------------------------------

    def _own(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise NoPostgres("Only a server of our own can be killed or paused: see PostgresServer.start.")
        return self._process

    def _initialise(self) -> None:
        options = ["--no-sync", "--auth=trust", f"--username={SUPERUSER}", "--encoding=UTF8", "--locale=C"]
        process = self._spawn("initdb", *options, f"--pgdata={self._data}")
        if process.wait(START_SECONDS) != 0:
            raise NoPostgres(f"initdb failed:\n{self._log()}")

    def _try_to_start(self, deadline: float) -> bool:
        """Start once; False when it ended again, as it does while backends of a killed one still live."""
        settings = {**self._settings, "unix_socket_directories": str(self._run), "port": str(PORT)}
        # Shared memory lies in the data directory, so that a killed server leaves nothing in /dev/shm.
        settings["dynamic_shared_memory_type"] = "mmap"
        options = [f"--{name}={value}" for name, value in settings.items()]
        self._process = self._spawn("postgres", "-D", str(self._data), *options)
        while self._process.poll() is None and time.monotonic() < deadline:
            try:
                psycopg.connect(self._address, connect_timeout=5).close()
            except psycopg.OperationalError:
                time.sleep(0.02)
            else:
                return True
        return False

    def _end(self, how: signal.Signals) -> None:
        process = self._own()
        process.send_signal(how)
        self.resume()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def _signal(self, what: signal.Signals) -> None:
        # The postmaster first, so that it starts no backend behind our back.
        process = self._own()
        children = list(_children(process.pid))
        os.kill(process.pid, what)
        for child in {*children, *_children(process.pid)}:
            try:
                os.kill(child, what)
            except ProcessLookupError:
                continue

    @property
    def _data(self) -> Path:
        assert self._run is not None
        return self._run / "data"

    def _log(self) -> str:
        assert self._run is not None
        return (self._run / "log").read_text(errors="replace")[-4000:]

    def _spawn(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        assert self._run is not None
        assert self._home is not None
        binaries = self._home / "bin"
        someone: dict[str, Any] = {}
        if os.geteuid() == 0:
            user, group = who()
            someone = {"user": user, "group": group, "extra_groups": []}
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PG") and k != "LC_ALL"}
        with (self._run / "log").open("ab") as log:
            return _forker.submit(
                lambda: subprocess.Popen(
                    [str(binaries / program), *arguments],
                    cwd=self._run,
                    env={**environment, "LC_MESSAGES": "C"},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    # Ctrl-C is for pytest, which then stops the server in order.
                    start_new_session=True,
                    # Of what is unsafe between fork and exec with threads it does nothing: one system call.
                    preexec_fn=_end_with_parent if _libc else None,  # noqa: PLW1509
                    **someone,
                )
            ).result()


def _end_with_parent() -> None:
    assert _libc is not None
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)


def _children(pid: int) -> Iterator[int]:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[1]) == pid:
            yield int(stat.parent.name)


def _own_directory(run: Path) -> TextIO:
    """Lock *run* for as long as this process lives."""
    # The name comes after the lock: who sees it can trust it.
    lock = (run / "owner.new").open("w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    (run / "owner.new").rename(run / "owner")
    return lock


def remove_what_dead_processes_left() -> None:
    """Remove the run directories of processes that were killed and could not do it."""
    for owner in Path(directory_open_to_all()).glob(f"{PREFIX}*/owner"):
        try:
            with owner.open() as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(owner.parent, ignore_errors=True)
        except OSError:
            continue  # it is in use, or somebody else's
