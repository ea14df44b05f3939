"""Analytics over HTTP on PostgreSQL: CPU of server and database, a hunter of one year against one of ten."""

from __future__ import annotations

import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from tests.bench.cpu import seconds_of, seconds_of_server
from tests.bench.figures import Figure
from tests.servers.app import App
from tests.servers.client import Client
from tests.servers.postgres import PostgresServer

ROUNDS, BATCH = 20, 50
YEAR, TEN_YEARS = 365, 3650
XP_HISTORY = "/api/analytics/xp-history?period=1year"
OTHERS = {
    "attributes of a year": "/api/analytics/attributes?period=1year",
    "heat map": "/api/analytics/heatmap",
    "20 quests in figures": "/api/analytics/quests",
    "summary": "/api/analytics/summary",
    "a single read (settings), for comparison": "/api/users/me/settings",
}
_DAYS = """
INSERT INTO daily_stats SELECT %(id)s, %(today)s::date - n, 0, 5, 150 + n %% 40, 600, 1, 1, 0, 1, 1, 1, 1, 1, 1
FROM generate_series(0, %(days)s - 1) n
"""
_DONE = """
INSERT INTO completions (id, hunter_id, quest_id, completed_at, local_day, recorded_at, difficulty, base_xp,
    difficulty_multiplier, streak_bonus, time_bonus, total_xp, strength, intelligence, constitution, dexterity,
    charisma, luck)
SELECT gen_random_uuid(), hunter_id, id, at, at::date, at, 'NORMAL', 30, '1', 0, 0, 30, 1, 1, 1, 1, 1, 1
FROM quests, LATERAL (SELECT %(now)s - n * interval '1 day' AS at FROM generate_series(0, %(days)s - 1) n) d
WHERE hunter_id = %(id)s
"""


@dataclass(slots=True)
class Cost:
    """CPU seconds of server and database over some requests."""

    server: float = 0.0
    database: float = 0.0
    count: int = 0

    @property
    def ms(self) -> float:
        """Milliseconds of one request, both together."""
        return 1000 * (self.server + self.database) / self.count

    def __str__(self) -> str:
        return f"{1000 * self.server / self.count:.2f} + {1000 * self.database / self.count:.2f} ms"


def figures() -> Iterator[Figure]:
    """Measure in turns, so that a busy moment of the machine meets each alike."""
    server = PostgresServer.start(durable=False)
    try:
        url = server.fresh_database()
        with tempfile.TemporaryDirectory() as folder, App(data_dir=Path(folder), database_url=url) as app:
            yield from _measured(server, url, app)
    finally:
        server.close()


def _measured(server: PostgresServer, url: str, app: App) -> Iterator[Figure]:
    one, ten = Client(app.url).register(), Client(app.url).register()
    for hunter, days in ((one, YEAR), (ten, TEN_YEARS)):
        for number in range(20):
            hunter.create_quest(title=f"Quest {number}")
        _live(url, uuid.UUID(hunter.user["id"]), days)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    summary = ten.get(XP_HISTORY).data["summary"]
    assert summary == one.get(XP_HISTORY).data["summary"]
    assert summary["totalXP"] > YEAR * 150

    def measure(cost: Cost | None, hunter: Client, path: str, requests: int) -> None:
        server_before, database_before = seconds_of(app.pid), seconds_of_server(server.pid)
        for _ in range(requests):
            assert hunter.get(path).status == 200
        # The database is done with its part a moment after the client hears of it.
        time.sleep(0.02)
        if cost is not None:
            cost.server += seconds_of(app.pid) - server_before
            cost.database += seconds_of_server(server.pid) - database_before
            cost.count += requests

    costs = {hunter: Cost() for hunter in (one, ten)}
    others = {name: Cost() for name in OTHERS}
    for turn in range(ROUNDS + 1):
        # The first turn warms up: statements are prepared.
        for hunter, cost in costs.items():
            measure(cost if turn else None, hunter, XP_HISTORY, BATCH)
        for name, path in OTHERS.items():
            measure(others[name] if turn else None, ten, path, 4)
    yield Figure(
        name="xp-history of a year: server + database CPU, in all",
        measured=costs[one].ms,
        limit=3,
        unit="ms",
        against=f"{costs[one]}; HTTP, session check and ETag in it",
    )
    yield Figure(
        name="xp-history of a year: after ten years",
        measured=costs[ten].ms / costs[one].ms,
        limit=1.15,
        unit="x",
        against=f"after one year; {costs[ten]}",
    )
    for name, cost in others.items():
        yield Figure(
            name=f"{name}: server + database CPU",
            measured=cost.ms,
            limit=None,
            unit="ms",
            against=f"{cost}, after ten years",
        )


def _live(url: str, hunter_id: uuid.UUID, days: int) -> None:
    """Have done every quest on each of the last *days* days."""
    now = datetime.now(UTC)
    values = {"id": hunter_id, "days": days, "now": now, "today": now.date()}
    with psycopg.connect(url, autocommit=True) as connection:
        began = "created_at = created_at - %(days)s * interval '1 day'"
        connection.execute(f"UPDATE hunters SET {began} WHERE id = %(id)s", values)
        connection.execute(
            f"UPDATE quests SET {began}, created_day = created_day - %(days)s::int,"
            " versions = jsonb_set(versions, '{0,from}', to_jsonb((created_day - %(days)s::int)::text))"
            " WHERE hunter_id = %(id)s",
            values,
        )
        connection.execute("DELETE FROM daily_stats WHERE hunter_id = %(id)s", values)
        connection.execute(_DAYS, values)
        connection.execute(_DONE, values)
