"""The servers that the fault tests kill, pause and race."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hunter_adapters.sql.store import SqlStore, open_store
from hunter_adapters.testing.builders import a_rulebook
from tests.servers.redis import RedisServer
from tests.servers.served import app, books, client, clocked_app, lone_app, movable_clock, own_app

__all__ = ["app", "books", "client", "clocked_app", "lone_app", "movable_clock", "own_app"]


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    """A server of the test's own, which it may kill, restart and pause."""
    with RedisServer.start() as server:
        yield server


@pytest.fixture
def store(postgres_url: str) -> Iterator[SqlStore]:
    opened = open_store(postgres_url)
    opened.migrate()
    opened.seed_achievements(a_rulebook().catalogue)
    yield opened
    opened.close()
