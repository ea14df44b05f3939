"""What events are queued for which webhooks, in the transaction of the relay."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime

from hunter_core.events import OutboxEvent
from hunter_core.ids import HunterId
from hunter_core.ports import UnitOfWork
from hunter_core.webhooks.delivery import WebhookDelivery
from hunter_core.webhooks.ports import keys_of
from hunter_core.webhooks.webhook import Webhook


class WebhookConsumer:
    """Implements `hunter_core.relay.ports.Consumer`; an event that comes twice is queued once, by its id."""

    name = "webhooks"

    def __init__(self) -> None:
        self._queued = threading.Event()

    def consume(self, uow: UnitOfWork, events: Sequence[OutboxEvent], now: datetime) -> None:
        """Queue *events* for the webhooks that want them: one read where there are none."""
        hooks: dict[HunterId, list[Webhook]] = {}
        for hook in uow.webhooks.active({event.hunter_id for event in events}):
            hooks.setdefault(hook.hunter_id, []).append(hook)
        wanted = [
            _delivery(hook, event, now)
            for event in events
            for hook in hooks.get(event.hunter_id, ())
            if hook.wants(event.type)
        ]
        if not wanted:
            return
        # The relay holds the turns of these hunters: nobody else queues anything for them meanwhile.
        known = uow.webhook_deliveries.known(keys_of(wanted))
        new = [each for each in wanted if (each.webhook_id, each.event_id) not in known]
        uow.webhook_deliveries.add(new)
        self._queued.set()

    def take_queued(self) -> bool:
        """Tell, once, whether anything was queued since this was asked: then somebody has to carry it out."""
        queued = self._queued.is_set()
        self._queued.clear()
        return queued


def _delivery(hook: Webhook, event: OutboxEvent, now: datetime) -> WebhookDelivery:
    return WebhookDelivery(
        webhook_id=hook.id,
        event_id=event.id,
        seq=event.seq,
        kind=event.type,
        at=event.at,
        data=event.data,
        created_at=now,
        due_at=now,
    )
