"""
The plan of every index's query at 1 000 000 hunters, as docs/data.md has them.

`python -m tests.bench.plans [hunters]` fills a PostgreSQL of its own and prints the table. A plan that does
without the index ends it.
"""

from __future__ import annotations

import sys
from typing import Any, NamedTuple

import psycopg

from hunter_adapters.sql import open_store
from hunter_adapters.testing.builders import a_rulebook
from tests.servers.postgres import PostgresServer

HUNTERS = 1_000_000
OLD = 5_000
"""The hunter with a long history: 10 000 completions on 1 000 days."""

# An id that sorts by its number, as a UUIDv7 does by its age.
_ID = "('00000000-0000-7%s-8000-' || lpad(to_hex(%s), 12, '0'))::uuid"


def an_id(kind: int, number: str) -> str:
    """Return SQL for the id of row *number* of the table *kind*."""
    return _ID % (f"{kind:03}", number)


ACCOUNT, QUEST, COMPLETION, SESSION, UNLOCK, OTHER = range(6)
_HUNTER, _QUEST = an_id(ACCOUNT, "n"), an_id(QUEST, "n")
_SIX = ", ".join("0" for _ in range(6))
_WHEN = "timestamptz '2026-01-01' + n * interval '20 seconds'"
_HISTORY = "SELECT n, date '2024-01-01' + (n / 10)::int AS day FROM generate_series(1, 10000) n"


def filling(hunters: int) -> list[str]:
    """Return the SQL that fills every table that has an index to show."""
    numbers = f"generate_series(1, {hunters}) n"
    each = f"SELECT n, date '2026-11-22' - (n % 300)::int AS day FROM {numbers}"
    completions = f"({each} UNION ALL SELECT n + {hunters}, day FROM ({_HISTORY}) h) c"
    of = f"(CASE WHEN n > {hunters} THEN {OLD} ELSE n END)"
    of_hunter, of_quest = an_id(ACCOUNT, of), an_id(QUEST, of)
    seq = f"(CASE WHEN n > {hunters} THEN n - {hunters} + 1 ELSE 1 END)"
    return [
        f"""INSERT INTO accounts (id, email, email_key, role, is_verified, is_active, created_at, updated_at)
            SELECT {_HUNTER}, 'h' || n || '@example.org', 'h' || n || '@example.org', 'USER', true, true,
                   {_WHEN}, {_WHEN} FROM {numbers}""",
        f"""INSERT INTO hunters SELECT {_HUNTER}, 'h' || n, 'h' || n, 'confident', NULL, n % 20 > 0,
                   '{{"zones": [{{"zone": "UTC", "dayStart": 0}}]}}', (random() ^ 3 * 100000)::bigint, 1, 'F',
                   {_WHEN}, 1, 1, 0, '2026-11-22', {_SIX}, 0, 1, 0, 'hash', {_WHEN}, {_WHEN} FROM {numbers}""",
        f"""INSERT INTO board_scores SELECT {_HUNTER}, 'all', (random() ^ 3 * 100000)::bigint, {_WHEN}, n % 20 > 0
                   FROM {numbers}""",
        f"""INSERT INTO quests SELECT {_QUEST}, {_HUNTER}, 'Quest', NULL, 'DAILY', 'NORMAL', 100, '[]', NULL,
                   NULL, '[]', CASE WHEN n % 10 = 0 THEN {_WHEN} END, 1, NULL, n % 10 < 9, NULL, false, NULL,
                   '2026-01-01', {_WHEN}, {_WHEN} FROM {numbers}""",
        f"""INSERT INTO completions SELECT {an_id(COMPLETION, "n")}, {of_hunter}, {of_quest}, {_WHEN}, day,
                   {_WHEN}, 'NORMAL', 100, '1', 0, 0, 100, {_SIX}, NULL, NULL, NULL, NULL FROM {completions}""",
        f"""INSERT INTO xp_entries SELECT {an_id(COMPLETION, "n")}, {of_hunter}, {seq}, 'COMPLETION',
                   {an_id(COMPLETION, "n")}, 100, {_SIX}, day, {_WHEN}, 'hash', 100 FROM {completions}""",
        f"""INSERT INTO daily_stats SELECT {of_hunter}, day, 0, count(*), sum(100), 0, 1, 1, 0, {_SIX}
                   FROM {completions} GROUP BY 1, 2""",
        f"""INSERT INTO unlocks SELECT {an_id(UNLOCK, "n")}, {_HUNTER},
                   (SELECT id FROM achievements ORDER BY key LIMIT 1), {an_id(COMPLETION, "n")}, {_WHEN}, 50, NULL
                   FROM {numbers}""",
        f"""INSERT INTO outbox SELECT {_HUNTER}, 1, 'quest.completed', {_WHEN}, '{{}}',
                   CASE WHEN n < {hunters} - 1000 THEN {_WHEN} END FROM {numbers}""",
        f"""INSERT INTO sessions SELECT {an_id(SESSION, "n")}, {_HUNTER}, 0, '\\x07', {_WHEN}, {_WHEN},
                   {_WHEN} + interval '30 days', {_WHEN}, NULL, NULL, NULL FROM {numbers}""",
        f"""INSERT INTO idempotency_keys SELECT {_HUNTER}, 'key-' || n, 'fingerprint', 200, '{{}}', {_WHEN}
                   FROM {numbers}""",
        f"""INSERT INTO notifications SELECT {an_id(OTHER, "n")}, {_HUNTER}, 'SYSTEM', 'Title', 'Message', NULL,
                   NULL, n % 10 > 0, n < {hunters} - 1000, {_WHEN},
                   CASE WHEN n < {hunters} - 1000 THEN {_WHEN} END, {_WHEN} FROM {numbers}""",
        f"""INSERT INTO friendships SELECT {an_id(OTHER, "n")}, {_HUNTER}, {an_id(ACCOUNT, "n + 1")}, {_HUNTER},
                   NULL, 'ACCEPTED', {_WHEN}, {_WHEN} FROM generate_series(1, {hunters - 1}) n""",
        "ANALYZE",
    ]


