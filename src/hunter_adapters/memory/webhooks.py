"""Webhooks and their deliveries in memory."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime

from hunter_adapters.memory.locks import Locks
from hunter_adapters.memory.tables import Tables
from hunter_core.errors import NotFound
from hunter_core.ids import HunterId, WebhookId
from hunter_core.places import NOBODY, Full
from hunter_core.webhooks.delivery import LEASE, DeliveryState, WebhookDelivery, WebhookTask
from hunter_core.webhooks.ports import Key
from hunter_core.webhooks.webhook import PING, Webhook


class MemoryWebhooks:
    """Implements `hunter_core.webhooks.ports.Webhooks`."""

    __slots__ = ("_locks", "_tables")

    def __init__(self, tables: Tables, locks: Locks) -> None:
        self._tables, self._locks = tables, locks

    def of(self, hunter_id: HunterId) -> Sequence[Webhook]:
        found = [each for each in self._tables.webhooks.rows().values() if each.hunter_id == hunter_id]
        return sorted(found, key=lambda each: each.id)

    def active(self, hunter_ids: Collection[HunterId]) -> Sequence[Webhook]:
        return [each for hunter_id in sorted(hunter_ids) for each in self.of(hunter_id) if each.is_active]

    def get(self, hunter_id: HunterId, webhook_id: WebhookId) -> Webhook:
        found = self._tables.webhooks.rows().get(webhook_id)
        if found is None or found.hunter_id != hunter_id:
            raise NotFound("webhook", webhook_id)
        return found

    def add(self, webhook: Webhook) -> None:
        self._locks.need("hunter", webhook.hunter_id)
        self._tables.webhooks.add(webhook.id, webhook)

    def save(self, webhook: Webhook) -> None:
        self._locks.need("hunter", webhook.hunter_id)
        if webhook.id in self._tables.webhooks.rows():
            self._tables.webhooks.edit()[webhook.id] = webhook

    def remove(self, hunter_id: HunterId, webhook_id: WebhookId) -> bool:
        self._locks.need("hunter", hunter_id)
        found = self._tables.webhooks.rows().get(webhook_id)
        if found is None or found.hunter_id != hunter_id:
            return False
        del self._tables.webhooks.edit()[webhook_id]
        for key in [key for key in self._tables.webhook_deliveries.rows() if key[0] == webhook_id]:
            del self._tables.webhook_deliveries.edit()[key]
        return True


class MemoryWebhookDeliveries:
    """Implements `hunter_core.webhooks.ports.WebhookDeliveries`."""

    __slots__ = ("_tables",)

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def known(self, keys: Collection[Key]) -> AbstractSet[Key]:
        return frozenset(keys) & self._tables.webhook_deliveries.rows().keys()

    def add(self, deliveries: Sequence[WebhookDelivery]) -> None:
        for each in deliveries:
            self._tables.webhook_deliveries.add((each.webhook_id, each.event_id), each)

    def take(
        self, now: datetime, *, until: datetime, limit: int, full: Full = NOBODY
    ) -> Sequence[WebhookTask]:
        heads: dict[WebhookId, WebhookDelivery] = {}
        rows = self._tables.webhook_deliveries.rows().values()
        for each in sorted(rows, key=lambda each: (each.seq, each.event_id)):
            if each.state is DeliveryState.WAITING:
                heads.setdefault(each.webhook_id, each)
        hooks = self._tables.webhooks.rows()
        due = [
            each
            for each in heads.values()
            if each.due_at <= now and _may_be_told(hooks[each.webhook_id], full)
        ]
        due.sort(key=lambda each: (each.due_at, each.webhook_id))
        for each in due[:limit]:
            key = each.webhook_id, each.event_id
            self._tables.webhook_deliveries.edit()[key] = replace(each, due_at=until)
        return [WebhookTask(delivery=each, webhook=hooks[each.webhook_id]) for each in due[:limit]]

    def save(self, delivery: WebhookDelivery) -> None:
        key = delivery.webhook_id, delivery.event_id
        if key in self._tables.webhook_deliveries.rows():
            self._tables.webhook_deliveries.edit()[key] = delivery

    def of(self, webhook_id: WebhookId, limit: int) -> Sequence[WebhookDelivery]:
        found = [
            each for each in self._tables.webhook_deliveries.rows().values() if each.webhook_id == webhook_id
        ]
        found.sort(key=lambda each: (each.created_at, each.seq, each.event_id), reverse=True)
        return found[:limit]

    def given_up(self, limit: int) -> Sequence[WebhookTask]:
        found = sorted(self._given_up(), key=lambda each: (each.webhook_id, each.seq))
        found.sort(key=lambda each: each.given_up_at or each.created_at, reverse=True)
        hooks = self._tables.webhooks.rows()
        return [WebhookTask(delivery=each, webhook=hooks[each.webhook_id]) for each in found[:limit]]

    def retry(self, hunter_id: HunterId | None, now: datetime) -> int:
        hooks = [
            each for each in self._tables.webhooks.rows().values() if hunter_id in (None, each.hunter_id)
        ]
        ids = {hook.id for hook in hooks}
        found = [each for each in self._given_up() if each.webhook_id in ids]
        for each in found:
            self.save(replace(each, tries=0, given_up_at=None, due_at=now))
        return len(found) + sum(self.hasten(each, now, later_than=now + LEASE) for each in ids)

    def hasten(self, webhook_id: WebhookId, now: datetime, *, later_than: datetime) -> int:
        found = [
            each
            for each in self._tables.webhook_deliveries.rows().values()
            if each.webhook_id == webhook_id
            and each.state is DeliveryState.WAITING
            and each.due_at > later_than
        ]
        for each in found:
            self.save(replace(each, due_at=now))
        return len(found)

    def _given_up(self) -> list[WebhookDelivery]:
        rows = self._tables.webhook_deliveries.rows().values()
        return [each for each in rows if each.state is DeliveryState.GIVEN_UP and each.kind != PING]

    def purge(self, *, before: datetime, limit: int) -> int:
        old = [
            (each.created_at, key)
            for key, each in self._tables.webhook_deliveries.rows().items()
            if each.created_at < before
        ]
        old.sort()
        for _, key in old[:limit]:
            del self._tables.webhook_deliveries.edit()[key]
        return len(old[:limit])


def _may_be_told(hook: Webhook, full: Full) -> bool:
    return hook.is_active and hook.hunter_id not in full.hunters and hook.shown not in full.hosts
