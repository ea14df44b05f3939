"""What a hunter was told: read, marked as read, and removed (SPEC 4, Notifications)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hunter_core.ids import HunterId, NotificationId
from hunter_core.notifications.notification import Notification, NotificationType
from hunter_core.ports import UnitOfWork
from hunter_core.quests.listing import check_page


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """A page of notifications, how many match in all, and how many the hunter has not read, whatever they are."""

    notifications: Sequence[Notification]
    unread: int
    page: int
    limit: int
    total: int


def read_inbox(
    *,
    uow: UnitOfWork,
    hunter_id: HunterId,
    unread: bool | None,
    kind: NotificationType | None,
    page: int,
    limit: int,
) -> Inbox:
    """
    Return a page of what the hunter was told, the latest sent first.

    Raises:
        InvalidInput: If the page cannot be.
    """
    check_page(page, limit)
    found, total = uow.notifications.page(hunter_id, unread=unread, kind=kind, page=page, limit=limit)
    return Inbox(
        notifications=found, unread=uow.notifications.unread(hunter_id), page=page, limit=limit, total=total
    )


def mark_read(*, uow: UnitOfWork, hunter_id: HunterId, notification_id: NotificationId) -> Notification:
    """
    Mark a notification as read and return it; one that was read stays so. The caller commits.

    Raises:
        NotFound: If the hunter has no such notification.
    """
    uow.hunters.lock(hunter_id)
    found = uow.notifications.get(hunter_id, notification_id)
    if found.is_read:
        return found
    read = replace(found, is_read=True)
    uow.notifications.save(read)
    return read


def mark_all_read(*, uow: UnitOfWork, hunter_id: HunterId) -> int:
    """Mark everything as read; return how many were not. The caller commits."""
    uow.hunters.lock(hunter_id)
    return uow.notifications.read_all(hunter_id)


def remove(*, uow: UnitOfWork, hunter_id: HunterId, notification_id: NotificationId, now: datetime) -> None:
    """
    Remove a notification. The caller commits.

    Raises:
        NotFound: If the hunter has no such notification.
    """
    uow.hunters.lock(hunter_id)
    found = uow.notifications.get(hunter_id, notification_id)
    uow.notifications.save(replace(found, deleted_at=now))
