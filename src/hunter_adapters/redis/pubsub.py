"""
News between processes, over Redis' publish and subscribe: quick, and gone when nobody listens.

Nothing depends on it. Who misses a message finds by looking what it said (`hunter_core.live.position`); so
messages are dropped rather than waited for, and none is sent twice.

What is heard goes to sockets as it is, and Redis is not trusted: so each message is sealed with a key that all
processes of an installation have, and one that is not is nobody's.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import threading
import uuid
from collections import deque
from collections.abc import Sequence

from redis import RedisError

from hunter_adapters.redis.connection import TIMEOUT, RedisAway, RedisConnection
from hunter_core.events import OutboxEvent
from hunter_core.live.fan_out import LocalFanOut
from hunter_core.live.news import from_bytes, to_bytes
from hunter_core.relay.ports import Hear

_SEAL_BYTES = hashlib.sha256().digest_size

MOST_WAITING = 1000
"""Messages that wait to be published; while Redis is away the oldest are dropped."""

QUIET_SECONDS = 1.0
"""After how long without a message a listener asks Redis whether it is still there."""

AGAIN_SECONDS = 0.5
"""Seconds from a lost connection to the next attempt."""

JOIN_SECONDS = 2.0

log = logging.getLogger("hunter.live")


def channel_of(connection: RedisConnection) -> str:
    """Return the channel of a connection's database: Redis keeps keys apart by the number, and channels not."""
    return f"hunter:live:{connection.number}"


class RedisFanOut:
    """Implements `hunter_core.relay.ports.FanOut`: this process directly, the others over Redis."""

    def __init__(self, connection: RedisConnection, key: bytes) -> None:
        """Seal what is told with *key*, and hear what was sealed with it."""
        self._connection, self._key = connection, key
        self._channel = channel_of(connection)
        self._here = LocalFanOut()
        self._warned = False
        # By it a process knows its own messages, which it need not hear again.
        self._mark = uuid.uuid4().bytes
        self._waiting: deque[bytes] = deque(maxlen=MOST_WAITING)
        self._some, self._closed = threading.Event(), threading.Event()
        self._threads = [
            threading.Thread(target=work, name=name, daemon=True)
            for name, work in (("live-publish", self._publish), ("live-listen", self._listen))
        ]

    def start(self) -> None:
        """Begin to publish and to listen."""
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """End both."""
        self._closed.set()
        self._some.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(JOIN_SECONDS)

    def listen(self, hear: Hear) -> None:
        self._here.listen(hear)

    def tell(self, events: Sequence[OutboxEvent]) -> None:
        self._here.tell(events)
        told = self._mark + to_bytes(events)
        self._waiting.append(self._seal(told) + told)
        self._some.set()

    def _seal(self, told: bytes) -> bytes:
        # With the channel: what another number's processes told stays nobody's here, also under the same keys.
        return hmac.digest(self._key, self._channel.encode() + b"\0" + told, hashlib.sha256)

    def _publish(self) -> None:
        while not self._closed.is_set():
            self._some.wait()
            self._some.clear()
            while self._waiting and not self._closed.is_set():
                message = self._waiting.popleft()
                try:
                    self._connection.ask(lambda client, told=message: client.publish(self._channel, told))  # type: ignore[misc]
                except RedisAway:
                    # Those who were to hear it look for themselves.
                    self._waiting.clear()

    def _listen(self) -> None:
        why = ""
        while not self._closed.is_set():
            try:
                self._hear_until_it_breaks()
            except (RedisError, OSError) as error:
                # Told once, however often it is tried.
                log.log(
                    logging.DEBUG if str(error) == why else logging.INFO,
                    "News of other processes is not heard: %s",
                    error,
                )
                why = str(error)
            except Exception:
                # The thread must outlive what nobody foresaw.
                log.exception("News of other processes is not heard")
            self._closed.wait(AGAIN_SECONDS)

    def _hear_until_it_breaks(self) -> None:
        with self._connection.client.pubsub(ignore_subscribe_messages=True) as subscription:  # type: ignore[no-untyped-call]
            subscription.subscribe(self._channel)
            asked = False
            while not self._closed.is_set():
                message = subscription.get_message(timeout=TIMEOUT if asked else QUIET_SECONDS)
                if message is None:
                    if asked:
                        raise OSError("Redis does not answer")
                    subscription.ping()
                    asked = True
                    continue
                asked = False
                self._take(message)

    def _take(self, message: dict[str, object]) -> None:
        data = message.get("data")
        if message.get("type") != "message" or not isinstance(data, bytes):
            return
        seal, told = data[:_SEAL_BYTES], data[_SEAL_BYTES:]
        if told.startswith(self._mark):
            return
        try:
            if not hmac.compare_digest(seal, self._seal(told)):
                raise ValueError("it is not sealed with our key")
            events = from_bytes(told[len(self._mark) :])
        except ValueError as error:
            # Told once: whoever can write there could fill the log.
            if not self._warned:
                log.warning("Somebody else writes to the channel %s: %s", self._channel, error)
            self._warned = True
            return
        self._here.tell(events)