class Query(NamedTuple):
    """What indexes are for; `indexes` has commas between."""

    indexes: str
    asks: str
    sql: str


_ME, _MY_QUEST = an_id(ACCOUNT, str(OLD)), an_id(QUEST, str(OLD))
_BOARD = "SELECT hunter_id, xp FROM board_scores WHERE window_name = 'all' AND is_shown"
_DOWN = "ORDER BY xp DESC, reached_at, hunter_id LIMIT 50"
QUERIES = [
    Query(
        "uq_accounts_email_key",
        "an account by its address",
        "SELECT * FROM accounts WHERE email_key = 'h7@example.org'",
    ),
    Query("uq_hunters_name_key", "a profile by its name", "SELECT * FROM hunters WHERE name_key = 'h7'"),
    Query(
        "pk_sessions, pk_accounts",
        "the session of a request",
        f"SELECT * FROM sessions JOIN accounts ON accounts.id = account_id WHERE sessions.id = {an_id(SESSION, '7')}",
    ),
    Query(
        "ix_sessions_account_id_id",
        "the sessions of an account",
        f"SELECT * FROM sessions WHERE account_id = {_ME} ORDER BY id DESC",
    ),
    Query(
        "ix_sessions_expires_at",
        "sessions that are over",
        "SELECT id FROM sessions WHERE expires_at < '2026-01-31 01:00Z'",
    ),
    Query(
        "pk_idempotency_keys",
        "the answer under a key",
        f"SELECT * FROM idempotency_keys WHERE account_id = {_ME} AND key = 'key-7'",
    ),
    Query(
        "ix_idempotency_keys_stored_at",
        "answers older than 24 h",
        "SELECT account_id, key FROM idempotency_keys WHERE stored_at < '2026-01-01 06:00Z'",
    ),
    Query("ix_board_scores_order", "the first 50 of the board", f"{_BOARD} {_DOWN}"),
    Query("ix_board_scores_order", "the 50 behind a place in the middle", f"{_BOARD} AND xp < 12500 {_DOWN}"),
    Query(
        "ix_board_scores_order",
        "how many are ahead of a place near the top",
        "SELECT count(*) FROM board_scores WHERE window_name = 'all' AND is_shown AND xp > 99000",
    ),
    Query("pk_board_scores", "a hunter's scores", f"SELECT * FROM board_scores WHERE hunter_id = {_ME}"),
    Query(
        "ix_hunters_updated_at",
        "who changed in the last seconds",
        "SELECT id FROM hunters WHERE updated_at >= '2026-08-20 13:00Z'",
    ),
    Query(
        "ix_quests_open",
        "the open quests of a hunter",
        f"SELECT * FROM quests WHERE hunter_id = {_ME} AND is_active AND archived_at IS NULL",
    ),
    Query(
        "ix_quests_open_by_deadline",
        "open quests whose deadline comes near",
        "SELECT id FROM quests WHERE is_active AND archived_at IS NULL AND deadline BETWEEN '2026-03-01Z' AND "
        "'2026-03-01 01:00Z'",
    ),
    Query(
        "uq_quests_hunter_id_id",
        "a quest of a hunter",
        f"SELECT * FROM quests WHERE hunter_id = {_ME} AND id = {_MY_QUEST}",
    ),
    Query(
        "ix_completions_quest_day",
        "how often a quest was done on a day",
        f"SELECT count(*) FROM completions WHERE quest_id = {_MY_QUEST} AND local_day = '2026-01-05' "
        "AND voided_at IS NULL",
    ),
    Query(
        "ix_completions_hunter_day",
        "the completions of a hunter in a month",
        f"SELECT * FROM completions WHERE hunter_id = {_ME} AND local_day BETWEEN '2026-01-01' AND '2026-01-31'",
    ),
    Query(
        "pk_daily_stats",
        "the last standing day before a day",
        f"SELECT local_day FROM daily_stats WHERE hunter_id = {_ME} AND local_day < '2026-01-05' AND completed > 0 "
        "ORDER BY local_day DESC LIMIT 1",
    ),
    Query(
        "pk_daily_stats",
        "a hunter's 365 days",
        f"SELECT * FROM daily_stats WHERE hunter_id = {_ME} AND local_day > '2025-09-26'",
    ),
    Query(
        "uq_xp_entries_hunter_id_seq",
        "a hunter's last number",
        f"SELECT max(seq) FROM xp_entries WHERE hunter_id = {_ME}",
    ),
    Query(
        "uq_xp_entries_hunter_id_seq",
        "a page of a ledger",
        f"SELECT * FROM xp_entries WHERE hunter_id = {_ME} AND seq BETWEEN 5000 AND 5019 ORDER BY seq DESC",
    ),
    Query(
        "uq_xp_entries_kind_source_id",
        "the entry that paid a completion",
        f"SELECT * FROM xp_entries WHERE kind = 'COMPLETION' AND source_id = {an_id(COMPLETION, '7')}",
    ),
    Query(
        "uq_unlocks_standing",
        "what a hunter has",
        f"SELECT achievement_id FROM unlocks WHERE hunter_id = {_ME} AND taken_back_at IS NULL",
    ),
    Query(
        "ix_unlocks_completion_id",
        "what a completion earned",
        f"SELECT * FROM unlocks WHERE completion_id = {an_id(COMPLETION, '7')} AND taken_back_at IS NULL",
    ),
    Query(
        "pk_outbox",
        "a hunter's events after a number",
        f"SELECT * FROM outbox WHERE hunter_id = {_ME} AND seq > 0 ORDER BY seq",
    ),
    Query(
        "ix_outbox_pending",
        "the first 100 to be relayed",
        "SELECT * FROM outbox WHERE relayed_at IS NULL ORDER BY at, hunter_id, seq LIMIT 100",
    ),
    Query(
        "ix_notifications_pending",
        "what is due to be sent",
        "SELECT id FROM notifications WHERE NOT is_sent AND scheduled_for <= '2026-12-31Z' "
        "ORDER BY scheduled_for LIMIT 100",
    ),
    Query(
        "ix_notifications_unread",
        "a hunter's unread notifications",
        f"SELECT * FROM notifications WHERE hunter_id = {_ME} AND NOT is_read ORDER BY id DESC LIMIT 20",
    ),
    Query(
        "uq_friendships_first_id_second_id, ix_friendships_second_id",
        "a hunter's friends",
        f"SELECT * FROM friendships WHERE first_id = {_ME} OR second_id = {_ME}",
    ),
]


