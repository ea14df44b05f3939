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
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
)

from hunter_adapters.sql.column_types import Id, Json, Ratio
from hunter_adapters.sql.tables.base import (
    at_least,
    between,
    day,
    id_column,
    instant,
    metadata,
    one_of,
    owner,
    whole,
    word,
)
from hunter_core.notifications.notification import LONGEST_TITLE, NotificationType
from hunter_core.notifications.push import LONGEST_ERROR, LONGEST_SHOWN
from hunter_core.words import Difficulty, QuestType


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
    # It follows from what is told (an event; a quest, or a hunter, and a day), so nothing is told twice.
    id_column(),
    owner("hunters", "hunter_id"),
    word("type", NotificationType),
    Column("title", String(LONGEST_TITLE), nullable=False),
    Column("message", Text, nullable=False),
    owner("quests", "quest_id", nullable=True),
    owner("achievements", "achievement_id", nullable=True),
    Column("is_read", Boolean, nullable=False),
    Column("is_sent", Boolean, nullable=False),
    instant("scheduled_for"),
    instant("sent_at", nullable=True),
    instant("created_at"),
    # Removed by the hunter, or taken back. The row stays until it is old, so that it does not come again.
    instant("deleted_at", nullable=True),
    one_of("type", NotificationType),
    CheckConstraint("is_sent = (sent_at IS NOT NULL)", name="sent_at"),
)
_unsent = and_(~notifications.c.is_sent, notifications.c.deleted_at.is_(None))
_shown = and_(notifications.c.is_sent, notifications.c.deleted_at.is_(None))
_unread = and_(_shown, ~notifications.c.is_read)
Index(
    "ix_notifications_pending", notifications.c.scheduled_for, postgresql_where=_unsent, sqlite_where=_unsent
)
# A hunter's list, the latest first.
Index(
    "ix_notifications_shown",
    notifications.c.hunter_id,
    notifications.c.sent_at,
    notifications.c.created_at,
    notifications.c.id,
    postgresql_where=_shown,
    sqlite_where=_shown,
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
# What the purge looks for.
Index(None, notifications.c.created_at)

# When something is due for a hunter: at `next_at` somebody looks at what came due since `looked_until`.
agendas = Table(
    "agendas",
    metadata,
    owner("hunters", "hunter_id", primary_key=True),
    instant("looked_until"),
    # Nothing is due where nothing is expected: a hunter without reminders, streak and digest costs nothing.
    instant("next_at", nullable=True),
    # The last day of the streak whose end was announced, so that one end is announced once.
    day("broken_after", nullable=True),
)
_expected = agendas.c.next_at.is_not(None)
Index(
    "ix_agendas_next_at",
    agendas.c.next_at,
    agendas.c.hunter_id,
    postgresql_where=_expected,
    sqlite_where=_expected,
)

push_targets = Table(
    "push_targets",
    metadata,
    id_column(),
    owner("hunters", "hunter_id"),
    # The whole address holds secrets: it is sealed under a key that the database has not.
    Column("sealed", LargeBinary, nullable=False),
    Column("shown", String(LONGEST_SHOWN), nullable=False),
    instant("created_at"),
    # When the first that waits is due; NULL where nothing does. Whose turn it is, is found by it alone.
    instant("next_at", nullable=True),
)
Index(None, push_targets.c.hunter_id, push_targets.c.id)
_has_turn = push_targets.c.next_at.is_not(None)
Index(
    "ix_push_targets_next_at",
    push_targets.c.next_at,
    push_targets.c.id,
    postgresql_where=_has_turn,
    sqlite_where=_has_turn,
)

push_deliveries = Table(
    "push_deliveries",
    metadata,
    owner("push_targets", "target_id", primary_key=True),
    owner("notifications", "notification_id", primary_key=True),
    instant("created_at"),
    # Its place in the queue: what waits for the end of quiet hours has that of their end.
    instant("queued_at"),
    instant("due_at"),
    whole("tries"),
    instant("sent_at", nullable=True),
    instant("parked_at", nullable=True),
    Column("last_error", String(LONGEST_ERROR)),
    *at_least(0, "tries"),
)
_waiting = and_(push_deliveries.c.sent_at.is_(None), push_deliveries.c.parked_at.is_(None))
# The first of each target: the others wait for it, and nobody else's do.
Index(
    "ix_push_deliveries_heads",
    push_deliveries.c.target_id,
    push_deliveries.c.queued_at,
    push_deliveries.c.created_at,
    push_deliveries.c.notification_id,
    postgresql_where=_waiting,
    sqlite_where=_waiting,
)
Index(None, push_deliveries.c.notification_id)
_is_parked = push_deliveries.c.parked_at.is_not(None)
Index(
    "ix_push_deliveries_parked",
    push_deliveries.c.parked_at,
    postgresql_where=_is_parked,
    sqlite_where=_is_parked,
)

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
