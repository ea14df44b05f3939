"""PostgreSQL through psycopg 3: every wait has an end, and a connection that died is noticed before it is used."""

from __future__ import annotations

import select
from collections.abc import Callable
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.types.numeric import Int8Dumper
from psycopg.types.string import TextLoader
from sqlalchemy import Engine, NullPool, create_engine

from hunter_adapters.sql.database import LOCK_SECONDS, POOL_SIZE, STATEMENT_SECONDS, Database
from hunter_adapters.sql.failures import WrongDatabase, of_postgresql
from hunter_core.errors import StoreUnavailable

CONNECT_SECONDS = 5
ANSWER_SECONDS = STATEMENT_SECONDS + 2.0
"""When a server that still holds the connection has not answered, it hangs: its own limit has long passed."""

PREPARED = 300
"""Statements that stay prepared on a connection: all of ours."""

_CONNECTION = {
    "connect_timeout": str(CONNECT_SECONDS),
    # What was sent and not acknowledged for so long (ms) ends the connection, as do three unanswered probes.
    "tcp_user_timeout": str(int(ANSWER_SECONDS * 1000)),
    "keepalives": "1",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "application_name": "hunter",
}
_OPTIONS = " ".join(
    (
        "-c TimeZone=UTC",
        f"-c statement_timeout={STATEMENT_SECONDS}s",
        f"-c lock_timeout={LOCK_SECONDS}s",
        # A request has one core: to start helpers for a count costs half as much again, and others their core.
        "-c max_parallel_workers_per_gather=0",
        # Nobody thinks for so long between two statements: a process that was stopped must not keep its locks.
        "-c idle_in_transaction_session_timeout=10s",
    )
)

Result = TypeVar("Result")
Connection = TypeVar("Connection", bound=psycopg.Connection[Any])


class PatientConnection(psycopg.Connection[Any]):
    """A connection that gives up waiting for a server that hangs, which no setting of the server's would end."""

    def wait(
        self, gen: PQGen[Result], interval: float = 0.1, timeout: float | None = ANSWER_SECONDS
    ) -> Result:
        """Run *gen* to its end, or raise `OperationalError` after *timeout* seconds."""
        return super().wait(gen, interval, timeout)


class Postgres(Database):
    """A PostgreSQL database, 15 or newer."""

    name = "postgresql"
    begin_to_read = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    begin_to_write = "BEGIN"
    errors = (psycopg.Error,)

    def __init__(self, url: str, *, pool_size: int = POOL_SIZE) -> None:
        super().__init__(pool_size)
        try:
            given = {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
        except psycopg.ProgrammingError as error:
            raise WrongDatabase(f"the address is not one of PostgreSQL: {error}") from error
        options = f"{_OPTIONS} {given.pop('options', '')}".strip()
        self.conninfo = make_conninfo(**{**_CONNECTION, **given}, options=options)

    def engine(self) -> Engine:
        return create_engine(
            "postgresql+psycopg://",
            creator=lambda: _adapted(psycopg.connect(self.conninfo, options="-c TimeZone=UTC")),
            poolclass=NullPool,
        )

    def runner(self, connection: Any) -> Callable[..., Any]:
        return psycopg.RawCursor(connection).execute

    def failure(self, error: Exception, connection: Any, *, committing: bool) -> Exception:
        return of_postgresql(error, lost=self.is_lost(error, connection), committing=committing)

    def is_lost(self, error: Exception, connection: psycopg.Connection[Any] | None) -> bool:
        # An error without a state comes from the client's side: the socket broke, or no answer came in time.
        return (connection is not None and connection.closed) or (
            isinstance(error, psycopg.OperationalError | psycopg.InterfaceError) and error.sqlstate is None
        )

    def unreachable(self, error: Exception) -> Exception:
        return StoreUnavailable()

    def _connect(self) -> PatientConnection:
        connection = PatientConnection.connect(self.conninfo, autocommit=True)
        connection.prepared_max = PREPARED
        return _adapted(connection)

    def _is_stale(self, connection: psycopg.Connection[Any]) -> bool:
        """Tell whether the server has sent something nobody asked for: that it shuts down, or that it is gone."""
        if connection.closed:
            return True
        if not hasattr(select, "poll"):  # Windows
            return bool(select.select([connection], [], [], 0)[0])
        poll = select.poll()
        poll.register(connection.fileno(), select.POLLIN)
        return bool(poll.poll(0))


def _adapted(connection: Connection) -> Connection:
    """Return *connection*, which now takes and gives values as `column_types` expects them."""
    adapters = connection.adapters
    # One width for all whole numbers: else each mixture of widths is another prepared statement.
    adapters.register_dumper(int, Int8Dumper)
    # `column_types.Json` reads the text itself. (`json`, which no column of ours is, SQLAlchemy reads.)
    adapters.register_loader("jsonb", TextLoader)
    return connection
