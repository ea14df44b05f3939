"""What a process believes of Redis while it brings changes over, and what may fail beside that (ADR 0024)."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from hunter_adapters.redis.boards import keys
from hunter_adapters.redis.boards.commands import withdraw
from hunter_adapters.redis.boards.comparison import BoardComparison
from hunter_adapters.redis.boards.history import BoardHistory
from hunter_adapters.redis.boards.reader import FROM_REDIS, WITHOUT_REDIS
from hunter_adapters.redis.boards.writer import BoardWriter
from hunter_adapters.redis.connection import RedisAway
from hunter_adapters.testing.builders import NOW
from hunter_adapters.testing.contract.boards import a_contestant, told
from hunter_core.errors import StoreUnavailable
from hunter_core.ids import HunterId
from hunter_core.leaderboard.windows import ALL_TIME, windows_at
from tests.contract.redis_boards import Kept, gain, right_answers

PATIENCE = 60.0


@pytest.mark.parametrize("changes_again", [False, True], ids=["once", "again meanwhile"])
def test_who_reads_while_a_change_is_on_its_way_is_told_of_it(
    kept: Kept, changes_again: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    jinwoo = a_contestant("Jinwoo", 100)
    kept.under_test().fill([jinwoo])
    kept.settle()
    apply, on_its_way, goes_on = BoardWriter.apply, threading.Event(), threading.Event()

    def applied_slowly(*arguments: Any, **options: Any) -> None:
        on_its_way.set()
        assert goes_on.wait(PATIENCE)
        apply(*arguments, **options)

    flush, waits = kept.keeper.flush, threading.Event()

    def flushed() -> bool:
        waits.set()
        return flush()

    with monkeypatch.context() as patched, ThreadPoolExecutor(2) as threads:
        patched.setattr(BoardWriter, "apply", applied_slowly)
        patched.setattr(kept.keeper, "flush", flushed)
        gain(kept, jinwoo, 50)
        flushing = threads.submit(flush)
        assert on_its_way.wait(PATIENCE)
        if changes_again:
            # What is on its way may have been read before.
            gain(kept, jinwoo, 7)
        reading = threads.submit(lambda: told(kept.under_test().read()))
        deadline = time.monotonic() + PATIENCE
        while not (waits.is_set() or reading.done()):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        goes_on.set()
        assert reading.result(PATIENCE) == [(jinwoo.hunter.id, 157 if changes_again else 150)]
        assert flushing.result(PATIENCE)
    assert kept.boards.answers == {FROM_REDIS: 1}


def test_who_could_not_be_brought_over_goes_on_waiting(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    jinwoo = a_contestant("Jinwoo", 100)
    kept.under_test().fill([jinwoo])
    kept.settle()
    # Found by no look, so that nobody but those who wait can bring it over.
    monkeypatch.setattr(kept.source, "changed_since", lambda moment: [])
    gain(kept, jinwoo, 50)
    with monkeypatch.context() as patched:
        patched.setattr(kept.source, "read", unavailable)
        right_answers(kept, [(jinwoo.hunter.id, 150)])
        assert kept.keeper.tend() is False
    kept.settle()
    right_answers(kept, [(jinwoo.hunter.id, 150)])
    assert kept.boards.answers == {WITHOUT_REDIS: 1, FROM_REDIS: 1}


def unavailable(*_: object) -> Any:
    raise StoreUnavailable


@pytest.mark.parametrize(
    "failure", [RedisAway("for a moment"), StoreUnavailable(), ZeroDivisionError()], ids=repr
)
@pytest.mark.parametrize("beside", [(BoardHistory, "follow"), (BoardComparison, "run")], ids=["word", "part"])
def test_good_boards_are_believed_where_only_a_word_or_a_comparison_fails(
    kept: Kept,
    beside: tuple[type, str],
    failure: Exception,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    jinwoo = a_contestant("Jinwoo", 100)
    kept.under_test().fill([jinwoo])

    def fail(*_: object) -> None:
        raise failure

    monkeypatch.setattr(*beside, fail)
    kept.settle()
    caplog.clear()
    with caplog.at_level(logging.INFO):
        assert kept.keeper.tend()

    right_answers(kept, [(jinwoo.hunter.id, 100)])
    assert kept.boards.answers == {FROM_REDIS: 1}
    assert [each for each in caplog.records if each.name == "hunter.boards"]


def test_a_word_that_cannot_be_given_keeps_nobody_from_comparing(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.under_test().fill([a_contestant("Jinwoo", 100)])
    monkeypatch.setattr(BoardHistory, "follow", unavailable)
    kept.settle()
    with kept.server.client() as client:
        assert client.get(keys.COMPARED) == b"redis:0"


def test_who_cannot_be_brought_over_withdraws_once(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    jinwoo = a_contestant("Jinwoo", 100)
    kept.under_test().fill([jinwoo])
    times = []

    def counted(client: Any) -> None:
        times.append(1)
        withdraw(client)

    monkeypatch.setattr("hunter_adapters.redis.boards.withdrawal.withdraw", counted)
    for looks_after_them in (True, False):
        kept.settle()
        times.clear()
        if not looks_after_them:
            kept.keeper.distrust()
        with monkeypatch.context() as patched:
            patched.setattr(kept.source, "read", unavailable)
            kept.keeper.changed([jinwoo.hunter.id], True, [jinwoo.hunter.id])
        assert len(times) == 1
        assert kept.keeper.seconds_left() == 0
        with kept.server.client() as client:
            assert not client.hexists(keys.STATE, keys.LEASE)


def test_the_state_forgets_windows_that_are_over(kept: Kept) -> None:
    jinwoo = a_contestant("Jinwoo", 100)
    kept.under_test().fill([jinwoo])
    kept.settle()
    for day in range(1, 10):
        now = kept.clock.instant = NOW + timedelta(days=day)
        gain(kept, jinwoo, 1, at=now)
        kept.settle()
        with kept.server.client() as client:
            fields: Any = client.hkeys(keys.STATE)
        windows = {each.decode().rpartition(":")[2] for each in fields if b":order:" in each}
        # Those of the day before go on, for whoever is a little behind.
        assert {ALL_TIME, *windows_at(now)} <= windows
        assert windows <= {ALL_TIME, *windows_at(now), *windows_at(now - timedelta(days=1))}
    right_answers(kept, [(jinwoo.hunter.id, 109)])
    assert kept.boards.answers == {FROM_REDIS: 1}


def test_what_a_process_whose_clock_is_ahead_counted_of_tomorrow_is_not_forgotten(
    kept: Kept, caplog: pytest.LogCaptureFixture
) -> None:
    jinwoo = a_contestant("Jinwoo", 100)
    kept.under_test().fill([jinwoo])
    kept.settle()
    ahead = Kept(kept.store, kept.server)
    ahead.clock.instant = tomorrow = NOW + timedelta(days=1)
    ahead.settle()
    gain(kept, jinwoo, 50, at=tomorrow)
    ahead.settle()
    caplog.clear()
    # A process with another clock begins, and tidies.
    kept.begin()
    kept.settle()

    ahead.settle()

    right_answers(ahead, [(jinwoo.hunter.id, 150)])
    assert ahead.boards.answers == {FROM_REDIS: 1}
    assert [record.getMessage() for record in caplog.records] == []
    ahead.close()


def test_a_look_finds_again_whom_it_brought_over_to_boards_that_are_gone(kept: Kept) -> None:
    jinwoo = a_contestant("Jinwoo", 100)
    kept.under_test().fill([jinwoo])
    kept.settle()
    read, brought = kept.source.read, []

    def noted(hunter_ids: Sequence[HunterId], windows: Sequence[str]) -> Any:
        brought.append(list(hunter_ids))
        return read(hunter_ids, windows)

    kept.source.read = noted  # type: ignore[method-assign]
    kept.settle()
    # Known already.
    assert brought == []
    kept.keeper.distrust()
    kept.settle()
    assert brought == [[jinwoo.hunter.id]]
