"""A completion over HTTP on PostgreSQL: CPU of server and database against raw psycopg, new hunter against old."""

from __future__ import annotations

import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from hunter_adapters.sql import SqlStore, open_store
from hunter_core import HashDice, Rulebook, load_rulebook
from hunter_core.completions.commands import CompleteQuest
from hunter_core.completions.complete import complete
from hunter_core.ids import CompletionId, HunterId, QuestId, new_id
from hunter_core.ports import Dice
from hunter_core.quests.create import create_quest
from hunter_core.quests.fields import QuestFields
from hunter_core.words import Attribute, QuestType
from tests.bench.cpu import seconds_of, seconds_of_server
from tests.bench.figures import Figure
from tests.bench.plain import READS, WRITES, Plain
from tests.servers.app import App
from tests.servers.client import Client
from tests.servers.postgres import PostgresServer

ROUNDS, BATCH = 30, 40
OLD_DAYS, OLD_A_DAY = 1000, 10
QUESTS = 40
# The source design on this kind of machine (issue 2): Node + Prisma, in ms of CPU, server and database.
SOURCE_NEW, SOURCE_OLD = "10 + 6.5 ms", "23 + 11 ms after 1 000 completions"


class Cost:
    """CPU seconds of a client process and of the database, added up over batches."""

    def __init__(self) -> None:
        self.client = self.database = 0.0
        self.count = 0

    def add(self, client: float, database: float, count: int) -> None:
        """Add a batch."""
        self.client += client
        self.database += database
        self.count += count

    @property
    def ms(self) -> tuple[float, float]:
        """Milliseconds of one completion, client and database."""
        return 1000 * self.client / self.count, 1000 * self.database / self.count


def figures() -> Iterator[Figure]:
    """Measure all in turns: a plain function, a new hunter, an old one; a busy moment meets each alike."""
    server = PostgresServer.start(durable=True)
    try:
        url = server.fresh_database()
        with tempfile.TemporaryDirectory() as folder, App(data_dir=Path(folder), database_url=url) as app:
            yield from _measured(server, url, app)
    finally:
        server.close()


def _measured(server: PostgresServer, url: str, app: App) -> Iterator[Figure]:
    new, old, plain = (Player(app.url) for _ in range(3))
    print(f"Seeding an old hunter: {OLD_DAYS * OLD_A_DAY} completions on {OLD_DAYS} days …", flush=True)
    _live_long(url, HunterId(uuid.UUID(old.client.user["id"])))
    # As many unlocks as the new hunter will have, so that the same rows are read.
    answer = [plain.complete(number) for number in range(BATCH)][-1]
    yardstick = Plain(url, uuid.UUID(plain.client.user["id"]), plain.quests, answer)
    unlocks = _scalar(url, "SELECT count(*) FROM unlocks WHERE hunter_id = %s", old.client.user["id"])

    def measure(
        cost: Cost | None, cpu: Callable[[], float], work: Callable[[int], object], start: int
    ) -> None:
        before, database = cpu(), seconds_of_server(server.pid)
        for number in range(start, start + BATCH):
            work(number)
        # The server is done with its part before the client hears of it, the database a moment later.
        time.sleep(0.02)
        if cost is not None:
            cost.add(cpu() - before, seconds_of_server(server.pid) - database, BATCH)

    costs = Cost(), Cost(), Cost()
    program: Callable[[], float] = lambda: seconds_of(app.pid)  # noqa: E731
    sides = ((time.process_time, yardstick.complete), (program, new.complete), (program, old.complete))
    flushes = 0.0
    for turn in range(1, ROUNDS + 2):
        for place, (cpu, work) in enumerate(sides):
            # The first turn warms up: statements are prepared, first achievements unlocked.
            cost = costs[place] if turn > 1 else None
            before = _flushes(url)
            measure(cost, cpu, work, turn * BATCH)
            if turn > 1 and place == 1:
                flushes += _flushes(url) - before
    yardstick.close()
    (plain_ms, plain_db), (new_ms, new_db), (old_ms, old_db) = (cost.ms for cost in costs)
    rows = (
        f"the same rows by raw psycopg ({READS} reads, {WRITES} writes), {plain_ms:.2f} + {plain_db:.2f} ms"
    )
    yield Figure(name="completion: server CPU", measured=new_ms / plain_ms, limit=4, unit="x", against=rows)
    yield Figure(
        name="completion: database CPU", measured=new_db / plain_db, limit=1.3, unit="x", against=rows
    )
    yield Figure(
        name=f"completion: old hunter ({unlocks} unlocks), server + database",
        measured=(old_ms + old_db) / (new_ms + new_db),
        limit=1.1,
        unit="x",
        against=f"a new hunter; old {old_ms:.2f} + {old_db:.2f} ms",
    )
    yield Figure(
        name="completion: WAL flushes (background ones too)",
        measured=flushes / (ROUNDS * BATCH),
        limit=None,
        unit="",
        against="one commit each",
    )
    shown = (("server", new_ms), ("database", new_db))
    for name, ms in shown:
        yield Figure(
            name=f"completion: {name} CPU",
            measured=ms,
            limit=None,
            unit="ms",
            against=f"the source design: {SOURCE_NEW}; {SOURCE_OLD}",
        )


