"""The servers that tests may ask for, and how hard Hypothesis looks."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.servers.postgres import PostgresServer

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


MEMORY = Path("/dev/shm")
ROOM = 4 * 2**30
"""Bytes that are to be free there; a run takes some hundred millions."""


def pytest_configure(config: pytest.Config) -> None:
    """
    Keep the tests' files in memory where there is room for them.

    SQLite waits for the disk at each commit, and on a busy machine that is most of what a test takes. What a killed
    process had written is there all the same: nothing that is tested here takes the power away.
    """
    chosen = config.option.basetemp or os.environ.get("PYTEST_DEBUG_TEMPROOT")
    if not chosen and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
        os.environ["PYTEST_DEBUG_TEMPROOT"] = str(MEMORY)


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


@pytest.fixture
def own_postgres() -> Iterator[PostgresServer]:
    """A durable server of the test's own, which it may kill, restart and pause."""
    server = PostgresServer.start(durable=True)
    try:
        yield server
    finally:
        server.close()
