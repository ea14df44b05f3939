"""What the world is told: events for the outbox, written with the change and relayed later (SPEC 6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from hunter_core.ids import HunterId, derived_id

QUEST_CREATED = "quest.created"
QUEST_COMPLETED = "quest.completed"
COMPLETION_VOIDED = "completion.voided"
LEVEL_UP = "hunter.level_up"
RANK_UP = "hunter.rank_up"
RANK_DOWN = "hunter.rank_down"
STREAK_EXTENDED = "streak.extended"
STREAK_BROKEN = "streak.broken"
ACHIEVEMENT_UNLOCKED = "achievement.unlocked"
ACHIEVEMENT_REVOKED = "achievement.revoked"
NOTIFICATION_CREATED = "notification.created"
FRIEND_REQUESTED = "friend.requested"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxEvent:
    """
    An event; `seq` is the hunter's running number, given under the hunter's lock. `data` is JSON.

    What is kept of it may be damaged: then `unreadable` says why it cannot be read, and `data` is empty.
    """

    hunter_id: HunterId
    seq: int
    type: str
    at: datetime
    data: Mapping[str, Any]
    unreadable: str | None = None

    @property
    def id(self) -> UUID:
        """The id that consumers know it by; it follows from hunter and number, which no other event has."""
        return derived_id(self.hunter_id, f"event:{self.seq}")


class EventUnreadable(Exception):
    """What is kept of an event cannot be read, so that it cannot be told."""

    def __init__(self, event: OutboxEvent) -> None:
        super().__init__(f"event {event.seq} of {event.hunter_id} cannot be read: {event.unreadable}")


class Announcements:
    """Numbers the events of one decision in the order in which they are told."""

    def __init__(self, hunter_id: HunterId, *, after: int, at: datetime) -> None:
        self.events: list[OutboxEvent] = []
        self._hunter_id, self._seq, self._at = hunter_id, after, at

    def tell(self, kind: str, **data: Any) -> None:
        """Add an event of type *kind*."""
        self._seq += 1
        self.events.append(
            OutboxEvent(hunter_id=self._hunter_id, seq=self._seq, type=kind, at=self._at, data=data)
        )


class Outbox(Protocol):
    """Keeps events in the transaction of the change that caused them."""

    def add(self, events: Sequence[OutboxEvent]) -> None:
        """Keep *events*, each hunter's numbered onwards from their `last_seq`."""
        ...

    def last_seq(self, hunter_id: HunterId) -> int:
        """Return the last number given to an event of a hunter whose row is locked; 0 before the first."""
        ...

    def since(self, hunter_id: HunterId, seq: int, limit: int) -> Sequence[OutboxEvent]:
        """Return the hunter's events from the number *seq* on, in order, at most *limit*; those kept, by one read."""
        ...
