"""A process that is told to end at the worst moment: while it starts, while it hangs, and twice (SPEC 7)."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from hunter_adapters.rq.queue import ALIVE
from hunter_adapters.sql.store import SqlStore
from hunter_adapters.testing.builders import a_hunter, registered
from tests.faults.load import at_length
from tests.faults.test_worker import told, unlocked, wait_for
from tests.servers.app import ROOT, environment, free_port
from tests.servers.length import LONG
from tests.servers.proxy import Proxy
from tests.servers.redis import RedisServer
from tests.servers.worker import Worker

GONE_SECONDS = 10
START_SECONDS = 3.0


def started(name: str, env: Mapping[str, str]) -> subprocess.Popen[str]:
    """Start the command *name* as the program that is installed does: by its entry point."""
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    module, _, function = scripts["hunter"].partition(":")
    return subprocess.Popen(
        [sys.executable, "-c", f"from {module} import {function}; {function}()", name],
        env=dict(env),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def catches(process: subprocess.Popen[str], number: signal.Signals) -> bool:
    """Tell whether *process* does something at a signal, and is not just ended by it."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt"))
    return bool(int(caught.split()[1], 16) >> (number - 1) & 1)


@pytest.mark.parametrize("name", ["serve", "worker"])
def test_a_start_that_is_stopped_ends_in_order(
    name: str, redis_server: RedisServer, store: SqlStore, postgres_url: str, tmp_path: Path
) -> None:
    of_worker = {"HUNTER_REDIS_URL": redis_server.url, "HUNTER_DATABASE_URL": postgres_url}
    more = of_worker if name == "worker" else {"HUNTER_PORT": str(free_port())}
    tries = at_length(16, 2)
    for place in range(tries):
        # A server has a database of its own each time; workers share theirs, and so its keys.
        folder = tmp_path / (name if name == "worker" else f"{place}")
        process = started(name, environment(data_dir=folder, more=more))
        # The interpreter itself takes a moment, in which nobody can hear.
        wait_for(lambda: catches(process, signal.SIGTERM))  # noqa: B023
        # From at once to when it has started, or nearly so.
        time.sleep(place * START_SECONDS / 16)
        began = time.monotonic()
        process.send_signal(signal.SIGINT if place % 4 == 1 else signal.SIGTERM)
        said, _ = process.communicate(timeout=60)
        assert process.returncode == 0, said
        assert time.monotonic() - began < GONE_SECONDS
        assert "Traceback" not in said
        assert "Exception ignored" not in said


@pytest.fixture
def proxy(postgres_url: str, store: SqlStore) -> Iterator[Proxy]:
    with Proxy(postgres_url) as wire:
        yield wire


def in_time(worker: Worker) -> None:
    """Say stop, once."""
    worker.signal(signal.SIGTERM)


def now(worker: Worker) -> None:
    """Say stop, and before it has ended, now."""
    worker.signal(signal.SIGINT)
    wait_for(lambda: "Ctrl-C" in worker.log)
    worker.signal(signal.SIGINT)


# Sooner than it would end by itself, which is after nine seconds.
@pytest.mark.parametrize(("say", "seconds"), [(now, 5.0), (in_time, GONE_SECONDS)] if LONG else [(now, 8.0)])
def test_a_worker_whose_job_hangs_gives_it_back(
    say: Callable[[Worker], None],
    seconds: float,
    redis_server: RedisServer,
    store: SqlStore,
    proxy: Proxy,
    tmp_path: Path,
) -> None:
    hunter = registered(store, a_hunter())
    made = Worker(data_dir=tmp_path, database_url=proxy.url, redis_url=redis_server.url)
    with made as worker, redis_server.client() as client:
        unlocked(store, hunter, 1)
        wait_for(lambda: told(store, [hunter]) == [1])
        proxy.silence()
        unlocked(store, hunter, 1)
        wait_for(lambda: bool(client.keys("rq:execution*")))

        began = time.monotonic()
        say(worker)
        assert worker.wait() == 0
        assert time.monotonic() - began < seconds
        # In time the database may have been given up before the job was: then it ends by itself, undone.
        assert "given back" in worker.log or (say is in_time and "database does not answer" in worker.log)
        assert not client.exists(ALIVE), "the web processes need not wait for its sign to be forgotten"

        proxy.flow()
        worker.start()
        wait_for(lambda: told(store, [hunter]) == [2])
        assert worker.end() == 0
    assert "Traceback" not in worker.log
