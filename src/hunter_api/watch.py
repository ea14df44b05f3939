"""What the door tells the security log: forged tokens and limits exceeded, few lines however many there are."""

from __future__ import annotations

from datetime import datetime

from hunter_api.addresses import bucket_of
from hunter_api.operations import Operation
from hunter_core.accounts.sampling import Sampler
from hunter_core.accounts.security_log import SecurityEvent, SecurityEventKind, SecurityLog
from hunter_core.accounts.session import Client
from hunter_core.errors import HunterError, RateLimitExceeded, Unauthenticated

EVERYDAY = frozenset({"NO_TOKEN", "EXPIRED"})
"""What every client meets sooner or later, and nobody needs to look at."""


class Watch:
    """Tells the security log of requests that were refused before they reached a route."""

    def __init__(self, log: SecurityLog) -> None:
        self._sampler = Sampler(log)

    def refused(
        self, error: HunterError, operation: Operation, *, address: str | None, client: Client, now: datetime
    ) -> None:
        """Record that a request for *operation* was refused by *error*, where that is worth a line."""
        details = {"operation": operation.name}
        if isinstance(error, RateLimitExceeded):
            kind = SecurityEventKind.LIMIT_EXCEEDED
            if operation.limit is not None:
                details["limit"] = operation.limit.value
        elif isinstance(error, Unauthenticated) and error.why not in EVERYDAY:
            kind = SecurityEventKind.ACCESS_REFUSED
            details["reason"] = error.why
        else:
            return
        event = SecurityEvent(kind=kind, at=now, client=client, details=details)
        self._sampler.record(event, bucket_of(address))
