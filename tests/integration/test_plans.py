"""The price of a completion does not grow with the history: what the databases say they will look at."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from hunter_adapters.sql import SqlStore
from hunter_adapters.sql.completions import _PAGE
from hunter_adapters.sql.ledger import _PAGE as _LEDGER_PAGE
from hunter_adapters.sql.sessions import _CHECK
from hunter_adapters.sql.situations import _FOR_COMPLETION, _FOR_VOID, _VOIDED
from hunter_adapters.sql.statements import Statement
from hunter_adapters.testing.builders import (
    NOW,
    TODAY,
    a_completion,
    a_day,
    a_hunter,
    a_quest,
    a_rulebook,
    a_session,
    an_entry,
    an_event,
    an_id,
    an_unlock,
    registered,
)
from hunter_core.hunters.hunter import Hunter
from hunter_core.quests.quest import Quest

Opened = Callable[..., SqlStore]

DAYS = 250
A_DAY = 8


def a_history(store: SqlStore, name: str, days: int) -> tuple[Hunter, Quest]:
    """Keep a hunter with a quest that was done `A_DAY` times on each of so many days, and 30 unlocks."""
    hunter = a_hunter(name)
    quest = a_quest(hunter, completions_per_day=50, created_day=TODAY - timedelta(days=days + 1))
    registered(store, hunter, quest)
    done = [
        a_completion(quest, (day, nth), at=NOW - timedelta(days=days - day, minutes=A_DAY - nth))
        for day in range(days)
        for nth in range(A_DAY)
    ]
    with store.write() as uow:
        for completion in done:
            uow.completions.add(completion)
        numbered = list(enumerate(done, start=1))
        uow.ledger.append([an_entry(each, seq=seq, balance=100 * seq) for seq, each in numbered])
        uow.outbox.add([an_event(hunter, seq) for seq, _ in numbered])
        standing = [
            a_day(TODAY - timedelta(days=days - day), completed=A_DAY, xp=100 * A_DAY) for day in range(days)
        ]
        uow.days.save(hunter.id, standing)
        if done:
            held = a_rulebook().catalogue.achievements[:30]
            uow.unlocks.add([an_unlock(done[-1], each.key, achievement_id=each.id) for each in held])
        last_day = standing[-1].local_day if standing else None
        uow.hunters.lock(hunter.id)
        uow.hunters.save(replace(hunter, total_xp=100 * len(done), last_day=last_day))
        uow.commit()
    return hunter, quest


def parameters(hunter: Hunter, quest: Quest) -> dict[str, Any]:
    """Return every parameter that the statements below have."""
    return {
        "hunter_id": hunter.id,
        "quest_id": quest.id,
        "completion_id": an_id(f"{quest.id}:{(DAYS - 1, A_DAY - 1)}"),
        "session_id": a_session().id,
        "day": TODAY,
        "last": TODAY,
        "key": "key-1",
        "overdue": True,
        "first": 1,
        "limit": 20,
        "offset": 0,
    }


STATEMENTS = {
    "the facts of a completion": _FOR_COMPLETION,
    "the completion to be voided": _VOIDED,
    "the facts of a void": _FOR_VOID,
    "the session": _CHECK,
}


@pytest.mark.parametrize("statement", STATEMENTS.values(), ids=STATEMENTS)
def test_postgresql_looks_at_as_many_pages_for_a_long_history_as_for_none(
    postgres_migrated: str, opened: Opened, statement: Statement
) -> None:
    store = opened(postgres_migrated)
    young, old = a_history(store, "Young", 1), a_history(store, "Old", DAYS)
    compiled = statement.on("postgresql")
    with psycopg.connect(postgres_migrated, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        # The plan that a prepared statement ends up with.
        connection.execute("SET plan_cache_mode = force_generic_plan")
        cursor = psycopg.RawCursor(connection)

        def plan(of: tuple[Hunter, Quest]) -> dict[str, Any]:
            sql = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {compiled.sql}"
            found = cursor.execute(sql.encode(), compiled.parameters(parameters(*of))).fetchone()
            assert found is not None
            listed: dict[str, Any] = found[0][0]["Plan"]
            return listed

        few, many = plan(young), plan(old)

    growing = {"completions", "xp_entries", "daily_stats", "outbox"}
    scanned = set(re.findall(r'"Node Type": "Seq Scan".*?"Relation Name": "(\w+)"', json.dumps(many)))
    assert scanned & growing == set()
    # A tree of a larger table is a level or two deeper, for each of the eight indexes.
    assert many["Shared Hit Blocks"] <= few["Shared Hit Blocks"] + 16


LISTS = {"completions of a quest": _PAGE, "entries of a ledger": _LEDGER_PAGE}


@pytest.mark.parametrize("statement", [*STATEMENTS.values(), *LISTS.values()], ids=[*STATEMENTS, *LISTS])
def test_sqlite_searches_by_an_index(sqlite_migrated: str, opened: Opened, statement: Statement) -> None:
    store = opened(sqlite_migrated)
    compiled = statement.on("sqlite")
    values = parameters(*a_history(store, "Old", 3))

    with store.read() as uow:
        explained = f"EXPLAIN QUERY PLAN {compiled.sql}"
        plan = uow._sql._connection.execute(explained, compiled.parameters(values)).fetchall()

    # What is scanned are rows that the statement itself makes.
    scanned = {row[3] for row in plan if row[3].startswith("SCAN")}
    assert scanned <= {"SCAN CONSTANT ROW", "SCAN base", "SCAN anon_3"}
