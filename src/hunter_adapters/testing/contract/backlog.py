"""What the backlog promises the relay: who told what comes in order, once, and waits until it is relayed."""

from __future__ import annotations

from datetime import datetime, timedelta

from hunter_adapters.testing.builders import NOW, a_hunter, an_event, registered
from hunter_adapters.testing.contract.under_test import UnderTest, stubborn
from hunter_core.hunters.hunter import Hunter
from hunter_core.ids import HunterId
from hunter_core.live.replay import OutOfReach, missed
from hunter_core.ports import Store, UnitOfWork
from hunter_core.relay.ports import Lag, Waiting
from hunter_core.relay.purge import KEPT_FOR, purge_events

HUNTER, OTHER = a_hunter(), a_hunter("Jinah")


def told(store: Store, hunter: Hunter, *numbers: int, at: datetime = NOW) -> None:
    """Keep events of *hunter* under these numbers."""

    def work(uow: UnitOfWork) -> None:
        uow.hunters.lock(hunter.id)
        uow.outbox.add([an_event(hunter, number, at=at) for number in numbers])

    stubborn(store, work)


def taken(
    uow: UnitOfWork, now: datetime = NOW, *, hunters: int = 10, events: int = 100
) -> list[tuple[str, int]]:
    """Return whose events a pass would take, by name and number."""
    waiting = uow.backlog.take(now, hunters=hunters, events=events)
    names = {HUNTER.id: "hunter", OTHER.id: "other"}
    return [(names[each.event.hunter_id], each.event.seq) for each in waiting]


def two_who_told(under_test: UnderTest) -> Store:
    """Two hunters; the one has told three things, the other two, before."""
    store = under_test.store
    registered(store, HUNTER)
    registered(store, OTHER)
    told(store, HUNTER, 1, 2, 3)
    told(store, OTHER, 1, 2, at=NOW - timedelta(hours=1))
    return store


