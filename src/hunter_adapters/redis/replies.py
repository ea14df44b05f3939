"""Which error replies are about what lies under one key, and which say that the server cannot be worked with."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections import Counter

from redis.exceptions import ResponseError

SAID_AGAIN = 60.0
"""Seconds after which it is said again that a key held something else; in between it is only counted."""

log = logging.getLogger("hunter.redis")

_OF_A_KEY = re.compile(
    r"\bWRONGTYPE\b|\bnot an integer\b|\bnot a valid float\b|\bwould overflow\b"
    # What a script of ours runs into when a value is none of ours.
    r"|user_script:\d+: (?:attempt to|bad argument)"
)
# Inside scripts older servers put the word of the reply into the midst of it.
_OF_THE_SERVER = re.compile(
    r"\b(?:OOM|READONLY|MISCONF|LOADING|MASTERDOWN|NOREPLICAS|NOAUTH|NOPERM|BUSY|CLUSTERDOWN)\b"
)


def reply_of(error: Exception) -> str:
    """Return what the server said, without the command that redis-py puts before it: it holds what was written."""
    return str(error).rpartition(" of pipeline caused error: ")[2]


def is_about_a_key(error: ResponseError) -> bool:
    """
    Tell whether *error* is about what lies under one key: of another type than ours, or in another form.

    All other replies are taken for the server's: full, read-only, without permission, without a command.
    """
    # The words that redis-py knows, such as OOM, have classes of their own.
    if type(error) is not ResponseError:
        return False
    reply = reply_of(error)
    return bool(_OF_A_KEY.search(reply)) and not _OF_THE_SERVER.search(reply)


class ForeignKeys:
    """Counts, by what they are of, our keys that held something else and were begun anew, and says so in the log."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._replaced: Counter[str] = Counter()
        self._said: dict[str, float] = {}

    @property
    def replaced(self) -> dict[str, int]:
        """How many there were; metrics read it."""
        with self._lock:
            return dict(self._replaced)

    def found(self, what: str, message: str) -> None:
        """Count one of *what*, and say *message* and what helps, unless it said so a short while ago."""
        now = time.monotonic()
        with self._lock:
            self._replaced[what] += 1
            is_said = now - self._said.get(what, float("-inf")) < SAID_AGAIN
            if not is_said:
                self._said[what] = now
        if not is_said:
            log.warning("%s Give the Hunter System a Redis of its own.", message)
