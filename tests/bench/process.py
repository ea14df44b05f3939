"""The installed program as a process: how soon it answers, and how much memory it holds while idle."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.cpu import memory_of
from tests.bench.figures import Figure
from tests.servers.app import App
from tests.servers.client import Client

STARTS = 5


def figures() -> Iterator[Figure]:
    """Start the program on a new SQLite file, and again on the one that is there."""
    with tempfile.TemporaryDirectory() as folder:
        app = App(data_dir=Path(folder))
        first = _seconds_to_start(app)
        with Client(app.url) as client:
            client.register()
            quest = client.create_quest(completionsPerDay=50)
            for _ in range(20):
                client.complete(quest["id"])
        time.sleep(1)
        memory = memory_of(app.pid)
        again = []
        for _ in range(STARTS):
            app.terminate()
            again.append(_seconds_to_start(app))
        app.kill()
    yield Figure(
        name="start to first answer, new database",
        measured=first,
        limit=2,
        unit="s",
        against="with its migration",
    )
    yield Figure(
        name="start to first answer",
        measured=sorted(again)[STARTS // 2],
        limit=2,
        unit="s",
        against="median of 5",
    )
    yield Figure(
        name="memory of one idle worker", measured=memory, limit=120, unit="MB", against="after 22 requests"
    )


def _seconds_to_start(app: App) -> float:
    began = time.monotonic()
    app.start()
    return time.monotonic() - began
