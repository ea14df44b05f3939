"""The fixtures of a real server process, on SQLite and on PostgreSQL; a conftest.py imports what its tests ask for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.servers import app_quick, clock
from tests.servers.app import App
from tests.servers.books import Books
from tests.servers.client import Client
from tests.servers.clock import MovableClock
from tests.servers.length import LONG

COMMAND = None if LONG else app_quick.command()
"""What starts a server here: at full length the program itself."""

DATABASES = ("sqlite", "postgresql")
MONDAY = datetime(2026, 11, 2, 6, tzinfo=UTC)
"""When a movable clock begins: a Monday morning that is nobody's holiday, with no change of the clocks near."""


def _database_of(request: pytest.FixtureRequest, kind: str) -> Iterator[str | None]:
    """Yield the address of a database of its own; None for the file in the data folder."""
    if kind == "sqlite":
        yield None
        return
    server = request.getfixturevalue("postgres_server")
    url = server.fresh_database()
    yield url
    server.drop_database(url)


@contextmanager
def an_app_at(moment: datetime, request: pytest.FixtureRequest, kind: str, folder: Path) -> Iterator[App]:
    """A server on a database of that kind where it is *moment*, whatever the day on which the test runs."""
    folder.mkdir(parents=True, exist_ok=True)
    time = MovableClock(folder / "now")
    time.set(moment)
    settings = {clock.VARIABLE: str(time.path)}
    for url in _database_of(request, kind):
        data_dir = folder / "data"
        with App(data_dir=data_dir, database_url=url, settings=settings, command=clock.command()) as running:
            yield running


@pytest.fixture(scope="session", params=DATABASES)
def app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """A server that many tests share, each with hunters of its own; nobody kills it."""
    for url in _database_of(request, request.param):
        data_dir = tmp_path_factory.mktemp("app")
        with App(data_dir=data_dir, database_url=url, command=COMMAND) as running:
            yield running


@pytest.fixture(params=DATABASES)
def own_app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[App]:
    """A running server of the test's own, on an empty database, to be killed and started at will."""
    for url in _database_of(request, request.param):
        with App(data_dir=tmp_path / "data", database_url=url, command=COMMAND) as running:
            yield running


@pytest.fixture(params=DATABASES if LONG else DATABASES[:1])
def lone_app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[App]:
    """As `own_app`, but in the ordinary suite on SQLite alone: for what takes its time and is the same on both."""
    for url in _database_of(request, request.param):
        with App(data_dir=tmp_path / "data", database_url=url, command=COMMAND) as running:
            yield running


@pytest.fixture(scope="session")
def movable_clock(tmp_path_factory: pytest.TempPathFactory) -> MovableClock:
    """The clock of `clocked_app`."""
    moved = MovableClock(tmp_path_factory.mktemp("clock") / "now")
    moved.set(MONDAY)
    return moved


@pytest.fixture(scope="session", params=DATABASES)
def clocked_app(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, movable_clock: MovableClock
) -> Iterator[App]:
    """A server that goes by `movable_clock`; each test sets it to the moment where its story begins."""
    settings = {clock.VARIABLE: str(movable_clock.path)}
    for url in _database_of(request, request.param):
        data_dir = tmp_path_factory.mktemp("clocked")
        with App(data_dir=data_dir, database_url=url, settings=settings, command=clock.command()) as running:
            yield running


@pytest.fixture
def client(app: App) -> Iterator[Client]:
    """A client of `app`, signed in as nobody."""
    with Client(app.url) as made:
        yield made


@pytest.fixture
def books(app: App) -> Iterator[Books]:
    """What the database of `app` holds."""
    with Books(app.database_url) as opened:
        yield opened
