"""Boards of a million hunters: Redis against its bare commands, SQL alone by the database's CPU, and what they cost."""

from __future__ import annotations

import os
import time
import timeit
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from unittest import mock

import psycopg

from hunter_adapters.redis.boards import keys
from hunter_adapters.redis.boards.keeper import BoardKeeper
from hunter_adapters.redis.boards.reader import FROM_REDIS, RedisBoards
from hunter_adapters.redis.connection import RedisConnection
from hunter_adapters.sql import SqlStore, open_store
from hunter_adapters.sql.board_source import SqlBoardSource
from hunter_adapters.sql.board_statements import PLAIN, cards
from hunter_adapters.sql.boards import SqlBoards
from hunter_adapters.testing.builders import a_hunter, a_quest, registered
from hunter_core.clock import SystemClock
from hunter_core.completions.commands import CompleteQuest
from hunter_core.completions.complete import complete
from hunter_core.dice import HashDice
from hunter_core.ids import CompletionId, HunterId, new_id
from hunter_core.leaderboard.board import Asked, Reading, tier
from hunter_core.leaderboard.windows import ALL_TIME, windows_at
from hunter_core.rules.toml import load_rulebook
from hunter_core.words import Rank
from tests.bench.cpu import seconds_of_server
from tests.bench.figures import Figure
from tests.servers.postgres import PostgresServer
from tests.servers.redis import RedisServer

HUNTERS = int(os.environ.get("HUNTER_BENCH_HUNTERS", "1000000"))
PAGE = 50
REPEATS, BATCH = 40, 25
COMPLETIONS, ROUNDS = 40, 20
NOBODY = HunterId(uuid.UUID(int=0))
S_RANK = tier(Rank.S, load_rulebook("classic"))

_ID = "('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid"
_XP = "(CASE WHEN n % 10 = 0 THEN 0 ELSE ((n * 7919::bigint) % 1000003) ^ 2 / 1000000 END)::bigint"
_LATER = "timestamptz '2026-01-01Z' + n * interval '7 seconds'"
_AT = f"(CASE WHEN n % 10 = 0 THEN timestamptz '1970-01-01Z' ELSE {_LATER} END)"


def figures() -> Iterator[Figure]:
    """Fill one PostgreSQL and one Redis, and take the figures of both in one run."""
    server = PostgresServer.start(durable=True)
    try:
        with RedisServer.start() as redis:
            store = open_store(server.fresh_database())
            try:
                yield from _measured(server, redis, store)
            finally:
                store.close()
    finally:
        server.close()


def _measured(server: PostgresServer, redis: RedisServer, store: SqlStore) -> Iterator[Figure]:
    store.migrate()
    store.seed_achievements(load_rulebook("classic").catalogue)
    print(f"Seeding {HUNTERS} hunters …", flush=True)
    url = str(store.database.conninfo)  # type: ignore[attr-defined]
    _fill(url, datetime.now(UTC))
    yield from _sql(server, store)
    connection = RedisConnection(redis.url)
    keeper = BoardKeeper(connection, SqlBoardSource(store), SystemClock(), fingerprint="bench")
    print("Rebuilding the boards in Redis …", flush=True)
    began = time.monotonic()
    keeper.rebuild()
    took = time.monotonic() - began
    yield Figure(
        name="boards: rebuild in Redis", measured=took, limit=None, unit="s", against=f"{HUNTERS} hunters"
    )
    boards = RedisBoards(connection, keeper, SqlBoards(store))
    keeper.start()
    try:
        yield from _redis(boards, connection, keeper)
        yield from _cost(server, store, keeper)
    finally:
        store.after_commit = None
        keeper.close()
        connection.close()


def _fill(url: str, now: datetime) -> None:
    numbers = f"FROM generate_series(1, {HUNTERS}) n"
    weekly = windows_at(now).weekly
    when = "timestamptz '2026-01-01Z'"
    with psycopg.connect(
        url, autocommit=True, options="-c synchronous_commit=off -c maintenance_work_mem=512MB"
    ) as sql:
        for statement in (
            f"""INSERT INTO accounts (id, email, email_key, role, is_verified, is_active, created_at, updated_at)
                SELECT {_ID}, 'h' || n || '@e', 'h' || n || '@e', 'USER', true, true, {when}, {when} {numbers}""",
            f"""INSERT INTO hunters SELECT {_ID}, 'h' || n, 'h' || n, 'confident', NULL, true,
                '{{"zones":[{{"zone":"Europe/Berlin","dayStart":0}}]}}', {_XP}, 1, 'F',
                CASE WHEN n % 10 > 0 THEN {_AT} END, 3, 9, 0, '2026-11-01', 0, 0, 0, 0, 0, 0, 0, 1, 0, 'hash',
                {when}, {when} {numbers}""",
            f"""INSERT INTO hunter_settings SELECT {_ID}, true, true, true, true, true, false, 'dark', 'en', true,
                'medium', 'public', true, true {numbers}""",
            f"""INSERT INTO board_scores SELECT {_ID}, window_name,
                CASE window_name WHEN 'all' THEN {_XP} ELSE 10 + n % 990 END,
                {_AT}, true {numbers}, unnest(ARRAY['all', '{weekly}']) window_name
                ORDER BY hashint8(n)""",
            "VACUUM ANALYZE",
        ):
            sql.execute(statement.encode())


