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
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from types import FrameType
from typing import Any

from redis import Redis, RedisError
from rq import SimpleWorker
from rq.exceptions import StopRequested
from rq.job import Job
from rq.scheduler import RQScheduler
from rq.serializers import JSONSerializer
from rq.worker import WorkerStatus

from hunter_adapters.rq import queue as signs
from hunter_adapters.rq.news import RedisNews, is_news
from hunter_adapters.rq.ours import OurJob
from hunter_adapters.rq.queue import ALIVE, QUEUE, enqueue, queue_on
from hunter_adapters.rq.work import Run, Told, here

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

    def __init__(
        self, url: str, jobs: Mapping[str, Due], *, ending: Callable[[], None] = lambda: None
    ) -> None:
        """*ending* is called once, when somebody says stop; it returns at once."""
        self._url, self._jobs, self._ending = url, jobs, ending
        self._stopped = threading.Event()
        self._signals: SimpleQueue[int] = SimpleQueue()
        self.is_told = False
        self._redis = RedisNews()

    def run(self) -> None:
        """Work until somebody says stop: then finish what is under way, within `LAST_SECONDS`."""
        here.begin(
            {name: due.run for name, due in self._jobs.items()},
            aside=[name for name, due in self._jobs.items() if due.is_aside],
        )
        self._listen()
        threading.Thread(target=self._end, name="hunter-end", daemon=True).start()
        cron = threading.Thread(target=self._keep_time, name="hunter-cron", daemon=True)
        cron.start()
        while not self._stopped.is_set():
            client = self._client()
            try:
                client.ping()
                _Worker(self, client).work(logging_level="WARNING")
            except StopRequested:
                # A signal that came while RQ was on its way in or out.
                pass
            except (RedisError, OSError) as error:
                self._redis.away(error)
            finally:
                with contextlib.suppress(RedisError, OSError):
                    client.close()
            self._listen()
            self._stopped.wait(AGAIN)
        cron.join(1.0)
        here.wait(ASIDE_SECONDS)

    def told(self, number: int, _frame: FrameType | None = None) -> None:
        """
        Hear the signal *number*: the first one says stop, and a second Ctrl-C says now.

        It may come at any point of the thread that works, locks held: so another thread acts on it.
        """
        self.is_told = True
        self._signals.put(number)

    def _listen(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.told)

    def _end(self) -> None:
        """Begin nothing more once a signal came, and end the process when the time for what is under way is over."""
        self._signals.get()
        until = time.monotonic() + LAST_SECONDS
        self._stopped.set()
        here.stopping.set()
        log.info("ends, and finishes what is under way; Ctrl-C once more ends it now")
        self._ending()
        with contextlib.suppress(Empty):
            while self._signals.get(timeout=max(0.0, until - time.monotonic())) != signal.SIGINT:
                pass
        log.warning("what is under way is given back: it comes due again")
        logging.shutdown()
        os._exit(0)

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
                        client.set(ALIVE, f"{os.getpid()}", ex=signs.ALIVE_SECONDS)
                    self._put_in(client, asked)
                    _retry(scheduler)
                    self._redis.answered()
                    self._stopped.wait(TICK)
            except (RedisError, OSError) as error:
                self._redis.away(error)
                # Redis may have been emptied.
                asked.clear()
            except Exception:
                # The thread must outlive what nobody foresaw.
                log.exception("What is due is not put in")
            finally:
                with contextlib.suppress(RedisError, OSError):
                    if self._stopped.is_set():
                        # The web processes need not wait; another worker gives its own sign in a moment.
                        client.delete(ALIVE)
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


class _Worker(SimpleWorker):
    """RQ's worker that runs jobs in its own process: one world, opened once, serves them all."""

    def __init__(self, owner: QueueWorker, client: Redis) -> None:
        super().__init__(
            [queue_on(client)],
            connection=client,
            serializer=JSONSerializer,
            job_class=OurJob,
            worker_ttl=WORKER_SECONDS,
            log_job_description=False,
        )
        self._owner = owner
        # RQ would come to wait three minutes for a Redis that was away for as long.
        self.max_connection_wait_time = AGAIN
        self.log.addFilter(is_news)

    def _install_signal_handlers(self) -> None:
        super()._install_signal_handlers()  # type: ignore[no-untyped-call]
        # A signal that came a moment earlier was not RQ's yet.
        self._stop_requested = self._owner.is_told

    def subscribe(self) -> None:
        """Take no commands: whoever can write to Redis would end us by them, and the thread outlives no error."""

    def handle_exception(self, job: Job, *exc_info: Any) -> None:
        """Tell of a job that failed, where it could not even be begun; else who ran it has done so, in one line."""
        kind, error = exc_info[:2]
        if not issubclass(kind, Told):
            log.error("the job %s off the queue cannot be done", job.id, exc_info=error)

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Finish the job that is under way, if any, then stop; RQ would write to Redis here, in the midst of it."""
        is_first = not self._stop_requested
        self._stop_requested = True
        self._owner.told(signum)
        if is_first and self.get_state() != WorkerStatus.BUSY:
            # Else it would wait on for a job.
            raise StopRequested
