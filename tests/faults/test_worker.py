"""A worker that is killed, and a Redis that is killed or emptied under it: nothing is lost, nothing comes twice."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import attrs
import pytest

from hunter_adapters.rq.queue import ALIVE
from hunter_adapters.sql.store import SqlStore
from hunter_adapters.testing.builders import a_hunter, a_rulebook, an_event, registered
from hunter_api.settings import SettingInvalid, Settings
from hunter_api.wiring import open_world
from hunter_core import events
from hunter_core.hunters.hunter import Hunter
from hunter_core.notifications.due import LEASE
from hunter_core.notifications.notification import NotificationType
from hunter_core.ports import UnitOfWork
from tests.faults.load import at_length
from tests.servers.books import Books
from tests.servers.redis import RedisServer
from tests.servers.worker import Worker

HUNTERS = 10
RELAY_SECONDS = 2.0
"""Seconds between two looks of a worker for events that nobody told it of."""

PATIENCE = 120.0
"""Seconds after the last fault within which everything has been told (issue 5)."""


@pytest.fixture
def worker(redis_server: RedisServer, store: SqlStore, postgres_url: str, tmp_path: Path) -> Iterator[Worker]:
    made = Worker(data_dir=tmp_path / "data", database_url=postgres_url, redis_url=redis_server.url)
    with made:
        yield made


def unlocked(store: SqlStore, hunter: Hunter, count: int) -> None:
    """Let *hunter* unlock things."""
    achievement = next(iter(a_rulebook().catalogue.achievements))
    data = {
        "achievementId": str(achievement.id),
        "name": achievement.name,
        "rarity": achievement.rarity.value,
        "xpReward": 1,
    }

    def tell(uow: UnitOfWork) -> None:
        uow.hunters.lock(hunter.id)
        after = uow.outbox.last_seq(hunter.id)
        uow.outbox.add(
            [
                an_event(
                    hunter, after + place, type=events.ACHIEVEMENT_UNLOCKED, at=datetime.now(UTC), data=data
                )
                for place in range(1, count + 1)
            ]
        )

    store.run(tell)


def told(store: SqlStore, hunters: list[Hunter]) -> list[int]:
    """Return how many notifications each hunter has."""
    with store.read() as uow:
        return [
            uow.notifications.page(
                hunter.id, unread=None, kind=NotificationType.ACHIEVEMENT_UNLOCKED, page=1, limit=1
            )[1]
            for hunter in hunters
        ]


def announced(store: SqlStore, hunter: Hunter) -> list[str]:
    """Return which notifications the hunter's sockets were told of."""
    with store.read() as uow:
        found = uow.outbox.since(hunter.id, 0, 100_000)
    return [each.data["notificationId"] for each in found if each.type == events.NOTIFICATION_CREATED]


def wait_for(what: Callable[[], bool], seconds: float = PATIENCE, *, pause: float = 0.1) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(pause)


def test_every_unlock_is_told_once_whatever_is_killed(
    worker: Worker, redis_server: RedisServer, store: SqlStore, postgres_url: str
) -> None:
    notifications = "SELECT count(*) FROM notifications"
    kills, redis_kills, unlocks = at_length(20, 3), at_length(5, 1), at_length(1000, 60)
    hunters = [registered(store, a_hunter(f"Hunter{place}")) for place in range(HUNTERS)]
    each = unlocks // HUNTERS // kills + 1
    asked, last, slowest, chance = 0, 0.0, 0.0, random.Random(kills)
    for round_ in range(kills):
        with redis_server.client() as client:
            # It works; and each time it is another process.
            wait_for(lambda: client.get(ALIVE) == f"{worker.pid}".encode())
        with Books(postgres_url) as books:
            started = books.one(notifications)
        for hunter in hunters:
            unlocked(store, hunter, each)
        asked += each
        if round_ % 2:
            # At any point: before a pass, in one, or after it.
            time.sleep(chance.uniform(0, at_length(RELAY_SECONDS, 0.2)))
        else:
            # In the midst: as soon as anything of it can be seen.
            with Books(postgres_url) as books:
                wait_for(lambda: books.one(notifications) > started, pause=0.001)  # noqa: B023
        if round_ < redis_kills:
            redis_server.kill()
        worker.kill()
        if round_ < redis_kills:
            redis_server.restart()
        worker.start()
        if round_ % 2 or round_ == kills - 1:
            fault = time.monotonic()
            wait_for(lambda: told(store, hunters) == [asked] * HUNTERS)  # noqa: B023
            last = time.monotonic() - fault
            slowest = max(slowest, last)

    print(
        f"{asked * HUNTERS} unlocks were told {last:.1f} s after the last of {kills} kills of the worker and "
        f"{redis_kills} of Redis, and at most {slowest:.1f} s after another"
    )
    assert asked * HUNTERS >= unlocks
    for hunter in hunters:
        ids = announced(store, hunter)
        assert len(ids) == len(set(ids)) == asked
    assert "Traceback" not in worker.log, worker.log[-5000:]


def test_a_worker_outlives_redis_and_ends_in_time(
    worker: Worker, redis_server: RedisServer, store: SqlStore
) -> None:
    # A streak that stands tomorrow, too: else nothing more is expected where midnight comes in between.
    hunter = registered(store, a_hunter(streak=1, max_streak=1, last_day=datetime.now(UTC).date()))
    store.run(lambda uow: uow.agendas.look([hunter.id], datetime.now(UTC)))
    unlocked(store, hunter, 1)
    wait_for(lambda: told(store, [hunter]) == [1])
    wait_for(lambda: looked_at(store, hunter))
    with redis_server.client() as client:
        kept = [value for key in client.keys("rq:job:*") for value in client.hgetall(key).values()]
    assert kept
    assert not any(value.startswith(b"\x80") for value in kept), "a pickle"

    redis_server.flush()
    unlocked(store, hunter, 1)
    wait_for(lambda: told(store, [hunter]) == [2])
    redis_server.kill()
    unlocked(store, hunter, 1)
    redis_server.restart()
    wait_for(lambda: told(store, [hunter]) == [3])

    began = time.monotonic()
    assert worker.end() == 0
    assert time.monotonic() - began < 10
    assert "Traceback" not in worker.log, worker.log[-5000:]


def looked_at(store: SqlStore, hunter: Hunter) -> bool:
    """Tell whether somebody has looked at what is due for *hunter*, and is to look again, later."""
    with store.read() as uow:
        agenda = uow.agendas.get(hunter.id)
    assert agenda is not None
    ahead = datetime.now(UTC) + LEASE
    return agenda.next_at is not None and agenda.next_at > ahead


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        (Settings(database_url="postgresql://localhost/x"), "HUNTER_REDIS_URL"),
        (Settings(redis_url="redis://localhost:1"), "HUNTER_DATABASE_URL"),
    ],
)
def test_a_worker_without_redis_or_on_a_file_is_refused(
    tmp_path: Path, settings: Settings, says: str
) -> None:
    world = open_world(attrs.evolve(settings, data_dir=tmp_path))
    try:
        with pytest.raises(SettingInvalid, match=says):
            world.work()
    finally:
        world.close()
