"""Boards in genuine Redis and Valkey: the same pages as everywhere, whatever becomes of the server (SPEC 7)."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Sequence
from datetime import timedelta

import pytest

from hunter_adapters.redis.boards.digests import digest_of
from hunter_adapters.redis.boards.reader import FROM_REDIS, FROM_STORE, WITHOUT_REDIS
from hunter_adapters.redis.boards.writer import BoardWriter
from hunter_adapters.sql import SqlStore
from hunter_adapters.sql.board_source import SqlBoardSource
from hunter_adapters.testing.builders import NOW, a_rulebook
from hunter_adapters.testing.contract import BoardsContract, BoardsUnderTest
from hunter_adapters.testing.contract.boards import a_contestant, a_crowd, in_order, told
from hunter_adapters.testing.play import Do, Habit, Player, Story, TakeBack, Wait
from hunter_core.ids import HunterId
from hunter_core.leaderboard.order import Score
from hunter_core.leaderboard.projection import ledger_digest
from hunter_core.leaderboard.windows import ALL_TIME, windows_at
from tests.contract.redis_boards import Kept, gain, right_answers

ONE_DAY = timedelta(days=1)


@pytest.fixture
def boards_under_test(kept: Kept) -> BoardsUnderTest:
    return kept.under_test()


class TestBoards(BoardsContract):
    pass


def test_open_windows_are_answered_by_redis_and_closed_ones_by_the_store(kept: Kept) -> None:
    kept.settle()

    for window in (ALL_TIME, *windows_at(NOW)):
        kept.under_test().read(window)
    assert kept.boards.answers == {FROM_REDIS: 4}

    kept.under_test().read("2020-W01")
    assert kept.boards.answers == {FROM_REDIS: 4, FROM_STORE: 1}


def test_a_look_that_finds_nothing_new_asks_the_store_two_things_outside_of_a_transaction(kept: Kept) -> None:
    kept.under_test().fill(a_crowd(3))
    kept.settle()
    sent: list[str] = []
    kept.source = SqlBoardSource(SqlStore(kept.store.database, observer=sent.append))
    kept.begin()
    kept.settle()
    looks = []
    for _ in range(3):
        sent.clear()
        kept.settle()
        looks.append([each.split()[0] for each in sent])
    # Now and then one compares a part as well.
    assert ["SELECT", "SELECT"] in looks


def test_what_is_lost_or_away_costs_time_and_never_truth(kept: Kept) -> None:
    crowd = a_crowd(40)
    kept.under_test().fill(crowd)
    expected = in_order(crowd, ALL_TIME)
    right_answers(kept, expected)
    assert kept.boards.answers == {WITHOUT_REDIS: 1}
    kept.settle()
    right_answers(kept, expected)
    assert kept.boards.answers[FROM_REDIS] == 1

    for harm in (kept.server.flush, kept.server.kill, kept.server.pause):
        before = kept.boards.answers[WITHOUT_REDIS]
        harm()
        right_answers(kept, expected)
        assert kept.boards.answers[WITHOUT_REDIS] == before + 1
        if harm == kept.server.pause:
            kept.server.resume()
        elif harm == kept.server.kill:
            kept.server.restart()
        began = time.monotonic()
        kept.settle()
        assert time.monotonic() - began < 5
        answered = kept.boards.answers[FROM_REDIS]
        right_answers(kept, expected)
        assert kept.boards.answers[FROM_REDIS] == answered + 1


WHOLE = ("state", "applied", "cards", "fresh", "order:all", "members:all")
OF_TODAY = ("order:" + windows_at(NOW).daily, "members:" + windows_at(NOW).daily)


@pytest.mark.parametrize("lost", [*((each,) for each in WHOLE + OF_TODAY), OF_TODAY, WHOLE[-2:]])
def test_a_key_that_redis_evicts_costs_time_and_never_truth(kept: Kept, lost: tuple[str, ...]) -> None:
    jinwoo, jinah = a_contestant("Jinwoo", 100), a_contestant("Jinah", 200)
    kept.under_test().fill([jinwoo, jinah])
    kept.settle()
    gain(kept, jinwoo, 400)
    expected = [(jinwoo.hunter.id, 500), (jinah.hunter.id, 200)]
    right_answers(kept, expected)

    for change in (0, 50):
        with kept.server.client() as client:
            client.delete("hunter:board:evicted", *(f"hunter:board:{each}" for each in lost))
        if change:
            gain(kept, jinwoo, change)
            expected[0] = (jinwoo.hunter.id, 550)
        right_answers(kept, expected)
        of_today = kept.under_test().read(windows_at(NOW).daily, viewer=jinwoo.hunter.id)
        assert told(of_today) == [(jinwoo.hunter.id, 400 + change)]
        assert (of_today.stats.total_hunters, of_today.stats.active_today) == (2, 1)
        assert of_today.own is not None

        kept.settle()
        before = kept.boards.answers[FROM_REDIS]
        right_answers(kept, expected)
        assert told(kept.under_test().read(windows_at(NOW).daily)) == [(jinwoo.hunter.id, 400 + change)]
        assert kept.boards.answers[FROM_REDIS] == before + 2


def test_a_redis_that_evicts_again_and_again_is_not_filled_again_and_again(kept: Kept) -> None:
    jinwoo = a_contestant("Jinwoo", 100)
    kept.under_test().fill([jinwoo])
    kept.settle()
    for comes_back in (True, False):
        with kept.server.client() as client:
            client.delete("hunter:board:members:all")
        assert kept.keeper.tend() is comes_back
        right_answers(kept, [(jinwoo.hunter.id, 100)])
    assert kept.boards.answers == {FROM_REDIS: 1, WITHOUT_REDIS: 1}


def test_what_was_committed_long_before_a_process_began_is_found_by_it(kept: Kept) -> None:
    jinwoo = a_contestant("Jinwoo", 100)
    kept.under_test().fill([jinwoo])
    kept.settle()
    kept.store.after_commit = None
    gain(kept, jinwoo, 50)
    kept.clock.instant = NOW + timedelta(hours=1)

    kept.begin()
    kept.settle()

    right_answers(kept, [(jinwoo.hunter.id, 150)])
    assert kept.boards.answers == {FROM_REDIS: 1}


def test_what_is_committed_while_redis_is_away_is_there_when_it_is_back(kept: Kept) -> None:
    jinwoo, jinah = a_contestant("Jinwoo", 100), a_contestant("Jinah", 200)
    kept.under_test().fill([jinwoo, jinah])
    kept.settle()
    kept.server.pause()
    try:
        gain(kept, jinwoo, 300)
        expected = [(jinwoo.hunter.id, 400), (jinah.hunter.id, 200)]
        right_answers(kept, expected)
    finally:
        kept.server.resume()

    kept.settle()

    right_answers(kept, expected)
    assert kept.boards.answers[FROM_REDIS] == 1


def test_a_process_that_died_after_its_commit_is_caught_up_with_by_another(kept: Kept) -> None:
    jinwoo = a_contestant("Jinwoo", 100)
    kept.under_test().fill([jinwoo])
    kept.settle()
    kept.store.after_commit = None
    gain(kept, jinwoo, 50, at=NOW + timedelta(seconds=1))

    kept.settle()

    right_answers(kept, [(jinwoo.hunter.id, 150)])
    assert kept.boards.answers == {FROM_REDIS: 1}


def test_nobody_reads_boards_that_nobody_looks_after(kept: Kept) -> None:
    kept.under_test().fill([a_contestant("Jinwoo", 100)])
    kept.settle()
    with kept.server.client() as client:
        client.hdel("hunter:board:state", "lease")

    kept.under_test().read()

    assert kept.boards.answers == {WITHOUT_REDIS: 1}


def test_an_older_reading_never_takes_the_place_of_a_newer_one(kept: Kept) -> None:
    jinwoo = a_contestant("Jinwoo", 100)
    kept.under_test().fill([jinwoo])
    kept.settle()
    source = kept.source

    class Slow(SqlBoardSource):
        def read(self, hunter_ids, windows):  # type: ignore[no-untyped-def]
            old = source.read(hunter_ids, windows)
            gain(kept, jinwoo, 800)
            kept.keeper.flush()
            return old

    slow = BoardWriter(kept.connection, Slow(kept.store), kept.clock, threading.Event())
    with kept.server.client() as client:
        generation = client.hget("hunter:board:state", "generation")
    assert isinstance(generation, bytes)
    slow.apply([jinwoo.hunter.id], generation)

    right_answers(kept, [(jinwoo.hunter.id, 900)])
    assert kept.boards.answers == {FROM_REDIS: 1}


def test_the_largest_scores_keep_their_order_to_the_last_point(kept: Kept) -> None:
    most = 2**53 - 1
    crowd = [a_contestant(f"Rich{number}", most - number) for number in range(5)]
    kept.under_test().fill(crowd)
    kept.settle()

    right_answers(kept, [(each.hunter.id, most - number) for number, each in enumerate(crowd)])
    assert kept.boards.answers == {FROM_REDIS: 1}


def test_hunters_who_are_busy_while_boards_are_compared_are_compared_again(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = Story(begins=NOW, zone="UTC", habits=(Habit(completions_per_day=20),), actions=(Do(0),))
    players = [Player(kept.store, a_rulebook(), story, name=name) for name in ("Jinwoo", "Jinah", "Cha")]
    for player in players:
        player.play(story.actions)
    read, busy = kept.source.from_the_ledger, players[:1] * 5

    def after_a_change(
        hunter_ids: Sequence[HunterId], windows: Sequence[str]
    ) -> Iterable[tuple[HunterId, Score]]:
        # Redis has been read already: this completion is only in the ledger, until both are read again.
        if busy:
            busy.pop().play(story.actions)
        return read(hunter_ids, windows)

    monkeypatch.setattr(kept.source, "from_the_ledger", after_a_change)

    in_redis, in_ledger = kept.keeper.rebuilt(lambda done, of: None)

    assert in_redis == in_ledger
    assert not busy


def test_a_rebuilt_board_has_the_digest_of_the_ledger(kept: Kept) -> None:
    story = Story(
        begins=NOW,
        zone="Europe/Berlin",
        habits=(Habit(completions_per_day=3), Habit(base_xp=500)),
        actions=(Do(0), Do(1), Wait(ONE_DAY), Do(0), Do(0), TakeBack(2), Wait(ONE_DAY), Do(1), TakeBack(0)),
    )
    for name in ("Jinwoo", "Jinah", "Cha"):
        player = Player(kept.store, a_rulebook(), story, name=name)
        player.play(story.actions)
    kept.clock.instant = player.now
    shown: list[tuple[int, int]] = []

    in_redis, in_ledger = kept.keeper.rebuilt(lambda done, of: shown.append((done, of)))

    assert in_redis == in_ledger
    windows = (ALL_TIME, *windows_at(player.now))
    assert shown == [(3, 3)]
    with kept.store.write() as uow:
        hunter = uow.hunters.lock(player.hunter_id)
        uow.scores.save(hunter.id, [Score(ALL_TIME, 7, NOW)])
        uow.hunters.save(hunter)
        uow.commit()
    kept.settle()
    assert digest_of(kept.connection, windows).differing(ledger_digest(kept.source, windows))
