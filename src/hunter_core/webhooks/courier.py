"""
The courier: carries deliveries out, several webhooks at a time, each webhook's in order.

A delivery is taken by a lease, carried out outside of any transaction, and what came of it is kept. Whoever dies
in between leaves a lease that ends: it is then sent again, under the same id.
"""

from __future__ import annotations

import json
import logging
import queue
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from contextvars import copy_context
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from hunter_core.accounts.secrets import Vault
from hunter_core.errors import NotFound, TryLater
from hunter_core.ids import HunterId, NotificationId, derived_id
from hunter_core.notifications.notification import NotificationType
from hunter_core.notifications.tell import Draft, tell
from hunter_core.notifications.texts import catalogue_of
from hunter_core.ports import Clock, Store, UnitOfWork
from hunter_core.webhooks import signature
from hunter_core.webhooks.delivery import LEASE, WebhookDelivery, WebhookTask
from hunter_core.webhooks.ports import Sender, SendFailed
from hunter_core.webhooks.webhook import PING, Webhook, secret_context, url_context

MOST_AT_ONCE = 16
"""Webhooks that are sent to at one time: one that hangs takes one of these places, until its time is over."""

MOST_OF_A_HUNTER = 3
"""Places that the webhooks of one hunter may take of them, so that ten that hang leave room for others'."""

LONGEST_RUN = 5.0
"""Seconds after which a run ends though somebody hangs: the next one goes on, and hears what came of it."""

GONE = 410
"""The status by which a receiver says that it never wants to be told again."""

_NO_ANSWER_YET = 0.5
_A_MOMENT = timedelta(seconds=1)

log = logging.getLogger("hunter.webhooks")


class _Tried(NamedTuple):
    """What came of a try: the status, or why there was none."""

    task: WebhookTask
    status: int | None
    why: str = ""
    fresh: Webhook | None = None
    """The webhook sealed anew, where a key of before had sealed it."""


class Courier:
    """Carries out what is due in *store*, until it is closed."""

    def __init__(self, *, store: Store, sender: Sender, vault: Vault, clock: Clock) -> None:
        self._store, self._sender, self._vault, self._clock = store, sender, vault, clock
        # No SimpleQueue: with two who wait, as at the end, its `get` may wait for ever in spite of its timeout
        # (CPython 3.11: what is left of the time becomes negative, and that stands for no end).
        self._tried: queue.Queue[_Tried] = queue.Queue()
        self._under_way = 0
        self._hunters: Counter[HunterId] = Counter()
        self._closed = threading.Event()

    def run(self) -> bool:
        """
        Carry out what is due, and return whether there may be more. One thread at a time may call this.

        Raises:
            StoreUnavailable: If the store is away or busy; what was taken is due again when its lease is over.
        """
        began = time.monotonic()
        while True:
            for task in self._taken():
                self._under_way += 1
                self._begin(task)
            if self._under_way == 0:
                return False
            with suppress(queue.Empty):
                # Whoever hangs is waited for, but for a moment: somebody else may have come meanwhile.
                self._keep(self._tried.get(timeout=_NO_ANSWER_YET))
            if time.monotonic() - began > LONGEST_RUN or self._closed.is_set():
                return not self._closed.is_set()

    def stop(self) -> None:
        """Take nothing any more; returns at once."""
        self._closed.set()

    def close(self, wait: float = 3.0) -> None:
        """Take nothing any more; what came of those under way is kept, if it comes within *wait* seconds."""
        self.stop()
        until = time.monotonic() + wait
        while self._under_way > 0 and time.monotonic() < until:
            try:
                self._keep(self._tried.get(timeout=0.05))
            except queue.Empty:
                continue
            except TryLater as error:
                log.warning("what came of a delivery was not kept: %s", error)

    def _begin(self, task: WebhookTask) -> None:
        # With the context, so that what it logs is said to belong to this run.
        run = copy_context().run
        threading.Thread(target=run, args=(self._carry, task), name="webhook", daemon=True).start()

    def _taken(self) -> Sequence[WebhookTask]:
        free = MOST_AT_ONCE - self._under_way
        if self._closed.is_set() or free <= 0:
            return ()
        now = self._clock.now()
        tasks = self._store.run(lambda uow: self._take(uow, now, free))
        self._hunters.update(task.webhook.hunter_id for task in tasks)
        return tasks

    def _take(self, uow: UnitOfWork, now: datetime, free: int) -> Sequence[WebhookTask]:
        """Take what is due, and put back what would take a hunter more places than are theirs."""
        held, taken = self._hunters.copy(), []
        for task in uow.webhook_deliveries.take(now, until=now + LEASE, limit=free):
            held[task.webhook.hunter_id] += 1
            if held[task.webhook.hunter_id] > MOST_OF_A_HUNTER:
                uow.webhook_deliveries.save(replace(task.delivery, due_at=now + _A_MOMENT))
            else:
                taken.append(task)
        return taken

    def _carry(self, task: WebhookTask) -> None:
        """Send one, and say what came of it; whatever happens, something is said."""
        try:
            self._tried.put(self._sent(task))
        except SendFailed as error:
            self._tried.put(_Tried(task, None, str(error)))
        except Exception:
            log.exception("a delivery to the webhook %s failed in a way that nobody foresaw", task.webhook.id)
            self._tried.put(_Tried(task, None, "a mistake of the server's"))

    def _sent(self, task: WebhookTask) -> _Tried:
        hook = task.webhook
        url = self._vault.open(hook.sealed_url, url_context(hook.id))
        secret = self._vault.open(hook.sealed_secret, secret_context(hook.id))
        if url is None or secret is None:
            raise SendFailed("the key that sealed its address is gone: remove it, and add it again")
        body = body_of(task.delivery)
        now = self._clock.now()
        headers = signature.headers(secret, str(task.delivery.event_id), now, body)
        status = self._sender.send(url, headers, body)
        fresh = self._sealed_anew(hook, url, secret)
        return _Tried(task, status, "" if 200 <= status < 300 else f"answered {status}", fresh)

    def _sealed_anew(self, hook: Webhook, url: str, secret: str) -> Webhook | None:
        """Return the webhook under the key of today, so that one of before can be taken away some day."""
        if not (self._vault.outdated(hook.sealed_url) or self._vault.outdated(hook.sealed_secret)):
            return None
        return replace(
            hook,
            sealed_url=self._vault.seal(url, url_context(hook.id)),
            sealed_secret=self._vault.seal(secret, secret_context(hook.id)),
        )

    def _keep(self, tried: _Tried) -> None:
        self._under_way -= 1
        self._hunters[tried.task.webhook.hunter_id] -= 1
        self._hunters += Counter()
        now = self._clock.now()
        if tried.why:
            log.info("a delivery to the webhook %s failed: %s", tried.task.webhook.id, tried.why)
        self._store.run(lambda uow: _keep(uow, tried, now))


