"""What a store promises of webhooks: each comes back as it was kept, and takes along what was on its way."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hunter_adapters.testing.builders import a_hunter, an_id, registered
from hunter_adapters.testing.contract.under_test import UnderTest
from hunter_core.errors import NotFound
from hunter_core.hunters.hunter import Hunter
from hunter_core.ids import AccountId, HunterId, WebhookId
from hunter_core.places import NOBODY, Full
from hunter_core.ports import Store
from hunter_core.webhooks.delivery import WebhookDelivery, WebhookTask
from hunter_core.webhooks.webhook import Webhook, WebhookEvent

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
HUNTER = a_hunter("Jinwoo")
OTHER = a_hunter("Jinah", id=an_id("other"))


def a_webhook(hunter: Hunter = HUNTER, name: str = "one", **changes: object) -> Webhook:
    """Return a webhook of *hunter* that wants to be told of completions."""
    made = Webhook(
        id=WebhookId(an_id(f"webhook-{name}")),
        hunter_id=hunter.id,
        sealed_url=b"sealed:" + name.encode(),
        sealed_secret=b"secret:" + name.encode(),
        shown="https://home.example/…",
        events=(WebhookEvent.QUEST_COMPLETED, WebhookEvent.GUILD),
        created_at=NOW,
        updated_at=NOW,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def a_delivery(hook: Webhook, seq: int, **changes: object) -> WebhookDelivery:
    """Return the delivery of the event *seq* to *hook*, due now."""
    made = WebhookDelivery(
        webhook_id=hook.id,
        event_id=an_id(f"event-{seq}"),
        seq=seq,
        kind="quest.completed",
        at=NOW,
        data={"quest": "Read „Faust“", "n": seq},
        created_at=NOW,
        due_at=NOW,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def kept(store: Store, *hooks: Webhook, deliveries: tuple[WebhookDelivery, ...] = ()) -> None:
    """Keep *hooks* and *deliveries*."""
    with store.write() as uow:
        for hook in hooks:
            uow.hunters.lock(hook.hunter_id)
            uow.webhooks.add(hook)
        uow.webhook_deliveries.add(deliveries)
        uow.commit()


def taken(store: Store, now: datetime = NOW, limit: int = 10, full: Full = NOBODY) -> list[WebhookTask]:
    """Take what is due."""
    until = now + timedelta(minutes=1)
    return store.run(lambda uow: list(uow.webhook_deliveries.take(now, until=until, limit=limit, full=full)))


def events_of(tasks: list[WebhookTask]) -> set[tuple[WebhookId, int]]:
    """Return which events are on their way where."""
    return {(task.webhook.id, task.delivery.seq) for task in tasks}


class WebhooksContract:
    """`Webhooks`."""

    def test_a_webhook_comes_back_as_it_was_kept(self, under_test: UnderTest) -> None:
        store = under_test.store
        registered(store, HUNTER)
        registered(store, OTHER)
        mine, second, theirs = a_webhook(), a_webhook(name="two"), a_webhook(OTHER, "theirs")
        kept(store, mine, second, theirs)

        with store.read() as uow:
            assert sorted(uow.webhooks.of(HUNTER.id), key=lambda each: each.sealed_url) == [mine, second]
            assert uow.webhooks.get(HUNTER.id, mine.id) == mine
            with pytest.raises(NotFound):
                uow.webhooks.get(OTHER.id, mine.id)

    def test_what_is_saved_is_everything_but_whose_it_is(self, under_test: UnderTest) -> None:
        store = under_test.store
        registered(store, HUNTER)
        kept(store, hook := a_webhook())
        changed = replace(
            hook,
            sealed_url=b"another",
            sealed_secret=b"another secret",
            sealed_old_secret=b"the one before",
            old_secret_until=LATER,
            shown="https://other.example/…",
            events=(WebhookEvent.LEVEL_UP,),
            is_active=False,
            disabled_at=LATER,
            failures=12,
            failing_since=NOW,
            last_at=LATER,
            last_status=500,
            last_error="answered 500",
            updated_at=LATER,
        )

        with store.write() as uow:
            uow.hunters.lock(HUNTER.id)
            uow.webhooks.save(changed)
            uow.webhooks.save(a_webhook(name="gone"))
            uow.commit()

        with store.read() as uow:
            assert list(uow.webhooks.of(HUNTER.id)) == [changed]

    def test_only_those_of_the_hunters_that_are_on_are_active(self, under_test: UnderTest) -> None:
        store = under_test.store
        registered(store, HUNTER)
        registered(store, OTHER)
        mine, off, theirs = a_webhook(), a_webhook(name="off", is_active=False), a_webhook(OTHER, "theirs")
        kept(store, mine, off, theirs)
        many = {HunterId(AccountId(an_id(f"nobody-{n}"))) for n in range(70)}

        with store.read() as uow:
            assert list(uow.webhooks.active({HUNTER.id})) == [mine]
            assert {each.id for each in uow.webhooks.active({HUNTER.id, OTHER.id, *many})} == {
                mine.id,
                theirs.id,
            }
            assert list(uow.webhooks.active(many)) == []
            assert list(uow.webhooks.active(())) == []

    def test_one_that_is_removed_takes_along_what_was_on_its_way(self, under_test: UnderTest) -> None:
        store = under_test.store
        registered(store, HUNTER)
        registered(store, OTHER)
        mine, theirs = a_webhook(), a_webhook(OTHER, "theirs")
        kept(store, mine, theirs, deliveries=(a_delivery(mine, 1), a_delivery(theirs, 1)))

        with store.write() as uow:
            uow.hunters.lock(HUNTER.id)
            uow.hunters.lock(OTHER.id)
            assert not uow.webhooks.remove(OTHER.id, mine.id)
            assert uow.webhooks.remove(HUNTER.id, mine.id)
            assert not uow.webhooks.remove(HUNTER.id, mine.id)
            uow.commit()

        assert events_of(taken(store)) == {(theirs.id, 1)}
        with store.read() as uow:
            assert list(uow.webhook_deliveries.of(mine.id, 10)) == []
