"""Pushing to a hunter's own targets: each a queue of its own, so that none holds another up (SPEC 6)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hunter_core.ids import HunterId, NotificationId, PushTargetId
from hunter_core.notifications.notification import Notification
from hunter_core.places import Seat

MOST_TARGETS = 5
"""Push targets of one hunter."""

LONGEST_URL = 1024
LONGEST_SHOWN = 100
LONGEST_ERROR = 200

FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
MOST_TRIES = 8
"""The pause after a failure doubles from the first to the longest; after so many a delivery is parked."""

LEASE = timedelta(minutes=2)
"""How long a delivery belongs to whoever took it: more than any target is given to answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PushTarget:
    """
    Where a hunter wants to be told: an address of apprise, such as `ntfys://ntfy.sh/my-quests`.

    Attributes:
        sealed: The address, sealed: it holds tokens and passwords.
        shown: What may be shown of it.
    """

    id: PushTargetId
    hunter_id: HunterId
    sealed: bytes
    shown: str
    created_at: datetime

    def __repr__(self) -> str:
        """Leave out what is sealed, for logs and tracebacks."""
        return f"PushTarget(id={self.id}, shown={self.shown!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class PushDelivery:
    """
    A notification on its way to a target.

    Attributes:
        created_at: When it was made.
        queued_at: Its place in the queue of the target: when it was made, or the end of quiet hours that it waits for;
            of those at one place, the earliest made is first.
        due_at: Not tried before; moved back after a failure, and while somebody tries.
        parked_at: When it was given up; the next one of its target then has its turn.
    """

    target_id: PushTargetId
    notification_id: NotificationId
    created_at: datetime
    queued_at: datetime
    due_at: datetime
    tries: int = 0
    sent_at: datetime | None = None
    parked_at: datetime | None = None
    last_error: str | None = None

    def succeeded(self, now: datetime) -> PushDelivery:
        """Return the delivery as taken."""
        return replace(self, sent_at=now, last_error=None)

    def left(self, why: str, now: datetime) -> PushDelivery:
        """Return it as not tried, for somebody else to try when the lease of whoever could not is over."""
        return replace(self, due_at=now + LEASE, last_error=why[:LONGEST_ERROR])

    def postponed(self, until: datetime, ask_again_at: datetime) -> PushDelivery:
        """Return it as one of those that come at *until*: what may come before then does not wait for it."""
        return replace(self, queued_at=until, due_at=ask_again_at)

    def failed(self, why: str, now: datetime, *, for_good: bool) -> PushDelivery:
        """Return the delivery after another failure: due later, or parked."""
        tries = self.tries + 1
        given_up = for_good or tries >= MOST_TRIES
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (tries - 1))
        return replace(
            self,
            tries=tries,
            due_at=self.due_at if given_up else now + pause,
            parked_at=now if given_up else None,
            last_error=why[:LONGEST_ERROR],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PushTask:
    """A delivery that somebody took, with what is to be said and where."""

    delivery: PushDelivery
    target: PushTarget
    notification: Notification

    @property
    def seat(self) -> Seat:
        """For whom it takes a place while it is carried out."""
        return Seat(self.target.hunter_id, self.target.shown)


def context_of(target_id: PushTargetId) -> bytes:
    """Return what a target's address is sealed for: put into another row, it does not open."""
    return b"push-target:" + target_id.bytes
