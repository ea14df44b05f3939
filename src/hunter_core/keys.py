"""A retry pays once: what was answered under an Idempotency-Key is kept with the effect (SPEC 4, Idempotency)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from hunter_core.errors import IdempotencyKeyInvalid, IdempotencyKeyReused
from hunter_core.ids import AccountId

KEPT_FOR = timedelta(hours=24)
LONGEST_KEY = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedRequest:
    """A key with the fingerprint of the request that carries it."""

    account_id: AccountId
    key: str
    fingerprint: str

    @classmethod
    def of(cls, *, account_id: AccountId, key: str, method: str, path: str, body: bytes) -> KeyedRequest:
        """
        Return the keyed request; equal method, path and body have equal fingerprints.

        Raises:
            IdempotencyKeyInvalid: If *key* is not 1-255 visible ASCII characters.
        """
        if not 1 <= len(key) <= LONGEST_KEY or not all("!" <= letter <= "~" for letter in key):
            raise IdempotencyKeyInvalid("An Idempotency-Key has 1 to 255 visible ASCII characters.")
        digest = hashlib.sha256(b"\0".join((method.encode(), path.encode(), body)))
        return cls(account_id=account_id, key=key, fingerprint=digest.hexdigest())


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAnswer:
    """A status and body, byte for byte, as first sent."""

    fingerprint: str
    status: int
    body: bytes
    stored_at: datetime

    def replayed_for(self, request: KeyedRequest, now: datetime) -> StoredAnswer | None:
        """
        Return this answer when it is *request*'s own; None when it is older than 24 hours.

        Raises:
            IdempotencyKeyReused: If the key was used for another request.
        """
        if self.stored_at <= now - KEPT_FOR:
            return None
        if self.fingerprint != request.fingerprint:
            raise IdempotencyKeyReused(request.key)
        return self


class IdempotencyKeys(Protocol):
    """Keeps answers by account and key."""

    def find(self, account_id: AccountId, key: str) -> StoredAnswer | None:
        """Return what was answered under *key*, however old."""
        ...

    def store(self, request: KeyedRequest, answer: StoredAnswer) -> None:
        """Keep *answer* in the transaction of its effect, in the place of one that has expired."""
        ...