class BacklogContract:
    """`Backlog`."""

    def test_events_come_in_the_order_of_their_hunter_and_once(self, under_test: UnderTest) -> None:
        store = two_who_told(under_test)

        def relay(uow: UnitOfWork) -> list[tuple[HunterId, int]]:
            waiting = uow.backlog.take(NOW, hunters=10, events=4)
            uow.backlog.relayed([each.event for each in waiting], NOW)
            return [(each.event.hunter_id, each.event.seq) for each in waiting]

        first, second = store.run(relay), store.run(relay)

        assert sorted(first + second, key=str) == sorted(
            [(HUNTER.id, 1), (HUNTER.id, 2), (HUNTER.id, 3), (OTHER.id, 1), (OTHER.id, 2)], key=str
        )
        for whose in (HUNTER.id, OTHER.id):
            numbers = [seq for hunter_id, seq in first + second if hunter_id == whose]
            assert numbers == sorted(numbers)
        with store.read() as uow:
            assert not uow.backlog.is_any()

    def test_what_waits_longest_comes_first(self, under_test: UnderTest) -> None:
        store = two_who_told(under_test)
        with store.write() as uow:
            assert taken(uow, hunters=1) == [("other", 1), ("other", 2)]

    def test_what_was_not_committed_still_waits(self, under_test: UnderTest) -> None:
        store = two_who_told(under_test)
        with store.write() as uow:
            uow.backlog.relayed([each.event for each in uow.backlog.take(NOW, hunters=9, events=9)], NOW)

        with store.read() as uow:
            assert uow.backlog.lag() == Lag(5, NOW - timedelta(hours=1), 0)

    def test_an_event_says_what_it_said(self, under_test: UnderTest) -> None:
        registered(under_test.store, HUNTER)
        event = an_event(HUNTER, 1, data={"name": "Übung", "xp": [1, None, {"a": 1.5}]})
        with under_test.store.write() as uow:
            uow.hunters.lock(HUNTER.id)
            uow.outbox.add([event])
            uow.commit()

        with under_test.store.write() as uow:
            assert uow.backlog.take(NOW, hunters=1, events=1) == [Waiting(event=event)]

    def test_a_head_that_rests_keeps_its_hunters_later_events_back_and_nobody_elses(
        self, under_test: UnderTest
    ) -> None:
        store = two_who_told(under_test)
        later = NOW + timedelta(seconds=5)
        with store.write() as uow:
            head = uow.backlog.take(NOW, hunters=9, events=9, only=HUNTER.id)[0]
            failed = Waiting(event=head.event, tries=1, try_at=later, last_error="no")
            uow.backlog.save(failed)
            uow.commit()

        with store.write() as uow:
            assert taken(uow) == [("other", 1), ("other", 2)]
        with store.write() as uow:
            assert uow.backlog.take(later, hunters=9, events=9, only=HUNTER.id)[0] == failed

    def test_a_parked_event_is_left_out_shown_and_tried_anew_when_somebody_says_so(
        self, under_test: UnderTest
    ) -> None:
        store = two_who_told(under_test)
        with store.write() as uow:
            head = uow.backlog.take(NOW, hunters=9, events=9, only=HUNTER.id)[0]
            parked = Waiting(event=head.event, tries=5, try_at=NOW, parked_at=NOW, last_error="Übel")
            uow.backlog.save(parked)
            uow.commit()

        with store.write() as uow:
            assert taken(uow) == [("hunter", 2), ("hunter", 3), ("other", 1), ("other", 2)] or taken(uow) == [
                ("other", 1),
                ("other", 2),
                ("hunter", 2),
                ("hunter", 3),
            ]
            assert uow.backlog.parked(10) == [parked]
            assert uow.backlog.lag() == Lag(4, NOW - timedelta(hours=1), 1)
        with store.write() as uow:
            assert uow.backlog.retry(OTHER.id) == uow.backlog.retry(HUNTER.id, 2) == 0
            assert uow.backlog.retry(HUNTER.id, 1) == 1
            uow.commit()
        with store.write() as uow:
            again = uow.backlog.take(NOW, hunters=9, events=9, only=HUNTER.id)
            assert [(each.event.seq, each.tries) for each in again] == [(1, 0), (2, 0), (3, 0)]

    def test_events_are_read_from_a_number_on(self, under_test: UnderTest) -> None:
        store = two_who_told(under_test)
        with store.read() as uow:
            assert [event.seq for event in uow.outbox.since(HUNTER.id, 2, 10)] == [2, 3]
            assert [event.seq for event in uow.outbox.since(HUNTER.id, 0, 2)] == [1, 2]
            assert uow.outbox.since(HUNTER.id, 4, 10) == []

    def test_a_purge_leaves_each_hunters_last_event_and_what_was_not_relayed(
        self, under_test: UnderTest
    ) -> None:
        store = two_who_told(under_test)

        def relay(uow: UnitOfWork) -> None:
            waiting = uow.backlog.take(NOW, hunters=9, events=9, only=HUNTER.id)
            uow.backlog.relayed([each.event for each in waiting], NOW)

        store.run(relay)
        relayed_later = NOW + timedelta(seconds=1)

        assert purge_events(store, NOW + KEPT_FOR) == 0
        assert purge_events(store, relayed_later + KEPT_FOR) == 2

        with store.read() as uow:
            assert [event.seq for event in uow.outbox.since(HUNTER.id, 0, 10)] == [3]
            assert [event.seq for event in uow.outbox.since(OTHER.id, 0, 10)] == [1, 2]
            assert uow.outbox.last_seq(HUNTER.id) == 3
            assert uow.backlog.lag().waiting == 2

    def test_what_was_missed_is_out_of_reach_where_a_parked_event_outlived_its_neighbours(
        self, under_test: UnderTest
    ) -> None:
        store = two_who_told(under_test)
        told(store, HUNTER, 4, 5, 6, 7)

        def relay(uow: UnitOfWork) -> None:
            one, two, *others = uow.backlog.take(NOW, hunters=1, events=6, only=HUNTER.id)
            uow.backlog.save(Waiting(event=two.event, tries=5, try_at=NOW, parked_at=NOW, last_error="no"))
            uow.backlog.relayed([each.event for each in (one, *others)], NOW)

        store.run(relay)
        assert purge_events(store, NOW + KEPT_FOR * 2) == 5

        def numbers(after: int, limit: int = 200) -> list[int] | None:
            try:
                with store.read() as uow:
                    return [event.seq for event in missed(uow, HUNTER.id, after, limit)]
            except OutOfReach:
                return None

        with store.read() as uow:
            assert [event.seq for event in uow.outbox.since(HUNTER.id, 0, 10)] == [2, 7]
        assert [numbers(after) for after in range(9)] == [None, None, None, None, None, None, [7], [], None]
        # As far as a page goes, nothing may be missing in it.
        assert [numbers(1, limit=1), numbers(2, limit=1)] == [[2], None]

    def test_a_purge_goes_on_where_it_stopped(self, under_test: UnderTest) -> None:
        store = two_who_told(under_test)

        def work(uow: UnitOfWork) -> None:
            uow.backlog.relayed([each.event for each in uow.backlog.take(NOW, hunters=9, events=9)], NOW)

        store.run(work)
        removed, steps, cursor = 0, 0, None
        while steps == 0 or cursor is not None:
            count, cursor = store.run(
                lambda uow, after=cursor: uow.backlog.purge(  # type: ignore[misc]
                    before=NOW + timedelta(days=1), after=after, limit=2
                )
            )
            removed, steps = removed + count, steps + 1

        assert (removed, steps) == (3, 3)
