"""The courier carries deliveries out, several webhooks at a time, each webhook's in order (`hunter_core.carrier`)."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from hunter_core.accounts.secrets import Vault
from hunter_core.carrier import NO_KEY, Carrier
from hunter_core.errors import NotFound
from hunter_core.ids import NotificationId, derived_id
from hunter_core.notifications.notification import NotificationType
from hunter_core.notifications.tell import Draft, tell
from hunter_core.notifications.texts import catalogue_of
from hunter_core.places import Full
from hunter_core.ports import Clock, Store, UnitOfWork
from hunter_core.webhooks import signature
from hunter_core.webhooks.delivery import LEASE, WebhookDelivery, WebhookTask
from hunter_core.webhooks.ports import Failure, Sender, SendFailed
from hunter_core.webhooks.webhook import PING, Webhook, secret_context, url_context

GONE = 410
"""The status by which a receiver says that it never wants to be told again."""

log = logging.getLogger("hunter.webhooks")


class _Tried(NamedTuple):
    """What came of a try: the status, or why there was none."""

    status: int | None
    why: str = ""
    kind: Failure = Failure.STATUS
    fresh: Webhook | None = None
    """The webhook sealed anew, where a key of before had sealed it."""
    is_keyless: bool = False
    """Whether nothing was sent, because this process has not the key that its address was sealed under."""


class Courier(Carrier[WebhookTask, _Tried]):
    """Carries out what is due for webhooks in *store*, until it is closed."""

    name = "webhook"

    def __init__(self, *, store: Store, sender: Sender, vault: Vault, clock: Clock) -> None:
        super().__init__(store=store, clock=clock, log=log)
        self._sender, self._vault = sender, vault

    def due(self, uow: UnitOfWork, now: datetime, limit: int, full: Full) -> Sequence[WebhookTask]:
        """Take what is due."""
        return uow.webhook_deliveries.take(now, until=now + LEASE, limit=limit, full=full)

    def put_back(self, uow: UnitOfWork, task: WebhookTask) -> None:
        """Keep what was taken as it was before."""
        uow.webhook_deliveries.save(task.delivery)

    def mistaken(self, task: WebhookTask) -> _Tried:
        """Return a failure that is tried again."""
        return _Tried(None, "a mistake of the server's", Failure.MISTAKE)

    def send(self, task: WebhookTask) -> _Tried:
        """Send one, signed; return what came of it."""
        hook = task.webhook
        url = self._vault.open(hook.sealed_url, url_context(hook.id))
        secret = self._vault.open(hook.sealed_secret, secret_context(hook.id))
        if url is None or secret is None:
            return _Tried(None, NO_KEY, is_keyless=True)
        fresh = self._sealed_anew(hook, url, secret)
        body = body_of(task.delivery)
        now = self._clock.now()
        secrets = [secret, *self._old_secret(hook, now)]
        headers = signature.headers(secrets, str(task.delivery.event_id), now, body)
        try:
            status = self._sender.send(url, headers, body)
        except SendFailed as error:
            return _Tried(None, str(error), error.kind, fresh)
        return _Tried(status, "" if 200 <= status < 300 else f"answered {status}", fresh=fresh)

    def _old_secret(self, hook: Webhook, now: datetime) -> Sequence[str]:
        """Return the secret before, while it signs beside the new one."""
        sealed = hook.without_old_secret(now).sealed_old_secret
        secret = None if sealed is None else self._vault.open(sealed, secret_context(hook.id))
        return () if secret is None else (secret,)

    def _sealed_anew(self, hook: Webhook, url: str, secret: str) -> Webhook | None:
        """Return the webhook under the key of today, so that one of before can be taken away some day."""
        sealed = (hook.sealed_url, hook.sealed_secret, hook.sealed_old_secret)
        if not any(self._vault.outdated(each) for each in sealed if each is not None):
            return None
        old = (
            None
            if hook.sealed_old_secret is None
            else self._vault.open(hook.sealed_old_secret, secret_context(hook.id))
        )
        return replace(
            hook,
            sealed_url=self._vault.seal(url, url_context(hook.id)),
            sealed_secret=self._vault.seal(secret, secret_context(hook.id)),
            sealed_old_secret=None if old is None else self._vault.seal(old, secret_context(hook.id)),
        )

    def keep(self, uow: UnitOfWork, task: WebhookTask, tried: _Tried, now: datetime) -> None:
        """Keep what came of a try, with the delivery and with its webhook."""
        delivery, sent = task.delivery, task.webhook
        if tried.is_keyless:
            # Nothing was tried, so nothing failed: the webhook is not counted down to being switched off.
            self.keyless()
            uow.webhook_deliveries.save(delivery.left(tried.why, now))
            return
        if tried.why:
            log.info("a delivery to the webhook %s failed: %s", sent.id, tried.why)
        try:
            hunter = uow.hunters.lock(sent.hunter_id)
            hook = uow.webhooks.get(hunter.id, sent.id)
        except NotFound:
            # Removed, or its owner is gone; the delivery went with it.
            return
        hook = _renewed(hook, sent, tried.fresh).without_old_secret(now)
        if tried.status is not None and not tried.why:
            uow.webhook_deliveries.save(delivery.succeeded(tried.status, now))
            uow.webhooks.save(hook.succeeded(tried.status, now))
            return
        uow.webhook_deliveries.save(delivery.failed(tried.status, tried.why, now))
        if delivery.kind == PING:
            # Its owner looks on, and hears it at once.
            if tried.fresh is not None:
                uow.webhooks.save(hook)
            return
        is_gone = tried.status == GONE
        failed = hook.failed(tried.status, tried.why, now, for_good=is_gone)
        uow.webhooks.save(failed)
        if hook.is_active and not failed.is_active:
            language = uow.settings.get(hunter.id).language
            draft = _said(failed, tried, language)
            tell(uow=uow, hunter=hunter, drafts=[draft], now=now)
            log.warning("the webhook %s was switched off after %s failures", hook.id, failed.failures)


def _renewed(hook: Webhook, sent: Webhook, fresh: Webhook | None) -> Webhook:
    """Return *hook* sealed as *fresh* is, if it still has what was *sent* by."""
    if fresh is None or (hook.sealed_url, hook.sealed_secret) != (sent.sealed_url, sent.sealed_secret):
        return hook
    return replace(
        hook,
        sealed_url=fresh.sealed_url,
        sealed_secret=fresh.sealed_secret,
        sealed_old_secret=fresh.sealed_old_secret,
    )


def _said(hook: Webhook, tried: _Tried, language: str) -> Draft:
    catalogue = catalogue_of(language)
    if tried.status == GONE:
        text = catalogue.say("WEBHOOK_GONE", target=hook.shown, status=GONE)
    else:
        why = catalogue.word("failure", tried.kind, status=tried.status or 0)
        text = catalogue.say("WEBHOOK_DISABLED", target=hook.shown, why=why)
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
