"""A delivery is an event on its way to a webhook: tried again, later and later, until it is taken or given up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from hunter_core.ids import WebhookId
from hunter_core.places import Seat
from hunter_core.webhooks.webhook import LONGEST_ERROR, PING, Webhook

FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=1)
MOST_TRIES = 12
"""The pause after a failure doubles from the first to the longest; after so many tries a delivery is given up."""

LEASE = timedelta(seconds=60)
"""How long a delivery belongs to whoever took it: longer than any target is given to answer."""

KEPT_FOR = timedelta(days=7)
"""How long deliveries are kept, taken or not, to be looked at; an event that old is told to nobody any more."""

LONGEST_KIND = 64
"""Characters of an event's type."""


class DeliveryState(StrEnum):
    """How far a delivery has come."""

    WAITING = "WAITING"
    DELIVERED = "DELIVERED"
    GIVEN_UP = "GIVEN_UP"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookDelivery:
    """
    An event on its way to a webhook.

    Attributes:
        event_id: What receivers know it by, whatever comes twice; of an event always the same.
        seq: The event's number, which its webhook is told them in the order of; 0 for a ping, which waits for none.
        kind: The event's type.
        data: What it says.
        due_at: Not tried before; moved back after a failure, and while somebody tries.
        status: The status that the last try was answered; None where there was none.
    """

    webhook_id: WebhookId
    event_id: UUID
    seq: int
    kind: str
    at: datetime
    data: Mapping[str, Any]
    created_at: datetime
    due_at: datetime
    tries: int = 0
    status: int | None = None
    delivered_at: datetime | None = None
    given_up_at: datetime | None = None
    last_error: str | None = None

    @property
    def state(self) -> DeliveryState:
        """How far it has come."""
        if self.delivered_at is not None:
            return DeliveryState.DELIVERED
        return DeliveryState.WAITING if self.given_up_at is None else DeliveryState.GIVEN_UP

    def succeeded(self, status: int, now: datetime) -> WebhookDelivery:
        """Return it as taken."""
        return replace(self, tries=self.tries + 1, status=status, delivered_at=now, last_error=None)

    def left(self, why: str, now: datetime) -> WebhookDelivery:
        """Return it as not tried, for somebody else to try when the lease of whoever could not is over."""
        return replace(self, due_at=now + LEASE, last_error=why[:LONGEST_ERROR])

    def failed(self, status: int | None, why: str, now: datetime) -> WebhookDelivery:
        """Return it after another failure: due later, or given up; a ping is tried once."""
        tries = self.tries + 1
        given_up = tries >= MOST_TRIES or self.kind == PING
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (tries - 1))
        return replace(
            self,
            tries=tries,
            status=status,
            due_at=self.due_at if given_up else now + pause,
            given_up_at=now if given_up else None,
            last_error=why[:LONGEST_ERROR],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookTask:
    """A delivery that somebody took, with the webhook that it goes to."""

    delivery: WebhookDelivery
    webhook: Webhook

    @property
    def seat(self) -> Seat:
        """For whom it takes a place while it is carried out."""
        return Seat(self.webhook.hunter_id, self.webhook.shown)
