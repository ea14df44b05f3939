"""What the state of push targets and webhooks refuses."""

from __future__ import annotations

from uuid import UUID

from hunter_core.errors.never import Refused


class PushTargetLimitReached(Refused):
    """The hunter has as many push targets as there may be."""

    code = "PUSH_TARGET_LIMIT_REACHED"

    def __init__(self, limit: int) -> None:
        super().__init__(f"There may be at most {limit} push targets. Delete one first.")
        self.limit = limit


class WebhookLimitReached(Refused):
    """The hunter has as many webhooks as there may be."""

    code = "WEBHOOK_LIMIT_REACHED"

    def __init__(self, limit: int) -> None:
        super().__init__(f"There may be at most {limit} webhooks. Delete one first.")
        self.limit = limit


class WebhookInactive(Refused):
    """The webhook is switched off."""

    code = "WEBHOOK_INACTIVE"

    def __init__(self, webhook_id: UUID) -> None:
        super().__init__("The webhook is switched off. Switch it on first: isActive.")
        self.webhook_id = webhook_id
