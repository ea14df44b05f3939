"""What an export tells of notifications, friends, guilds, patterns and recommendations."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import attrs

from hunter_api.schemas.fields import UtcInstant
from hunter_core.export.records import (
    Friend,
    Membership,
    Pattern,
    Suggestion,
)
from hunter_core.notifications.notification import Notification
from hunter_core.notifications.push import PushTarget
from hunter_core.webhooks.webhook import Webhook, WebhookEvent
from hunter_core.words import Difficulty, QuestType


@attrs.frozen(kw_only=True, slots=False)
class ExportPatternView:
    """What was found out about the hunter's habits."""

    preferredTime: str | None
    avgSessionLength: int | None
    questSuccessRate: float | None
    preferredDifficulty: Difficulty | None
    favoriteAttributes: Any
    churnRisk: float | None
    nextQuestPredict: Any
    lastAnalyzed: UtcInstant

    @classmethod
    def of(cls, pattern: Pattern) -> ExportPatternView:
        """Return it as it goes out."""
        return cls(
            preferredTime=pattern.preferred_time,
            avgSessionLength=pattern.avg_session_length,
            questSuccessRate=pattern.quest_success_rate,
            preferredDifficulty=pattern.preferred_difficulty,
            favoriteAttributes=pattern.favorite_attributes,
            churnRisk=pattern.churn_risk,
            nextQuestPredict=pattern.next_quest_predict,
            lastAnalyzed=pattern.last_analyzed,
        )


@attrs.frozen(kw_only=True, slots=False)
class ExportNotificationView:
    """A notification: sent, still to be sent, or removed."""

    id: UUID
    type: str
    title: str
    message: str
    questId: UUID | None
    achievementId: UUID | None
    isRead: bool
    isSent: bool
    scheduledFor: UtcInstant
    sentAt: UtcInstant | None
    createdAt: UtcInstant
    deletedAt: UtcInstant | None

    @classmethod
    def of(cls, note: Notification) -> ExportNotificationView:
        """Return it as it goes out."""
        return cls(
            id=note.id,
            type=note.type,
            title=note.title,
            message=note.message,
            questId=note.quest_id,
            achievementId=note.achievement_id,
            isRead=note.is_read,
            isSent=note.is_sent,
            scheduledFor=note.scheduled_for,
            sentAt=note.sent_at,
            createdAt=note.created_at,
            deletedAt=note.deleted_at,
        )


@attrs.frozen(kw_only=True, slots=False)
class ExportPushTargetView:
    """Where the hunter wants to be told; never the whole address, which holds secrets."""

    id: UUID
    shown: str
    createdAt: UtcInstant

    @classmethod
    def of(cls, target: PushTarget) -> ExportPushTargetView:
        """Return it as it goes out."""
        return cls(id=target.id, shown=target.shown, createdAt=target.created_at)


@attrs.frozen(kw_only=True, slots=False)
class ExportWebhookView:
    """What of the hunter's own is told of events; never the whole address, nor the secret."""

    id: UUID
    shown: str
    events: tuple[WebhookEvent, ...]
    isActive: bool
    disabledAt: UtcInstant | None
    failures: int
    failingSince: UtcInstant | None
    lastAt: UtcInstant | None
    lastStatus: int | None
    lastError: str | None
    createdAt: UtcInstant
    updatedAt: UtcInstant

    @classmethod
    def of(cls, hook: Webhook) -> ExportWebhookView:
        """Return it as it goes out."""
        return cls(
            id=hook.id,
            shown=hook.shown,
            events=hook.events,
            isActive=hook.is_active,
            disabledAt=hook.disabled_at,
            failures=hook.failures,
            failingSince=hook.failing_since,
            lastAt=hook.last_at,
            lastStatus=hook.last_status,
            lastError=hook.last_error,
            createdAt=hook.created_at,
            updatedAt=hook.updated_at,
        )


@attrs.frozen(kw_only=True, slots=False)
class ExportFriendView:
    """A friendship, a request for one, or a block of the owner's."""

    id: UUID
    hunterId: UUID
    hunterName: str
    requestedByMe: bool
    status: str
    createdAt: UtcInstant
    updatedAt: UtcInstant

    @classmethod
    def of(cls, friend: Friend) -> ExportFriendView:
        """Return it as it goes out."""
        return cls(
            id=friend.id,
            hunterId=friend.other_id,
            hunterName=friend.other_name,
            requestedByMe=friend.requested_by_me,
            status=friend.status,
            createdAt=friend.created_at,
            updatedAt=friend.updated_at,
        )


@attrs.frozen(kw_only=True, slots=False)
class ExportGuildView:
    """A guild that the hunter is in."""

    id: UUID
    name: str
    isOwner: bool
    role: str
    joinedAt: UtcInstant

    @classmethod
    def of(cls, membership: Membership) -> ExportGuildView:
        """Return it as it goes out."""
        return cls(
            id=membership.guild_id,
            name=membership.guild_name,
            isOwner=membership.is_owner,
            role=membership.role,
            joinedAt=membership.joined_at,
        )


@attrs.frozen(kw_only=True, slots=False)
class ExportRecommendationView:
    """A quest that was recommended."""

    id: UUID
    title: str
    description: str | None
    type: QuestType
    difficulty: Difficulty
    attributes: Any
    confidence: float
    reason: str
    isAccepted: bool
    isRejected: bool
    questId: UUID | None
    createdAt: UtcInstant
    expiresAt: UtcInstant

    @classmethod
    def of(cls, suggestion: Suggestion) -> ExportRecommendationView:
        """Return it as it goes out."""
        return cls(
            id=suggestion.id,
            title=suggestion.title,
            description=suggestion.description,
            type=suggestion.type,
            difficulty=suggestion.difficulty,
            attributes=suggestion.attributes,
            confidence=suggestion.confidence,
            reason=suggestion.reason,
            isAccepted=suggestion.is_accepted,
            isRejected=suggestion.is_rejected,
            questId=suggestion.quest_id,
            createdAt=suggestion.created_at,
            expiresAt=suggestion.expires_at,
        )
