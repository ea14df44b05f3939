"""A notification is a row that says something once: its id follows from what it is about (SPEC 4, 6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from hunter_core.hunters.settings import Settings
from hunter_core.ids import AchievementId, HunterId, NotificationId, QuestId, derived_id

LONGEST_TITLE = 200
"""Characters of a title; what is longer ends in `…`."""


class NotificationType(StrEnum):
    """What a notification says (SPEC 6)."""

    QUEST_REMINDER = "QUEST_REMINDER"
    STREAK_WARNING = "STREAK_WARNING"
    ACHIEVEMENT_UNLOCKED = "ACHIEVEMENT_UNLOCKED"
    RANK_UP = "RANK_UP"
    LEVEL_UP = "LEVEL_UP"
    DAILY_DIGEST = "DAILY_DIGEST"
    FRIEND_REQUEST = "FRIEND_REQUEST"
    SYSTEM = "SYSTEM"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """
    A notification as stored; `title` and `message` are in the language that the hunter had when it was made.

    Attributes:
        scheduled_for: Not sent before: when it was made, or the end of the hunter's quiet hours.
        sent_at: When it was sent, by every way that the settings then allowed; None until then, and nobody
            sees it before.
        deleted_at: When the hunter removed it, or it was taken back: from then on nobody sees it. The row stays
            a while, so that what it said is not said again.
    """

    id: NotificationId
    hunter_id: HunterId
    type: NotificationType
    title: str
    message: str
    quest_id: QuestId | None = None
    achievement_id: AchievementId | None = None
    is_read: bool = False
    scheduled_for: datetime
    sent_at: datetime | None = None
    created_at: datetime
    deleted_at: datetime | None = None

    @property
    def is_sent(self) -> bool:
        """Whether it was sent."""
        return self.sent_at is not None


def of_event(event_id: UUID) -> NotificationId:
    """Return the id of the notification about an event: the same event never makes two."""
    return NotificationId(derived_id(event_id, "notification"))


def of_day(kind: NotificationType, source: UUID, day: date) -> NotificationId:
    """Return the id of the one notification of *kind* about *source* (a quest, a hunter) on a local *day*."""
    return NotificationId(derived_id(source, f"{kind.value}:{day.isoformat()}"))


def is_wanted(kind: NotificationType, settings: Settings) -> bool:
    """
    Tell whether the hunter's *settings* let a notification of *kind* be sent.

    `achievementAlerts` is about everything that was reached: achievements, levels and ranks. Requests of
    friends have a setting of their own, who may ask at all; what the system says is always said.
    """
    match kind:
        case NotificationType.QUEST_REMINDER:
            return settings.quest_reminders
        case NotificationType.STREAK_WARNING:
            return settings.streak_warnings
        case NotificationType.ACHIEVEMENT_UNLOCKED | NotificationType.RANK_UP | NotificationType.LEVEL_UP:
            return settings.achievement_alerts
        case NotificationType.DAILY_DIGEST:
            return settings.daily_digest
        case NotificationType.FRIEND_REQUEST | NotificationType.SYSTEM:
            return True


def rings(kind: NotificationType) -> bool:
    """
    Tell whether a notification of *kind* comes in quiet hours.

    The hunter set a reminder to that very time. A warning comes before quiet hours; whoever looks late finds them
    begun, and after them it would be too late.
    """
    return kind in (NotificationType.QUEST_REMINDER, NotificationType.STREAK_WARNING)
