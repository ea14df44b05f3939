"""What the relay promises everybody else: every consumer hears every event, each hunter's in their order."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

import pytest

from hunter_adapters.testing.builders import a_hunter, an_event, registered
from hunter_adapters.testing.clock import StillClock
from hunter_adapters.testing.contract.backlog import HUNTER, OTHER, told, two_who_told
from hunter_adapters.testing.contract.under_test import UnderTest, at_once, refusals
from hunter_core.errors import StoreUnavailable
from hunter_core.events import EventUnreadable, OutboxEvent
from hunter_core.hunters.hunter import Hunter
from hunter_core.live.frames import frame_of
from hunter_core.ports import UnitOfWork
from hunter_core.relay.relay import TRIES, Relay


class Ear:
    """A teller that remembers what it was told."""

    def __init__(self) -> None:
        self.heard: list[OutboxEvent] = []

    def tell(self, events: Sequence[OutboxEvent]) -> None:
        self.heard += events


class Book:
    """A consumer that remembers what it was given, and fails on the numbers in *poison*."""

    name = "book"

    def __init__(self, *poison: int) -> None:
        self.poison = set(poison)
        self.read: list[tuple[str, int]] = []

    def consume(self, uow: UnitOfWork, events: Sequence[OutboxEvent], now: datetime) -> None:
        for event in events:
            if event.seq in self.poison:
                raise ValueError(f"cannot read number {event.seq}")
        self.read += [(str(event.hunter_id), event.seq) for event in events]

    def of(self, hunter: Hunter) -> list[int]:
        return [seq for hunter_id, seq in self.read if hunter_id == str(hunter.id)]


class RelayContract:
    """`hunter_core.relay.relay.Relay` over the backlog."""

    def test_everything_reaches_every_consumer_in_order(self, under_test: UnderTest) -> None:
        store = two_who_told(under_test)
        ear, first, second = Ear(), Book(), Book()
        relay = Relay(store, StillClock(), consumers=[first, second], teller=ear)

        assert relay.run()
        assert not relay.run()

        assert first.of(HUNTER) == second.of(HUNTER) == [1, 2, 3]
        assert first.of(OTHER) == second.of(OTHER) == [1, 2]
        assert Counter((str(event.hunter_id), event.seq) for event in ear.heard) == Counter(first.read)
        assert not relay.is_any()

    def test_an_event_that_fails_is_parked_after_five_tries_and_the_hunters_others_go_on(
        self, under_test: UnderTest
    ) -> None:
        store = two_who_told(under_test)
        clock, book = StillClock(), Book(2)
        relay = Relay(store, clock, consumers=[Book(), book], teller=Ear())

        for _ in range(TRIES):
            assert book.of(HUNTER) == ([1] if book.read else [])
            while relay.run():
                # Another pass at this moment takes nothing of a hunter whose head rests.
                pass
            clock.advance(seconds=10)
        book.poison.clear()

        assert (book.of(HUNTER), book.of(OTHER)) == ([1, 3], [1])
        with store.read() as uow:
            parked = uow.backlog.parked(10)
        assert {(each.event.hunter_id, each.event.seq, each.tries) for each in parked} == {
            (HUNTER.id, 2, TRIES),
            (OTHER.id, 2, TRIES),
        }
        assert {each.last_error for each in parked} == {"book: ValueError: cannot read number 2"}

        store.run(lambda uow: uow.backlog.retry())
        relay.run()
        assert (sorted(book.of(HUNTER)), book.of(OTHER)) == ([1, 2, 3], [1, 2])

    @pytest.mark.parametrize("said", ["[1, 2]", "7", "null", '"text"'])
    def test_an_event_that_cannot_be_read_is_parked_like_one_that_fails_and_told_when_it_was_mended(
        self, under_test: UnderTest, said: str
    ) -> None:
        store = two_who_told(under_test)
        under_test.overwrite(HUNTER.id, 2, said)
        clock, book, ear = StillClock(), Book(), Ear()
        relay = Relay(store, clock, consumers=[book], teller=ear)

        for _ in range(TRIES):
            while relay.run():
                pass
            clock.advance(seconds=10)

        assert (book.of(HUNTER), book.of(OTHER)) == ([1, 3], [1, 2])
        assert (HUNTER.id, 2) not in {(event.hunter_id, event.seq) for event in ear.heard}
        with store.read() as uow:
            (parked,) = uow.backlog.parked(10)
            first, second, third = uow.outbox.since(HUNTER.id, 1, 10)
        assert (parked.event.seq, parked.event.type, parked.tries) == (2, "quest.completed", TRIES)
        assert parked.last_error == f"outbox: {second.unreadable}"
        assert parked.event == second
        assert second.unreadable is not None
        assert first.unreadable is third.unreadable is None
        with pytest.raises(EventUnreadable, match=f"2 of {HUNTER.id}"):
            frame_of(second)

        under_test.overwrite(HUNTER.id, 2, '{"totalXP": 7}')
        assert store.run(lambda uow: uow.backlog.retry(HUNTER.id, 2)) == 1
        relay.run()
        assert book.of(HUNTER) == [1, 3, 2]
        assert ear.heard[-1] == an_event(HUNTER, 2, data={"totalXP": 7})

    def test_two_relays_at_once_share_the_work_and_keep_every_hunters_order(
        self, under_test: UnderTest
    ) -> None:
        store = under_test.store
        hunters = [registered(store, a_hunter(f"Hunter{n}")) for n in range(6)]
        done = threading.Event()
        seen: list[tuple[str, int]] = []

        class Shared:
            name = "shared"

            def consume(self, uow: UnitOfWork, events: Sequence[OutboxEvent], now: datetime) -> None:
                # The order in which it is called is that of the turns: a hunter's is one at a time.
                seen.extend((str(event.hunter_id), event.seq) for event in events)

        def write(hunter: Hunter) -> Callable[[], None]:
            def run() -> None:
                for number in range(1, 13):
                    told(store, hunter, number)

            return run

        def relay() -> None:
            mine = Relay(store, StillClock(), consumers=[Shared()], teller=Ear())
            while not done.is_set() or mine.is_any():
                stubborn_pass(mine)

        def write_all() -> None:
            try:
                assert not refusals(at_once(*[write(hunter) for hunter in hunters]))
            finally:
                done.set()

        assert not refusals(at_once(write_all, relay, relay))

        for hunter in hunters:
            numbers = [seq for hunter_id, seq in seen if hunter_id == str(hunter.id)]
            firsts = list(dict.fromkeys(numbers))
            assert firsts == list(range(1, 13)), "nothing is lost, and nothing comes before its turn"


def stubborn_pass(relay: Relay) -> None:
    """Make a pass, whatever stands in its way."""
    try:
        relay.run()
    except StoreUnavailable:
        return
