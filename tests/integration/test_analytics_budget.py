"""What analytics over HTTP ask of the database: counted, the same on both, however long the history (issue 3)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import attrs
import psycopg
import pytest
from litestar.testing import TestClient

from hunter_adapters.sql import SqlStore
from hunter_adapters.sql.analytics import _FIGURES, _GAINED, _GAINS, _MOST_DONE, _done
from hunter_adapters.sql.statements import Statement
from hunter_adapters.testing.builders import TODAY, a_day, a_hunter, an_id, registered
from hunter_api.app import create_app
from hunter_api.settings import Settings
from hunter_api.wiring import open_world
from hunter_core.ids import AccountId, HunterId

BODY = {"email": "jinwoo@example.com", "password": "Arise-from-the-shadows-1!", "hunterName": "Jinwoo"}


class Reader:
    """A signed-in client of the whole application, and every statement that a request sends."""

    def __init__(self, client: TestClient[Any], store: SqlStore, seen: list[str]) -> None:
        self._client, self._store, self._seen = client, store, seen
        made = client.post("/api/auth/register", json=BODY)
        assert made.status_code == 201, made.text
        self._headers = {"Authorization": f"Bearer {made.json()['data']['token']}"}
        self._id = HunterId(AccountId(UUID(made.json()["data"]["user"]["id"])))

    def live(self, days: int) -> None:
        """Have stood on each of the last *days* days."""
        today = datetime.now(UTC).date()
        with self._store.write() as uow:
            uow.hunters.lock(self._id)
            uow.days.save(self._id, [a_day(day) for day in days_up_to(today, days)])
            uow.commit()

    def quest(self, **fields: Any) -> None:
        body = {"title": "Push-ups", "type": "DAILY", "baseXP": 50, **fields}
        assert self._client.post("/api/quests", json=body, headers=self._headers).status_code == 201

    def read(self, path: str) -> tuple[Any, list[str]]:
        """Return the answer's data and the statements."""
        self._seen.clear()
        answer = self._client.get(f"/api/analytics/{path}", headers=self._headers)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"], list(self._seen)


@pytest.fixture
def reader(url: str, opened: Callable[..., SqlStore], tmp_path: Any) -> Iterator[Reader]:
    seen: list[str] = []
    store = opened(url, observer=seen.append)
    world = open_world(Settings(data_dir=tmp_path, database_url=url))
    with TestClient(create_app(attrs.evolve(world.ports(), store=store))) as client:
        yield Reader(client, store, seen)


@pytest.mark.parametrize("path", ["xp-history?period=1year", "attributes?period=1year", "heatmap"])
def test_a_year_is_one_statement_besides_the_session_check(reader: Reader, path: str) -> None:
    for days in (0, 1, 800):
        reader.live(days)

        _, statements = reader.read(path)

        assert len(statements) == 2, statements
        assert "FROM sessions" in statements[0].replace("\n", " ")
        assert "daily_stats" in statements[1]
        assert "completions" not in statements[1]


def test_a_year_of_an_old_hunter_is_that_of_its_rows(reader: Reader) -> None:
    reader.live(800)

    year, _ = reader.read("xp-history?period=1year")
    ever, statements = reader.read("xp-history?period=all")

    assert (year["summary"]["totalXP"], len(year["history"])) == (36_500, 365)
    assert (ever["summary"]["totalXP"], len(ever["history"])) == (80_000, 800)
    assert len(statements) == 2, statements


def test_quests_in_figures_ask_as_often_for_many_quests_as_for_one(reader: Reader) -> None:
    reader.quest()
    _, few = reader.read("quests?limit=100")
    for number in range(20):
        reader.quest(title=f"Quest {number}")
    found, many = reader.read("quests?limit=100")

    assert len(found["quests"]) == 21
    assert len(many) == len(few) <= 9, many


def test_the_summary_asks_as_often_after_years_as_on_the_first_day(reader: Reader) -> None:
    _, first = reader.read("summary")
    reader.live(800)
    _, later = reader.read("summary")

    assert len(later) == len(first) <= 6, later


STATEMENTS = {
    "gains": _GAINS,
    "points": _GAINED,
    "figures": _FIGURES,
    "most done": _MOST_DONE,
    "done": _done(2),
}


def parameters(hunter_id: HunterId) -> dict[str, Any]:
    """Return every parameter that the statements have."""
    return {
        "hunter_id": hunter_id,
        "first": TODAY - timedelta(days=364),
        "last": TODAY,
        "since": TODAY,
        "limit": 5,
        "quest_0": an_id("quest"),
        "quest_1": an_id("quest"),
    }


@pytest.mark.parametrize("statement", STATEMENTS.values(), ids=STATEMENTS)
def test_sqlite_searches_by_an_index(
    sqlite_migrated: str, opened: Callable[..., SqlStore], statement: Statement
) -> None:
    store = opened(sqlite_migrated)
    compiled = statement.on("sqlite")

    with store.read() as uow:
        explained = f"EXPLAIN QUERY PLAN {compiled.sql}"
        values = compiled.parameters(parameters(a_hunter().id))
        plan = uow._sql._connection.execute(explained, values).fetchall()

    assert [row[3] for row in plan if row[3].startswith("SCAN")] == []


def test_postgresql_looks_at_as_many_pages_for_a_year_of_ten_as_for_a_year_of_one(
    postgres_migrated: str, opened: Callable[..., SqlStore]
) -> None:
    store = opened(postgres_migrated)
    young, old = (registered(store, a_hunter(name)) for name in ("Young", "Old"))
    for hunter, days in ((young, 365), (old, 3650)):
        with store.write() as uow:
            uow.hunters.lock(hunter.id)
            uow.days.save(hunter.id, [a_day(day) for day in days_up_to(TODAY, days)])
            uow.commit()
    compiled = _GAINS.on("postgresql")
    pages = {}
    with psycopg.connect(postgres_migrated, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        # The plan that a prepared statement ends up with.
        connection.execute("SET plan_cache_mode = force_generic_plan")
        cursor = psycopg.RawCursor(connection)
        for hunter in (young, old):
            sql = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {compiled.sql}"
            found = cursor.execute(sql.encode(), compiled.parameters(parameters(hunter.id))).fetchone()
            assert found is not None
            plan = found[0][0]["Plan"]
            assert not re.search(r'"Seq Scan"[^{}]*"daily_stats"', json.dumps(plan))
            pages[hunter.name] = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]

    assert pages["Old"] <= pages["Young"] + 8, pages


def days_up_to(last: date, count: int) -> list[date]:
    """Return *count* days, ascending to *last*."""
    return [last - timedelta(days=back) for back in reversed(range(count))]
