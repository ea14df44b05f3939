"""SQLite, the embedded default: a write-ahead log, every commit on the disk, one fair queue of writers."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from sqlalchemy import Engine, NullPool, create_engine, make_url

from hunter_adapters.sql.database import (
    LOCK_SECONDS,
    MIGRATION_SECONDS,
    POOL_SIZE,
    STATEMENT_SECONDS,
    Database,
)
from hunter_adapters.sql.failures import WrongDatabase, of_sqlite
from hunter_adapters.sql.writer_lock import WriterLock
from hunter_core.errors import StoreUnavailable

OLDEST = (3, 35)
"""What `RETURNING` and our upserts need; a wheel of CPython 3.11 brings a newer one."""

CACHED_STATEMENTS = 300
_STEPS_BETWEEN_LOOKS = 10_000
_BUSY = 5
_BETWEEN_TRIES = 0.01
_BETWEEN_CUTS = 0.05

SCRUB_SECONDS = 1.0
"""How long `Sqlite.scrub` tries to find a moment in which nobody reads or writes."""


class Sqlite(Database):
    """A SQLite database in a file."""

    name = "sqlite"
    begin_to_read = "BEGIN"
    begin_to_write = "BEGIN IMMEDIATE"
    errors = (sqlite3.Error,)

    def __init__(self, url: str, *, pool_size: int = POOL_SIZE) -> None:
        super().__init__(pool_size)
        path = make_url(url).database
        if not path or path == ":memory:" or path.startswith("file:"):
            raise WrongDatabase(
                "a SQLite database is a file: sqlite:///path, or sqlite:////path from the root"
            )
        if sqlite3.sqlite_version_info < OLDEST:
            raise WrongDatabase(
                f"SQLite {sqlite3.sqlite_version} is too old: {OLDEST[0]}.{OLDEST[1]} is needed"
            )
        self.path = Path(path)
        self._writer = WriterLock()

    def engine(self) -> Engine:
        return create_engine(
            "sqlite+pysqlite://", creator=lambda: self._open(float(MIGRATION_SECONDS)), poolclass=NullPool
        )

    def lock_writer(self) -> None:
        if not self._writer.acquire(LOCK_SECONDS):
            raise StoreUnavailable

    def unlock_writer(self) -> None:
        self._writer.release()

    def runner(self, connection: Any) -> Callable[..., Any]:
        run: Callable[..., Any] = connection.run
        return run

    def failure(self, error: Exception, connection: Any, *, committing: bool) -> Exception:
        return of_sqlite(error, committing=committing)

    def is_lost(self, error: Exception, connection: Any) -> bool:
        # Busy and constraint leave a connection as it was; anything else (the disk, the file) gets a new one.
        return (
            not isinstance(error, sqlite3.IntegrityError)
            and getattr(error, "sqlite_errorcode", 0) & 0xFF != _BUSY
        )

    def unreachable(self, error: Exception) -> Exception:
        return StoreUnavailable()

    def _connect(self) -> sqlite3.Connection:
        return self._open(float(LOCK_SECONDS))

    def _open(self, busy_seconds: float) -> sqlite3.Connection:
        self._make_for_its_owner()
        connection = sqlite3.connect(
            self.path,
            timeout=busy_seconds,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=CACHED_STATEMENTS,
            factory=_Connection,
        )
        try:
            _write_ahead(connection, busy_seconds)
            # What is deleted is overwritten by zeros, also where SQLite was built to leave it to the next writer.
            for pragma in ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
                connection.execute(f"PRAGMA {pragma}").close()
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def scrub(self) -> bool:
        """
        Bring everything into the file itself, and cut the write-ahead log off, which has rows as they were before.

        A reader is in the way as long as it reads, and a writer as long as it writes: they are given `SCRUB_SECONDS`
        together, in which nobody waits for us.
        """
        deadline = monotonic() + SCRUB_SECONDS
        try:
            # It waits for nobody: while SQLite waits for readers to cut the log off, it lets nobody write.
            connection = self._open(0.0)
        except sqlite3.Error:
            return False
        try:
            # Most of the work, beside readers and writers.
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)").close()
            while not self._cut_off(connection, deadline):
                if monotonic() > deadline:
                    return False
                sleep(_BETWEEN_CUTS)
        except sqlite3.Error:
            return False
        else:
            return True
        finally:
            connection.close()

    def _cut_off(self, connection: sqlite3.Connection, deadline: float) -> bool:
        """Cut the write-ahead log off, in the turn of a writer; return False where somebody is in the way."""
        if not self._writer.acquire(max(0.0, deadline - monotonic())):
            return False
        try:
            busy: int = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        finally:
            self.unlock_writer()
        return busy == 0

    def _make_for_its_owner(self) -> None:
        """Make the file where there is none, readable by its owner alone; what SQLite puts beside it is as it is."""
        with suppress(OSError):
            os.close(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _write_ahead(connection: sqlite3.Connection, busy_seconds: float) -> None:
    """
    Give the file its write-ahead log, for good.

    Of several that find a new file at one moment, SQLite tells all but one that it is locked, and lets none of them
    wait: so we do, for as long as the connection waits for anything.
    """
    deadline = monotonic() + busy_seconds
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL").close()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != _BUSY or monotonic() > deadline:
                raise
            sleep(_BETWEEN_TRIES)
        else:
            return


class _Connection(sqlite3.Connection):
    """A connection whose statements end after `STATEMENT_SECONDS`."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._deadline = 0.0
        self.set_progress_handler(self._is_too_late, _STEPS_BETWEEN_LOOKS)

    def run(self, sql: str, parameters: Any = ()) -> sqlite3.Cursor:
        """Run *sql*; a statement that takes too long is interrupted."""
        self._deadline = monotonic() + STATEMENT_SECONDS
        return self.execute(sql, parameters)

    def _is_too_late(self) -> bool:
        return self._deadline > 0 and monotonic() > self._deadline
