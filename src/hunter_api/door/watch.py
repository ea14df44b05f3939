"""What the door tells the security log: forged tokens, limits exceeded, broken rules; few lines of however many."""

from __future__ import annotations

from datetime import datetime

from hunter_api.addresses import bucket_of
from hunter_api.errors import BodyTooLarge, MalformedJson, UnsupportedMediaType
from hunter_api.operations import Operation
from hunter_core.accounts.sampling import Sampler
from hunter_core.accounts.security_log import SecurityEvent, SecurityEventKind, SecurityLog
from hunter_core.accounts.session import Client
from hunter_core.errors import (
    HunterError,
    IdempotencyKeyInvalid,
    IdempotencyKeyReused,
    InvalidInput,
    RateLimitExceeded,
    Refused,
    Unauthenticated,
)
from hunter_core.ids import AccountId

EVERYDAY = frozenset({"NO_TOKEN", "EXPIRED"})
"""What every client meets sooner or later, and nobody needs to look at."""


RULES = (
    InvalidInput,
    IdempotencyKeyInvalid,
    IdempotencyKeyReused,
    Refused,
    BodyTooLarge,
    MalformedJson,
    UnsupportedMediaType,
)
"""What a client of good will seldom meets, and whoever looks for a way around a rule all the time (ASVS 16.3.3)."""


class Watch:
    """Tells the security log of requests that were refused at the door, and of those that broke a rule."""

    def __init__(self, log: SecurityLog) -> None:
        self._sampler = Sampler(log)
        # Of its own: however many mistakes clients make, there are lines left for what is worse.
        self._rules = Sampler(log)

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

    def broken(
        self,
        error: HunterError,
        operation: Operation,
        *,
        account_id: AccountId | None,
        address: str | None,
        client: Client,
        now: datetime,
    ) -> None:
        """Record that a request for *operation* broke a rule, where *error* says so; never what it sent."""
        if not isinstance(error, RULES):
            return
        event = SecurityEvent(
            kind=SecurityEventKind.INPUT_REFUSED,
            at=now,
            account_id=account_id,
            client=client,
            details={"operation": operation.name, "reason": error.code},
        )
        self._rules.record(event, bucket_of(address))
