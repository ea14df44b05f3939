"""Watches an application for secrets: after each test of HTTP none may be in its logs, its store or an address."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from typing import Any

import httpx
from litestar.testing import TestClient

from hunter_adapters.memory import MemoryStore
from hunter_adapters.memory.security_log import MemorySecurityLog
from hunter_api.ports import Ports
from tests.servers.leaks import Secrets

LOGGERS = ("hunter", "hunter_adapters", "hunter_api", "hunter_core", "litestar", "uvicorn", "sqlalchemy")
"""What runs in the server; the test's own client tells which addresses it asks for."""


class _Listener(logging.Handler):
    """Keeps everything that is logged, as it would be written."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@contextmanager
def no_secret_is_told(http: TestClient[Any], ports: Ports) -> Iterator[Secrets]:
    """
    Watch what *http* sends and gets, and assert in the end that no secret of it was written anywhere.

    What was issued is looked for, and what was sent with success: a refused `password` of a test is an ordinary
    word, which stands in many places. `tests/faults` looks for refused ones, too, and in real databases.
    """
    secrets, listener = Secrets(), _Listener()
    http.event_hooks["response"].append(lambda response: _see(secrets, response))
    levels = {name: logging.getLogger(name).level for name in LOGGERS}
    for name in LOGGERS:
        logging.getLogger(name).addHandler(listener)
        logging.getLogger(name).setLevel(logging.DEBUG)
    try:
        yield secrets
    finally:
        for name, level in levels.items():
            logging.getLogger(name).removeHandler(listener)
            logging.getLogger(name).setLevel(level)
    found = secrets.leaks("the log", "\n".join(listener.lines)) + secrets.leaks_in_addresses()
    if isinstance(ports.gate.log, MemorySecurityLog):
        found += secrets.leaks("the security log", repr(ports.gate.log.events))
    if isinstance(ports.store, MemoryStore):
        found += secrets.leaks("the store", _everything_in(ports.store))
    told = sorted({f"{leak.kind} {leak.form} in {leak.where}" for leak in found})
    assert not told, f"secrets were told: {'; '.join(told)}"


def _see(secrets: Secrets, response: httpx.Response) -> None:
    response.read()
    secrets.see_body(response.content)
    if response.is_success:
        secrets.see_body(response.request.read())
    secrets.see_address(response.headers.get("location", ""))


def _everything_in(store: MemoryStore) -> str:
    """Return every row as text, bytes in hexadecimal."""
    with store.read() as uow:
        tables = uow._tables
        rows = [
            repr(part)
            for each in fields(tables)
            for part in getattr(tables, each.name)._parts.values()
            if part
        ]
    return "\n".join(rows)
