"""PostgreSQL that is slow, away, hanging or restarted: refused in time, recovered from without a restart (SPEC 7)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import Self

import psycopg
import pytest
from sqlalchemy import func, select

from hunter_adapters.sql import Conflict, SqlStore, SqlUnitOfWork
from hunter_adapters.sql.postgres import Postgres
from hunter_adapters.sql.statements import Statement
from hunter_adapters.testing.builders import a_hunter, a_session, registered
from hunter_core.errors import OutcomeUnknown, StoreUnavailable
from hunter_core.hunters.hunter import Hunter
from tests.integration.conftest import prepare
from tests.servers.postgres import PostgresServer

Opened = Callable[..., SqlStore]

HANGING_SECONDS = 16
"""A database that hangs is answered for within this (SPEC 10)."""

LOCKED_SECONDS = 10
"""So is a lock that somebody else holds."""


class Seconds:
    """The time that its block took; bounds of promises are held against it, never speed."""

    def __enter__(self) -> Self:
        self._start = time.monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        self.passed = time.monotonic() - self._start


@pytest.fixture(scope="module")
def server_of_all() -> Iterator[PostgresServer]:
    """A durable server that the tests of this file may kill, restart and pause, one after the other."""
    server = PostgresServer.start(durable=True)
    try:
        yield server
    finally:
        server.close()


@pytest.fixture
def server(server_of_all: PostgresServer) -> Iterator[PostgresServer]:
    """It, running; and whatever the test did to it, the next one finds it so."""
    yield server_of_all
    with suppress(ProcessLookupError):
        server_of_all.resume()
    try:
        psycopg.connect(server_of_all.url("postgres")).close()
    except psycopg.OperationalError:
        server_of_all.restart()


@pytest.fixture
def away(server: PostgresServer, opened: Opened) -> tuple[PostgresServer, SqlStore, Hunter]:
    """A server that may be killed and paused, a store on it, and a hunter in the store."""
    store = opened(server.fresh_database(server.template("migrated", prepare)), pool_size=4)
    return server, store, registered(store, a_hunter())


def conninfo_of(store: SqlStore) -> str:
    """Return how the store connects."""
    assert isinstance(store.database, Postgres)
    return str(store.database.conninfo)


def gain(uow: SqlUnitOfWork, hunter: Hunter, xp: int = 1) -> int:
    mine = uow.hunters.lock(hunter.id)
    uow.hunters.save(replace(mine, total_xp=mine.total_xp + xp))
    return mine.total_xp + xp


def total_xp(store: SqlStore, hunter: Hunter) -> int:
    with store.read() as uow:
        return uow.hunters.get(hunter.id).total_xp


def fill(store: SqlStore, hunter: Hunter) -> None:
    """Open every connection that the pool may have, and give it back."""
    with ThreadPoolExecutor(4) as threads:
        gate = threading.Barrier(4)

        def use() -> None:
            with store.read() as uow:
                uow.hunters.get(hunter.id)
                gate.wait(60)

        for future in [threads.submit(use) for _ in range(4)]:
            future.result()


def test_a_database_that_is_away_is_said_to_be_and_used_again_when_it_is_back(
    away: tuple[PostgresServer, SqlStore, Hunter],
) -> None:
    server, store, hunter = away
    fill(store, hunter)
    store.run(lambda uow: gain(uow, hunter, 7))

    server.kill()
    for _ in range(6):
        with pytest.raises(StoreUnavailable):
            store.run(lambda uow: gain(uow, hunter))
        with pytest.raises(StoreUnavailable), store.read() as uow:
            uow.sessions.check(a_session().id)
    server.restart()

    # The first request is answered, whichever of the old connections it would have got.
    assert [total_xp(store, hunter) for _ in range(6)] == [7] * 6
    assert store.run(lambda uow: gain(uow, hunter, 1)) == 8


def test_a_restart_between_two_requests_is_not_noticed(away: tuple[PostgresServer, SqlStore, Hunter]) -> None:
    server, store, hunter = away
    fill(store, hunter)

    server.restart()

    assert [store.run(lambda uow: gain(uow, hunter)) for _ in range(4)] == [1, 2, 3, 4]


def test_a_database_that_hangs_is_refused_in_time_and_used_again_when_it_goes_on(
    away: tuple[PostgresServer, SqlStore, Hunter],
) -> None:
    server, store, hunter = away
    fill(store, hunter)

    def refused(work: Callable[[], object]) -> float:
        with Seconds() as seconds, pytest.raises(StoreUnavailable):
            work()
        return seconds.passed

    def check() -> object:
        with store.read() as uow:
            return uow.sessions.check(a_session().id)

    server.pause()
    try:
        # More than there are connections: some wait for an answer, some for a connection, and the rest for
        # the server to accept a new one.
        works = [check, lambda: store.run(lambda uow: gain(uow, hunter))] * 4
        with ThreadPoolExecutor(len(works)) as threads:
            first = list(threads.map(refused, works))
            second = list(threads.map(refused, works))
    finally:
        server.resume()

    assert max(first + second) < HANGING_SECONDS
    assert store.run(lambda uow: gain(uow, hunter)) == 1


def test_a_lock_that_somebody_else_holds_is_refused_in_time(
    away: tuple[PostgresServer, SqlStore, Hunter],
) -> None:
    _, store, hunter = away
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with store.write() as uow:
            uow.hunters.lock(hunter.id)
            held.set()
            assert done.wait(60)

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert held.wait(60)
        with Seconds() as seconds, pytest.raises(StoreUnavailable):
            store.run(lambda uow: gain(uow, hunter))
    finally:
        done.set()
        holder.join(60)

    assert seconds.passed < LOCKED_SECONDS
    assert store.run(lambda uow: gain(uow, hunter)) == 1


def test_a_table_that_somebody_else_locks_is_refused_in_time(
    away: tuple[PostgresServer, SqlStore, Hunter],
) -> None:
    _, store, hunter = away
    with psycopg.connect(conninfo_of(store)) as other:
        other.execute("LOCK TABLE accounts, sessions, hunters IN ACCESS EXCLUSIVE MODE")
        with Seconds() as seconds, pytest.raises(StoreUnavailable), store.read() as uow:
            uow.sessions.check(a_session().id)

    assert seconds.passed < LOCKED_SECONDS
    assert total_xp(store, hunter) == 0


def test_all_connections_in_use_is_refused_in_time(away: tuple[PostgresServer, SqlStore, Hunter]) -> None:
    _, store, hunter = away
    entered = threading.Barrier(5)
    done = threading.Event()

    def hold() -> None:
        with store.read() as uow:
            uow.hunters.get(hunter.id)
            entered.wait(60)
            assert done.wait(60)

    holders = [threading.Thread(target=hold) for _ in range(4)]
    for holder in holders:
        holder.start()
    try:
        entered.wait(60)
        with Seconds() as seconds, pytest.raises(StoreUnavailable), store.read():
            pass
    finally:
        done.set()
        for holder in holders:
            holder.join(60)

    assert seconds.passed < LOCKED_SECONDS


def end_other_connections(store: SqlStore) -> None:
    with psycopg.connect(conninfo_of(store), autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")


def test_a_connection_lost_at_commit_leaves_the_outcome_unknown_and_is_not_tried_again(
    away: tuple[PostgresServer, SqlStore, Hunter],
) -> None:
    _, store, hunter = away
    attempts: list[int] = []

    def work(uow: SqlUnitOfWork) -> None:
        attempts.append(gain(uow, hunter))
        end_other_connections(store)

    with pytest.raises(OutcomeUnknown):
        store.run(work)

    assert attempts == [1]
    assert total_xp(store, hunter) == 0


def test_a_connection_lost_before_commit_changes_nothing(
    away: tuple[PostgresServer, SqlStore, Hunter],
) -> None:
    _, store, hunter = away

    def work(uow: SqlUnitOfWork) -> None:
        gain(uow, hunter)
        end_other_connections(store)
        gain(uow, hunter)

    with pytest.raises(StoreUnavailable) as refused:
        store.run(work)

    assert type(refused.value) is StoreUnavailable
    assert total_xp(store, hunter) == 0


def test_a_deadlock_is_resolved_by_doing_one_of_the_two_again(
    away: tuple[PostgresServer, SqlStore, Hunter],
) -> None:
    _, store, one = away
    two = registered(store, a_hunter("Jinah"))
    both_hold_one = threading.Barrier(2)
    attempts: list[str] = []

    def in_order(first: Hunter, second: Hunter) -> Callable[[SqlUnitOfWork], None]:
        def work(uow: SqlUnitOfWork) -> None:
            attempts.append(first.name)
            gain(uow, first)
            if attempts.count(first.name) == 1:
                both_hold_one.wait(60)
            gain(uow, second)

        return work

    with ThreadPoolExecutor(2) as threads:
        for future in [
            threads.submit(store.run, in_order(one, two)),
            threads.submit(store.run, in_order(two, one)),
        ]:
            future.result()

    # One at least was done again; on a busy machine both, where the other gave up waiting meanwhile.
    assert set(attempts) == {"Jinah", "Jinwoo"}
    assert len(attempts) > len(set(attempts))
    assert (total_xp(store, one), total_xp(store, two)) == (2, 2)


def test_a_conflict_that_does_not_end_is_refused_in_the_end(store_on_postgres: SqlStore) -> None:
    attempts: list[int] = []

    def work(uow: SqlUnitOfWork) -> None:
        attempts.append(1)
        raise Conflict

    with pytest.raises(StoreUnavailable):
        store_on_postgres.run(work)

    assert len(attempts) == 5


@pytest.fixture
def store_on_postgres(postgres_migrated: str, opened: Opened) -> SqlStore:
    return opened(postgres_migrated)


def test_a_statement_that_takes_too_long_is_ended_and_the_connection_goes_on(
    store_on_postgres: SqlStore,
) -> None:
    slow = Statement(select(func.pg_sleep(60)))

    with Seconds() as seconds, pytest.raises(StoreUnavailable), store_on_postgres.read() as uow:
        uow._sql.rows(slow)

    assert seconds.passed < LOCKED_SECONDS
    registered(store_on_postgres, a_hunter())


def test_connections_have_the_time_limits_of_the_contract(store_on_postgres: SqlStore) -> None:
    with psycopg.connect(conninfo_of(store_on_postgres)) as connection:
        limits = {
            name: connection.execute(f"SHOW {name}").fetchone()
            for name in (
                "statement_timeout",
                "lock_timeout",
                "TimeZone",
                "idle_in_transaction_session_timeout",
            )
        }

    assert limits == {
        "statement_timeout": ("5s",),
        "lock_timeout": ("2s",),
        "TimeZone": ("UTC",),
        "idle_in_transaction_session_timeout": ("10s",),
    }


def test_settings_of_the_address_are_kept_beside_ours(postgres_migrated: str, opened: Opened) -> None:
    address = postgres_migrated + "&application_name=mine&options=-c%20work_mem%3D7MB"
    conninfo = conninfo_of(opened(address))

    with psycopg.connect(conninfo) as connection:
        shown = [
            connection.execute(f"SHOW {name}").fetchone()
            for name in ("work_mem", "application_name", "lock_timeout")
        ]

    assert shown == [("7MB",), ("mine",), ("2s",)]


def test_one_statement_is_one_prepared_statement_whatever_the_size_of_its_numbers(
    store_on_postgres: SqlStore,
) -> None:
    hunter = registered(store_on_postgres, a_hunter())

    def prepared() -> int:
        with store_on_postgres.read() as uow:
            connection = uow._sql._connection
            found = connection.execute(
                "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'UPDATE hunters%'"
            ).fetchone()
            return int(found[0])

    for xp in (1, 1 << 14, 1 << 30, 1 << 50) * 6:
        store_on_postgres.run(lambda uow, xp=xp: gain(uow, hunter, xp))  # type: ignore[misc]

    assert prepared() == 1
