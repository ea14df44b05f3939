"""A webhook is an address of a hunter's own that is told of events, and signed for (SPEC 6; issue 5, 5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from hunter_core import events
from hunter_core.ids import HunterId, WebhookId

MOST_WEBHOOKS = 10
"""Webhooks of one hunter."""

LONGEST_URL = 1024
LONGEST_SHOWN = 120
LONGEST_ERROR = 200

MOST_FAILURES = 10
FAILING_FOR = timedelta(hours=24)
"""A webhook that failed so often in a row, and for so long, is switched off until its owner says otherwise."""


OLD_SECRET_FOR = timedelta(hours=24)
"""How long messages are signed with the secret before as well, when it is changed."""


class WebhookEvent(StrEnum):
    """What a webhook may be told: the events of SPEC 6 that belong to one hunter."""

    QUEST_CREATED = events.QUEST_CREATED
    QUEST_COMPLETED = events.QUEST_COMPLETED
    COMPLETION_VOIDED = events.COMPLETION_VOIDED
    LEVEL_UP = events.LEVEL_UP
    RANK_UP = events.RANK_UP
    RANK_DOWN = events.RANK_DOWN
    STREAK_EXTENDED = events.STREAK_EXTENDED
    STREAK_BROKEN = events.STREAK_BROKEN
    ACHIEVEMENT_UNLOCKED = events.ACHIEVEMENT_UNLOCKED
    ACHIEVEMENT_REVOKED = events.ACHIEVEMENT_REVOKED
    NOTIFICATION_CREATED = events.NOTIFICATION_CREATED
    FRIEND_REQUESTED = events.FRIEND_REQUESTED
    FRIEND_ACCEPTED = "friend.accepted"
    GUILD = "guild.*"


PING = "webhook.ping"
"""The type of what is sent to try a webhook; nobody subscribes to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """
    A webhook as stored.

    Attributes:
        sealed_url: Its address, sealed: the path of many is a secret.
        sealed_secret: What its messages are signed with, sealed.
        sealed_old_secret: The secret before, which they are signed with, too, until `old_secret_until`.
        shown: What may be shown of the address to others than its owner, in logs and messages.
        events: What it is told, in the order of `WebhookEvent`.
        is_active: Whether it is told anything: its owner may switch it off, and so do failures.
        disabled_at: When failures switched it off; None where they did not.
        failures: How many attempts failed since the last that succeeded.
        failing_since: When the first of them did.
        last_at: When the last attempt ended, `last_status` the status that it was answered, `last_error` what
            was wrong with it.
    """

    id: WebhookId
    hunter_id: HunterId
    sealed_url: bytes
    sealed_secret: bytes
    sealed_old_secret: bytes | None = None
    old_secret_until: datetime | None = None
    shown: str
    events: tuple[WebhookEvent, ...]
    is_active: bool = True
    disabled_at: datetime | None = None
    failures: int = 0
    failing_since: datetime | None = None
    last_at: datetime | None = None
    last_status: int | None = None
    last_error: str | None = None
    created_at: datetime
    updated_at: datetime

    def __repr__(self) -> str:
        """Leave out what is sealed, for logs and tracebacks."""
        return f"Webhook(id={self.id}, shown={self.shown!r})"

    def wants(self, kind: str) -> bool:
        """Tell whether it is told of events of the type *kind*; `guild.*` stands for all of guilds."""
        if not self.is_active:
            return False
        family = f"{kind.partition('.')[0]}.*"
        return any(event.value in (kind, family) for event in self.events)

    def without_old_secret(self, now: datetime) -> Webhook:
        """Return it without the secret before, where the time of that is over."""
        if self.old_secret_until is None or now < self.old_secret_until:
            return self
        return replace(self, sealed_old_secret=None, old_secret_until=None)

    def succeeded(self, status: int, now: datetime) -> Webhook:
        """Return it after an attempt that was taken."""
        return replace(self, failures=0, failing_since=None, last_at=now, last_status=status, last_error=None)

    def failed(self, status: int | None, why: str, now: datetime, *, for_good: bool) -> Webhook:
        """Return it after an attempt that was not taken: switched off, where there were enough; or *for_good*."""
        failures, since = self.failures + 1, self.failing_since or now
        gives_up = for_good or (failures >= MOST_FAILURES and now - since >= FAILING_FOR)
        disabled = self.is_active and gives_up
        return replace(
            self,
            failures=failures,
            failing_since=since,
            last_at=now,
            last_status=status,
            last_error=why[:LONGEST_ERROR],
            is_active=self.is_active and not gives_up,
            disabled_at=now if disabled else self.disabled_at,
            updated_at=now if disabled else self.updated_at,
        )

    def switched(self, *, on: bool, now: datetime) -> Webhook:
        """Return it switched on, with its failures forgotten, or off."""
        if not on:
            return replace(self, is_active=False, updated_at=now)
        return replace(self, is_active=True, disabled_at=None, failures=0, failing_since=None, updated_at=now)


def in_order(events: Sequence[WebhookEvent]) -> tuple[WebhookEvent, ...]:
    """Return *events* in their order, each once."""
    return tuple(event for event in WebhookEvent if event in events)


def url_context(webhook_id: WebhookId) -> bytes:
    """Return what an address is sealed for: put into another row, it does not open."""
    return b"webhook-url:" + webhook_id.bytes


def secret_context(webhook_id: WebhookId) -> bytes:
    """Return what a secret is sealed for."""
    return b"webhook-secret:" + webhook_id.bytes
