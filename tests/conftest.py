"""The servers that tests may ask for, and how hard Hypothesis looks."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.servers import careless
from tests.servers.binaries import memory_for_files
from tests.servers.postgres import PostgresServer
from tests.servers.redis import KINDS, RedisServer

# The laws and contracts that we ship fail as legibly as our own tests.
pytest.register_assert_rewrite("hunter_adapters.testing")

# A deadline is a timed test, and "too slow" is one by another name.
# The same examples each time, and a quarter of Hypothesis' usual number, for a suite that takes five minutes and says
# the same of the same program: `nox -s properties` throws dice, and looks two hundred times as hard.
settings.register_profile(
    "suite",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    max_examples=25,
    derandomize=True,
)
settings.register_profile("long", settings.get_profile("suite"), max_examples=5_000, derandomize=False)
settings.load_profile("suite")


def pytest_configure(config: pytest.Config) -> None:
    """Keep the tests' files in memory where there is room for them; where there is none, SQLite waits for no disk."""
    careless.wait_for_no_disk()
    memory = memory_for_files()
    if memory is not None and not config.option.basetemp:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", memory)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A PostgreSQL, started when the first test asks for it; one for each worker of xdist."""
    server = PostgresServer.find()
    try:
        yield server
    finally:
        server.close()


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of an empty database of the test's own."""
    url = postgres_server.fresh_database()
    try:
        yield url
    finally:
        postgres_server.drop_database(url)


@pytest.fixture(scope="module")
def redis_servers() -> Iterator[dict[str, RedisServer]]:
    """A Redis and a Valkey, which the tests of one file share."""
    servers = {kind: RedisServer.start(kind) for kind in KINDS}
    yield servers
    for server in servers.values():
        server.stop()


@pytest.fixture(scope="module")
def shared_redis() -> Iterator[RedisServer]:
    """A Redis, which the tests of one file share."""
    with RedisServer.start() as server:
        yield server


@pytest.fixture
def own_postgres() -> Iterator[PostgresServer]:
    """A durable server of the test's own, which it may kill, restart and pause."""
    server = PostgresServer.start(durable=True)
    try:
        yield server
    finally:
        server.close()
