"""What a worker's log says of Redis: once that it is away, why, and what to do; and once that it is back."""

from __future__ import annotations

import logging
import threading

from redis import RedisError
from redis.exceptions import (
    AuthenticationError,
    BusyLoadingError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    ResponseError,
)

log = logging.getLogger("hunter.worker")

_RETRIES = "could not connect to Redis instance"
_QUITS = "Redis connection timeout, quitting"


class RedisNews:
    """Tells the log; safe to be told by many threads, each of which asks Redis again and again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._what: str | None = None

    def away(self, error: Exception) -> None:
        """Tell that Redis could not be worked with, where nobody has said so, or for another reason."""
        what = advice_on(error)
        with self._lock:
            was, self._what = self._what, what
        if was != what:
            said = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
            log.warning(
                "%s (%s). Meanwhile web processes do the jobs; the worker goes on by itself.", what, said
            )

    def answered(self) -> None:
        """Tell that Redis takes what it is given, where it did not before."""
        with self._lock:
            was, self._what = self._what, None
        if was is not None:
            log.warning("Redis answers again")


def advice_on(error: Exception) -> str:
    """Return what is wrong with Redis, and what to do about it."""
    if isinstance(error, OutOfMemoryError):
        return "Redis is full: raise its maxmemory, or give the Hunter System one of its own"
    if isinstance(error, ReadOnlyError):
        return "Redis takes no changes: let HUNTER_REDIS_URL lead to the primary"
    if isinstance(error, AuthenticationError | NoPermissionError):
        return (
            "Redis refuses us: put its user and password into HUNTER_REDIS_URL (redis://user:password@host)"
        )
    if isinstance(error, BusyLoadingError):
        return "Redis is starting"
    if isinstance(error, ResponseError):
        return "Redis refuses what it is asked: look at HUNTER_REDIS_URL"
    return "Redis does not answer: look whether it runs where HUNTER_REDIS_URL leads"


def is_news(record: logging.LogRecord) -> bool:
    """Tell whether a line of RQ is to be logged: not that Redis is away, which `RedisNews` says once."""
    if record.exc_info and isinstance(record.exc_info[1], RedisError):
        return False
    return not any(each in str(record.msg) for each in (_RETRIES, _QUITS))
