"""What the stores of push targets, and of what is on its way to them, promise."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from hunter_adapters.testing.builders import NOW
from hunter_adapters.testing.contract.notifications import (
    HUNTER,
    MINUTE,
    OTHER,
    a_notification,
    a_target,
    kept,
    two_hunters,
)
from hunter_adapters.testing.contract.under_test import UnderTest
from hunter_core.accounts.purge import Expired
from hunter_core.hunters.hunter import Hunter
from hunter_core.notifications.push import PushDelivery
from hunter_core.places import NOBODY, Full
from hunter_core.ports import Store, UnitOfWork


def a_delivery(target: str, label: object, **changes: Any) -> PushDelivery:
    """Return a delivery of the notification *label* to *target*."""
    given: dict[str, Any] = {"created_at": NOW, "queued_at": changes.get("created_at", NOW), "due_at": NOW}
    return PushDelivery(
        target_id=a_target(target).id, notification_id=a_notification(label).id, **(given | changes)
    )


def with_targets(under_test: UnderTest) -> Store:
    """A hunter with a phone and a watch, two notifications on their way to the one, one to the other."""
    store = two_hunters(under_test)
    kept(store, a_notification(1), a_notification(2))

    def add(uow: UnitOfWork) -> None:
        uow.hunters.lock(HUNTER.id)
        for label in ("phone", "watch"):
            uow.push_targets.add(a_target(label))
        uow.push_deliveries.add(
            [
                a_delivery("phone", 1),
                a_delivery("phone", 2, created_at=NOW + MINUTE),
                a_delivery("watch", 2, due_at=NOW + MINUTE),
            ]
        )

    store.run(add)
    return store


def take(store: Store, at: datetime, limit: int = 10, full: Full = NOBODY) -> list[tuple[str, str]]:
    """Take what is due, for a minute; return target and title."""
    tasks = store.run(lambda uow: uow.push_deliveries.take(at, until=at + MINUTE, limit=limit, full=full))
    return sorted((task.target.shown, task.notification.title) for task in tasks)


class PushesContract:
    """Push targets, and what is on its way to them."""

    def test_targets_are_their_hunters_alone(self, under_test: UnderTest) -> None:
        store = with_targets(under_test)
        with store.read() as uow:
            assert list(uow.push_targets.of(HUNTER.id)) == sorted(
                (a_target("phone"), a_target("watch")), key=lambda each: each.id
            )
            assert list(uow.push_targets.of(OTHER.id)) == []

        def remove(uow: UnitOfWork, hunter: Hunter) -> bool:
            uow.hunters.lock(hunter.id)
            return uow.push_targets.remove(hunter.id, a_target("phone").id)

        assert store.run(lambda uow: remove(uow, OTHER)) is False
        assert store.run(lambda uow: remove(uow, HUNTER)) is True
        assert store.run(lambda uow: remove(uow, HUNTER)) is False
        assert take(store, NOW + MINUTE) == [("watch", "2")], "what was on its way went with it"

    def test_of_each_target_the_earliest_is_taken_and_the_others_wait_for_it(
        self, under_test: UnderTest
    ) -> None:
        store = with_targets(under_test)
        assert take(store, NOW) == [("phone", "1")]
        assert take(store, NOW) == [], "it is under way"
        assert take(store, NOW + MINUTE) == [("phone", "1"), ("watch", "2")], "whoever took it is gone"

    @pytest.mark.parametrize(
        "done", [{"sent_at": NOW}, {"parked_at": NOW, "tries": 8, "last_error": "no answer"}]
    )
    def test_one_that_was_sent_or_given_up_lets_the_next_have_its_turn(
        self, under_test: UnderTest, done: dict[str, Any]
    ) -> None:
        store, delivery = with_targets(under_test), a_delivery("phone", 1, **done)
        store.run(lambda uow: uow.push_deliveries.save(delivery))
        assert take(store, NOW + MINUTE) == [("phone", "2"), ("watch", "2")]
        with store.read() as uow:
            parked = [task.delivery for task in uow.push_deliveries.parked(10)]
        assert parked == ([delivery] if "parked_at" in done else [])

    def test_one_that_was_taken_comes_with_its_target_and_the_whole_notification(
        self, under_test: UnderTest
    ) -> None:
        store = with_targets(under_test)
        at = NOW + MINUTE
        tasks = store.run(lambda uow: uow.push_deliveries.take(at, until=at + MINUTE, limit=10))
        found = {task.target: (task.delivery, task.notification) for task in tasks}
        assert found == {
            a_target("phone"): (a_delivery("phone", 1), a_notification(1)),
            a_target("watch"): (a_delivery("watch", 2, due_at=NOW + MINUTE), a_notification(2)),
        }

    def test_one_that_was_removed_lets_the_next_have_its_turn_and_never_comes_back(
        self, under_test: UnderTest
    ) -> None:
        store, gone = with_targets(under_test), a_delivery("phone", 1)
        for _ in range(2):
            store.run(lambda uow: uow.push_deliveries.remove(gone))
        store.run(lambda uow: uow.push_deliveries.save(gone.failed("no", NOW, for_good=False)))
        with store.read() as uow:
            assert list(uow.push_deliveries.parked(10)) == []
        assert store.run(lambda uow: uow.push_deliveries.retry(None, NOW)) == 0

        assert take(store, NOW) == [("phone", "2")]

        last = a_delivery("phone", 2)
        store.run(lambda uow: uow.push_deliveries.remove(last))
        assert take(store, NOW + 9 * MINUTE) == [("watch", "2")]

    def test_one_that_waits_for_a_time_goes_behind_those_that_come_before_it(
        self, under_test: UnderTest
    ) -> None:
        store, night = with_targets(under_test), NOW + 60 * MINUTE
        waits = a_delivery("phone", 1).postponed(night, NOW + 15 * MINUTE)
        store.run(lambda uow: uow.push_deliveries.save(waits))

        assert take(store, NOW) == [("phone", "2")]
        done = a_delivery("phone", 2).succeeded(NOW)
        store.run(lambda uow: uow.push_deliveries.save(done))
        assert take(store, NOW + 14 * MINUTE) == [("watch", "2")]
        assert ("phone", "1") in take(store, NOW + 15 * MINUTE)

    @pytest.mark.parametrize("backwards", [False, True])
    def test_those_that_wait_for_the_same_time_keep_the_order_in_which_they_were_made(
        self, under_test: UnderTest, backwards: bool
    ) -> None:
        store, night = with_targets(under_test), NOW + 60 * MINUTE
        kept(store, *map(a_notification, range(3, 7)))
        labels = [3, 4, 5, 6]
        made = {
            label: a_delivery("phone", label, created_at=NOW + place * MINUTE)
            for place, label in enumerate(reversed(labels) if backwards else labels, start=2)
        }
        store.run(lambda uow: uow.push_deliveries.add(list(made.values())))
        for label in (1, 2):
            store.run(lambda uow, label=label: uow.push_deliveries.remove(a_delivery("phone", label)))  # type: ignore[misc]
        for label in labels:
            waits = made[label].postponed(night, NOW)
            store.run(lambda uow, waits=waits: uow.push_deliveries.save(waits))  # type: ignore[misc]

        left = []
        for _ in labels:
            tasks = store.run(lambda uow: uow.push_deliveries.take(night, until=night, limit=10))
            [task] = [each for each in tasks if each.target.shown == "phone"]
            left.append(task.notification.title)
            done = task.delivery.succeeded(night)
            store.run(lambda uow, done=done: uow.push_deliveries.save(done))  # type: ignore[misc]

        assert left == [str(label) for label in made]

    def test_what_is_due_later_holds_up_its_own_target_alone(self, under_test: UnderTest) -> None:
        store = with_targets(under_test)
        store.run(
            lambda uow: uow.push_deliveries.save(a_delivery("phone", 1, tries=1, due_at=NOW + 9 * MINUTE))
        )
        assert take(store, NOW + 2 * MINUTE) == [("watch", "2")]

    def test_what_is_gone_is_not_kept_again(self, under_test: UnderTest) -> None:
        store = with_targets(under_test)

        def remove(uow: UnitOfWork) -> None:
            uow.hunters.lock(HUNTER.id)
            uow.push_targets.remove(HUNTER.id, a_target("phone").id)

        store.run(remove)
        store.run(lambda uow: uow.push_deliveries.save(a_delivery("phone", 1, tries=1)))
        assert take(store, NOW) == []

    def test_who_is_full_is_given_no_turn_and_nobody_else_waits_for_them(self, under_test: UnderTest) -> None:
        store = with_targets(under_test)
        kept(store, a_notification("theirs", OTHER))

        def add(uow: UnitOfWork) -> None:
            uow.hunters.lock(OTHER.id)
            uow.push_targets.add(a_target("theirs", OTHER))
            theirs = replace(a_delivery("theirs", 1), notification_id=a_notification("theirs", OTHER).id)
            uow.push_deliveries.add([replace(theirs, due_at=NOW + MINUTE)])

        store.run(add)
        full = Full(hunters=frozenset({OTHER.id}), hosts=frozenset({"phone"}))

        assert take(store, NOW + MINUTE, limit=1, full=full) == [("watch", "2")]
        assert take(store, NOW + MINUTE, full=full) == []
        assert take(store, NOW + MINUTE) == [("phone", "1"), ("theirs", "theirs")]

    def test_the_longest_due_comes_first_also_when_it_was_put_back(self, under_test: UnderTest) -> None:
        store = with_targets(under_test)

        def put_back(uow: UnitOfWork) -> None:
            for task in uow.push_deliveries.take(NOW + MINUTE, until=NOW + 3 * MINUTE, limit=10):
                uow.push_deliveries.save(task.delivery)

        store.run(put_back)

        assert take(store, NOW + MINUTE, limit=1) == [("phone", "1")]
        assert take(store, NOW + MINUTE, limit=1) == [("watch", "2")]

    def test_a_target_whose_queue_was_emptied_has_its_turn_when_something_comes(
        self, under_test: UnderTest
    ) -> None:
        store = with_targets(under_test)
        kept(store, a_notification(3))
        for label in (1, 2):
            done = a_delivery("phone", label).succeeded(NOW)
            store.run(lambda uow, done=done: uow.push_deliveries.save(done))  # type: ignore[misc]
        assert take(store, NOW) == []

        store.run(lambda uow: uow.push_deliveries.add([a_delivery("phone", 3)]))

        assert take(store, NOW) == [("phone", "3")]

    def test_what_comes_while_the_last_one_is_done_has_its_turn(self, under_test: UnderTest) -> None:
        store = with_targets(under_test)
        kept(store, a_notification(3))
        sent = a_delivery("watch", 2).succeeded(NOW)
        done = threading.Thread(target=lambda: store.run(lambda uow: uow.push_deliveries.save(sent)))

        with store.write() as uow:
            uow.push_deliveries.add([a_delivery("watch", 3)])
            done.start()
            # Long enough to come to what it waits for; who is slower finds the more.
            done.join(0.1)
            uow.commit()
        done.join(30)

        assert take(store, NOW) == [("phone", "1"), ("watch", "3")]

    def test_one_whose_notification_is_purged_meanwhile_is_left_out_and_holds_nobody_up(
        self, under_test: UnderTest
    ) -> None:
        store = with_targets(under_test)
        old = replace(a_notification(3), created_at=NOW - 9 * MINUTE)
        kept(store, old)
        first = a_delivery("phone", 3, created_at=old.created_at)
        store.run(lambda uow: uow.push_deliveries.add([first]))
        at, found = NOW + MINUTE, []
        taker = threading.Thread(target=lambda: found.append(take(store, at)))

        with store.write() as uow:
            assert uow.purges.purge(Expired.NOTIFICATIONS, before=NOW - MINUTE, limit=10) == 1
            taker.start()
            # Long enough to come to what it waits for; who is slower finds it gone.
            taker.join(0.1)
            uow.commit()
        taker.join(30)

        # Who found it gone takes the next at once, and who lost it on the way leaves the next to another look.
        assert found in ([[("watch", "2")]], [[("phone", "1"), ("watch", "2")]])
        assert sorted(found[0] + take(store, at)) == [("phone", "1"), ("watch", "2")]

    def test_what_is_sealed_anew_stays_where_and_whose_it_was(self, under_test: UnderTest) -> None:
        store, phone = with_targets(under_test), a_target("phone")
        fresh = replace(phone, sealed=b"anew", hunter_id=OTHER.id, shown="elsewhere")

        store.run(lambda uow: uow.push_targets.reseal(fresh))
        store.run(lambda uow: uow.push_targets.reseal(a_target("gone")))

        with store.read() as uow:
            found = {each.id: each for each in uow.push_targets.of(HUNTER.id)}
        assert found == {phone.id: replace(phone, sealed=b"anew"), a_target("watch").id: a_target("watch")}

    def test_those_given_up_are_shown_with_their_targets_and_can_be_tried_anew(
        self, under_test: UnderTest
    ) -> None:
        store = with_targets(under_test)
        lost = [
            a_delivery("phone", 1, tries=8, parked_at=NOW, last_error="no answer"),
            a_delivery("watch", 2, tries=1, parked_at=NOW + MINUTE, last_error="leads inside"),
        ]
        for each in lost:
            store.run(lambda uow, each=each: uow.push_deliveries.save(each))  # type: ignore[misc]

        with store.read() as uow:
            shown = list(uow.push_deliveries.parked(10))
            (latest,) = uow.push_deliveries.parked(1)
        assert [(task.delivery, task.target.shown, task.notification.title) for task in shown] == [
            (lost[1], "watch", "2"),
            (lost[0], "phone", "1"),
        ]
        assert latest == shown[0]
        later = NOW + 5 * MINUTE
        assert store.run(lambda uow: uow.push_deliveries.retry(OTHER.id, later)) == 0
        assert store.run(lambda uow: uow.push_deliveries.retry(HUNTER.id, later)) == 2
        assert store.run(lambda uow: uow.push_deliveries.retry(None, later)) == 0
        assert take(store, NOW + 4 * MINUTE) == [], "the second waits for the first again"
        assert take(store, later) == [("phone", "1"), ("watch", "2")]
        with store.read() as uow:
            assert list(uow.push_deliveries.parked(10)) == []
