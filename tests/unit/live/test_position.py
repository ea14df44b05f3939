"""A position takes each number once, in order, from news or from the store."""

from __future__ import annotations

import pytest

from hunter_adapters.memory import MemoryStore
from hunter_adapters.testing.builders import a_hunter, an_event, registered
from hunter_core.live.position import Position, Verdict
from hunter_core.live.replay import OutOfReach, missed
from hunter_core.relay.purge import KEPT_FOR, purge_events

HUNTER = a_hunter()


def level(last: int) -> Position:
    position = Position(last)
    assert position.is_level()
    return position


def test_it_begins_behind_and_takes_nothing_from_news() -> None:
    position = Position(3)

    assert position.hear(4) is Verdict.DROP
    assert not position.is_level(), "what was heard of is still to be read"
    position.read(4)
    assert position.is_level()


def test_the_next_number_is_sent_and_an_old_one_dropped() -> None:
    position = level(3)

    assert [position.hear(seq) for seq in (4, 4, 2, 5)] == [
        Verdict.SEND,
        Verdict.DROP,
        Verdict.DROP,
        Verdict.SEND,
    ]
    assert position.last == 5


def test_a_gap_is_read_from_the_store_once() -> None:
    position = level(3)

    assert position.hear(6) is Verdict.READ
    assert position.hear(7) is Verdict.DROP
    for seq in (4, 5, 6):
        position.read(seq)
        assert not position.is_level()
    position.read(7)
    assert position.is_level()


def test_the_store_is_believed_where_news_said_more_than_it_has() -> None:
    position = level(3)
    assert position.hear(99) is Verdict.READ

    position.begin()

    assert position.is_level(), "the read that began after the news found nothing"
    assert position.hear(4) is Verdict.SEND


def test_what_is_heard_of_during_a_read_is_read_once_more() -> None:
    position = level(3)
    assert position.hear(5) is Verdict.READ
    position.begin()
    assert position.hear(6) is Verdict.DROP
    for seq in (4, 5):
        position.read(seq)

    assert not position.is_level(), "6 may have been committed after the read"
    position.begin()
    assert position.is_level()


def test_a_store_that_has_less_than_was_sent_is_read_again() -> None:
    position = level(3)

    assert position.look(2)
    assert not position.look(2), "it is reading already"


def test_a_look_finds_what_no_news_brought() -> None:
    position = level(3)

    assert not position.look(3)
    assert position.look(4)
    assert not position.look(5), "it is reading already"
    assert position.hear(5) is Verdict.DROP


@pytest.fixture
def store() -> MemoryStore:
    """A hunter with five events, of which the first three were purged."""
    made = MemoryStore()
    registered(made, HUNTER)
    with made.write() as uow:
        uow.hunters.lock(HUNTER.id)
        uow.outbox.add([an_event(HUNTER, seq) for seq in range(1, 4)])
        uow.commit()
    with made.write() as uow:
        event = an_event(HUNTER, 1)
        uow.backlog.take(event.at, hunters=1, events=9)
        uow.backlog.relayed([an_event(HUNTER, seq) for seq in range(1, 4)], event.at)
        uow.hunters.lock(HUNTER.id)
        uow.outbox.add([an_event(HUNTER, seq) for seq in (4, 5)])
        uow.commit()
    assert purge_events(made, event.at + KEPT_FOR * 2) == 3
    return made


@pytest.mark.parametrize(("after", "expected"), [(3, [4, 5]), (4, [5]), (5, [])])
def test_what_was_missed_comes_from_the_number_on(
    store: MemoryStore, after: int, expected: list[int]
) -> None:
    with store.read() as uow:
        assert [event.seq for event in missed(uow, HUNTER.id, after)] == expected


@pytest.mark.parametrize("after", [0, 1, 2, 6, 2**63 - 1])
def test_what_is_not_kept_any_more_or_not_there_yet_is_out_of_reach(store: MemoryStore, after: int) -> None:
    with store.read() as uow, pytest.raises(OutOfReach):
        missed(uow, HUNTER.id, after)


def test_a_hunter_of_whom_nothing_was_told_has_missed_nothing() -> None:
    store = MemoryStore()
    registered(store, HUNTER)

    with store.read() as uow:
        assert missed(uow, HUNTER.id, 0) == []
