"""Webhooks, for hunters' own automation (issue 5, 5)."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from msgspec import UNSET, UnsetType

from hunter_api.answers import NO_CONTENT, Answer, Call, ok
from hunter_api.operations import Lane, Routes
from hunter_api.proofs import PROOF_REFUSALS, prove
from hunter_api.schemas.webhooks import (
    DeliveriesQuery,
    WebhookDeliveriesView,
    WebhookDeliveryView,
    WebhookDraft,
    WebhookPatch,
    WebhookSecretChange,
    WebhooksView,
    WebhookView,
)
from hunter_api.ways_out import record_way_out
from hunter_core.accounts.security_log import SecurityEventKind
from hunter_core.errors import WebhookInactive, WebhookLimitReached
from hunter_core.ids import WebhookId
from hunter_core.limits.limit import LimitName
from hunter_core.webhooks import manage
from hunter_core.webhooks.rotate import change_secret

JOB = "webhooks"
"""The job that carries deliveries out."""

T = TypeVar("T")

routes = Routes("Webhooks", "/api/webhooks")


@routes.get("", listed=True)
def list_webhooks(call: Call) -> Answer[WebhooksView]:
    """List the webhooks, the oldest first, each with its state and its last delivery."""
    found = call.read(
        lambda uow: manage.webhooks(uow=uow, hunter_id=call.hunter_id, vault=call.ports.gate.vault)
    )
    return ok(WebhooksView(webhooks=tuple(map(WebhookView.of, found))))


@routes.post(
    "",
    status=201,
    limit=LimitName.AUTH,
    lane=Lane.PASSWORDS,
    refuses=(*PROOF_REFUSALS, WebhookLimitReached),
    gives={"webhook_id": "/data/id"},
)
def create_webhook(call: Call, *, body: WebhookDraft) -> Answer[WebhookView]:
    """
    Add a webhook: from now on it is told the events that it names, at least once each, and in their order.

    Messages are signed with the `secret`, after the Standard Webhooks specification; it is shown this once. The
    address must be https and lead to no private network, now and whenever it is connected to. At most 10 webhooks.
    Needs the password, or a sign-in of the last five minutes, and the code of a second factor: it goes on telling
    when the session has ended.
    """
    prove(call, password=body.password, code=body.code)
    made = call.write(
        lambda uow: manage.add_webhook(
            uow=uow,
            signed_in=call.caller,
            url=body.url,
            events=body.events,
            secret=body.secret,
            sender=call.ports.sender,
            vault=call.ports.gate.vault,
            now=call.now,
        )
    )
    record_way_out(call, SecurityEventKind.WEBHOOK_ADDED, made.webhook.stored.id, made.webhook.stored.shown)
    return ok(WebhookView.of_new(made), 201)


@routes.patch("/{webhook_id}", limit=LimitName.AUTH, lane=Lane.PASSWORDS, refuses=PROOF_REFUSALS)
def edit_webhook(call: Call, *, webhook_id: UUID, body: WebhookPatch) -> Answer[WebhookView]:
    """
    Change a webhook. `isActive: true` switches it on again after failures; what still waits for it goes out then.

    While it is switched off, nothing new is queued. Another `url` needs the proof that a new webhook needs.
    """
    if body.url is not UNSET:
        prove(call, password=body.password, code=body.code)
    edit = manage.WebhookEdit(
        url=_given(body.url), events=_given(body.events), is_active=_given(body.isActive)
    )
    found = call.write(
        lambda uow: manage.edit_webhook(
            uow=uow,
            signed_in=call.caller,
            webhook_id=WebhookId(webhook_id),
            edit=edit,
            sender=call.ports.sender,
            vault=call.ports.gate.vault,
            now=call.now,
        )
    )
    if edit.url is not None:
        record_way_out(call, SecurityEventKind.WEBHOOK_MOVED, found.stored.id, found.stored.shown)
    call.ports.wake(JOB)
    return ok(WebhookView.of(found))


@routes.post("/{webhook_id}/secret", limit=LimitName.AUTH, lane=Lane.PASSWORDS, refuses=PROOF_REFUSALS)
def change_webhook_secret(call: Call, *, webhook_id: UUID, body: WebhookSecretChange) -> Answer[WebhookView]:
    """
    Give a webhook another secret, which is shown this once. Needs the proof that a new webhook needs.

    For 24 hours the one before signs, too: `webhook-signature` then holds two, the new one's first.
    """
    prove(call, password=body.password, code=body.code)
    changed = call.write(
        lambda uow: change_secret(
            uow=uow,
            signed_in=call.caller,
            webhook_id=WebhookId(webhook_id),
            secret=body.secret,
            vault=call.ports.gate.vault,
            now=call.now,
        )
    )
    stored = changed.webhook.stored
    record_way_out(call, SecurityEventKind.WEBHOOK_SECRET_CHANGED, stored.id, stored.shown)
    return ok(WebhookView.of_new(changed))


@routes.delete("/{webhook_id}", status=204)
def remove_webhook(call: Call, *, webhook_id: UUID) -> Answer[None]:
    """Remove a webhook; what is on its way to it is not sent any more."""
    call.write(
        lambda uow: manage.remove_webhook(uow=uow, hunter_id=call.hunter_id, webhook_id=WebhookId(webhook_id))
    )
    record_way_out(call, SecurityEventKind.WEBHOOK_REMOVED, webhook_id)
    return NO_CONTENT


@routes.post("/{webhook_id}/test", status=202, refuses=(WebhookInactive,))
def try_webhook(call: Call, *, webhook_id: UUID) -> Answer[WebhookDeliveryView]:
    """Send a `webhook.ping`: at once, and once. What came of it stands among the deliveries."""
    sent = call.write(
        lambda uow: manage.ping(
            uow=uow, hunter_id=call.hunter_id, webhook_id=WebhookId(webhook_id), now=call.now
        )
    )
    call.ports.wake(JOB)
    return ok(WebhookDeliveryView.of(sent), 202)


@routes.get("/{webhook_id}/deliveries", listed=True)
def list_webhook_deliveries(
    call: Call, *, webhook_id: UUID, query: DeliveriesQuery
) -> Answer[WebhookDeliveriesView]:
    """List the latest deliveries to a webhook, the latest first; they are kept for seven days."""
    found = call.read(
        lambda uow: manage.deliveries(
            uow=uow, hunter_id=call.hunter_id, webhook_id=WebhookId(webhook_id), limit=query.limit
        )
    )
    return ok(WebhookDeliveriesView(deliveries=tuple(map(WebhookDeliveryView.of, found))))


def _given(value: T | UnsetType) -> T | None:
    return None if isinstance(value, UnsetType) or value is UNSET else value
