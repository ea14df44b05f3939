"""Tells whether every process answers boards out of Redis: by a name that is there alone."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from uuid import UUID

from tests.servers.app import App
from tests.servers.client import Client
from tests.servers.redis import RedisServer

MARK = "out of Redis"
CARDS = "hunter:board:cards"
READS = 16
"""Connections that read at once, so that every process is asked."""


def wait_until_redis_answers(
    app: App, redis_server: RedisServer, viewer: Client, *, within: float = 60.0
) -> None:
    """Return when the boards of every process come out of Redis, *within* seconds; *viewer* does nothing meanwhile."""
    id_ = UUID(viewer.user["id"]).bytes
    deadline = time.monotonic() + within
    with redis_server.client() as client:
        while True:
            card: Any = client.hget(CARDS, id_)
            if card is not None:
                _, *more = json.loads(card)
                client.hset(CARDS, id_, json.dumps([MARK, *more]))
                with ThreadPoolExecutor(READS // 2) as pool:
                    names = set(pool.map(partial(_name_of, app, viewer), range(READS)))
                if names == {MARK}:
                    client.hset(CARDS, id_, json.dumps([viewer.user["hunterName"], *more]))
                    return
            assert time.monotonic() < deadline, "boards are still read from the database"
            time.sleep(0.02)


def _name_of(app: App, viewer: Client, _: int) -> str:
    with Client(app.url, token=viewer.token) as reader:
        lines = reader.get("/api/leaderboard", around="me", limit=1).data["leaderboard"]
    return str(lines[0]["hunterName"])
