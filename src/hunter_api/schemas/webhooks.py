"""Webhooks on the wire (issue 5, 5)."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import attrs
from msgspec import UNSET, Meta, UnsetType

from hunter_api.schemas.fields import PageSize, Password, SecondFactorCode, UtcInstant, text
from hunter_core.webhooks.delivery import DeliveryState, WebhookDelivery
from hunter_core.webhooks.manage import NewWebhook, OpenWebhook
from hunter_core.webhooks.signature import LONGEST_SECRET
from hunter_core.webhooks.webhook import LONGEST_URL, WebhookEvent

WebhookUrl = Annotated[
    str,
    text(
        1,
        LONGEST_URL,
        "Where events are sent by POST: https, without user or fragment, not in a private network.",
        "https://home.example/hooks/hunter",
    ),
]
WebhookEvents = Annotated[
    tuple[WebhookEvent, ...],
    Meta(
        min_length=1,
        max_length=len(WebhookEvent),
        description="Which events it is told; `guild.*` stands for all of guilds.",
        examples=[["quest.completed", "hunter.level_up"]],
        extra_json_schema={"uniqueItems": True},
        extra={"message": "must name at least one event, and each at most once"},
    ),
]
WebhookSecret = Annotated[
    str,
    text(
        1,
        LONGEST_SECRET,
        "What messages are signed with: `whsec_` and the base64 of 24 to 64 random bytes. Without it, one is made.",
        "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
    ),
]


@attrs.frozen(kw_only=True)
class WebhookDraft:
    """A webhook to be added."""

    url: WebhookUrl = attrs.field(repr=False)
    events: WebhookEvents
    secret: WebhookSecret | None = attrs.field(default=None, repr=False)
    password: Password | None = attrs.field(default=None, repr=False)
    code: SecondFactorCode | None = attrs.field(default=None, repr=False)


@attrs.frozen(kw_only=True)
class WebhookPatch:
    """What is to be changed; `isActive: true` switches it on again, with its failures forgotten."""

    url: WebhookUrl | UnsetType = attrs.field(default=UNSET, repr=False)
    events: WebhookEvents | UnsetType = UNSET
    isActive: bool | UnsetType = UNSET
    password: Password | None = attrs.field(default=None, repr=False)
    code: SecondFactorCode | None = attrs.field(default=None, repr=False)


@attrs.frozen(kw_only=True)
class WebhookSecretChange:
    """Another secret for a webhook; without one, it is made."""

    secret: WebhookSecret | None = attrs.field(default=None, repr=False)
    password: Password | None = attrs.field(default=None, repr=False)
    code: SecondFactorCode | None = attrs.field(default=None, repr=False)


@attrs.frozen(kw_only=True)
class DeliveriesQuery:
    """How many deliveries."""

    limit: PageSize = 20


@attrs.frozen(kw_only=True, slots=False)
class WebhookView:
    """
    A webhook; its secret is shown once, when it is made. Until `oldSecretUntil`, the one before signs, too.

    `disabledAt` is there when failures switched it off: `failures` in a row since `failingSince`. The last
    attempt was at `lastAt`, answered `lastStatus` (null without an answer), and failed of `lastError`.
    """

    id: UUID
    url: str
    events: tuple[WebhookEvent, ...]
    secret: str
    oldSecretUntil: UtcInstant | None
    isActive: bool
    disabledAt: UtcInstant | None
    failures: int
    failingSince: UtcInstant | None
    lastAt: UtcInstant | None
    lastStatus: int | None
    lastError: str | None
    createdAt: UtcInstant
    updatedAt: UtcInstant

    @classmethod
    def of(cls, opened: OpenWebhook, secret: str = "whsec_…") -> WebhookView:  # noqa: S107 - a mask
        """Return the webhook as it goes out, with its *secret* masked."""
        hook = opened.stored
        return cls(
            id=hook.id,
            url=opened.url,
            events=hook.events,
            secret=secret,
            oldSecretUntil=hook.old_secret_until,
            isActive=hook.is_active,
            disabledAt=hook.disabled_at,
            failures=hook.failures,
            failingSince=hook.failing_since,
            lastAt=hook.last_at,
            lastStatus=hook.last_status,
            lastError=hook.last_error,
            createdAt=hook.created_at,
            updatedAt=hook.updated_at,
        )

    @classmethod
    def of_new(cls, made: NewWebhook) -> WebhookView:
        """Return a new webhook as it goes out, with its secret, once."""
        return cls.of(made.webhook, made.secret)


@attrs.frozen(kw_only=True, slots=False)
class WebhooksView:
    """The hunter's webhooks, the oldest first."""

    webhooks: tuple[WebhookView, ...]


@attrs.frozen(kw_only=True, slots=False)
class WebhookDeliveryView:
    """An event on its way to a webhook. `id` is what the receiver gets as `webhook-id`."""

    id: UUID
    type: str
    state: DeliveryState
    tries: int
    status: int | None
    error: str | None
    createdAt: UtcInstant
    dueAt: UtcInstant | None
    deliveredAt: UtcInstant | None

    @classmethod
    def of(cls, each: WebhookDelivery) -> WebhookDeliveryView:
        """Return the delivery as it goes out."""
        return cls(
            id=each.event_id,
            type=each.kind,
            state=each.state,
            tries=each.tries,
            status=each.status,
            error=each.last_error,
            createdAt=each.created_at,
            dueAt=each.due_at if each.state is DeliveryState.WAITING else None,
            deliveredAt=each.delivered_at,
        )


@attrs.frozen(kw_only=True, slots=False)
class WebhookDeliveriesView:
    """The latest deliveries to a webhook, the latest first; they are kept for seven days."""

    deliveries: tuple[WebhookDeliveryView, ...]
