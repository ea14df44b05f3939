"""What a store needs of a database, PostgreSQL or SQLite: connections, how to begin, and what its failures mean."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from time import monotonic
from typing import Any, ClassVar

from sqlalchemy import Engine
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.pool import PoolProxiedConnection, QueuePool

from hunter_core.errors import StoreUnavailable

STATEMENT_SECONDS = 5
LOCK_SECONDS = 2
POOL_SECONDS = 2
"""The time limits of SPEC 7."""

POOL_SIZE = 16
"""Connections of one process, at most."""

MIGRATION_SECONDS = 60
"""How long a start waits for another one that is migrating."""


class Database(ABC):
    """A database with a pool of connections, all in autocommit: a transaction begins when somebody says so."""

    name: ClassVar[str]
    begin_to_read: ClassVar[str]
    begin_to_write: ClassVar[str]
    errors: tuple[type[Exception], ...]

    def __init__(self, pool_size: int) -> None:
        self._trusted_since = float("-inf")
        self.pool = QueuePool(
            self._connect,
            pool_size=pool_size,
            max_overflow=0,
            timeout=POOL_SECONDS,
            # The connection that was used last has its statements prepared.
            use_lifo=True,
            # Whoever opened a transaction ends it (`Transaction.close`).
            reset_on_return=None,
        )

    def checkout(self) -> PoolProxiedConnection:
        """
        Return a connection that answers, as far as can be told without asking.

        Raises:
            StoreUnavailable: If the database is away, or all connections are in use for too long.
        """
        while True:
            try:
                connection = self.pool.connect()
            except PoolExhausted as error:
                raise StoreUnavailable from error
            except self.errors as error:
                raise self.unreachable(error) from error
            opened = connection.info.setdefault("opened", monotonic())
            if opened > self._trusted_since and not self._is_stale(connection.driver_connection):
                return connection
            # The pool opens another in its place.
            connection.invalidate()

    def distrust(self) -> None:
        """Use no connection any more that was open until now: one was lost, and the others may hang as it did."""
        self._trusted_since = monotonic()

    def lock_writer(self) -> None:  # noqa: B027 - a database that lets many write has nothing to lock
        """
        Wait until this thread may write.

        Raises:
            StoreUnavailable: If that took too long.
        """

    def unlock_writer(self) -> None:  # noqa: B027
        """Let the next one write."""

    def scrub(self) -> bool:
        """
        Take what was removed out of the database's files; return False where it is to be tried again.

        Files that are a server's own are that server's affair.
        """
        return True

    def close(self) -> None:
        """Close all connections."""
        self.pool.dispose()

    @abstractmethod
    def engine(self) -> Engine:
        """Return an engine for migrations: its connections wait longer, and none is kept."""

    @abstractmethod
    def runner(self, connection: Any) -> Callable[..., Any]:
        """Return what runs a string with parameters on a driver's *connection*, and returns a cursor."""

    @abstractmethod
    def failure(self, error: Exception, connection: Any, *, committing: bool) -> Exception:
        """
        Return what to raise for the driver's *error*: a refusal of the core's, or the error itself.

        *connection* is the driver's, None where it is not known.
        """

    @abstractmethod
    def is_lost(self, error: Exception, connection: Any) -> bool:
        """Tell whether *connection* cannot be used any more after *error*."""

    @abstractmethod
    def unreachable(self, error: Exception) -> Exception:
        """Return what to raise when no connection could be opened."""

    @abstractmethod
    def _connect(self) -> Any: ...

    def _is_stale(self, connection: Any) -> bool:
        return False
