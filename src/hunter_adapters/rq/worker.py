"""
A worker: takes jobs out of the queue one by one, and a thread of it puts them in when they are due.

Nothing depends on either. What is to be done are rows in the database, taken under locks; a job only says that
it is time to look. So a worker may be killed at any point, and Redis emptied: whoever looks next finds it.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import FrameType

from redis import Redis, RedisError
from rq import SimpleWorker
from rq.scheduler import RQScheduler
from rq.serializers import JSONSerializer

from hunter_adapters.rq.queue import ALIVE, ALIVE_SECONDS, QUEUE, enqueue, queue_on
from hunter_adapters.rq.work import Run, here

WORKER_SECONDS = 20
"""How long RQ keeps a worker that gives no sign; a quarter of it is the longest wait for a job."""

TICK = 0.5
"""Seconds between two looks at what is due."""

STUCK_SECONDS = 45.0
"""A worker that has not moved for so long gives no sign of life any more."""

AGAIN = 1.0
"""Seconds to the next attempt while Redis is away."""

LAST_SECONDS = 9.0
"""Seconds after SIGTERM at which the process ends, whatever it is doing: it comes due again."""

ASIDE_SECONDS = 6.0
"""Seconds of them that deliveries which are under way have."""

log = logging.getLogger("hunter.worker")


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A job of the worker: run it every so many seconds; aside, where it waits for others outside."""

    every: float
    run: Run
    is_aside: bool = False


class QueueWorker:
    """Does *jobs*, by their names, off the queue in the Redis at *url*."""

    def __init__(self, url: str, jobs: Mapping[str, Due]) -> None:
        self._url, self._jobs = url, jobs
        self._stopped = threading.Event()

    def run(self) -> None:
        """Work until somebody says stop: then finish what is under way, within `LAST_SECONDS`."""
        here.begin(
            {name: due.run for name, due in self._jobs.items()},
            aside=[name for name, due in self._jobs.items() if due.is_aside],
        )
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        cron = threading.Thread(target=self._keep_time, name="hunter-cron", daemon=True)
        cron.start()
        is_away = False
        while not self._stopped.is_set():
            client = self._client()
            try:
                client.ping()
                if is_away:
                    log.warning("Redis answers again")
                is_away = False
                _Worker(self, client).work(logging_level="WARNING")
            except (RedisError, OSError) as error:
                if not is_away:
                    log.warning("Redis does not answer: %s", error)
                is_away = True
            finally:
                with contextlib.suppress(RedisError, OSError):
                    client.close()
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, self._stop)
            self._stopped.wait(AGAIN)
        cron.join(1.0)
        here.wait(ASIDE_SECONDS)

    def stop(self) -> None:
        """Begin nothing more, and end the process when the time for what is under way is over."""
        if self._stopped.is_set():
            return
        self._stopped.set()
        here.stopping.set()
        end = threading.Timer(LAST_SECONDS, os._exit, (0,))
        end.daemon = True
        end.start()

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self.stop()

    def _client(self) -> Redis:
        # RQ waits for jobs as long as it likes, and gives its sockets the time for it.
        return Redis.from_url(self._url, socket_connect_timeout=1.0, protocol=2)

    def _keep_time(self) -> None:
        """Give signs of life, put in what is due, and what failed and is due again."""
        asked: dict[str, int] = {}
        while not self._stopped.is_set():
            client = Redis.from_url(self._url, socket_timeout=1.0, socket_connect_timeout=1.0, protocol=2)
            scheduler = RQScheduler([QUEUE], connection=client, serializer=JSONSerializer)
            try:
                while not self._stopped.is_set():
                    if not here.is_stuck(STUCK_SECONDS):
                        # Else the web processes had better do it.
                        client.set(ALIVE, f"{os.getpid()}", ex=ALIVE_SECONDS)
                    self._put_in(client, asked)
                    _retry(scheduler)
                    self._stopped.wait(TICK)
            except (RedisError, OSError) as error:
                log.info("What is due is not put in: %s", error)
                # Redis may have been emptied.
                asked.clear()
            except Exception:
                # The thread must outlive what nobody foresaw.
                log.exception("What is due is not put in")
            finally:
                with contextlib.suppress(RedisError, OSError):
                    scheduler.release_locks()  # type: ignore[no-untyped-call]
                    client.close()
            self._stopped.wait(AGAIN)

    def _put_in(self, client: Redis, asked: dict[str, int]) -> None:
        queue = queue_on(client)
        for name, due in self._jobs.items():
            span = int(time.time() // due.every)
            if asked.get(name) != span:
                enqueue(queue, name, due.every)
                asked[name] = span


def _retry(scheduler: RQScheduler) -> None:
    """Do what RQ's scheduler does in a process of its own: put in again what failed, when its pause is over."""
    if scheduler.should_reacquire_locks:
        scheduler.acquire_locks()  # type: ignore[no-untyped-call]
    if scheduler.acquired_locks:
        scheduler.heartbeat()  # type: ignore[no-untyped-call]
        scheduler.enqueue_scheduled_jobs()  # type: ignore[no-untyped-call]


def _is_news(record: logging.LogRecord) -> bool:
    """Tell whether a line of RQ is to be logged: not that it quits without Redis, for we say so, and go on."""
    return not record.exc_info or not isinstance(record.exc_info[1], RedisError)


class _Worker(SimpleWorker):
    """RQ's worker that runs jobs in its own process: one world, opened once, serves them all."""

    def __init__(self, owner: QueueWorker, client: Redis) -> None:
        super().__init__(
            [queue_on(client)],
            connection=client,
            serializer=JSONSerializer,
            worker_ttl=WORKER_SECONDS,
            log_job_description=False,
        )
        self._owner = owner
        self.log.addFilter(_is_news)

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        self._owner.stop()
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]
