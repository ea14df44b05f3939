"""
The queue: names of jobs, as JSON, each once in a span of time whoever asks for it.

The id of a job says what is due and in which span. So several may ask for the same; and one that got lost (a
worker was killed, Redis was emptied) stands in nobody's way, for the next span has another id.
"""

from __future__ import annotations

import time

from redis import Redis
from rq import Queue, Retry
from rq.exceptions import DuplicateJobError
from rq.serializers import JSONSerializer

from hunter_adapters.redis.connection import RedisAway, RedisConnection
from hunter_adapters.rq.ours import PERFORM, OurJob

QUEUE = "hunter"

ALIVE = "hunter:worker"
ALIVE_SECONDS = 60
"""A worker that has not given a sign for so long is taken for dead; then web processes do what it did."""

LOOK_SECONDS = 5.0
"""How long a web process believes what it saw of a worker."""

JOB_SECONDS = 120
"""A run that takes longer is broken off; what it took comes due again."""

WOKEN_SECONDS = 1
"""What is asked for again within so long is asked for once."""

PAUSES = [1, 5, 20]
"""Seconds to the retries of a run that failed; after them the next span takes over."""


def queue_on(client: Redis) -> Queue:
    """Return the queue; nothing that is put into it, or taken out, is ever a pickle."""
    return Queue(QUEUE, connection=client, serializer=JSONSerializer, job_class=OurJob)


def enqueue(queue: Queue, name: str, span: float, *, label: str = "due") -> bool:
    """Ask for the job *name*, once in *span* seconds; return whether nobody had. Raises what redis-py raises."""
    try:
        queue.enqueue_call(
            PERFORM,
            args=(name,),
            job_id=f"{name}-{label}-{int(time.time() // span)}",
            unique=True,
            timeout=JOB_SECONDS,
            # What nobody took in its span is left to the next one.
            ttl=max(int(2 * span), 10),
            result_ttl=max(int(2 * span), 10),
            failure_ttl=3600,
            retry=Retry(max=len(PAUSES), interval=PAUSES),
            description=name,
        )
    except DuplicateJobError:
        return False
    return True


class WorkerWatch:
    """Tells a web process whether there is a worker, and wakes it."""

    def __init__(self, connection: RedisConnection) -> None:
        self._connection = connection
        self._queue = queue_on(connection.client)
        self._seen, self._looked_at = False, float("-inf")

    def is_alive(self) -> bool:
        """Tell whether a worker gave a sign of late; there is none where Redis does not answer."""
        now = time.monotonic()
        if now - self._looked_at >= LOOK_SECONDS:
            try:
                self._seen = bool(self._connection.ask(lambda client: client.exists(ALIVE)))
            except RedisAway:
                self._seen = False
            self._looked_at = now
        return self._seen

    def wake(self, name: str) -> bool:
        """Ask the worker for the job *name*; return whether there is one to ask."""
        if not self.is_alive():
            return False
        try:
            self._connection.ask(lambda _: enqueue(self._queue, name, WOKEN_SECONDS, label="woken"))
        except RedisAway:
            return False
        return True
