"""What notifications ask of the world: rows, agendas, targets, and somebody who pushes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from hunter_core.ids import AchievementId, HunterId, NotificationId, PushTargetId
from hunter_core.notifications.notification import Notification, NotificationType
from hunter_core.notifications.push import PushDelivery, PushTarget, PushTask
from hunter_core.places import NOBODY, Full


@dataclass(frozen=True, slots=True, kw_only=True)
class Agenda:
    """
    When somebody has to look at a hunter, because something may be due.

    Attributes:
        looked_until: What was due until then has been seen to.
        next_at: When the next thing may be due; None where nothing is expected.
        broken_after: The last day of the streak whose end was announced.
    """

    hunter_id: HunterId
    looked_until: datetime
    next_at: datetime | None = None
    broken_after: date | None = None


class Notifications(Protocol):
    """Keeps notifications, a row each. Whoever writes has locked the hunter."""

    def add(self, notifications: Sequence[Notification]) -> AbstractSet[NotificationId]:
        """Keep those of *notifications* whose ids there were not, removed ones counted; return these ids."""
        ...

    def save(self, notification: Notification) -> None:
        """Keep `is_read`, `sent_at`, `scheduled_for` and `deleted_at` of a notification as they are now."""
        ...

    def get(self, hunter_id: HunterId, notification_id: NotificationId) -> Notification:
        """
        Return a notification of the hunter that was sent and not removed.

        Raises:
            NotFound: If the hunter has no such notification.
        """
        ...

    def known(self, notification_id: NotificationId) -> Notification | None:
        """Return a notification whatever became of it, removed ones as well; None when there is no row of it."""
        ...

    def page(
        self,
        hunter_id: HunterId,
        *,
        unread: bool | None,
        kind: NotificationType | None,
        page: int,
        limit: int,
    ) -> tuple[Sequence[Notification], int]:
        """
        Return a page (from 1) of what was sent and not removed, and how many match in all.

        The latest sent comes first; of what was sent together, the latest made.
        """
        ...

    def unread(self, hunter_id: HunterId) -> int:
        """Return how many notifications the hunter has not read."""
        ...

    def read_all(self, hunter_id: HunterId) -> int:
        """Mark all that were sent as read; return how many were not before."""
        ...

    def withdraw(self, hunter_id: HunterId, achievement_id: AchievementId, at: datetime) -> int:
        """Remove, at *at*, what was said of an achievement and has not been read; return how many."""
        ...

    def pending(self, now: datetime, limit: int) -> Sequence[tuple[HunterId, NotificationId]]:
        """Return at most *limit* that are scheduled for *now* or earlier and not sent, not locked, oldest first."""
        ...

    def unsent(self, hunter_id: HunterId, now: datetime | None) -> Sequence[Notification]:
        """Return those of the hunter that are due at *now* (None: at any time) and not sent, the oldest first."""
        ...


class Agendas(Protocol):
    """Keeps for each hunter when something may be due next; found by an index, however many hunters there are."""

    def get(self, hunter_id: HunterId) -> Agenda | None:
        """Return the hunter's agenda; None where nothing was ever expected."""
        ...

    def save(self, agenda: Agenda) -> None:
        """Keep *agenda*, whose hunter is locked, as it is now."""
        ...

    def look(self, hunter_ids: Iterable[HunterId], at: datetime) -> None:
        """See to it that somebody looks at these hunters at *at*, or earlier; what came due before it is not told."""
        ...

    def look_if_idle(self, hunter_ids: Iterable[HunterId], at: datetime) -> None:
        """The same, only for those at whom nobody will look at all."""
        ...

    def claim(self, now: datetime, *, until: datetime, limit: int) -> Sequence[HunterId]:
        """
        Return at most *limit* hunters at whom somebody has to look at *now*, the longest due first.

        Until *until* nobody else is given them; those that another transaction is claiming are left out.
        """
        ...


class PushTargets(Protocol):
    """Keeps where hunters want to be told. Whoever writes has locked the hunter."""

    def of(self, hunter_id: HunterId) -> Sequence[PushTarget]:
        """Return the hunter's targets, the oldest first."""
        ...

    def add(self, target: PushTarget) -> None:
        """Keep a new target."""
        ...

    def reseal(self, target: PushTarget) -> None:
        """Keep what is sealed of *target* as it is now, if the target is still there; nobody has to hold a lock."""
        ...

    def remove(self, hunter_id: HunterId, target_id: PushTargetId) -> bool:
        """Forget a target of the hunter with what is on its way to it; return whether there was one."""
        ...


class PushDeliveries(Protocol):
    """Keeps what is on its way to push targets."""

    def add(self, deliveries: Sequence[PushDelivery]) -> None:
        """Keep new deliveries."""
        ...

    def take(self, now: datetime, *, until: datetime, limit: int, full: Full = NOBODY) -> Sequence[PushTask]:
        """
        Take at most *limit* deliveries that are due at *now*, of different targets, for oneself until *until*.

        Of each target, but those of who is *full*, only the first of its queue (by `queued_at`, then `created_at`)
        that is neither sent nor parked: the others wait for it. Those that are due the longest come first; they are
        told as they were before. One whose notification is purged meanwhile is left out, and holds nobody up.
        """
        ...

    def save(self, delivery: PushDelivery) -> None:
        """Keep *delivery* as it is now, if it is still there."""
        ...

    def remove(self, delivery: PushDelivery) -> None:
        """Forget *delivery*, if it is still there; the next one of its target then has its turn."""
        ...

    def parked(self, limit: int) -> Sequence[PushTask]:
        """Return at most *limit* that were given up, the latest first, each with its target."""
        ...

    def retry(self, hunter_id: HunterId | None, now: datetime) -> int:
        """Let those that were given up be tried anew from *now* on: a hunter's, or all; return how many."""
        ...


class Pusher(Protocol):
    """Hands notifications to whatever a target's address names."""

    def check(self, url: str) -> str:
        """
        Return what may be shown of the address *url*.

        Raises:
            InvalidInput: Naming `url`, if it is of no service that is allowed, or leads into this network.
        """
        ...

    def push(self, url: str, title: str, message: str) -> None:
        """
        Hand a message over; when this returns, it is theirs. It takes a bounded time.

        Raises:
            PushFailed: If it was not taken.
        """
        ...


class PushFailed(Exception):
    """A target did not take a message; *for_good* where there is no use in trying again."""

    def __init__(self, why: str, *, for_good: bool = False) -> None:
        super().__init__(why)
        self.for_good = for_good
