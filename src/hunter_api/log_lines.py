"""
Lines of the log, for people or for programs, each with the request, the account and the job that it belongs to.

A line says what happened and never what was sent: no bodies, no addresses with their queries, no secrets.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType

from hunter_api.background.jobs import JOB_ID
from hunter_api.settings.values import LogFormat


class Request:
    """What is known of the request that is under way: its id, and whose it is, as soon as that is known."""

    __slots__ = ("account_id", "id")

    def __init__(self, request_id: str) -> None:
        self.id = request_id
        self.account_id: object = None


SECURITY = "hunter.security"
"""The logger of the security log (docs/reference/security-log.md)."""

REQUEST: ContextVar[Request | None] = ContextVar("hunter_request", default=None)


@contextmanager
def answering(request_id: str) -> Iterator[Request]:
    """Let whatever is logged within it, in this thread or one that takes the context over, belong to a request."""
    request = Request(request_id)
    token = REQUEST.set(request)
    try:
        yield request
    finally:
        REQUEST.reset(token)


def known() -> dict[str, str]:
    """Return what the work under way in this thread belongs to."""
    request, job = REQUEST.get(), JOB_ID.get()
    found: dict[str, str] = {}
    if request is not None:
        found["request"] = request.id
        if request.account_id is not None:
            found["account"] = str(request.account_id)
    if job is not None:
        found["job"] = job
    return found


class TextLines(logging.Formatter):
    """Lines for people; what they belong to stands at the end of the first."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the library's word
        """Return the line, with what it belongs to."""
        said = super().formatMessage(record)
        if record.name == SECURITY:
            # JSON to the end of the line, which programs read.
            return said
        belongs = " ".join(f"{name}={value}" for name, value in known().items())
        return f"{said} [{belongs}]" if belongs else said


class JsonLines(logging.Formatter):
    """One object of JSON a line, in ASCII, so that whatever it says a line stays one line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the object."""
        said: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")[:-6] + "Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **known(),
            "process": record.process,
            "thread": record.threadName,
        }
        if record.exc_info:
            said["error"] = self.formatException(record.exc_info)
        return json.dumps(said)


def log_to_stderr(how: LogFormat, level: str) -> None:
    """Write what is logged, from *level* on, to the standard error, as *how* says."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if how is LogFormat.JSON else TextLines())
    logging.basicConfig(level=level.upper(), handlers=[handler])
    # What nobody caught is a line like any other.
    threading.excepthook = _log_thread
    sys.excepthook = _log_end
    sys.unraisablehook = _log_unraisable
    logging.captureWarnings(True)


def is_for_programs() -> bool:
    """Tell whether the log of this process is one that programs read: then nothing else is written beside it."""
    return any(isinstance(handler.formatter, JsonLines) for handler in logging.getLogger().handlers)


def _log_end(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        logging.getLogger("hunter").critical("ended by a mistake", exc_info=(kind, error, trace))


def _log_unraisable(failed: sys.UnraisableHookArgs) -> None:
    if failed.exc_value is not None:
        trace = (failed.exc_type, failed.exc_value, failed.exc_traceback)
        said = failed.err_msg or "a mistake where none can be raised"
        logging.getLogger("hunter").error("%s: %r", said, failed.object, exc_info=trace)


def _log_thread(failed: threading.ExceptHookArgs) -> None:
    if failed.exc_value is None or isinstance(failed.exc_value, SystemExit):
        return
    name = "a thread" if failed.thread is None else failed.thread.name
    trace = (failed.exc_type, failed.exc_value, failed.exc_traceback)
    logging.getLogger("hunter.threads").error("%s ended by a mistake", name, exc_info=trace)
