"""Migrations on both databases: from nothing to the tables of the program, and back to nothing."""

from __future__ import annotations

import importlib.resources
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, event, text

from hunter_adapters.sql import SqlStore, WrongDatabase, open_store, schema
from hunter_adapters.sql.store import LATEST, database_at
from hunter_adapters.sql.tables import metadata
from hunter_adapters.testing.builders import a_hunter, registered
from hunter_core.errors import StoreUnavailable
from tests.integration.schemas import schema_of

Opened = Callable[..., SqlStore]


def test_an_empty_database_is_migrated_and_can_be_used(empty_url: str, opened: Opened) -> None:
    store = opened(empty_url)

    assert store.migrate() is True
    hunter = registered(store, a_hunter())

    with store.read() as uow:
        assert uow.hunters.get(hunter.id) == hunter
    assert store.migrate() is False


def test_migrations_make_exactly_the_tables_of_the_program(empty_url: str, opened: Opened) -> None:
    store = opened(empty_url)
    store.migrate()
    with store.database.engine().connect() as connection:
        migrated = schema_of(connection)
    schema.downgrade(store.database)

    with store.database.engine().begin() as connection:
        metadata.create_all(connection)
        made = schema_of(connection)

    assert migrated == made
    assert all(made.values())


def test_alembic_finds_nothing_to_add(postgres_migrated: str) -> None:
    # On SQLite it reports differences that are none: the test above compares what SQLite really keeps.
    with database_at(postgres_migrated).engine().connect() as connection, connection.begin():
        command.check(schema.config_for(connection))


def test_downgrading_leaves_nothing_and_upgrading_goes_on_from_there(empty_url: str, opened: Opened) -> None:
    store = opened(empty_url)
    store.migrate()
    registered(store, a_hunter())

    schema.downgrade(store.database)
    with store.database.engine().connect() as connection:
        assert {what: rows for what, rows in schema_of(connection).items() if rows} == {}

    assert store.migrate() is True
    registered(store, a_hunter())


def test_starts_at_the_same_moment_migrate_once(empty_url: str) -> None:
    gate = Barrier(4)

    def start() -> bool:
        store = open_store(empty_url)
        try:
            gate.wait(60)
            return store.migrate()
        finally:
            store.close()

    with ThreadPoolExecutor(4) as threads:
        results = [future.result() for future in [threads.submit(start) for _ in range(4)]]

    # Those that waited found nothing left to do, and none failed.
    assert len(results) == 4
    with database_at(empty_url).engine().connect() as connection:
        assert connection.scalars(text("SELECT version_num FROM alembic_version")).all() == [LATEST]


def test_a_migration_that_fails_leaves_the_schema_as_it_was(
    empty_url: str, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = opened(empty_url)

    def upgrade(config: Config, revision: str) -> None:
        metadata.create_all(config.attributes["connection"])
        raise ZeroDivisionError(f"on the way to {revision}")

    monkeypatch.setattr("alembic.command.upgrade", upgrade)
    with pytest.raises(ZeroDivisionError):
        store.migrate()

    with store.database.engine().connect() as connection:
        assert {what: rows for what, rows in schema_of(connection).items() if rows} == {}


def test_a_start_that_is_told_to_end_amid_a_statement_ends_and_leaves_nothing(
    empty_url: str, opened: Opened
) -> None:
    """SQLAlchemy gives up the connection then, and with it the transaction: there is nothing to take back."""
    store = opened(empty_url)

    def be_told_to_end(_cursor: object, statement: str, *_: object) -> None:
        if "CREATE TABLE quests" in statement:
            raise SystemExit(0)

    event.listen(Engine, "do_execute", be_told_to_end)
    try:
        with pytest.raises(SystemExit) as ended:
            store.migrate()
    finally:
        event.remove(Engine, "do_execute", be_told_to_end)

    assert ended.value.__context__ is None
    with store.database.engine().connect() as connection:
        assert {what: rows for what, rows in schema_of(connection).items() if rows} == {}
    assert store.migrate() is True


def test_a_schema_of_a_newer_program_is_refused(url: str, opened: Opened) -> None:
    store = opened(url)
    with store.database.engine().connect() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        connection.commit()

    with pytest.raises(WrongDatabase, match="older than the database"):
        store.migrate()


def test_the_revision_that_the_program_works_with_is_the_newest() -> None:
    package = importlib.resources.files("hunter_adapters.sql")
    scripts = ScriptDirectory(str(package / "migrations"))

    assert scripts.get_heads() == [LATEST]


def test_a_database_that_is_away_cannot_be_migrated_now(database: str, opened: Opened) -> None:
    nowhere = "sqlite:////nowhere/hunter.db" if database == "sqlite" else "postgresql://u@127.0.0.1:1/none"

    with pytest.raises(StoreUnavailable):
        opened(nowhere).migrate()
    with pytest.raises(StoreUnavailable):
        schema.upgrade(opened(nowhere).database)
