"""Stores on real databases, migrated once and copied for each test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hunter_adapters.sql import SqlStore, open_store
from hunter_adapters.testing.builders import a_rulebook
from tests.servers.patience import patient_redis, patient_with_a_hang
from tests.servers.postgres import PostgresServer

__all__ = ["patient_redis", "patient_with_a_hang"]

DATABASES = ("postgresql", "sqlite")


def prepare(url: str) -> None:
    """Migrate the database at *url*, and keep the shipped achievements in it."""
    store = open_store(url)
    store.migrate()
    store.seed_achievements(a_rulebook().catalogue)
    store.close()


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest) -> str:
    """Which database the test runs on: every one, one after the other."""
    name: str = request.param
    return name


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    prepare(f"sqlite:///{path}")
    return path


@pytest.fixture
def postgres_migrated(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of a migrated PostgreSQL database of the test's own."""
    url = postgres_server.fresh_database(postgres_server.template("migrated", prepare))
    try:
        yield url
    finally:
        postgres_server.drop_database(url)


@pytest.fixture
def sqlite_migrated(migrated_file: Path, tmp_path: Path) -> str:
    """The address of a migrated SQLite database of the test's own."""
    path = tmp_path / "hunter.db"
    shutil.copyfile(migrated_file, path)
    return f"sqlite:///{path}"


@pytest.fixture
def empty_url(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    if database == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def url(database: str, request: pytest.FixtureRequest) -> str:
    """The address of a migrated database with the shipped achievements."""
    name = "postgres_migrated" if database == "postgresql" else "sqlite_migrated"
    address: str = request.getfixturevalue(name)
    return address


@pytest.fixture
def opened() -> Iterator[Callable[..., SqlStore]]:
    """What opens a store, and closes it after the test, when no connection may be in use."""
    stores: list[SqlStore] = []

    def open_one(address: str, **options: object) -> SqlStore:
        stores.append(open_store(address, **options))  # type: ignore[arg-type]
        return stores[-1]

    yield open_one
    in_use = [store.connections_in_use for store in stores]
    for store in stores:
        store.close()
    assert in_use == [0] * len(stores)


@pytest.fixture
def store(url: str, opened: Callable[..., SqlStore]) -> SqlStore:
    """A store on a migrated database."""
    return opened(url)
