"""Whose turn it is to be sent to is found by an index, however much waits behind targets that are dead (issue 5)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from hunter_adapters.sql import SqlStore, pushes, webhooks
from hunter_adapters.sql.statements import Compiled, Statement
from hunter_core.places import MOST_AT_ONCE
from tests.integration.conftest import prepare
from tests.servers.postgres import PostgresServer

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TARGETS, WAITING = 400, 12_000
FEW = 3
"""Rows that are found."""

FILL = f"""
SET session_replication_role = replica;
CREATE FUNCTION numbered(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS
  $$ SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid $$;
INSERT INTO webhooks (id, hunter_id, sealed_url, sealed_secret, shown, events, is_active, failures, created_at,
                      updated_at, next_at)
  SELECT numbered(n), numbered(n), 'a', 'b', 'https://' || n, '[]', n % 2 = 0, 3, :now, :now,
         CASE WHEN n <= {FEW * 2} THEN :now ELSE :later END
  FROM generate_series(1, {TARGETS}) n;
INSERT INTO webhook_deliveries (webhook_id, event_id, seq, kind, at, data, created_at, due_at, tries, given_up_at)
  SELECT numbered(1 + n % {TARGETS}), numbered(n), n, 'quest.completed', :now, '{{}}', :now, :now, 0,
         CASE WHEN n <= {FEW} THEN :now END
  FROM generate_series(1, {WAITING}) n;
INSERT INTO push_targets (id, hunter_id, sealed, shown, created_at, next_at)
  SELECT numbered(n), numbered(n), 'a', 'ntfys://' || n, :now, CASE WHEN n <= {FEW} THEN :now ELSE :later END
  FROM generate_series(1, {TARGETS}) n;
INSERT INTO notifications (id, hunter_id, type, title, message, is_read, is_sent, scheduled_for, sent_at, created_at)
  SELECT numbered(n), numbered(1 + n % {TARGETS}), 'SYSTEM', 'a', 'b', false, true, :now, :now, :now
  FROM generate_series(1, {WAITING}) n;
INSERT INTO push_deliveries (target_id, notification_id, created_at, queued_at, due_at, tries, parked_at)
  SELECT numbered(1 + n % {TARGETS}), numbered(n), :now, :now, :now, 0, CASE WHEN n <= {FEW} THEN :now END
  FROM generate_series(1, {WAITING}) n;
"""

ASKED: dict[str, Statement] = {
    **{f"webhooks: {name}": asked for name, asked in webhooks.STATEMENTS.items()},
    **{f"pushes: {name}": asked for name, asked in pushes.STATEMENTS.items()},
}


@pytest.fixture(scope="module")
def plans(postgres_server: PostgresServer) -> dict[str, Any]:
    """The plan of each statement, and what it read, with much that waits."""
    url = postgres_server.fresh_database(postgres_server.template("migrated", prepare))
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            later = NOW + timedelta(hours=1)
            connection.execute(_at(FILL, now=NOW, later=later).encode())
            connection.execute("VACUUM ANALYZE")
            # The plan that a prepared statement ends up with.
            connection.execute("SET plan_cache_mode = force_generic_plan")
            cursor = psycopg.RawCursor(connection)
            return {name: plan_of(cursor, asked.on("postgresql")) for name, asked in ASKED.items()}
    finally:
        postgres_server.drop_database(url)


def _at(sql: str, **moments: datetime) -> str:
    for name, moment in moments.items():
        sql = sql.replace(f":{name}", f"timestamptz '{moment}'")
    return sql


def plan_of(cursor: psycopg.RawCursor[Any], compiled: Compiled) -> dict[str, Any]:
    first = "00000000-0000-7000-8000-000000000002"
    values: dict[str, Any] = {name: "" if name.startswith("host") else first for name, _ in compiled.binds}
    values |= {"now": NOW, "most": MOST_AT_ONCE}
    sql = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {compiled.sql}"
    given = [values.get(name) for name, _ in compiled.binds]
    found = cursor.execute(sql.encode(), given).fetchone()
    assert found is not None
    listed: dict[str, Any] = found[0][0]["Plan"]
    return listed


@pytest.mark.parametrize("asked", ASKED)
def test_it_is_found_by_an_index_and_few_pages_are_read(plans: dict[str, Any], asked: str) -> None:
    plan = json.dumps(plans[asked])

    scanned = set(re.findall(r'"Node Type": "Seq Scan".*?"Relation Name": "(\w+)"', plan))
    # Of what was given up the owners are looked for, a few hundred here, in a way that planners find cheap.
    assert scanned <= ({"webhooks", "push_targets"} if asked.endswith("given up") else set())
    assert re.search(r'"Index Name": "(ix|pk)_(webhook|push)', plan)
    # Each is a few steps down a few indexes; what waits fills hundreds of pages.
    assert plans[asked]["Shared Hit Blocks"] + plans[asked]["Shared Read Blocks"] <= 60


def test_only_targets_that_are_on_and_due_are_looked_at(plans: dict[str, Any]) -> None:
    for name in ("webhooks: who is due", "pushes: who is due"):
        # Of those that are due, one is of the hunter who takes as many places as are theirs.
        assert plans[name]["Actual Rows"] == FEW - 1
        (removed,) = re.findall(r'"Rows Removed by Filter": (\d+)', json.dumps(plans[name]))
        assert int(removed) == 1


@pytest.mark.parametrize("asked", ASKED)
def test_sqlite_searches_by_an_index(
    sqlite_migrated: str, opened: Callable[..., SqlStore], asked: str
) -> None:
    store = opened(sqlite_migrated)
    compiled = ASKED[asked].on("sqlite")

    with store.read() as uow:
        explained = f"EXPLAIN QUERY PLAN {compiled.sql}"
        plan = uow._sql._connection.execute(explained, [None] * len(compiled.binds)).fetchall()

    steps = [row[3] for row in plan]
    # What was given up is read off its index from the end.
    assert [step for step in steps if step.startswith("SCAN") and " USING INDEX " not in step] == []
    if asked.endswith("who is due"):
        assert "next_at (next_at<?)" in steps[0]
