"""A worker that dies leaves its work to the web processes, by itself; one that ends in order, at once (SPEC 6)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from hunter_adapters.rq.queue import ALIVE, ALIVE_SECONDS, LOOK_SECONDS
from hunter_api.background.tasks import MAIL_EVERY
from tests.faults.load import at_length
from tests.faults.test_worker import wait_for
from tests.servers import impatient
from tests.servers.app import App
from tests.servers.books import Books
from tests.servers.client import Client
from tests.servers.length import LONG
from tests.servers.redis import RedisServer
from tests.servers.worker import Worker

SIGN_SECONDS = at_length(ALIVE_SECONDS, impatient.SIGN_SECONDS)
"""How long the signs of the worker of these tests hold."""

SENT = "a mail was written"
"""What a process says that sent a mail."""


@pytest.fixture
def web(redis_server: RedisServer, postgres_url: str, tmp_path: Path) -> Iterator[App]:
    with App(
        data_dir=tmp_path,
        database_url=postgres_url,
        settings={"HUNTER_REDIS_URL": redis_server.url},
        command=None if LONG else impatient.command("serve"),
    ) as running:
        yield running


@pytest.fixture
def worker(web: App, redis_server: RedisServer) -> Iterator[Worker]:
    made = Worker(
        data_dir=web.data_dir,
        database_url=web.database_url,
        redis_url=redis_server.url,
        command=None if LONG else impatient.command("worker"),
    )
    with made:
        yield made


def register(web: App) -> None:
    """Let somebody register, and so get a mail."""
    with Client(web.url) as client:
        client.register()


def wait_until_seen(worker: Worker, client: Redis) -> None:
    """Return when every web process knows that *worker* is alive."""
    wait_for(lambda: client.get(ALIVE) == f"{worker.pid}".encode())
    # What a web process saw before, it believes for so long.
    until = time.monotonic() + at_length(LOOK_SECONDS, impatient.LOOK_SECONDS)
    wait_for(lambda: time.monotonic() > until)


def wait_until_sent(books: Books, count: int) -> None:
    wait_for(lambda: books.one("SELECT count(*) FROM mails WHERE sent_at IS NOT NULL") == count)


def test_what_comes_due_after_a_workers_death_is_done_by_the_web_process(
    web: App, worker: Worker, redis_server: RedisServer
) -> None:
    with Books(web.database_url) as books, redis_server.client() as client:
        wait_until_seen(worker, client)
        register(web)
        wait_until_sent(books, 1)
        before = web.log.count(SENT)

        worker.kill()
        died = time.monotonic()
        register(web)
        wait_until_sent(books, 2)
        took = time.monotonic() - died
        assert web.log.count(SENT) == before + 1
        print(f"done {took:.1f} s after the worker's death, whose signs hold {SIGN_SECONDS} s")
        if LONG:
            # The sign, what the web process believed of it, its rest, and as much again for a busy machine.
            assert took < 2 * (ALIVE_SECONDS + LOOK_SECONDS + MAIL_EVERY)

        # Another takes it off the web process.
        worker.start()
        wait_until_seen(worker, client)
        register(web)
        wait_until_sent(books, 3)

        # One that ends in order says so: nobody waits for its sign to be forgotten.
        assert worker.end() == 0
        assert not client.exists(ALIVE)
        register(web)
        wait_until_sent(books, 4)
    assert web.log.count(SENT) + worker.log.count(SENT) == 4
