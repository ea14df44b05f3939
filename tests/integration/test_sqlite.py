"""SQLite: every commit on the disk, writers in a fair queue, readers beside them, and an end to every wait."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, literal, select

from hunter_adapters.sql import SqlStore, SqlUnitOfWork
from hunter_adapters.sql.sqlite import Sqlite
from hunter_adapters.sql.statements import Statement
from hunter_adapters.testing.builders import a_hunter, an_event, registered
from hunter_core.errors import StoreUnavailable
from tests.servers import careless

Opened = Callable[..., SqlStore]


@pytest.fixture
def store(sqlite_migrated: str, opened: Opened) -> SqlStore:
    return opened(sqlite_migrated)


def path_of(store: SqlStore) -> Path:
    assert isinstance(store.database, Sqlite)
    return store.database.path


def test_commits_reach_the_disk_and_foreign_keys_hold_on_every_connection(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As the program does it, which most tests do not.
    monkeypatch.setattr(Sqlite, "_open", careless.durably)
    names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "secure_delete")
    with store.read() as first, store.read() as second:
        for uow in (first, second):
            connection = uow._sql._connection
            found = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names]
            assert dict(zip(names, found, strict=True)) == {
                "journal_mode": "wal",
                "synchronous": 2,
                "foreign_keys": 1,
                "busy_timeout": 2000,
                "secure_delete": 1,
            }


def test_who_finds_a_new_file_in_anothers_hands_waits_for_it(tmp_path: Path) -> None:
    """SQLite itself lets nobody wait who gives a file its log: it says at once that the file is locked."""
    path = tmp_path / "hunter.db"
    first = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    first.execute("BEGIN IMMEDIATE")
    first.execute("CREATE TABLE notes (what TEXT)")
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        Sqlite(f"sqlite:///{path}")._open(0.0)

    end = threading.Timer(0.2, first.execute, ["ROLLBACK"])
    end.start()
    second = Sqlite(f"sqlite:///{path}")._open(60.0)
    end.join()

    assert second.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    second.close()
    first.close()


def test_a_new_file_and_what_stands_beside_it_is_its_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "open to all"
    folder.mkdir(mode=0o755)
    before = os.umask(0o022)
    try:
        connection = Sqlite(f"sqlite:///{folder / 'hunter.db'}")._connect()
        connection.execute("CREATE TABLE notes (what TEXT)")
    finally:
        os.umask(before)
    modes = {file.name: file.stat().st_mode & 0o777 for file in folder.iterdir()}
    connection.close()
    assert modes == dict.fromkeys(("hunter.db", "hunter.db-wal", "hunter.db-shm"), 0o600)


def test_readers_read_while_somebody_writes(store: SqlStore) -> None:
    hunter = registered(store, a_hunter())

    with store.write() as writing:
        writing.hunters.save(replace(writing.hunters.lock(hunter.id), total_xp=100))
        with store.read() as reading:
            assert reading.hunters.get(hunter.id).total_xp == 0
        writing.commit()

    with store.read() as reading:
        assert reading.hunters.get(hunter.id).total_xp == 100


@contextmanager
def written_by_another_process(path: Path) -> Iterator[None]:
    """Another process holds a write transaction on the database."""
    program = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); "
        "c.execute('BEGIN IMMEDIATE'); print('locked', flush=True); sys.stdin.read(); c.execute('ROLLBACK')"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", program, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert other.stdin is not None
    assert other.stdout is not None
    try:
        assert other.stdout.readline() == b"locked\n"
        yield
    finally:
        other.stdin.close()
        other.wait(60)
        other.stdout.close()


def test_a_writer_in_another_process_is_waited_for_and_then_refused(store: SqlStore) -> None:
    hunter = registered(store, a_hunter())

    with written_by_another_process(path_of(store)):
        with pytest.raises(StoreUnavailable):
            store.run(lambda uow: uow.hunters.lock(hunter.id))
        with store.read() as uow:
            assert uow.hunters.get(hunter.id) == hunter

    assert store.run(lambda uow: uow.hunters.lock(hunter.id)) == hunter


def test_a_writer_in_this_process_is_waited_for_and_then_refused(store: SqlStore) -> None:
    hunter = registered(store, a_hunter())
    locked, done = threading.Event(), threading.Event()

    def hold() -> None:
        with store.write():
            locked.set()
            assert done.wait(60)

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert locked.wait(60)
        with pytest.raises(StoreUnavailable):
            store.run(lambda uow: uow.hunters.lock(hunter.id))
    finally:
        done.set()
        holder.join(60)

    assert store.run(lambda uow: uow.hunters.lock(hunter.id)) == hunter


def test_a_statement_that_takes_too_long_is_ended_and_the_store_goes_on(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = select(literal(1).label("n")).cte("numbers", recursive=True)
    numbers = numbers.union_all(select(numbers.c.n + 1))
    endless = Statement(select(func.count()).select_from(numbers))

    with monkeypatch.context() as hasty:
        hasty.setattr("hunter_adapters.sql.sqlite.STATEMENT_SECONDS", 0.2)
        with pytest.raises(StoreUnavailable), store.read() as uow:
            uow._sql.rows(endless)

    registered(store, a_hunter())


def test_a_file_that_is_no_database_is_refused(tmp_path: Path, opened: Opened) -> None:
    path = tmp_path / "hunter.db"
    path.write_bytes(b"this is not a database" * 100)

    with pytest.raises(StoreUnavailable):
        opened(f"sqlite:///{path}").migrate()

    assert path.read_bytes() == b"this is not a database" * 100


def test_a_file_that_cannot_be_written_refuses_writes_and_answers_reads(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    hunter = registered(store, a_hunter())
    # Not by permissions, which root does not mind.
    opened_before = sqlite3.connect

    def read_only(*args: object, **options: object) -> sqlite3.Connection:
        connection: sqlite3.Connection = opened_before(*args, **options)  # type: ignore[call-overload]
        connection.execute("PRAGMA query_only=ON")
        return connection

    store.close()
    monkeypatch.setattr("sqlite3.connect", read_only)

    with pytest.raises(StoreUnavailable):
        store.run(lambda uow: uow.histories.set_rulebook("0123456789abcdef"))
    with store.read() as uow:
        assert uow.hunters.get(hunter.id) == hunter


def test_a_full_disk_is_refused_and_changes_nothing(sqlite_migrated: str, opened: Opened) -> None:
    store = opened(sqlite_migrated, pool_size=1)
    hunter = registered(store, a_hunter())
    with store.read() as uow:
        connection = uow._sql._connection
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages + 2}")

    def work(uow: SqlUnitOfWork) -> None:
        uow.hunters.save(replace(uow.hunters.lock(hunter.id), total_xp=100))
        uow.outbox.add([an_event(hunter, seq, data={"text": "x" * 4000}) for seq in range(1, 20)])

    with pytest.raises(StoreUnavailable):
        store.run(work)

    with store.read() as uow:
        assert uow.hunters.get(hunter.id) == hunter
        assert uow.outbox.last_seq(hunter.id) == 0
