"""Who hides is hidden for the first read after the answer, whatever Redis does meanwhile (docs/concepts/boards.md)."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

import pytest

from hunter_adapters.redis import connection
from hunter_adapters.redis.boards import keeper, keys, reader
from hunter_adapters.redis.boards.reader import FROM_REDIS, WITHOUT_REDIS
from hunter_adapters.redis.boards.withdrawal import CERTAIN_SECONDS
from hunter_adapters.testing.builders import NOW
from hunter_adapters.testing.contract import Contestant
from hunter_adapters.testing.contract.boards import a_contestant, told
from hunter_core.ids import HunterId
from tests.contract.conftest import SqlHouse
from tests.contract.redis_boards import Kept
from tests.servers.redis import KINDS, RedisServer

JINWOO, JINAH = a_contestant("Jinwoo", 300), a_contestant("Jinah", 100)


@pytest.fixture
def long_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lease that no machine is so busy as to outlast; who relies on its end does without."""
    for module in (keeper, reader):
        monkeypatch.setattr(module, "LEASE_MICROS", 600_000_000)


@pytest.fixture(params=KINDS)
def two(
    request: pytest.FixtureRequest, sqlite_house: SqlHouse, patient_with_a_hang: None
) -> Iterator[tuple[Kept, Kept]]:
    """Two processes on one database and one Redis that both believe; who hides does so through the first."""
    server: RedisServer = request.getfixturevalue("redis_servers")[request.param]
    server.restart()
    store = sqlite_house.emptied()
    other = Kept(store, server)
    first = Kept(store, server)
    first.under_test().fill([JINWOO, JINAH])
    for each in (first, other):
        each.settle()
        assert shown(each) == ["Jinwoo", "Jinah"]
        assert each.boards.answers == {FROM_REDIS: 1}
    yield first, other
    other.close()
    first.close()


def shown(kept: Kept) -> list[str]:
    """Return who is on the board of all time."""
    return [line.name for line in kept.under_test().read().lines]


def hide(kept: Kept, whose: Contestant = JINWOO) -> float:
    """Let somebody hide; return how many seconds that took."""
    began = time.monotonic()
    with kept.store.write() as uow:
        hunter = uow.hunters.lock(whose.hunter.id)
        uow.hunters.save(replace(hunter, updated_at=NOW))
        uow.settings.save(replace(whose.settings, show_on_leaderboard=False))
        uow.commit()
    return time.monotonic() - began


@pytest.mark.usefixtures("long_lease")
def test_a_redis_that_comes_back_from_a_file_shows_nobody_who_hid_since(two: tuple[Kept, Kept]) -> None:
    first, other = two
    snapshot = first.server.snapshot()
    hide(first)
    assert shown(other) == ["Jinah"]

    first.server.restart_from(snapshot)
    with first.server.client() as client:
        # All is as it was, the lease too.
        assert client.zcard(keys.order_of("all")) == 2
        lease = client.hget(keys.STATE, keys.LEASE)
        assert lease is not None
        seconds, micros = client.time()
        assert int(lease) > seconds * 1_000_000 + micros

    for each in (other, first):
        assert shown(each) == ["Jinah"]
        assert each.boards.answers[WITHOUT_REDIS] == 1
    first.settle()
    assert shown(first) == ["Jinah"]
    assert first.boards.answers[FROM_REDIS] >= 2


@pytest.mark.parametrize("two", ["redis"], indirect=True)
def test_a_change_that_a_hanging_redis_is_not_told_is_answered_when_nobody_believes_it_any_more(
    two: tuple[Kept, Kept],
) -> None:
    first, other = two
    pool = first.connection.client.connection_pool
    pool.connection_kwargs["socket_timeout"] = connection.REST / 2
    pool.reset()
    first.settle()
    first.server.pause()
    try:
        began = time.monotonic()
        # No thread is held up for it: the answer is.
        assert hide(first) < CERTAIN_SECONDS
        left = first.keeper.seconds_left(JINWOO.hunter.id)
        assert began + CERTAIN_SECONDS <= time.monotonic() + left
        assert first.keeper.seconds_left() == pytest.approx(left, abs=0.5)
        assert first.keeper.seconds_left(JINAH.hunter.id) == 0

        # Whoever hides again is answered after the last time: between the two they may have been seen.
        time.sleep(0.2)
        again = time.monotonic()
        hide(first)
        left = first.keeper.seconds_left(JINWOO.hunter.id)
        assert again + CERTAIN_SECONDS <= time.monotonic() + left
        time.sleep(left)
    finally:
        first.server.resume()

    assert shown(other) == ["Jinah"]
    assert shown(first) == ["Jinah"]
    assert first.keeper.seconds_left() == 0


def test_who_shows_or_changes_something_else_waits_for_nothing(two: tuple[Kept, Kept]) -> None:
    first, _ = two
    first.server.kill()
    with first.store.write() as uow:
        uow.settings.save(replace(JINWOO.settings, language="de"))
        uow.commit()
    assert first.keeper.seconds_left() == 0
    hide(first)
    assert first.keeper.seconds_left(JINWOO.hunter.id) > 0


@pytest.mark.usefixtures("long_lease")
def test_a_lease_that_somebody_is_just_giving_is_void_after_a_change_that_was_not_brought_over(
    two: tuple[Kept, Kept],
) -> None:
    first, other = two
    # It has not looked yet, so it cannot bring anything over; but it can say that something is missing.
    first.begin()
    changed_since = other.source.changed_since

    def look_and_hide(moment: datetime) -> Sequence[tuple[HunterId, datetime]]:
        found = changed_since(moment)
        assert hide(first) < CERTAIN_SECONDS
        assert shown(other) == ["Jinah"]
        return found

    other.source.changed_since = look_and_hide  # type: ignore[method-assign]
    assert other.keeper.tend() is False
    other.source.changed_since = changed_since  # type: ignore[method-assign]
    assert shown(other) == ["Jinah"]
    assert other.boards.answers == {FROM_REDIS: 1, WITHOUT_REDIS: 2}

    other.settle()
    assert shown(other) == ["Jinah"]
    assert other.boards.answers[FROM_REDIS] == 2


@pytest.mark.usefixtures("long_lease")
def test_nobody_reads_boards_made_anew_that_they_have_not_looked_at(two: tuple[Kept, Kept]) -> None:
    first, other = two
    first.keeper.rebuild()
    first.settle()
    assert told(other.under_test().read()) == [(JINWOO.hunter.id, 300), (JINAH.hunter.id, 100)]
    assert other.boards.answers == {FROM_REDIS: 1, WITHOUT_REDIS: 1}
