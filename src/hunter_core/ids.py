"""Typed ids, all of them UUIDs; new ones are UUIDv7 (RFC 9562, 5.7), so that they sort by age."""

from __future__ import annotations

import hashlib
import os
import threading
from datetime import datetime
from typing import NewType
from uuid import UUID

AccountId = NewType("AccountId", UUID)
# An account has one hunter, and it has the same id (SPEC 1): a second name, not a second type.
HunterId = AccountId
QuestId = NewType("QuestId", UUID)
CompletionId = NewType("CompletionId", UUID)
EntryId = NewType("EntryId", UUID)
UnlockId = NewType("UnlockId", UUID)
AchievementId = NewType("AchievementId", UUID)
SessionId = NewType("SessionId", UUID)
PauseId = NewType("PauseId", UUID)
CodeId = NewType("CodeId", UUID)
MailId = NewType("MailId", UUID)
IdentityId = NewType("IdentityId", UUID)
ApiTokenId = NewType("ApiTokenId", UUID)
NotificationId = NewType("NotificationId", UUID)
PushTargetId = NewType("PushTargetId", UUID)
WebhookId = NewType("WebhookId", UUID)

_VERSION_7 = 0x7 << 76
_VARIANT = 0x2 << 62
_RANDOM_62 = (1 << 62) - 1
_COUNTER_BITS = 12


class _Tickets:
    """Rising numbers of 48 bits of milliseconds and 12 bits of counter, each given once in this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def take(self, now: datetime) -> int:
        moment = int(now.timestamp() * 1000) << _COUNTER_BITS
        with self._lock:
            self._last = moment if moment > self._last else self._last + 1
            return self._last


_tickets = _Tickets()


def new_id(now: datetime) -> UUID:
    """
    Return a UUIDv7 of the moment *now* (aware), later than any made before it in this process.

    The 12 bits after the milliseconds are a counter (RFC 9562, 6.2, method 1); a millisecond that has
    used them up borrows from the next.
    """
    ticket = _tickets.take(now)
    milliseconds, counter = ticket >> _COUNTER_BITS, ticket & 0xFFF
    noise = int.from_bytes(os.urandom(8), "big") & _RANDOM_62
    return UUID(int=(milliseconds << 80) | _VERSION_7 | (counter << 64) | _VARIANT | noise)


def derived_id(source: UUID, label: str) -> UUID:
    """
    Return the id that follows from *source* (a UUIDv7) and *label*: the same ones give the same id.

    It keeps the source's milliseconds, so that it sorts beside it. Ledger entries and unlocks get theirs
    so: deciding twice on the same command gives the same rows.
    """
    digest = hashlib.blake2b(label.encode(), key=source.bytes, digest_size=10).digest()
    bits = int.from_bytes(digest, "big")
    low = ((bits >> 62) & 0xFFF) << 64 | _VARIANT | (bits & _RANDOM_62)
    return UUID(int=(source.int >> 80 << 80) | _VERSION_7 | low)