def plan_of(connection: psycopg.Connection[Any], sql: str) -> tuple[list[str], int, float]:
    """Return the nodes that touch a table, the pages that were looked at, and the milliseconds."""
    best: tuple[list[str], int, float] | None = None
    for _ in range(3):
        found = connection.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}").fetchone()
        assert found is not None
        explained = found[0][0]
        top = explained["Plan"]
        pages = top["Shared Hit Blocks"] + top["Shared Read Blocks"]
        taken = explained["Execution Time"]
        if best is None or taken < best[2]:
            best = list(_scans(top)), pages, taken
    assert best is not None
    return best


def _scans(node: dict[str, Any]) -> Any:
    if "Relation Name" in node or "Index Name" in node:
        name = node.get("Index Name") or node["Relation Name"]
        yield f"{node['Node Type']} {name}"
    for inner in node.get("Plans", []):
        yield from _scans(inner)


def main(hunters: int) -> None:
    """Fill a database, and print every query with its plan."""
    server = PostgresServer.start(
        durable=False,
        settings={"max_wal_size": "8GB", "shared_buffers": "1GB", "maintenance_work_mem": "512MB"},
    )
    try:
        url = server.fresh_database()
        store = open_store(url)
        store.migrate()
        store.seed_achievements(a_rulebook().catalogue)
        store.close()
        with psycopg.connect(url, autocommit=True) as connection:
            # Checked by the fill itself: its rows are made to fit.
            connection.execute("SET session_replication_role = replica")
            for sql in filling(hunters):
                connection.execute(sql)
            connection.execute("VACUUM ANALYZE")
            print("| asked | plan | pages | ms |\n| --- | --- | --- | --- |")
            for query in QUERIES:
                scans, pages, taken = plan_of(connection, query.sql)
                used = ", ".join(f"{scan.rsplit(' ', 1)[0]} `{scan.rsplit(' ', 1)[1]}`" for scan in scans)
                print(f"| {query.asks} | {used} | {pages} | {taken:.2f} |")
                missing = [
                    name for name in query.indexes.split(", ") if not any(name in scan for scan in scans)
                ]
                if missing:
                    sys.exit(f"The plan does without {', '.join(missing)}: {query.sql}")
    finally:
        server.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else HUNTERS)