def _asked(page: int = 1, viewer: HunterId = NOBODY, window: str = ALL_TIME, **more: Any) -> Asked:
    return Asked(
        window=window, now=datetime.now(UTC), viewer=viewer, page=page, limit=PAGE, s_rank=S_RANK, **more
    )


# --- SQL alone --------------------------------------------------------------------------------------------------


def _sql(server: PostgresServer, store: SqlStore) -> Iterator[Figure]:
    boards = SqlBoards(store)
    last = -(-HUNTERS // PAGE)
    weekly = windows_at(datetime.now(UTC)).weekly
    middle, low = (_at(boards, page) for page in (last // 2, last - last // 10))
    with store.read() as uow:
        keyed = {
            each: uow.sql.rows(PLAIN.own, window=ALL_TIME, least=0, most=2**62, hunter_id=each)[0]
            for each in (middle, low)
        }
    # Believed for so long that no count falls into the measuring of pages.
    with mock.patch("hunter_adapters.sql.boards.BELIEVED_SECONDS", 600.0):
        boards = SqlBoards(store)
        boards.read(_asked(viewer=middle))
        boards.read(_asked(window=weekly, viewer=middle))

        def neighbours() -> None:
            at = {"window": ALL_TIME, "least": 0, "most": 2**62, "hunter_id": middle}
            xp, reached = keyed[middle]
            with store.read() as uow:
                near = [
                    row[0]
                    for statement in (PLAIN.next_ahead, PLAIN.next_behind)
                    for row in uow.sql.rows(statement, limit=PAGE // 2, xp=xp, reached_at=reached, **at)
                ]
                ids = (near * 2)[:64]
                uow.sql.rows(cards(64), **{f"id_{place}": each for place, each in enumerate(ids)})

        limits: list[tuple[str, Callable[[], object], float]] = [
            ("rows of page 1", lambda: boards.read(_asked()), 5),
            ("rows around a hunter in the middle", neighbours, 5),
            ("page 1 of a week", lambda: boards.read(_asked(window=weekly)), 5),
            ("the page in the middle", lambda: boards.read(_asked(last // 2)), 60),
            ("the last page", lambda: boards.read(_asked(last)), 60),
            ("page 1 and a place in the middle", lambda: boards.read(_asked(viewer=middle)), 60),
            ("page 1 and a place at nine tenths", lambda: boards.read(_asked(viewer=low)), 60),
            ("around a hunter, place and rows", lambda: boards.read(_asked(viewer=middle, around=True)), 60),
        ]
        for name, work, limit in limits:
            work()
            before = seconds_of_server(server.pid)
            for _ in range(10):
                work()
            time.sleep(0.05)
            spent = 1000 * (seconds_of_server(server.pid) - before) / 10
            yield Figure(
                name=f"boards in SQL: {name}", measured=spent, limit=limit, unit="ms", against="database CPU"
            )
    counting = SqlBoards(store)
    before, began, reads = seconds_of_server(server.pid), time.monotonic(), 0
    while time.monotonic() - began < 5:
        counting.read(_asked())
        reads += 1
    spent = 1000 * (seconds_of_server(server.pid) - before) / 5
    yield Figure(
        name="boards in SQL: page 1 for five seconds, counts and all",
        measured=spent,
        limit=None,
        unit="ms",
        against=f"database CPU a second, at {reads / 5:.0f} reads a second",
    )


def _at(boards: SqlBoards, page: int) -> HunterId:
    return boards.read(_asked(page)).lines[0].hunter_id


# --- Redis ------------------------------------------------------------------------------------------------------


def _redis(boards: RedisBoards, connection: RedisConnection, keeper: BoardKeeper) -> Iterator[Figure]:
    deadline = time.monotonic() + 60
    while not keeper.ready_to_read() and time.monotonic() < deadline:
        time.sleep(0.1)
    last = -(-HUNTERS // PAGE)
    me = boards.read(_asked(last // 2)).lines[PAGE // 2].hunter_id
    before = boards.answers[FROM_REDIS]
    place = boards.read(_asked(viewer=me)).own
    assert place is not None
    assert boards.answers[FROM_REDIS] == before + 1
    client = connection.client
    order, members = keys.order_of(ALL_TIME), keys.members_of(ALL_TIME)
    today = keys.order_of(windows_at(datetime.now(UTC)).daily)
    member = client.hget(members, me.bytes) + me.bytes  # type: ignore[operator]

    def bare(first: int) -> Callable[[], object]:
        def work() -> object:
            pipeline = client.pipeline(transaction=False)
            pipeline.zrange(order, first, first + PAGE - 1, withscores=True)
            pipeline.zrank(order, member)
            pipeline.zscore(order, member)
            pipeline.zrange(order, place.place - 2, place.place - 2, withscores=True)
            pipeline.zcard(order)
            pipeline.zcard(today)
            pipeline.zcount(order, "-inf", "-547600")
            rows = pipeline.execute()[0]
            return client.hmget(keys.CARDS, [row[0][8:] for row in rows])

        return work

    def ours(**asked: Any) -> Callable[[], Reading]:
        return lambda: boards.read(_asked(viewer=me, **asked))

    pairs: list[tuple[str, Callable[[], object], Callable[[], object]]] = [
        ("page 1", ours(), bare(0)),
        ("the last page", ours(page=last), bare((last - 1) * PAGE)),
        ("around a hunter in the middle", ours(around=True), bare(place.place - PAGE // 2)),
    ]
    best = [[float("inf")] * 2 for _ in pairs]
    for _ in range(REPEATS):
        for side, (_, *works) in enumerate(pairs):
            for which, work in enumerate(works):
                best[side][which] = min(best[side][which], timeit.timeit(work, number=BATCH) / BATCH)
    for (name, _, _), (own, yardstick) in zip(pairs, best, strict=True):
        against = f"the bare commands, {1000 * yardstick:.2f} ms; ours {1000 * own:.2f} ms"
        yield Figure(
            name=f"boards in Redis: {name}", measured=own / yardstick, limit=3, unit="x", against=against
        )
    slowest, fastest = max(own for own, _ in best), min(own for own, _ in best)
    yield Figure(
        name="boards in Redis: the slowest of the three",
        measured=slowest / fastest,
        limit=1.5,
        unit="x",
        against="the fastest",
    )


# --- a completion -----------------------------------------------------------------------------------------------


def _cost(server: PostgresServer, store: SqlStore, keeper: BoardKeeper) -> Iterator[Figure]:
    """Complete with boards, without, and with boards in Redis too, in turns; client and database together."""
    rulebook, dice = load_rulebook("classic"), HashDice()
    hunter = a_hunter("Bench", created_at=datetime.now(UTC), updated_at=datetime.now(UTC))
    quests = [
        a_quest(
            hunter,
            f"Quest {number}",
            base_xp=20,
            completions_per_day=50,
            created_day=datetime.now(UTC).date(),
        )
        for number in range(3 * ROUNDS * COMPLETIONS // 50 + 4)
    ]
    registered(store, hunter, *quests)
    done = 0

    def batch() -> float:
        nonlocal done
        before = time.process_time() + seconds_of_server(server.pid)
        for _ in range(COMPLETIONS):
            now, quest = datetime.now(UTC), quests[done // 50]
            done += 1
            command = CompleteQuest(
                completion_id=CompletionId(new_id(now)), hunter_id=hunter.id, quest_id=quest.id
            )

            def work(uow: Any, command: CompleteQuest = command, now: datetime = now) -> None:
                complete(
                    uow=uow,
                    command=command,
                    now=now,
                    rulebook=rulebook,
                    dice=dice,
                    request=None,
                    answer=lambda _: (200, b""),
                )

            store.run(work)
        time.sleep(0.06)
        return time.process_time() + seconds_of_server(server.pid) - before

    @contextmanager
    def off() -> Iterator[None]:
        with mock.patch("hunter_core.completions.save.keep_scores", return_value=None):
            yield

    @contextmanager
    def on() -> Iterator[None]:
        yield

    @contextmanager
    def in_redis() -> Iterator[None]:
        store.after_commit = keeper.changed
        yield
        store.after_commit = None

    sides = (off, on, in_redis)
    spent = [0.0] * 3
    for turn in range(ROUNDS):
        for place, side in enumerate(sides):
            with side():
                took = batch()
            # The first turn warms up.
            spent[place] += took if turn else 0.0
    each = [1000 * total / ((ROUNDS - 1) * COMPLETIONS) for total in spent]
    against = f"without them, {each[0]:.2f} ms of CPU, client and database"
    for name, ms in (("boards", each[1]), ("boards, and Redis", each[2])):
        yield Figure(
            name=f"completion with {name}", measured=ms / each[0], limit=1.15, unit="x", against=against
        )
