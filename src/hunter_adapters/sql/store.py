"""The store: opens transactions on PostgreSQL or SQLite, prepares the schema, and closes."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TypeVar

from hunter_adapters.sql.database import POOL_SIZE, Database
from hunter_adapters.sql.failures import Conflict, OlderSchema, WrongDatabase, is_about_no_table
from hunter_adapters.sql.sqlite import Sqlite
from hunter_adapters.sql.tables import metadata
from hunter_adapters.sql.transaction import Observer, Transaction
from hunter_adapters.sql.unit_of_work import SqlUnitOfWork
from hunter_core.ids import AchievementId, HunterId
from hunter_core.rules.achievements import Catalogue

Result = TypeVar("Result")

Changed = Callable[[Sequence[HunterId], bool, Collection[HunterId]], None]
"""
Is told after a commit whose rows changed, whether what others see of them may have, and who of them is hidden; it must
not raise.
"""

ATTEMPTS = 5
"""How often a transaction is made that others keep undoing."""

_FIRST_PAUSE = 0.005

LATEST = "0006"
"""The revision of the schema that this program works with: the newest file in `migrations/versions`."""


def open_store(url: str, *, pool_size: int = POOL_SIZE, observer: Observer | None = None) -> SqlStore:
    """
    Return the store at *url*, `sqlite:///path` or `postgresql://…`; nothing is connected yet.

    It has at most *pool_size* connections; who gets none in 2 s is refused. *observer* is told every
    statement that is sent, `BEGIN` and `COMMIT` included.

    Raises:
        WrongDatabase: If the address is of neither, or the database's driver is not installed.
    """
    return SqlStore(database_at(url, pool_size=pool_size), observer=observer)


def database_at(url: str, *, pool_size: int = POOL_SIZE) -> Database:
    """
    Return the database at *url*; nothing is connected yet.

    Raises:
        WrongDatabase: If the address is of none that we know, or its driver is not installed.
    """
    scheme = url.partition(":")[0]
    if scheme in ("sqlite", "sqlite+pysqlite"):
        return Sqlite(url, pool_size=pool_size)
    if scheme in ("postgresql", "postgres", "postgresql+psycopg"):
        try:
            from hunter_adapters.sql.postgres import Postgres
        except ImportError as error:
            raise WrongDatabase(
                'PostgreSQL needs the extra "postgres": in the folder of the source, '
                "pip install '.[server,postgres]'"
            ) from error
        return Postgres("postgresql" + url[len(scheme) :], pool_size=pool_size)
    raise WrongDatabase("a database address begins with sqlite:/// or postgresql://")


class SqlStore:
    """Opens transactions on one database (`hunter_core.ports.Store`)."""

    def __init__(self, database: Database, *, observer: Observer | None = None) -> None:
        self.database = database
        self._observer = observer
        self.after_commit: Changed | None = None
        # Told after a commit that added events; it returns at once and never raises.
        self.after_events: Callable[[], object] | None = None

    @contextmanager
    def write(self) -> Iterator[SqlUnitOfWork]:
        self.database.lock_writer()
        try:
            transaction = Transaction(self.database, to_write=True, observer=self._observer)
            try:
                yield SqlUnitOfWork(transaction)
            finally:
                transaction.close()
        finally:
            self.database.unlock_writer()
        # Connection and lock are given back: whoever is told may read what was committed.
        if self.after_commit is not None and transaction.committed and transaction.hunters_changed:
            self.after_commit(
                list(transaction.hunters_changed), transaction.listing_changed, transaction.hunters_hidden
            )
        if self.after_events is not None and transaction.committed and transaction.events_added:
            self.after_events()

    @contextmanager
    def read(self) -> Iterator[SqlUnitOfWork]:
        transaction = Transaction(self.database, to_write=False, observer=self._observer)
        try:
            yield SqlUnitOfWork(transaction)
        finally:
            transaction.close()

    def run(self, work: Callable[[SqlUnitOfWork], Result]) -> Result:
        """
        Do *work* in a transaction of its own, commit it, and return what it returned.

        Where another transaction stood in its way (a serialization failure, a deadlock), all of it is done
        again, a few times. A commit whose answer was lost is never done again: nobody knows.

        Raises:
            OutcomeUnknown: If the connection was lost at COMMIT.
            StoreUnavailable: If the database is away or busy for too long.
        """
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with self.write() as uow:
                    result = work(uow)
                    uow.commit()
                    return result
            except Conflict:
                if attempt == ATTEMPTS:
                    raise
            # Those who met once should not meet again: the pause is a matter of luck, not of secrecy.
            time.sleep(_FIRST_PAUSE * attempt * (1 + random.random()))  # noqa: S311
        raise AssertionError("the last attempt returns or raises")

    def scrub(self) -> bool:
        """
        Take what was removed out of the database's files, too, where it has files of its own.

        Return False where somebody was in the way, and it is to be tried again. Nobody is held up for long.
        """
        return self.database.scrub()

    def seed_achievements(self, catalogue: Catalogue) -> bool:
        """Keep *catalogue* as the one in force; return whether that changed anything."""
        with self.write() as uow:
            changed = uow.achievements.seed(catalogue)
            uow.commit()
            return changed

    def holders(self) -> Mapping[AchievementId, int]:
        """Return how many hunters hold each achievement; those that nobody holds are left out."""
        with self.read() as uow:
            return uow.achievements.holders()

    def migrate(self) -> bool:
        """
        Bring the schema up to date; return whether anything was to be done.

        Raises:
            StoreUnavailable: If the database is away, or another start has been migrating it for too long.
            WrongDatabase: If a newer program has migrated it already.
        """
        if self._revision() == LATEST:
            return False
        # Alembic takes a while to import, and most starts have nothing to migrate.
        from hunter_adapters.sql.schema import upgrade

        upgrade(self.database)
        return True

    def check_schema(self) -> None:
        """
        Make sure that the schema is the one that this program works with, and change nothing.

        Raises:
            StoreUnavailable: If the database is away.
            OlderSchema: If it is an older one, or there is none.
            WrongDatabase: If it is a newer one, or cannot be read.
        """
        revision = self._revision()
        if revision is None:
            raise OlderSchema(
                "the database is empty: `hunter migrate` makes its tables, and so does `hunter serve`"
            )
        if revision != LATEST:
            # Revisions are numbered.
            kind = OlderSchema if revision < LATEST else WrongDatabase
            raise kind(
                f"the database has schema {revision}, and this program works with {LATEST}; `hunter migrate` brings "
                "an older one up to date"
            )

    def _revision(self) -> str | None:
        with self.read() as uow:
            try:
                return uow.schema_revision()
            except self.database.errors as error:
                if is_about_no_table(error):
                    # An empty database.
                    return None
                raise WrongDatabase(f"its tables cannot be read: {error}") from error

    def create_schema(self) -> None:
        """Make all tables at once, without migrations: for tests, which throw them away."""
        engine = self.database.engine()
        with engine.begin() as connection:
            metadata.create_all(connection)

    @property
    def connections_in_use(self) -> int:
        """How many connections are out of the pool at this moment."""
        return self.database.pool.checkedout()

    def close(self) -> None:
        """Close all connections; a store that is used again opens new ones."""
        self.database.close()
