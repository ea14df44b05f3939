"""What a worker tells whoever runs it: figures, lines and traces, while all is well and while something is away."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from redis import Redis
from rq import Callback, Queue
from rq.serializers import JSONSerializer

from hunter_adapters.rq.ours import PERFORM
from hunter_adapters.rq.queue import ALIVE, QUEUE
from hunter_adapters.sql.store import SqlStore
from hunter_adapters.testing.builders import a_hunter, registered
from tests.faults.load import at_length
from tests.faults.test_worker import told, unlocked, wait_for
from tests.servers.app import HOST, free_port
from tests.servers.collector import Collector, a_collector
from tests.servers.length import LONG
from tests.servers.proxy import Proxy
from tests.servers.redis import RedisServer
from tests.servers.worker import Worker

WEB_PROCESSES = 2


@pytest.fixture
def proxy(postgres_url: str, store: SqlStore) -> Iterator[Proxy]:
    with Proxy(postgres_url) as wire:
        yield wire


@pytest.fixture
def collector() -> Iterator[Collector]:
    with a_collector() as running:
        yield running


@pytest.fixture
def ports() -> tuple[int, int]:
    """The port of the first web process, and that of the first worker."""
    first = free_port()
    return first, first + WEB_PROCESSES


@pytest.fixture
def make(
    redis_server: RedisServer, proxy: Proxy, collector: Collector, ports: tuple[int, int], tmp_path: Path
) -> Callable[[str], Worker]:
    """Return what makes a worker, by a name."""

    def make(name: str) -> Worker:
        return Worker(
            data_dir=tmp_path / name,
            database_url=proxy.url,
            redis_url=redis_server.url,
            settings={
                "HUNTER_METRICS_PORT": str(ports[0]),
                "HUNTER_WORKERS": f"{WEB_PROCESSES}",
                "HUNTER_LOG_FORMAT": "json",
                "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
                "OTEL_BSP_SCHEDULE_DELAY": "100",
            },
        )

    return make


def figures_of(port: int) -> str:
    with urllib.request.urlopen(f"http://{HOST}:{port}/metrics", timeout=10) as answer:
        return str(answer.read().decode())


def is_served(port: int) -> bool:
    try:
        return bool(figures_of(port))
    except OSError:
        return False


def lines_of(worker: Worker) -> list[dict[str, Any]]:
    """Return what the log says; every line of it is one object. One that is just being written does not count yet."""
    return [json.loads(line) for line in worker.log.rpartition("\n")[0].splitlines()]


def saying(worker: Worker, words: str) -> list[dict[str, Any]]:
    return [line for line in lines_of(worker) if words in line["message"]]


def test_a_worker_tells_figures_lines_and_traces_and_a_database_that_was_away_once(
    make: Callable[[str], Worker],
    store: SqlStore,
    proxy: Proxy,
    collector: Collector,
    ports: tuple[int, int],
    redis_server: RedisServer,
    postgres_url: str,
    tmp_path: Path,
) -> None:
    hunter = registered(store, a_hunter())
    fill_the_queue(redis_server, made := tmp_path / "made")
    with make("first") as worker:
        wait_for(lambda: is_served(ports[1]))
        wait_for(lambda: 'hunter_job_runs_total{job="relay",outcome="done"}' in figures_of(ports[1]))
        figures = figures_of(ports[1])
        assert "hunter_database_up 1.0" in figures
        assert 'hunter_queue_depth{queue="jobs"}' in figures
        assert 'hunter_queue_depth{queue="mails"} 0.0' in figures
        assert collector.wait_for("job relay").about["hunter.job_id"].startswith("relay-")

        proxy.refuse()
        waits = "wait, and are tried again by themselves"
        wait_for(lambda: bool(saying(worker, waits)))
        # It is tried again and again meanwhile.
        wait_for(lambda: later(ports[1]) >= 2)
        assert "hunter_database_up 0.0" in figures_of(ports[1])
        proxy.open()
        unlocked(store, hunter, 1)
        wait_for(lambda: told(store, [hunter]) == [1])
        wait_for(lambda: bool(saying(worker, "this is over")))

        # A mistake of ours.
        with psycopg.connect(postgres_url, autocommit=True) as database:
            database.execute("ALTER TABLE outbox RENAME TO gone")
            wait_for(lambda: bool(saying(worker, "the job relay failed")))
            database.execute("ALTER TABLE gone RENAME TO outbox")
        assert worker.end() == 0

    assert len(saying(worker, waits)) == len(saying(worker, "this is over")) == 1
    assert all("error" not in line and line["job"] for line in saying(worker, waits))
    mistake = saying(worker, "the job relay failed")[0]
    assert mistake["job"].startswith("relay-")
    assert "Traceback" in mistake["error"]
    assert not [line for line in lines_of(worker) if line["logger"] == "rq.worker"]
    # What somebody else put into the queue was not run, and is told.
    assert not made.exists()
    first, second = saying(worker, "off the queue cannot be done")
    assert "'os.system' is no job of ours" in first["error"]
    assert "There is no job called 'fly'" in second["error"]
    assert saying(worker, f"tells its metrics on port {ports[1]}")


def fill_the_queue(server: RedisServer, made: Path) -> None:
    """Put in what anybody can who can write to Redis: RQ imports and calls whatever a job names."""
    with server.client() as client:
        theirs = Queue(QUEUE, connection=client, serializer=JSONSerializer)
        theirs.enqueue_call("os.system", args=(f"touch {made}",))
        theirs.enqueue_call(PERFORM, args=("fly",))
        theirs.enqueue_call(PERFORM, args=("due",), on_success=Callback("os.abort"))


def later(port: int) -> float:
    """Return how often the relay was put off."""
    name = 'hunter_job_runs_total{job="relay",outcome="later"}'
    return next(
        (float(line.split()[-1]) for line in figures_of(port).splitlines() if line.startswith(name)), 0
    )


def fill(server: RedisServer) -> None:
    """Let the server take nothing more."""
    with server.client() as client:
        client.config_set("maxmemory-policy", "noeviction")
        client.config_set("maxmemory", "1")


def make_room(server: RedisServer) -> None:
    with server.client() as client:
        client.config_set("maxmemory", "0")


def lock(server: RedisServer) -> None:
    """Let the server ask for a password, also those who are connected."""
    with server.client() as client:
        client.config_set("requirepass", "sesame")
        for kind in ("normal", "pubsub"):
            client.client_kill_filter(_type=kind, skipme=True)


def unlock(server: RedisServer) -> None:
    with Redis.from_url(server.url, password="sesame") as client:
        client.config_set("requirepass", "")


FAULTS = {
    "full": (fill, make_room, "raise its maxmemory"),
    "locked": (lock, unlock, "user and password into HUNTER_REDIS_URL"),
    "away": (RedisServer.kill, RedisServer.restart, "whether it runs where HUNTER_REDIS_URL leads"),
}


@pytest.mark.parametrize("fault", FAULTS if LONG else ["full"])
def test_a_redis_that_cannot_be_worked_with_is_told_once_with_what_to_do_and_worked_with_again(
    fault: str, make: Callable[[str], Worker], redis_server: RedisServer, store: SqlStore
) -> None:
    begin, end, advice = FAULTS[fault]
    hunter = registered(store, a_hunter())
    if fault == "away":
        # A worker that is there before its Redis waits for it.
        begin(redis_server)
    with make("only") as worker:
        if fault != "away":
            unlocked(store, hunter, 1)
            wait_for(lambda: told(store, [hunter]) == [1])
            begin(redis_server)
        wait_for(lambda: bool(saying(worker, advice)))
        # For a few of its attempts.
        until = time.monotonic() + at_length(5.0, 1.5)
        wait_for(lambda: time.monotonic() > until)
        assert worker.is_running
        end(redis_server)
        wait_for(lambda: bool(saying(worker, "Redis answers again")))
        with redis_server.client() as client:
            wait_for(lambda: client.get(ALIVE) == f"{worker.pid}".encode())
        unlocked(store, hunter, 1)
        wait_for(lambda: told(store, [hunter])[0] == (1 if fault == "away" else 2))
        assert worker.end() == 0
    assert len(saying(worker, "Meanwhile web processes do the jobs")) == 1
    assert not [line for line in lines_of(worker) if line["level"] == "error"]
    assert "sesame" not in worker.log