class Player:
    """A registered hunter with enough quests for every batch of a day."""

    def __init__(self, url: str) -> None:
        self.client = Client(url).register()
        fields = {"completionsPerDay": 50, "baseXP": 20, "attributes": ["strength"]}
        self.quests = [self.client.create_quest(title=f"Quest {n}", **fields)["id"] for n in range(QUESTS)]

    def complete(self, number: int) -> bytes:
        """Complete the next quest in turn, under a new key; return the answer's bytes."""
        quest = self.quests[number % QUESTS]
        answer = self.client.complete(quest, key=uuid.uuid4().hex)
        assert answer.status == 200, answer
        return answer.body


def _live_long(url: str, hunter_id: HunterId) -> None:
    """Play the old hunter's days through the use case itself, so that every row is as it would be."""
    rulebook, dice = load_rulebook("classic"), HashDice()
    store: SqlStore = open_store(f"{url}&options=-c%20synchronous_commit%3Doff")
    first = datetime.now(UTC).replace(hour=7) - timedelta(days=OLD_DAYS)
    with store.write() as uow:
        made = [
            create_quest(
                uow=uow,
                hunter_id=hunter_id,
                fields=QuestFields(
                    title=f"Old {number}", type=QuestType.DAILY, base_xp=30, attributes=(attribute,)
                ),
                now=first,
                limits=rulebook.limits,
            )
            for number, attribute in zip(range(OLD_A_DAY), [*Attribute] * 2, strict=False)
        ]
        uow.commit()
    for back in range(OLD_DAYS):
        for number, quest in enumerate(made):
            now = first + timedelta(days=back, minutes=number)
            _complete_at(store, hunter_id, quest.id, now, rulebook, dice)
    store.close()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def _complete_at(
    store: SqlStore, hunter_id: HunterId, quest_id: QuestId, now: datetime, rulebook: Rulebook, dice: Dice
) -> None:
    command = CompleteQuest(completion_id=CompletionId(new_id(now)), hunter_id=hunter_id, quest_id=quest_id)
    with store.write() as uow:
        complete(
            uow=uow,
            command=command,
            now=now,
            rulebook=rulebook,
            dice=dice,
            request=None,
            answer=lambda _: (200, b""),
        )
        uow.commit()


def _scalar(url: str, statement: str, *parameters: object) -> int:
    with psycopg.connect(url) as connection:
        found = connection.execute(statement, parameters).fetchone()
    return int(found[0]) if found else 0


def _flushes(url: str) -> int:
    """Return how often the server has flushed its WAL so far (PostgreSQL 18 counts it in another view)."""
    if _scalar(url, "SELECT current_setting('server_version_num')::int") >= 180000:
        return _scalar(url, "SELECT coalesce(sum(fsyncs), 0)::bigint FROM pg_stat_io WHERE object = 'wal'")
    return _scalar(url, "SELECT wal_sync FROM pg_stat_wal")
