"""Adding, changing, trying and removing webhooks (issue 5, 5). Whoever asks has a session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from hunter_core.accounts.secrets import Vault
from hunter_core.accounts.session import SignedIn
from hunter_core.accounts.tell_owner import tell_owner
from hunter_core.accounts.ways_out import lock_owner
from hunter_core.errors import InvalidInput, NotFound, WebhookInactive, WebhookLimitReached
from hunter_core.ids import HunterId, WebhookId, new_id
from hunter_core.mail.mail import MailTemplate
from hunter_core.ports import UnitOfWork
from hunter_core.webhooks import signature
from hunter_core.webhooks.delivery import LEASE, WebhookDelivery
from hunter_core.webhooks.ports import Sender
from hunter_core.webhooks.webhook import (
    MOST_WEBHOOKS,
    PING,
    Webhook,
    WebhookEvent,
    in_order,
    secret_context,
    url_context,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenWebhook:
    """A webhook as its owner sees it: with its address, or what is shown of it where that cannot be opened."""

    stored: Webhook
    url: str

    def __repr__(self) -> str:
        """Leave the address out, for logs and tracebacks."""
        return f"OpenWebhook({self.stored.id})"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWebhook:
    """A new webhook with its secret, which is shown once."""

    webhook: OpenWebhook
    secret: str

    def __repr__(self) -> str:
        """Leave the secret out, for logs and tracebacks."""
        return f"NewWebhook({self.webhook.stored.id})"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEdit:
    """What is to be changed of a webhook; None leaves it as it is."""

    url: str | None = None
    events: Sequence[WebhookEvent] | None = None
    is_active: bool | None = None


def add_webhook(
    *,
    uow: UnitOfWork,
    signed_in: SignedIn,
    url: str,
    events: Sequence[WebhookEvent],
    secret: str | None,
    sender: Sender,
    vault: Vault,
    now: datetime,
) -> NewWebhook:
    """
    Add a webhook at *url* that is told *events*, signed with *secret* or a new one; its owner is told by mail.

    The caller commits, and then writes `WEBHOOK_ADDED` to the security log (`accounts.ways_out`).

    Raises:
        InvalidInput: If address, events or secret cannot be used.
        NotFound: If there is no such hunter.
        Unauthenticated: If the session has ended meanwhile.
        WebhookLimitReached: If the hunter has as many as there may be.
    """
    shown = sender.check(url)
    chosen = _checked(events)
    secret = signature.new_secret() if secret is None else secret
    signature.key_of(secret)
    account = lock_owner(uow=uow, signed_in=signed_in, now=now)
    hunter_id = account.id
    if len(uow.webhooks.of(hunter_id)) >= MOST_WEBHOOKS:
        raise WebhookLimitReached(MOST_WEBHOOKS)
    webhook_id = WebhookId(new_id(now))
    hook = Webhook(
        id=webhook_id,
        hunter_id=hunter_id,
        sealed_url=vault.seal(url, url_context(webhook_id)),
        sealed_secret=vault.seal(secret, secret_context(webhook_id)),
        shown=shown,
        events=chosen,
        created_at=now,
        updated_at=now,
    )
    uow.webhooks.add(hook)
    tell_owner(
        uow=uow, account=account, template=MailTemplate.WEBHOOK_ADDED, now=now, details={"target": shown}
    )
    return NewWebhook(webhook=OpenWebhook(stored=hook, url=url), secret=secret)


def webhooks(*, uow: UnitOfWork, hunter_id: HunterId, vault: Vault) -> Sequence[OpenWebhook]:
    """Return the hunter's webhooks, the oldest first."""
    return [opened(hook, vault) for hook in uow.webhooks.of(hunter_id)]


