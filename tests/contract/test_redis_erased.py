"""Who was erased while others saw them is on no board, whoever erased them and whatever became of that process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from hunter_adapters.memory.security_log import MemorySecurityLog
from hunter_adapters.redis.boards.reader import FROM_REDIS
from hunter_adapters.testing.builders import NOW
from hunter_adapters.testing.contract.boards import a_contestant
from hunter_core.accounts.erasure import erase_due
from hunter_core.accounts.purge import purge
from hunter_core.accounts.security_log import SecurityEvent
from hunter_core.leaderboard.projection import OVERLAP
from tests.contract.conftest import SqlHouse
from tests.contract.redis_boards import Kept, right_answers
from tests.servers.redis import RedisServer

JINWOO, JINAH = a_contestant("Jinwoo", 300), a_contestant("Jinah", 100)


@pytest.fixture(params=["sqlite", "postgresql"])
def kept(
    request: pytest.FixtureRequest, redis_servers: dict[str, RedisServer], patient_with_a_hang: None
) -> Iterator[Kept]:
    """Boards that show two, of whom one is due to be erased: their address is somebody else's since a week."""
    house: SqlHouse = request.getfixturevalue(f"{request.param}_house")
    redis_servers["redis"].restart()
    opened = Kept(house.emptied(), redis_servers["redis"])
    opened.under_test().fill([JINWOO, JINAH])
    with opened.store.write() as uow:
        account = uow.accounts.lock(JINWOO.hunter.id)
        uow.accounts.save(replace(account, delete_at=NOW + timedelta(hours=1)))
        uow.commit()
    opened.clock.instant = NOW + timedelta(hours=1)
    opened.settle()
    right_answers(opened, [(JINWOO.hunter.id, 300), (JINAH.hunter.id, 100)])
    assert opened.boards.answers == {FROM_REDIS: 1}
    yield opened
    opened.close()


def erase(kept: Kept) -> None:
    assert erase_due(store=kept.store, log=MemorySecurityLog(), clock=kept.clock) == 1


@pytest.mark.parametrize("hours", [0, 24 * 6], ids=["at once", "days later"])
def test_by_a_process_that_died_after_its_commit(kept: Kept, hours: int) -> None:
    kept.store.after_commit = None
    erase(kept)
    # Redis may have been away from everybody meanwhile; and what is of no use is purged.
    kept.clock.instant += timedelta(hours=hours)
    purge(kept.store, kept.clock.now())

    kept.settle()

    right_answers(kept, [(JINAH.hunter.id, 100)])
    assert kept.boards.answers == {FROM_REDIS: 2}


class ErasedSlowly(MemorySecurityLog):
    """A log that hears of each account erased: that took longer than a look at what changed reaches back."""

    def __init__(self, kept: Kept) -> None:
        super().__init__()
        self._kept = kept

    def record(self, event: SecurityEvent) -> None:
        super().record(event)
        self._kept.clock.instant += OVERLAP + timedelta(seconds=5)
        assert self._kept.keeper.tend()


def test_by_a_process_that_died_after_a_long_run_of_them(kept: Kept) -> None:
    with kept.store.write() as uow:
        account = uow.accounts.lock(JINAH.hunter.id)
        uow.accounts.save(replace(account, delete_at=NOW + timedelta(hours=1)))
        uow.commit()
    kept.store.after_commit = None
    log = ErasedSlowly(kept)

    assert erase_due(store=kept.store, log=log, clock=kept.clock) == 2

    assert len(log.events) == 2
    right_answers(kept, [])
    assert kept.boards.answers == {FROM_REDIS: 2}


def test_by_a_worker_that_looks_at_boards_once_a_minute(kept: Kept) -> None:
    worker = Kept(kept.store, kept.server)
    worker.clock.instant = kept.clock.instant
    erase(kept)

    right_answers(kept, [(JINAH.hunter.id, 100)])
    kept.settle()

    right_answers(kept, [(JINAH.hunter.id, 100)])
    assert kept.boards.answers[FROM_REDIS] == 2
    worker.close()
