"""
SQLite that does not wait for the disk, as the PostgreSQL of most tests does not (`tests/servers/postgres.py`).

Where files lie on a slow disk, twenty who write at one moment wait for one another longer than the two seconds after
which the program calls a database busy. What a killed process had written is there all the same: nobody here takes the
power away. At full length (`HUNTER_TEST_LONG=1`) it waits, and that it would is in `tests/integration/test_sqlite.py`.
"""

from __future__ import annotations

import sqlite3

from hunter_adapters.sql.sqlite import Sqlite
from tests.servers.length import LONG

durably = Sqlite._open
"""How the program opens a file."""


def carelessly(self: Sqlite, busy_seconds: float) -> sqlite3.Connection:
    """Open a file as the program does, but wait for no disk."""
    connection = durably(self, busy_seconds)
    connection.execute("PRAGMA synchronous=OFF").close()
    return connection


def wait_for_no_disk() -> None:
    """Let the SQLite of this process wait for no disk, but at full length."""
    if not LONG:
        Sqlite._open = carelessly  # type: ignore[method-assign]
