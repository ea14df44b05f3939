"""Targets that drip for ever take the places of their own hunter, and no delivery of anybody else's (issue 5)."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from typing import Any

from hunter_adapters.memory import MemoryStore
from hunter_adapters.outbound import Outbound
from hunter_adapters.push.apprise import ApprisePusher
from hunter_adapters.testing.builders import NOW, a_hunter, an_id, registered
from hunter_adapters.testing.contract.webhooks import a_delivery, a_webhook
from hunter_adapters.webhooks.http import LONGEST_SEND, HttpSender
from hunter_core.carrier import Carrier
from hunter_core.clock import SystemClock
from hunter_core.hunters.hunter import Hunter
from hunter_core.ids import NotificationId, PushTargetId
from hunter_core.notifications.notification import Notification, NotificationType
from hunter_core.notifications.push import MOST_TARGETS, PushDelivery, PushTarget, context_of
from hunter_core.notifications.push_due import PushCarrier
from hunter_core.places import MOST_AT_ONCE, MOST_OF_A_HUNTER
from hunter_core.webhooks.courier import Courier
from hunter_core.webhooks.signature import new_secret
from hunter_core.webhooks.webhook import MOST_WEBHOOKS, secret_context, url_context
from tests.builders import a_rulebook
from tests.servers.webhooks import Receiver, a_receiver, drip
from tests.usecases.gates import a_gate

HERE = [ip_network("127.0.0.1/32")]
# So many that theirs would take every place, if nobody kept them from it.
GREEDY = 1 + MOST_AT_ONCE // MOST_TARGETS
VAULT = a_gate().vault


def hunters(store: MemoryStore, count: int) -> list[Hunter]:
    return [registered(store, a_hunter(f"Hunter{n}", id=an_id(f"hunter-{n}"))) for n in range(count)]


@contextmanager
def running(carrier: Carrier[Any, Any]) -> Iterator[None]:
    """Let *carrier* run as a job does: again and again."""
    over = threading.Event()

    def run() -> None:
        while not over.is_set():
            carrier.run()
            over.wait(0.01)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        carrier.stop()
        thread.join(30)


def wait_for_connections(receiver: Receiver, count: int) -> None:
    deadline = time.monotonic() + 30
    while receiver.connections < count:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_webhooks_that_drip_hold_up_no_webhook_of_another_hunter() -> None:
    store = MemoryStore()
    *greedy, other = hunters(store, GREEDY + 1)

    def hook(hunter: Hunter, name: str, url: str, host: str) -> None:
        made = a_webhook(hunter, name)
        made = a_webhook(
            hunter,
            name,
            shown=host,
            sealed_url=VAULT.seal(url, url_context(made.id)),
            sealed_secret=VAULT.seal(new_secret(), secret_context(made.id)),
        )
        with store.write() as uow:
            uow.hunters.lock(hunter.id)
            uow.webhooks.add(made)
            uow.webhook_deliveries.add([a_delivery(made, seq) for seq in (1, 2, 3)])
            uow.commit()

    sender = HttpSender(Outbound(HERE), lan=HERE)
    courier = Courier(store=store, sender=sender, vault=VAULT, clock=SystemClock())
    with a_receiver(drip) as dripping, a_receiver() as good:
        for hunter in greedy:
            for n in range(MOST_WEBHOOKS):
                # Each by a name of its own, as one who wants to take places away would have it.
                name = f"{hunter.name}-{n}"
                hook(hunter, name, f"http://127.0.0.1:{dripping.port}/", f"http://{name}.example/…")
        with running(courier):
            wait_for_connections(dripping, GREEDY * MOST_OF_A_HUNTER)
            began = time.monotonic()
            hook(other, "good", f"http://127.0.0.1:{good.port}/", "http://good.example/…")
            arrived = len(good.wait_for(3, seconds=LONGEST_SEND))
            took = time.monotonic() - began

    assert arrived == 3
    assert took < LONGEST_SEND / 2
    assert dripping.connections == GREEDY * MOST_OF_A_HUNTER


def test_push_targets_that_drip_hold_up_no_push_of_another_hunter() -> None:
    store = MemoryStore()
    *greedy, other = hunters(store, GREEDY + 1)

    def push(hunter: Hunter, name: str, url: str) -> None:
        target_id = PushTargetId(an_id(f"target-{name}"))
        sealed = VAULT.seal(url, context_of(target_id))
        said = Notification(
            id=NotificationId(an_id(f"said-{name}")),
            hunter_id=hunter.id,
            type=NotificationType.SYSTEM,
            title="title",
            message="message",
            scheduled_for=NOW,
            sent_at=NOW,
            created_at=NOW,
        )
        with store.write() as uow:
            uow.hunters.lock(hunter.id)
            uow.notifications.add([said])
            uow.push_targets.add(
                PushTarget(id=target_id, hunter_id=hunter.id, sealed=sealed, shown=name, created_at=NOW)
            )
            uow.push_deliveries.add(
                [
                    PushDelivery(
                        target_id=target_id,
                        notification_id=said.id,
                        created_at=NOW,
                        queued_at=NOW,
                        due_at=NOW,
                    )
                ]
            )
            uow.commit()

    pusher = ApprisePusher(Outbound(HERE))
    carrier = PushCarrier(store=store, pusher=pusher, vault=VAULT, clock=SystemClock(), rulebook=a_rulebook())
    with a_receiver(drip) as dripping, a_receiver(status=200) as good:
        for hunter in greedy:
            for n in range(MOST_TARGETS):
                push(hunter, f"{hunter.name}-{n}", f"ntfy://127.0.0.1:{dripping.port}/topic")
        with running(carrier):
            wait_for_connections(dripping, GREEDY * MOST_OF_A_HUNTER)
            began = time.monotonic()
            push(other, "good", f"ntfy://127.0.0.1:{good.port}/topic")
            arrived = len(good.wait_for(1, seconds=15))
            took = time.monotonic() - began

    assert arrived == 1
    assert took < 7
    assert dripping.connections == GREEDY * MOST_OF_A_HUNTER
