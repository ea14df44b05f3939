"""Applications for the tests of HTTP: over memory, and over each store where the store could matter."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from hunter_adapters.sql import open_store
from hunter_core.rules.toml import load_rulebook
from tests.api.house import House, a_house


@pytest.fixture
def house() -> Iterator[House]:
    """An application over memory, and nobody signed in."""
    with a_house() as opened:
        yield opened


@pytest.fixture
def hunter(house: House) -> House:
    """Somebody signed in."""
    return house.signed_in()


@pytest.fixture(scope="session")
def new_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database to copy, in which is what a start puts there."""
    path = tmp_path_factory.mktemp("api") / "new.db"
    store = open_store(f"sqlite:///{path}")
    store.create_schema()
    store.seed_achievements(load_rulebook("classic").catalogue)
    store.close()
    return path


@pytest.fixture(params=["memory", "sqlite"])
def each_hunter(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """Somebody signed in, over memory and over SQLite."""
    if request.param == "memory":
        with a_house() as opened:
            yield opened.signed_in()
        return
    shutil.copyfile(request.getfixturevalue("new_file"), tmp_path / "hunter.db")
    store = open_store(f"sqlite:///{tmp_path / 'hunter.db'}")
    with a_house(store) as opened:
        yield opened.signed_in()
    store.close()
