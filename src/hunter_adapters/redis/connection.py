"""The way to Redis: half a second for an answer, and while there is none, one question a second (SPEC 7)."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.exceptions import ResponseError
from redis.retry import Retry

from hunter_adapters.redis.replies import ForeignKeys, is_about_a_key, reply_of

TIMEOUT = 0.5
"""Seconds to connect, and seconds to answer."""

REST = 1.0
"""Seconds after which a Redis that did not answer is asked again, by one request alone."""

Result = TypeVar("Result")

log = logging.getLogger("hunter.redis")


class RedisAway(Exception):
    """Redis was of no use: it does not answer, was not asked because it did not a moment ago, or refuses."""


class KeyUnusable(RedisAway):
    """Redis answers, but what lies under a key is not ours: of another type, or in another form."""


class RedisConnection:
    """
    A Redis that many threads ask.

    Nothing is asked twice: whoever asks knows whether that would do harm. One that is away, or hangs, does not
    cost every request the half second: until it answers again, only one request in `REST` seconds asks it.
    """

    def __init__(self, url: str) -> None:
        self.client: Redis = Redis.from_url(
            url,
            socket_timeout=TIMEOUT,
            socket_connect_timeout=TIMEOUT,
            retry=Retry(NoBackoff(), 0),
            protocol=2,
        )
        try:
            # Made, not connected: an option in the URL that there is not is found here, not at the first request.
            self.client.connection_pool.make_connection()
        except (TypeError, RedisError) as error:
            raise ValueError(f"has an option that is not known: {error}") from error
        self.foreign = ForeignKeys()
        self._lock = threading.Lock()
        self._is_away = False
        self._asks_again = 0.0

    @property
    def number(self) -> int:
        """The number of the database: Redis has several, and the URL names one, or means the first."""
        return self.client.connection_pool.connection_kwargs.get("db") or 0

    def ask(self, work: Callable[[Redis], Result]) -> Result:
        """
        Return what *work* gets of the client.

        Raises:
            RedisAway: If there was no answer, or none could be expected.
            KeyUnusable: If the answer is that something else lies under a key; that stops nobody else.
        """
        self._wait_for_turn()
        try:
            result = work(self.client)
        except ResponseError as error:
            if not is_about_a_key(error):
                self._missed(error)
                raise RedisAway(str(error)) from error
            if self._is_away:
                self._answered()
            raise KeyUnusable(reply_of(error)) from error
        except (RedisError, OSError) as error:
            self._missed(error)
            raise RedisAway(str(error)) from error
        if self._is_away:
            self._answered()
        return result

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    def _wait_for_turn(self) -> None:
        if not self._is_away:
            return
        now = time.monotonic()
        with self._lock:
            if now < self._asks_again:
                raise RedisAway("Redis did not answer a moment ago.")
            self._asks_again = now + REST

    def _missed(self, error: Exception) -> None:
        with self._lock:
            was_away, self._is_away = self._is_away, True
            self._asks_again = time.monotonic() + REST
        if not was_away:
            log.warning("Redis does not answer: %s", error)

    def _answered(self) -> None:
        with self._lock:
            was_away, self._is_away = self._is_away, False
            self._asks_again = 0.0
        if was_away:
            log.warning("Redis answers again")
