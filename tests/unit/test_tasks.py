"""Who does what happens by itself: a worker where there is one, else the web process; and logs say which run it was."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator

import pytest

from hunter_adapters.redis.connection import RedisConnection
from hunter_adapters.rq.queue import ALIVE, WorkerWatch, enqueue, queue_on
from hunter_adapters.rq.work import Work
from hunter_api.background.jobs import JOB_ID, Job, Jobs
from hunter_api.background.tasks import unless
from tests.servers.patience import patient_redis
from tests.servers.redis import RedisServer

__all__ = ["patient_redis"]


@pytest.fixture
def connection(shared_redis: RedisServer, patient_redis: None) -> Iterator[RedisConnection]:
    shared_redis.flush()
    made = RedisConnection(shared_redis.url)
    yield made
    made.close()


def test_a_web_process_does_nothing_that_is_done_elsewhere() -> None:
    done: list[str] = []
    elsewhere = True

    def run() -> bool:
        done.append("mail")
        return True

    job = unless(lambda: elsewhere, Job(name="mail", every=1.0, run=run))

    assert job.run() is False
    assert done == []
    elsewhere = False
    assert job.run() is True
    assert done == ["mail"]


def test_a_worker_that_gives_signs_is_woken_and_one_that_does_not_is_not(
    connection: RedisConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hunter_adapters.rq.queue.LOOK_SECONDS", 0.0)
    watch = WorkerWatch(connection)
    assert not watch.is_alive()
    assert not watch.wake("mail")
    assert queue_on(connection.client).job_ids == []

    connection.client.set(ALIVE, "1")

    assert watch.is_alive()
    assert watch.wake("mail")
    assert [each.split("-")[0] for each in queue_on(connection.client).job_ids] == ["mail"]


def test_where_redis_is_away_there_is_no_worker() -> None:
    made = RedisConnection("unix:///tmp/hunter-there-is-no-such-socket")
    watch = WorkerWatch(made)

    assert not watch.is_alive()
    assert not watch.wake("mail")
    made.close()


def test_a_job_is_asked_for_once_in_its_span(connection: RedisConnection) -> None:
    queue = queue_on(connection.client)

    assert [enqueue(queue, "purge", 1e9) for _ in range(3)] == [True, False, False]
    assert enqueue(queue, "erase", 1e9)
    assert len(queue.job_ids) == 2


def test_a_job_that_there_is_not_is_an_error() -> None:
    with pytest.raises(LookupError):
        Work().perform("os.system")


def test_what_finds_more_goes_on_until_it_finds_nothing_or_is_to_stop() -> None:
    work, left = Work(), [True, True, False, True]
    work.begin({"due": lambda: left.pop(0)})
    work.perform("due")
    assert left == [True]

    left[:] = [True] * 5
    work.stopping.set()
    work.perform("due")
    assert len(left) == 4


def test_who_has_not_moved_for_a_while_is_stuck(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    work = Work()
    work.begin({"due": lambda: False})
    now += 2.0
    assert work.is_stuck(1.0)
    work.perform("due")
    assert not work.is_stuck(1.0)


def test_what_a_job_logs_is_said_to_be_its_own(caplog: pytest.LogCaptureFixture) -> None:
    seen: list[str | None] = []
    done = threading.Event()

    def run() -> bool:
        seen.append(JOB_ID.get())
        if len(seen) == 2:
            done.set()
        return len(seen) < 2

    jobs = Jobs([Job(name="due", every=60.0, run=run)])
    with caplog.at_level(logging.INFO):
        jobs.start()
        assert done.wait(30)
        jobs.close()

    assert seen == ["due-1", "due-2"]
    assert JOB_ID.get() is None


def test_a_delivery_that_hangs_in_a_worker_holds_up_no_other_job_and_is_done_once_more_when_asked() -> None:
    work, let_go = Work(), threading.Event()
    hung: list[bool] = []
    done: list[str] = []

    def hang() -> bool:
        hung.append(let_go.wait(20))
        return False

    def look() -> bool:
        done.append("due")
        return False

    work.begin({"mail": hang, "due": look}, aside=["mail"])
    for name in ("mail", "due", "mail", "mail"):
        work.perform(name)

    assert done == ["due"]
    let_go.set()
    work.wait(20)
    assert hung == [True, True]