def edit_webhook(
    *,
    uow: UnitOfWork,
    signed_in: SignedIn,
    webhook_id: WebhookId,
    edit: WebhookEdit,
    sender: Sender,
    vault: Vault,
    now: datetime,
) -> OpenWebhook:
    """
    Change a webhook, and return it; switched on again, its failures are forgotten.

    Switched on, or at another address, what waits to be tried again is due at once, but what somebody may just be
    sending: that comes within `LEASE`. Of another address its owner is told by mail. The caller commits, and then
    writes `WEBHOOK_MOVED` to the security log (`accounts.ways_out`).

    Raises:
        InvalidInput: If the address or the events cannot be used.
        NotFound: If the hunter has no such webhook.
        Unauthenticated: If the session has ended meanwhile.
    """
    shown = "" if edit.url is None else sender.check(edit.url)
    events = None if edit.events is None else _checked(edit.events)
    account = lock_owner(uow=uow, signed_in=signed_in, now=now)
    hook = uow.webhooks.get(account.id, webhook_id)
    in_hand_until = _in_hand_until(hook, now)
    changes: dict[str, Any] = {}
    if edit.url is not None:
        changes |= {"sealed_url": vault.seal(edit.url, url_context(hook.id)), "shown": shown}
        tell_owner(
            uow=uow, account=account, template=MailTemplate.WEBHOOK_ADDED, now=now, details={"target": shown}
        )
    if events is not None:
        changes["events"] = events
    if changes:
        hook = replace(hook, updated_at=now, **changes)
    if edit.is_active or edit.url is not None:
        # Whoever put it right is not to wait for the pause after its last failure.
        uow.webhook_deliveries.hasten(hook.id, now, later_than=in_hand_until)
    if edit.is_active is not None:
        hook = hook.switched(on=edit.is_active, now=now)
    uow.webhooks.save(hook)
    return opened(hook, vault)


def _in_hand_until(hook: Webhook, now: datetime) -> datetime:
    """Return until when a delivery may be due that somebody is just sending: it is not to be sent twice."""
    # Of one that is off nothing is taken, and whoever took something before has lost it after a lease.
    rests = not hook.is_active and hook.updated_at + LEASE <= now
    return now if rests else now + LEASE


def remove_webhook(*, uow: UnitOfWork, hunter_id: HunterId, webhook_id: WebhookId) -> None:
    """
    Forget a webhook with what is on its way to it. The caller commits.

    Raises:
        NotFound: If the hunter has no such webhook.
    """
    uow.hunters.lock(hunter_id)
    if not uow.webhooks.remove(hunter_id, webhook_id):
        raise NotFound("webhook", webhook_id)


def ping(*, uow: UnitOfWork, hunter_id: HunterId, webhook_id: WebhookId, now: datetime) -> WebhookDelivery:
    """
    Queue a message that tries a webhook: it waits for no other, and is sent once. The caller commits.

    Raises:
        NotFound: If the hunter has no such webhook.
        WebhookInactive: If it is switched off.
    """
    uow.hunters.lock(hunter_id)
    hook = uow.webhooks.get(hunter_id, webhook_id)
    if not hook.is_active:
        raise WebhookInactive(webhook_id)
    sent = WebhookDelivery(
        webhook_id=hook.id,
        event_id=new_id(now),
        seq=0,
        kind=PING,
        at=now,
        data={"webhookId": str(hook.id)},
        created_at=now,
        due_at=now,
    )
    uow.webhook_deliveries.add([sent])
    return sent


def deliveries(
    *, uow: UnitOfWork, hunter_id: HunterId, webhook_id: WebhookId, limit: int
) -> Sequence[WebhookDelivery]:
    """
    Return at most *limit* deliveries to a webhook, the latest first.

    Raises:
        NotFound: If the hunter has no such webhook.
    """
    uow.webhooks.get(hunter_id, webhook_id)
    return uow.webhook_deliveries.of(webhook_id, limit)


def opened(hook: Webhook, vault: Vault) -> OpenWebhook:
    """Return *hook* as its owner sees it."""
    return OpenWebhook(stored=hook, url=vault.open(hook.sealed_url, url_context(hook.id)) or hook.shown)


def _checked(events: Sequence[WebhookEvent]) -> tuple[WebhookEvent, ...]:
    if not events:
        raise InvalidInput("events", "must name at least one")
    if len(set(events)) != len(events):
        raise InvalidInput("events", "must name each at most once")
    return in_order(events)
