"""What webhooks ask of the world: rows, a queue for each, and somebody who carries messages out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from hunter_core.ids import HunterId, WebhookId
from hunter_core.places import NOBODY, Full
from hunter_core.webhooks.delivery import WebhookDelivery, WebhookTask
from hunter_core.webhooks.webhook import Webhook

Key = tuple[WebhookId, UUID]
"""What a delivery is told apart by: its webhook, and the id of the event."""


class Webhooks(Protocol):
    """Keeps webhooks. Whoever writes has locked the hunter."""

    def of(self, hunter_id: HunterId) -> Sequence[Webhook]:
        """Return the hunter's webhooks, the oldest first."""
        ...

    def active(self, hunter_ids: Collection[HunterId]) -> Sequence[Webhook]:
        """Return the webhooks of these hunters that are switched on."""
        ...

    def get(self, hunter_id: HunterId, webhook_id: WebhookId) -> Webhook:
        """
        Return a webhook of the hunter.

        Raises:
            NotFound: If the hunter has no such webhook.
        """
        ...

    def add(self, webhook: Webhook) -> None:
        """Keep a new webhook."""
        ...

    def save(self, webhook: Webhook) -> None:
        """Keep a webhook as it is now, if it is still there."""
        ...

    def remove(self, hunter_id: HunterId, webhook_id: WebhookId) -> bool:
        """Forget a webhook of the hunter with what is on its way to it; return whether there was one."""
        ...


class WebhookDeliveries(Protocol):
    """Keeps what is on its way to webhooks, and what was."""

    def known(self, keys: Collection[Key]) -> AbstractSet[Key]:
        """Return which of *keys* there are."""
        ...

    def add(self, deliveries: Sequence[WebhookDelivery]) -> None:
        """Keep new deliveries."""
        ...

    def take(
        self, now: datetime, *, until: datetime, limit: int, full: Full = NOBODY
    ) -> Sequence[WebhookTask]:
        """
        Take at most *limit* deliveries that are due at *now*, of different webhooks, for oneself until *until*.

        Of each webhook that is switched on, and not of who is *full*, only the first that waits, by its number: the
        others wait for it. Those that are due the longest come first; they are told as they were before.
        """
        ...

    def save(self, delivery: WebhookDelivery) -> None:
        """Keep *delivery* as it is now, if it is still there."""
        ...

    def of(self, webhook_id: WebhookId, limit: int) -> Sequence[WebhookDelivery]:
        """Return at most *limit* deliveries to a webhook, the latest first."""
        ...

    def given_up(self, limit: int) -> Sequence[WebhookTask]:
        """Return at most *limit* that were given up, pings left out, the latest first, each with its webhook."""
        ...

    def retry(self, hunter_id: HunterId | None, now: datetime) -> int:
        """
        Let those given up, but no pings, be tried anew from *now* on: a hunter's, or all; return how many.

        Those that wait to be tried again come along, if that is longer off than anybody could be at it (`LEASE`).
        """
        ...

    def hasten(self, webhook_id: WebhookId, now: datetime, *, later_than: datetime) -> int:
        """Make what waits for a webhook, and is due later than *later_than*, due at *now*; return how many."""
        ...

    def purge(self, *, before: datetime, limit: int) -> int:
        """Forget at most *limit* deliveries made before *before*, waiting ones among them; return how many."""
        ...


class Sender(Protocol):
    """Carries messages out, and to no place inside of this network."""

    def check(self, url: str) -> str:
        """
        Return what may be shown of the address *url*.

        Raises:
            InvalidInput: Naming `url`, if it may not be sent to.
        """
        ...

    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """
        POST *body*, and return the status of the answer, of which nothing else is read. It takes a bounded time.

        Raises:
            SendFailed: If there was no answer.
        """
        ...


class Failure(StrEnum):
    """What was wrong when a message was not taken: for whoever is told of it in their language."""

    STATUS = "STATUS"
    ADDRESS = "ADDRESS"
    PRIVATE = "PRIVATE"
    NAME = "NAME"
    NOBODY = "NOBODY"
    UNREACHED = "UNREACHED"
    CERTIFICATE = "CERTIFICATE"
    TLS = "TLS"
    LATE = "LATE"
    HUNG_UP = "HUNG_UP"
    NO_HTTP = "NO_HTTP"
    MISTAKE = "MISTAKE"


class SendFailed(Exception):
    """A message was not carried out; the reason, in English, holds nothing of the address but its host."""

    def __init__(self, why: str, kind: Failure = Failure.UNREACHED) -> None:
        super().__init__(why)
        self.kind = kind


def keys_of(deliveries: Iterable[WebhookDelivery]) -> list[Key]:
    """Return what *deliveries* are told apart by."""
    return [(each.webhook_id, each.event_id) for each in deliveries]
