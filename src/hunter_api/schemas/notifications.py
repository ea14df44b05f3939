"""Notifications and push targets on the wire (SPEC 4, Notifications)."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import attrs

from hunter_api.schemas.common import PaginationView
from hunter_api.schemas.fields import Page, PageSize, Password, SecondFactorCode, UtcInstant, text
from hunter_core.notifications.inbox import Inbox
from hunter_core.notifications.notification import Notification, NotificationType
from hunter_core.notifications.push import LONGEST_URL, PushTarget

PushUrl = Annotated[
    str,
    text(
        1,
        LONGEST_URL,
        "An address of apprise, without a query. It is shown to nobody again.",
        "ntfys://ntfy.sh/my-quests",
    ),
]


@attrs.frozen(kw_only=True)
class NotificationsQuery:
    """Which notifications: `unread` true or false, of one `type`, or all."""

    unread: bool | None = None
    type: NotificationType | None = None
    page: Page = 1
    limit: PageSize = 20


@attrs.frozen(kw_only=True)
class PushTargetDraft:
    """A push target to be added."""

    url: PushUrl = attrs.field(repr=False)
    password: Password | None = attrs.field(default=None, repr=False)
    code: SecondFactorCode | None = attrs.field(default=None, repr=False)


@attrs.frozen(kw_only=True, slots=False)
class NotificationView:
    """
    A notification, in the language that the hunter had when it was made.

    `scheduledFor` is when it was due: when it was made, or the end of the hunter's quiet hours.
    """

    id: UUID
    type: NotificationType
    title: str
    message: str
    questId: UUID | None
    achievementId: UUID | None
    isRead: bool
    isSent: bool
    scheduledFor: UtcInstant
    sentAt: UtcInstant | None
    createdAt: UtcInstant

    @classmethod
    def of(cls, each: Notification) -> NotificationView:
        """Return the notification as it goes out."""
        return cls(
            id=each.id,
            type=each.type,
            title=each.title,
            message=each.message,
            questId=each.quest_id,
            achievementId=each.achievement_id,
            isRead=each.is_read,
            isSent=each.is_sent,
            scheduledFor=each.scheduled_for,
            sentAt=each.sent_at,
            createdAt=each.created_at,
        )


@attrs.frozen(kw_only=True, slots=False)
class NotificationsView:
    """A page of notifications, the latest first; `unreadCount` counts all that were not read, whatever is asked."""

    notifications: tuple[NotificationView, ...]
    unreadCount: int
    pagination: PaginationView

    @classmethod
    def of(cls, inbox: Inbox) -> NotificationsView:
        """Return the page as it goes out."""
        return cls(
            notifications=tuple(map(NotificationView.of, inbox.notifications)),
            unreadCount=inbox.unread,
            pagination=PaginationView.of(page=inbox.page, limit=inbox.limit, total=inbox.total),
        )


@attrs.frozen(kw_only=True, slots=False)
class ReadAllView:
    """How many notifications were not read before."""

    read: int


@attrs.frozen(kw_only=True, slots=False)
class PushTargetView:
    """A push target; of its address, which holds secrets, only what may be `shown`."""

    id: UUID
    shown: str
    createdAt: UtcInstant

    @classmethod
    def of(cls, target: PushTarget) -> PushTargetView:
        """Return the target as it goes out."""
        return cls(id=target.id, shown=target.shown, createdAt=target.created_at)


@attrs.frozen(kw_only=True, slots=False)
class PushTargetsView:
    """The hunter's push targets, the oldest first."""

    targets: tuple[PushTargetView, ...]
