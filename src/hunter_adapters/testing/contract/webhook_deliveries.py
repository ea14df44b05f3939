"""What a store promises of events on their way to webhooks: one by one, in their order, once, and fair to all."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from hunter_adapters.testing.builders import an_id, registered
from hunter_adapters.testing.contract.under_test import UnderTest, at_once
from hunter_adapters.testing.contract.webhooks import (
    HUNTER,
    LATER,
    NOW,
    OTHER,
    a_delivery,
    a_webhook,
    events_of,
    kept,
    taken,
)
from hunter_core.ids import WebhookId
from hunter_core.places import Full
from hunter_core.ports import UnitOfWork
from hunter_core.webhooks.delivery import WebhookTask
from hunter_core.webhooks.webhook import PING


class WebhookDeliveriesContract:
    """`WebhookDeliveries`."""

    def test_each_webhook_gets_its_events_one_by_one_in_their_order(self, under_test: UnderTest) -> None:
        store = under_test.store
        registered(store, HUNTER)
        one, two = a_webhook(), a_webhook(name="two")
        queued = tuple(a_delivery(hook, seq) for seq in (3, 1, 2) for hook in (one, two))
        kept(store, one, two, deliveries=queued)

        first = taken(store)
        assert events_of(first) == {(one.id, 1), (two.id, 1)}
        assert taken(store) == []
        (ours,) = (task for task in first if task.webhook == one)
        assert ours.delivery == a_delivery(one, 1)
        store.run(lambda uow: uow.webhook_deliveries.save(ours.delivery.succeeded(204, NOW)))

        # The other one is still at it: nobody waits for it, and it waits for nobody.
        assert events_of(taken(store)) == {(one.id, 2)}
        assert taken(store) == []

    def test_one_that_fails_holds_up_its_own_until_it_is_given_up(self, under_test: UnderTest) -> None:
        store = under_test.store
        registered(store, HUNTER)
        hook = a_webhook()
        kept(store, hook, deliveries=(a_delivery(hook, 1), a_delivery(hook, 2)))
        (task,) = taken(store)

        failed = task.delivery.failed(500, "answered 500", NOW)
        store.run(lambda uow: uow.webhook_deliveries.save(failed))

        assert taken(store) == []
        assert events_of(taken(store, failed.due_at)) == {(hook.id, 1)}
        store.run(lambda uow: uow.webhook_deliveries.save(replace(failed, given_up_at=NOW)))
        assert events_of(taken(store)) == {(hook.id, 2)}

    def test_a_lease_that_nobody_keeps_ends(self, under_test: UnderTest) -> None:
        store = under_test.store
        registered(store, HUNTER)
        hook = a_webhook()
        kept(store, hook, deliveries=(a_delivery(hook, 1),))

        assert len(taken(store)) == 1
        assert taken(store, LATER - timedelta(seconds=1)) == []
        assert len(taken(store, LATER)) == 1

    def test_nothing_is_taken_for_one_that_is_off(self, under_test: UnderTest) -> None:
        store = under_test.store
        registered(store, HUNTER)
        hook = a_webhook(is_active=False)
        kept(store, hook, deliveries=(a_delivery(hook, 1),))

        assert taken(store) == []
        with store.write() as uow:
            uow.hunters.lock(HUNTER.id)
            uow.webhooks.save(replace(hook, is_active=True))
            uow.commit()
        assert events_of(taken(store)) == {(hook.id, 1)}

    def test_a_ping_waits_for_nobody_and_nobody_goes_twice_because_of_it(self, under_test: UnderTest) -> None:
        store = under_test.store
        registered(store, HUNTER)
        hook = a_webhook()
        kept(store, hook, deliveries=(a_delivery(hook, 1),))
        assert events_of(taken(store)) == {(hook.id, 1)}

        store.run(lambda uow: uow.webhook_deliveries.add([a_delivery(hook, 0, kind=PING)]))

        (ping,) = taken(store)
        assert ping.delivery.kind == PING
        store.run(lambda uow: uow.webhook_deliveries.save(ping.delivery.succeeded(204, NOW)))
        assert taken(store) == [], "the first is still under way"
        assert events_of(taken(store, LATER)) == {(hook.id, 1)}

    def test_who_is_full_is_given_no_turn_and_nobody_else_waits_for_them(self, under_test: UnderTest) -> None:
        store = under_test.store
        registered(store, HUNTER)
        registered(store, OTHER)
        down = [a_webhook(name=f"down-{n}", shown="https://down.example/…") for n in range(3)]
        theirs, good = a_webhook(OTHER, "theirs"), a_webhook(name="good")
        hooks = (*down, theirs, good)
        due = {theirs.id: NOW + timedelta(seconds=1), good.id: NOW + timedelta(seconds=2)}
        made = [a_delivery(hook, 1, due_at=due.get(hook.id, NOW)) for hook in hooks]
        kept(store, *hooks, deliveries=tuple(made))
        full = Full(hunters=frozenset({OTHER.id}), hosts=frozenset({"https://down.example/…"}))

        assert events_of(taken(store, LATER, limit=1, full=full)) == {(good.id, 1)}
        assert taken(store, LATER, full=full) == []
        assert events_of(taken(store, LATER)) == {(hook.id, 1) for hook in (*down, theirs)}

    def test_the_longest_due_comes_first_also_when_it_was_put_back(self, under_test: UnderTest) -> None:
        store = under_test.store
        registered(store, HUNTER)
        one, two = a_webhook(), a_webhook(name="two")
        later = a_delivery(two, 1, due_at=NOW + timedelta(seconds=1))
        kept(store, one, two, deliveries=(later, a_delivery(one, 1)))

        def put_back(uow: UnitOfWork) -> None:
            for task in uow.webhook_deliveries.take(LATER, until=LATER + timedelta(minutes=1), limit=10):
                uow.webhook_deliveries.save(task.delivery)

        store.run(put_back)

        assert events_of(taken(store, LATER, limit=1)) == {(one.id, 1)}
        assert events_of(taken(store, LATER, limit=1)) == {(two.id, 1)}

    def test_what_comes_while_the_last_one_is_done_has_its_turn(self, under_test: UnderTest) -> None:
        store = under_test.store
        registered(store, HUNTER)
        hook = a_webhook()
        kept(store, hook, deliveries=(a_delivery(hook, 1),))
        (task,) = taken(store)

        taken_one = task.delivery.succeeded(200, NOW)
        done = threading.Thread(target=lambda: store.run(lambda uow: uow.webhook_deliveries.save(taken_one)))

        with store.write() as uow:
            uow.webhook_deliveries.add([a_delivery(hook, 2)])
            done.start()
            # Long enough to come to what it waits for; who is slower finds the more.
            done.join(0.1)
            uow.commit()
        done.join(30)

        assert events_of(taken(store)) == {(hook.id, 2)}

    def test_those_given_up_are_shown_with_their_webhooks_and_can_be_tried_anew(
        self, under_test: UnderTest
    ) -> None:
        store = under_test.store
        registered(store, HUNTER)
        registered(store, OTHER)
        mine, theirs = a_webhook(), a_webhook(OTHER, "theirs")
        lost = [
            replace(a_delivery(mine, 1), tries=11).failed(500, "answered 500", NOW),
            replace(a_delivery(theirs, 1), tries=11).failed(None, "it hung up", LATER),
        ]
        ping = a_delivery(mine, 0, kind=PING).failed(500, "answered 500", LATER)
        kept(store, mine, theirs, deliveries=(a_delivery(mine, 2), *lost, ping))

        with store.read() as uow:
            assert list(uow.webhook_deliveries.given_up(10)) == [
                WebhookTask(delivery=lost[1], webhook=theirs),
                WebhookTask(delivery=lost[0], webhook=mine),
            ]
            assert len(uow.webhook_deliveries.given_up(1)) == 1
        assert store.run(lambda uow: uow.webhook_deliveries.retry(HUNTER.id, LATER)) == 1
        assert events_of(taken(store, NOW)) == set(), "what was to come after it waits for it again"
        assert events_of(taken(store, LATER)) == {(mine.id, 1)}
        assert store.run(lambda uow: uow.webhook_deliveries.retry(None, LATER)) == 1
        with store.read() as uow:
            assert list(uow.webhook_deliveries.given_up(10)) == []
            assert ping in uow.webhook_deliveries.of(mine.id, 10)

    def test_what_waits_to_be_tried_again_can_be_made_due_at_once(self, under_test: UnderTest) -> None:
        store = under_test.store
        registered(store, HUNTER)
        mine, other = a_webhook(), a_webhook(name="other")
        hour = NOW + timedelta(hours=1)
        waits = replace(a_delivery(mine, 2, due_at=hour), tries=9, status=500, last_error="answered 500")
        lost = replace(a_delivery(mine, 1), tries=11).failed(500, "answered 500", NOW)
        kept(
            store,
            mine,
            other,
            deliveries=(lost, waits, a_delivery(mine, 3), a_delivery(other, 1, due_at=hour)),
        )
        assert taken(store) == []

        assert store.run(lambda uow: uow.webhook_deliveries.hasten(mine.id, NOW, later_than=hour)) == 0
        assert taken(store) == []
        assert store.run(lambda uow: uow.webhook_deliveries.hasten(mine.id, NOW, later_than=LATER)) == 1

        (task,) = taken(store)
        assert task.delivery == replace(waits, due_at=NOW), "and its tries are not forgotten"
        with store.read() as uow:
            assert list(uow.webhook_deliveries.of(other.id, 10)) == [a_delivery(other, 1, due_at=hour)]
            assert lost in uow.webhook_deliveries.of(mine.id, 10)

    def test_what_is_tried_anew_brings_along_what_waits_to_be_tried_again_but_nothing_that_is_being_sent(
        self, under_test: UnderTest
    ) -> None:
        store = under_test.store
        registered(store, HUNTER)
        registered(store, OTHER)
        mine, sending, theirs = a_webhook(), a_webhook(name="sending"), a_webhook(OTHER, "theirs")
        hour = NOW + timedelta(hours=1)
        waiting = [a_delivery(hook, 1, due_at=hour, tries=9) for hook in (mine, theirs)]
        kept(store, mine, sending, theirs, deliveries=(*waiting, a_delivery(sending, 1)))
        assert events_of(taken(store)) == {(sending.id, 1)}

        assert store.run(lambda uow: uow.webhook_deliveries.retry(HUNTER.id, NOW)) == 1
        assert events_of(taken(store)) == {(mine.id, 1)}
        assert store.run(lambda uow: uow.webhook_deliveries.retry(None, NOW)) == 1
        assert events_of(taken(store)) == {(theirs.id, 1)}

    def test_several_take_each_delivery_once(self, under_test: UnderTest) -> None:
        store = under_test.store
        registered(store, HUNTER)
        hooks = [a_webhook(name=str(n)) for n in range(8)]
        kept(store, *hooks, deliveries=tuple(a_delivery(hook, 1) for hook in hooks))

        found = at_once(*[lambda: taken(store, limit=8) for _ in range(4)])

        seen = [task.webhook.id for tasks in found if isinstance(tasks, list) for task in tasks]
        assert sorted(seen) == sorted(hook.id for hook in hooks)

    def test_it_is_known_which_were_queued(self, under_test: UnderTest) -> None:
        store = under_test.store
        registered(store, HUNTER)
        hook = a_webhook()
        kept(store, hook, deliveries=tuple(a_delivery(hook, seq) for seq in range(1, 71)))
        mine = {(hook.id, an_id(f"event-{seq}")) for seq in range(1, 71)}
        strange: set[tuple[WebhookId, UUID]] = {
            (hook.id, an_id("never")),
            (WebhookId(an_id("no")), an_id("event-1")),
        }

        with store.read() as uow:
            assert uow.webhook_deliveries.known(mine | strange) == mine
            assert uow.webhook_deliveries.known(()) == set()

    def test_the_latest_are_shown_with_what_came_of_them(self, under_test: UnderTest) -> None:
        store = under_test.store
        registered(store, HUNTER)
        hook = a_webhook()
        old = a_delivery(hook, 9, created_at=NOW - timedelta(hours=1))
        done = a_delivery(hook, 2).succeeded(200, LATER)
        lost = replace(a_delivery(hook, 1), tries=11).failed(None, "it hung up", LATER)
        kept(store, hook, deliveries=(old, a_delivery(hook, 1), a_delivery(hook, 2)))
        with store.write() as uow:
            uow.webhook_deliveries.save(done)
            uow.webhook_deliveries.save(lost)
            uow.commit()

        with store.read() as uow:
            assert list(uow.webhook_deliveries.of(hook.id, 10)) == [done, lost, old]
            assert list(uow.webhook_deliveries.of(hook.id, 1)) == [done]

    def test_old_deliveries_are_purged_the_oldest_first(self, under_test: UnderTest) -> None:
        store = under_test.store
        registered(store, HUNTER)
        hook = a_webhook()
        made = [a_delivery(hook, n, created_at=NOW - timedelta(days=n)) for n in range(5)]
        kept(store, hook, deliveries=tuple(made))

        with store.write() as uow:
            before = NOW - timedelta(days=2)
            assert uow.webhook_deliveries.purge(before=before, limit=1) == 1
            assert uow.webhook_deliveries.purge(before=before, limit=10) == 1
            assert uow.webhook_deliveries.purge(before=before, limit=10) == 0
            uow.commit()
        with store.read() as uow:
            assert list(uow.webhook_deliveries.of(hook.id, 10)) == made[:3]

    def test_the_next_has_its_turn_when_the_first_was_purged(self, under_test: UnderTest) -> None:
        store = under_test.store
        registered(store, HUNTER)
        one, two = a_webhook(), a_webhook(name="two")
        old = NOW - timedelta(days=8)
        gone = [a_delivery(hook, 1, created_at=old, due_at=old) for hook in (one, two)]
        next_one = a_delivery(one, 2, due_at=NOW - timedelta(minutes=1))
        kept(store, one, two, deliveries=(*gone, next_one))

        store.run(lambda uow: uow.webhook_deliveries.purge(before=NOW - timedelta(days=7), limit=10))

        assert taken(store, NOW - timedelta(minutes=2)) == []
        assert events_of(taken(store, limit=1)) == {(one.id, 2)}
        store.run(lambda uow: uow.webhook_deliveries.add([a_delivery(two, 3)]))
        assert events_of(taken(store)) == {(two.id, 3)}
