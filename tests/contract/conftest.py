"""The stores that the contracts are held to: memory, SQLite and PostgreSQL. A missing server is an error."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import psycopg
import pytest

from hunter_adapters.memory import ConstraintViolated, MemoryStore
from hunter_adapters.sql import failures
from hunter_adapters.sql.store import SqlStore, open_store
from hunter_adapters.testing.contract import CommitFailed, UnderTest
from hunter_core.ids import HunterId
from tests.builders import a_rulebook
from tests.contract.redis_boards import Kept
from tests.servers.patience import patient_redis, patient_with_a_hang
from tests.servers.postgres import PostgresServer
from tests.servers.redis import KINDS, RedisServer

__all__ = ["patient_redis", "patient_with_a_hang"]

# An empty store for the next test: all hangs on an account, but guilds, what the database knows of itself, and counts.
EMPTY = tuple(
    f"DELETE FROM {table}"
    for table in (
        "guilds",
        "accounts",
        "meta",
        "password_checks",
        "one_time_codes",
        "mails",
        "erased_hunters",
    )
)


class Breaker:
    """Fails commits while it is switched on, in the thread that switched it on."""

    def __init__(self) -> None:
        self._here = threading.local()

    @contextmanager
    def __call__(self) -> Iterator[None]:
        self._here.on = True
        try:
            yield
        finally:
            self._here.on = False

    def check(self) -> None:
        if getattr(self._here, "on", False):
            raise CommitFailed

    def observe(self, sql: str) -> None:
        if sql == "COMMIT":
            self.check()


class SqlHouse:
    """A migrated store on a database, made once and emptied for each test."""

    def __init__(self, url: str, *, empty: Callable[[], None]) -> None:
        self._breaker, self._empty = Breaker(), empty
        self.store: SqlStore = open_store(url, observer=self._breaker.observe)
        self.store.migrate()
        self.store.seed_achievements(a_rulebook("modern").catalogue)

    def emptied(self) -> SqlStore:
        self._empty()
        return self.store

    def overwrite(self, hunter_id: HunterId, seq: int, said: str) -> None:
        is_sqlite = self.store.database.engine().dialect.name == "sqlite"
        values = (said, hunter_id.bytes if is_sqlite else hunter_id, seq)
        sql = "UPDATE outbox SET data = {0} WHERE hunter_id = {0} AND seq = {0}".format(
            "?" if is_sqlite else "%s"
        )
        with self.store.database.engine().begin() as connection:
            connection.exec_driver_sql(sql, values)

    def under_test(self) -> UnderTest:
        return UnderTest(
            store=self.emptied(),
            emptied=self.emptied,
            open_transactions=lambda: self.store.connections_in_use,
            broken=(failures.ConstraintViolated,),
            failing_commits=self._breaker,
            overwrite=self.overwrite,
        )


@pytest.fixture(scope="session")
def sqlite_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlHouse]:
    path: Path = tmp_path_factory.mktemp("contract") / "hunter.db"

    def empty() -> None:
        connection = sqlite3.connect(path, timeout=60)
        try:
            connection.execute("PRAGMA foreign_keys=ON")
            with connection:
                for statement in EMPTY:
                    connection.execute(statement)
        finally:
            connection.close()

    house = SqlHouse(f"sqlite:///{path}", empty=empty)
    try:
        yield house
    finally:
        house.store.close()


@pytest.fixture(scope="session")
def postgresql_house(postgres_server: PostgresServer) -> Iterator[SqlHouse]:
    url = postgres_server.fresh_database()

    def empty() -> None:
        with psycopg.connect(url) as connection:
            for statement in EMPTY:
                connection.execute(statement)

    house = SqlHouse(url, empty=empty)
    try:
        yield house
    finally:
        house.store.close()
        postgres_server.drop_database(url)


def _memory() -> UnderTest:
    breaker = Breaker()
    store = MemoryStore(before_commit=breaker.check)
    return UnderTest(
        store=store,
        emptied=MemoryStore,
        open_transactions=lambda: store.open_transactions,
        broken=(ConstraintViolated,),
        failing_commits=breaker,
        overwrite=partial(_overwrite, store),
    )


def _overwrite(store: MemoryStore, hunter_id: HunterId, seq: int, said: str) -> None:
    data = json.loads(said)
    readable = isinstance(data, dict)
    with store.write() as uow:
        events, waiting = uow._tables.outbox.edit(hunter_id), uow._tables.waiting.edit(hunter_id)
        event = replace(
            events[seq], data=data if readable else {}, unreadable=None if readable else "no JSON object"
        )
        events[seq], waiting[seq] = event, replace(waiting[seq], event=event)
        uow.commit()


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def under_test(request: pytest.FixtureRequest) -> Iterator[UnderTest]:
    """An empty store, whose connections are all back when the test ends."""
    if request.param == "memory":
        found = _memory()
    else:
        house: SqlHouse = request.getfixturevalue(f"{request.param}_house")
        found = house.under_test()
    yield found
    assert found.open_transactions() == 0


@pytest.fixture(params=KINDS)
def kept(
    request: pytest.FixtureRequest,
    redis_servers: dict[str, RedisServer],
    sqlite_house: SqlHouse,
    patient_with_a_hang: None,
) -> Iterator[Kept]:
    """Boards in an empty Redis, or Valkey, over an empty store in SQLite."""
    server = redis_servers[request.param]
    server.restart()
    opened = Kept(sqlite_house.emptied(), server)
    yield opened
    opened.close()
