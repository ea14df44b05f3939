"""What later features keep: notifications, friends, guilds, patterns and recommendations (SPEC 3, 4)."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from hunter_adapters.sql.column_types import Id, Json, Ratio
from hunter_adapters.sql.tables.base import (
    at_least,
    between,
    id_column,
    instant,
    metadata,
    one_of,
    owner,
    whole,
    word,
)
from hunter_core.words import Difficulty, QuestType


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


class FriendshipStatus(StrEnum):
    """How far a friendship has come (SPEC 4)."""

    PENDING = "PENDING"
    ACCEPTED = "ACCEPTED"
    BLOCKED = "BLOCKED"


class GuildRole(StrEnum):
    """What a member may do in a guild (SPEC 4)."""

    OWNER = "OWNER"
    ADMIN = "ADMIN"
    MEMBER = "MEMBER"


class PreferredTime(StrEnum):
    """When a hunter does quests most (SPEC 4)."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


notifications = Table(
    "notifications",
    metadata,
    id_column(),
    owner("hunters", "hunter_id"),
    word("type", NotificationType),
    Column("title", String(200), nullable=False),
    Column("message", Text, nullable=False),
    owner("quests", "quest_id", nullable=True),
    owner("achievements", "achievement_id", nullable=True),
    Column("is_read", Boolean, nullable=False),
    Column("is_sent", Boolean, nullable=False),
    instant("scheduled_for"),
    instant("sent_at", nullable=True),
    instant("created_at"),
    one_of("type", NotificationType),
    CheckConstraint("is_sent = (sent_at IS NOT NULL)", name="sent_at"),
)
_unsent = ~notifications.c.is_sent
_unread = ~notifications.c.is_read
Index(
    "ix_notifications_pending", notifications.c.scheduled_for, postgresql_where=_unsent, sqlite_where=_unsent
)
Index(None, notifications.c.hunter_id, notifications.c.id)
Index(
    "ix_notifications_unread",
    notifications.c.hunter_id,
    notifications.c.id,
    postgresql_where=_unread,
    sqlite_where=_unread,
)
Index(None, notifications.c.quest_id)

friendships = Table(
    "friendships",
    metadata,
    id_column(),
    # One row for an unordered pair: the lower id first, whoever asked.
    owner("hunters", "first_id"),
    owner("hunters", "second_id"),
    owner("hunters", "requester_id"),
    owner("hunters", "blocker_id", nullable=True),
    word("status", FriendshipStatus),
    instant("created_at"),
    instant("updated_at"),
    one_of("status", FriendshipStatus),
    CheckConstraint("first_id < second_id", name="ordered"),
    CheckConstraint("requester_id IN (first_id, second_id)", name="requester"),
    CheckConstraint("blocker_id IN (first_id, second_id)", name="blocker"),
    CheckConstraint("(status = 'BLOCKED') = (blocker_id IS NOT NULL)", name="blocked"),
    UniqueConstraint("first_id", "second_id"),
)
Index(None, friendships.c.second_id)
# Whoever is erased goes without a look at every friendship there is.
Index(None, friendships.c.requester_id)
_blocks = friendships.c.blocker_id.is_not(None)
Index("ix_friendships_blocker_id", friendships.c.blocker_id, postgresql_where=_blocks, sqlite_where=_blocks)

guilds = Table(
    "guilds",
    metadata,
    id_column(),
    Column("name", String(64), nullable=False),
    Column("name_key", String(192), nullable=False),
    Column("description", String(2000)),
    Column("image_url", String(2048)),
    # Who leaves an empty guild behind takes it along; who leaves members hands it on first.
    Column("owner_id", Id, ForeignKey("hunters.id", ondelete="RESTRICT"), nullable=False),
    whole("max_members"),
    whole("member_count"),
    whole("level", BigInteger),
    whole("total_xp", BigInteger),
    instant("created_at"),
    instant("updated_at"),
    *at_least(1, "max_members", "level"),
    *at_least(0, "total_xp"),
    CheckConstraint("member_count BETWEEN 0 AND max_members", name="member_count"),
    UniqueConstraint("name_key"),
)
# Whom a guild has to be taken from before they are erased.
Index(None, guilds.c.owner_id)

guild_members = Table(
    "guild_members",
    metadata,
    owner("guilds", "guild_id", primary_key=True),
    owner("hunters", "hunter_id", primary_key=True),
    word("role", GuildRole),
    instant("joined_at"),
    one_of("role", GuildRole),
)
Index(None, guild_members.c.hunter_id)
_owns = guild_members.c.role == GuildRole.OWNER
Index(
    "uq_guild_members_owner",
    guild_members.c.guild_id,
    unique=True,
    postgresql_where=_owns,
    sqlite_where=_owns,
)

behaviour_patterns = Table(
    "behaviour_patterns",
    metadata,
    owner("hunters", "hunter_id", primary_key=True),
    word("preferred_time", PreferredTime, nullable=True),
    whole("avg_session_length", nullable=True),
    Column("quest_success_rate", Ratio),
    word("preferred_difficulty", Difficulty, nullable=True),
    Column("favorite_attributes", Json, nullable=False),
    Column("churn_risk", Ratio),
    Column("next_quest_predict", Json),
    instant("last_analyzed"),
    one_of("preferred_time", PreferredTime),
    one_of("preferred_difficulty", Difficulty),
    *at_least(0, "avg_session_length"),
    between("quest_success_rate", 0, 1),
    between("churn_risk", 0, 1),
)

recommendations = Table(
    "recommendations",
    metadata,
    id_column(),
    owner("hunters", "hunter_id"),
    Column("title", String(120), nullable=False),
    Column("description", String(2000)),
    word("type", QuestType),
    word("difficulty", Difficulty),
    Column("attributes", Json, nullable=False),
    Column("confidence", Ratio, nullable=False),
    Column("reason", Text, nullable=False),
    Column("is_accepted", Boolean, nullable=False),
    Column("is_rejected", Boolean, nullable=False),
    # The quest that accepting it created.
    owner("quests", "quest_id", nullable=True),
    instant("created_at"),
    instant("expires_at"),
    one_of("type", QuestType),
    one_of("difficulty", Difficulty),
    between("confidence", 0, 1),
    CheckConstraint("NOT (is_accepted AND is_rejected)", name="answer"),
)
Index(None, recommendations.c.hunter_id, recommendations.c.id)
Index(None, recommendations.c.quest_id)
