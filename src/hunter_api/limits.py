"""Rate limits at the door: in whose bucket a request counts, and what its answer says of it (SPEC 4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import attrs

from hunter_api.addresses import Proxies, bucket_of
from hunter_core.errors import RateLimitExceeded
from hunter_core.limits.limit import Bucket, Decision, Limit, LimitName
from hunter_core.limits.ports import Limiter
from hunter_core.ports import Clock

HEADERS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "RateLimit", "RateLimit-Policy")
"""What every answer of an operation with a limit carries; the last two as draft-ietf-httpapi-ratelimit-headers says."""


@attrs.frozen(kw_only=True)
class RateLimits:
    """
    The limits in force, and what counts by them.

    Attributes:
        proxies: Those whose word on the client's address is taken.
    """

    limiter: Limiter
    limits: Mapping[LimitName, Limit]
    proxies: Proxies = attrs.field(factory=Proxies)


class Count:
    """One request under its limit: counted once, however often it is looked at; nothing where there is no limit."""

    def __init__(self, limits: RateLimits, name: LimitName | None) -> None:
        self._limits, self._name = limits, name
        self._said: tuple[Decision, datetime] | None = None

    def by_account(self, account_id: UUID, now: datetime) -> None:
        """
        Count the request for the account that is signed in.

        Raises:
            RateLimitExceeded: If it is one too many.
        """
        if self._name is not None and self._said is None:
            self._take(Bucket.of_account(self._name, account_id), now)

    def by_address(self, address: str | None, now: datetime) -> None:
        """
        Count the request for the client's address.

        Raises:
            RateLimitExceeded: If it is one too many.
        """
        if self._name is not None and self._said is None:
            self._take(Bucket.of_address(self._name, bucket_of(address)), now)

    def _take(self, bucket: Bucket, now: datetime) -> None:
        said = self._limits.limiter.take(bucket, self._limits.limits[bucket.name], now)
        self._said = said, now
        if not said.allowed:
            raise RateLimitExceeded(said.seconds)

    def headers(self, clock: Clock) -> list[tuple[bytes, bytes]]:
        """Return what the answer says of the limit; of a request that was refused before it was counted, too."""
        if self._name is None:
            return []
        limit = self._limits.limits[self._name]
        said, now = self._said or (Decision.uncounted(limit), clock.now())
        name = self._name.value
        return [
            (b"x-ratelimit-limit", b"%d" % limit.requests),
            (b"x-ratelimit-remaining", b"%d" % said.remaining),
            (b"x-ratelimit-reset", b"%d" % said.reset(now)),
            (b"ratelimit", f'"{name}";r={said.remaining};t={said.seconds}'.encode()),
            (b"ratelimit-policy", f'"{name}";q={limit.requests};w={limit.seconds}'.encode()),
        ]