def _keep(uow: UnitOfWork, tried: _Tried, now: datetime) -> None:
    """Keep what came of a try, with the delivery and with its webhook."""
    delivery, hunter_id = tried.task.delivery, tried.task.webhook.hunter_id
    try:
        hunter = uow.hunters.lock(hunter_id)
        hook = uow.webhooks.get(hunter_id, tried.task.webhook.id)
    except NotFound:
        # Removed, or its owner is gone; the delivery went with it.
        return
    fresh, sent = tried.fresh, tried.task.webhook
    if fresh is not None and (hook.sealed_url, hook.sealed_secret) == (sent.sealed_url, sent.sealed_secret):
        hook = replace(hook, sealed_url=fresh.sealed_url, sealed_secret=fresh.sealed_secret)
    if tried.status is not None and not tried.why:
        uow.webhook_deliveries.save(delivery.succeeded(tried.status, now))
        uow.webhooks.save(hook.succeeded(tried.status, now))
        return
    uow.webhook_deliveries.save(delivery.failed(tried.status, tried.why, now))
    if delivery.kind == PING:
        # Its owner looks on, and hears it at once.
        return
    failed = hook.failed(tried.status, tried.why, now, for_good=tried.status == GONE)
    uow.webhooks.save(failed)
    if hook.is_active and not failed.is_active:
        settings = uow.settings.get(hunter_id)
        tell(uow=uow, hunter=hunter, settings=settings, drafts=[_said(failed, settings.language)], now=now)
        log.warning("the webhook %s was switched off after %s failures", hook.id, failed.failures)


def _said(hook: Webhook, language: str) -> Draft:
    text = catalogue_of(language).say("WEBHOOK_DISABLED", target=hook.shown, why=hook.last_error or "")
    # Once for each time that it is switched off.
    told = derived_id(hook.id, f"disabled:{hook.disabled_at}")
    return Draft(id=NotificationId(told), type=NotificationType.SYSTEM, text=text)


def body_of(delivery: WebhookDelivery) -> bytes:
    """Return what a receiver is sent: JSON, the same bytes at every try."""
    at = delivery.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    said: dict[str, Any] = {"type": delivery.kind, "timestamp": at, "data": delivery.data}
    if delivery.kind != PING:
        said["seq"] = delivery.seq
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
