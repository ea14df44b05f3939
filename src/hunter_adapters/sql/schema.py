"""Brings the schema of a database up to date, or back to nothing; two that start at once do it one after the other."""

from __future__ import annotations

import importlib.resources
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from hunter_adapters.sql.database import MIGRATION_SECONDS, Database
from hunter_adapters.sql.failures import WrongDatabase

# Any number will do, as long as no other program in the same database takes the same.
_LOCK = 0x48554E544552


def upgrade(database: Database, revision: str = "head") -> None:
    """
    Bring the schema to *revision*.

    Raises:
        StoreUnavailable: If the database is away, or another start has been migrating it for too long.
        WrongDatabase: If a newer program has migrated it already.
    """
    _migrate(database, lambda config: command.upgrade(config, revision))


def downgrade(database: Database, revision: str = "base") -> None:
    """
    Bring the schema back to *revision*, and lose what the later ones kept.

    Raises:
        StoreUnavailable: As in `upgrade`.
    """
    _migrate(database, lambda config: command.downgrade(config, revision))


def config_for(connection: Connection) -> Config:
    """Return Alembic's settings for the migrations of this package on *connection*."""
    config = Config()
    config.set_main_option("script_location", str(importlib.resources.files(__package__) / "migrations"))
    config.attributes["connection"] = connection
    return config


def _migrate(database: Database, work: Callable[[Config], None]) -> None:
    engine = database.engine()
    try:
        with engine.connect() as connection, _alone(connection):
            work(config_for(connection))
    except CommandError as error:
        raise WrongDatabase(f"this program is older than the database's schema: {error}") from error
    except DBAPIError as error:
        if not isinstance(error.orig, database.errors):
            raise
        refusal = database.failure(error.orig, None, committing=False)
        if refusal is error.orig:
            raise
        raise refusal from error


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """Hold a transaction in which nobody else migrates."""
    if connection.dialect.name == "postgresql":
        with connection.begin():
            connection.execute(text(f"SET LOCAL lock_timeout = '{MIGRATION_SECONDS}s'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            yield
        return
    # sqlite3 is in autocommit here, so that schema changes are part of the transaction, too.
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        # Told to end amid a statement, SQLAlchemy has let go of the connection, and the transaction went with it.
        if not connection.invalidated:
            connection.exec_driver_sql("ROLLBACK")
        raise
    connection.exec_driver_sql("COMMIT")
