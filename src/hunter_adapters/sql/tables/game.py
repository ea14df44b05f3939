"""The game: quests, completions, the ledger, achievements and unlocks, and what the world is told (SPEC 3)."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    text,
)

from hunter_adapters.sql.column_types import Day, Id, Json, Ratio, Said, Share, WallTime
from hunter_adapters.sql.tables.base import (
    POINTS,
    at_least,
    between,
    day,
    id_column,
    instant,
    metadata,
    one_of,
    owner,
    points,
    whole,
    word,
)
from hunter_core.quests.quest import Frequency, versions_from_json, versions_to_json
from hunter_core.relay.ports import LONGEST_ERROR
from hunter_core.rules.achievements import TriggerType
from hunter_core.words import Attribute, Difficulty, EntryKind, QuestType, Rarity


def _attributes_to_json(attributes: tuple[Attribute, ...]) -> list[str]:
    return [attribute.value for attribute in attributes]


def _attributes_from_json(names: list[str]) -> tuple[Attribute, ...]:
    return tuple(Attribute(name) for name in names)


quests = Table(
    "quests",
    metadata,
    id_column(),
    owner("hunters", "hunter_id"),
    # Titles sort by code points, as Python and SQLite sort them.
    Column("title", String(120).with_variant(String(120, collation="C"), "postgresql"), nullable=False),
    Column("description", String(2000)),
    word("type", QuestType),
    word("difficulty", Difficulty),
    # What a rulebook bounds may be bounded higher in another one.
    whole("base_xp", BigInteger),
    Column("attributes", Json(_attributes_to_json, _attributes_from_json), nullable=False),
    Column("reminder_time", WallTime),
    word("frequency", Frequency, nullable=True),
    Column("versions", Json(versions_to_json, versions_from_json), nullable=False),
    instant("deadline", nullable=True),
    whole("completions_per_day", BigInteger),
    whole("estimated_time", BigInteger, nullable=True),
    Column("is_active", Boolean, nullable=False),
    instant("archived_at", nullable=True),
    Column("is_ai_generated", Boolean, nullable=False),
    Column("ai_confidence", Ratio),
    day("created_day"),
    instant("created_at"),
    instant("updated_at"),
    one_of("type", QuestType),
    one_of("difficulty", Difficulty),
    one_of("frequency", Frequency),
    *at_least(1, "base_xp", "completions_per_day", "estimated_time"),
    between("ai_confidence", 0, 1),
    # What a completion refers to: a quest of its own hunter. It also finds the quests of a hunter.
    UniqueConstraint("hunter_id", "id"),
)
_open = and_(quests.c.is_active, quests.c.archived_at.is_(None))
Index("ix_quests_open", quests.c.hunter_id, quests.c.id, postgresql_where=_open, sqlite_where=_open)
_open_with_deadline = and_(_open, quests.c.deadline.is_not(None))
Index(
    "ix_quests_open_by_deadline",
    quests.c.deadline,
    postgresql_where=_open_with_deadline,
    sqlite_where=_open_with_deadline,
)

quest_skips = Table(
    "quest_skips",
    metadata,
    Column("quest_id", Id, primary_key=True),
    Column("local_day", Day, primary_key=True),
    Column("hunter_id", Id, nullable=False),
    instant("skipped_at"),
    ForeignKeyConstraint(["hunter_id", "quest_id"], ["quests.hunter_id", "quests.id"], ondelete="CASCADE"),
)

completions = Table(
    "completions",
    metadata,
    id_column(),
    Column("hunter_id", Id, nullable=False),
    Column("quest_id", Id, nullable=False),
    instant("completed_at"),
    day("local_day"),
    instant("recorded_at"),
    word("difficulty", Difficulty),
    whole("base_xp", BigInteger),
    Column("difficulty_multiplier", Share, nullable=False),
    whole("streak_bonus", BigInteger),
    whole("time_bonus", BigInteger),
    whole("total_xp", BigInteger),
    *points(),
    whole("time_spent", BigInteger, nullable=True),
    word("difficulty_override", Difficulty, nullable=True),
    Column("notes", String(2000)),
    instant("voided_at", nullable=True),
    one_of("difficulty", Difficulty),
    one_of("difficulty_override", Difficulty),
    *at_least(0, "base_xp", "streak_bonus", "time_bonus", "total_xp", *POINTS),
    *at_least(1, "time_spent"),
    # The hunter is the quest's: no completion of somebody else's quest.
    ForeignKeyConstraint(["hunter_id", "quest_id"], ["quests.hunter_id", "quests.id"], ondelete="CASCADE"),
)
_stands = completions.c.voided_at.is_(None)
# By hunter and day, voided ones too: the audit and the export read every one.
Index("ix_completions_hunter_day", completions.c.hunter_id, completions.c.local_day)
# By quest and day, where standing: how often a quest was done on a day, in a span of days, ever.
Index(
    "ix_completions_quest_day",
    completions.c.quest_id,
    completions.c.local_day,
    postgresql_where=_stands,
    sqlite_where=_stands,
)

xp_entries = Table(
    "xp_entries",
    metadata,
    id_column(),
    owner("hunters", "hunter_id"),
    whole("seq", BigInteger),
    word("kind", EntryKind),
    Column("source_id", Id, nullable=False),
    whole("amount", BigInteger),
    *points(),
    day("local_day"),
    instant("recorded_at"),
    Column("rulebook", String(64), nullable=False),
    whole("balance_after", BigInteger),
    one_of("kind", EntryKind),
    *at_least(1, "seq"),
    *at_least(0, "balance_after"),
    UniqueConstraint("hunter_id", "seq"),
    # Nothing is paid twice, and nothing is taken back twice.
    UniqueConstraint("kind", "source_id"),
)

achievements = Table(
    "achievements",
    metadata,
    id_column(),
    Column("key", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    word("rarity", Rarity),
    word("trigger_type", TriggerType),
    whole("trigger_value", BigInteger, nullable=True),
    Column("trigger_condition", Json),
    whole("xp_reward", BigInteger),
    Column("icon", Text, nullable=False),
    Column("badge_url", String(2048)),
    # Whether the rulebook in force has it. One that it no longer has is kept for those who earned it.
    Column("in_catalogue", Boolean, nullable=False),
    one_of("rarity", Rarity),
    one_of("trigger_type", TriggerType),
    *at_least(0, "xp_reward"),
    UniqueConstraint("key"),
)
Index(
    "uq_achievements_name",
    achievements.c.name,
    unique=True,
    postgresql_where=achievements.c.in_catalogue,
    sqlite_where=text("in_catalogue = 1"),
)

unlocks = Table(
    "unlocks",
    metadata,
    id_column(),
    owner("hunters", "hunter_id"),
    # Not `owner`: what was earned is not taken away by whoever tidies the catalogue.
    Column("achievement_id", Id, ForeignKey("achievements.id"), nullable=False),
    owner("completions", "completion_id"),
    instant("unlocked_at"),
    whole("xp_reward", BigInteger),
    instant("taken_back_at", nullable=True),
    *at_least(0, "xp_reward"),
)
_held = unlocks.c.taken_back_at.is_(None)
# A hunter holds an achievement once; earned again after it was taken back, it is a new row.
Index(
    "uq_unlocks_standing",
    unlocks.c.hunter_id,
    unlocks.c.achievement_id,
    unique=True,
    postgresql_where=_held,
    sqlite_where=_held,
)
Index(None, unlocks.c.hunter_id, unlocks.c.unlocked_at)
# What hangs on a completion, when it is voided.
Index(None, unlocks.c.completion_id)

outbox = Table(
    "outbox",
    metadata,
    # The hunter's running number, which clients ask for events after. A purge keeps each hunter's last row.
    # An event's id follows from the two (`OutboxEvent.id`), so it is no column.
    owner("hunters", "hunter_id", primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("type", String(64), nullable=False),
    instant("at"),
    Column("data", Said, nullable=False),
    instant("relayed_at", nullable=True),
    # How often relaying it failed, NULL before it first did; when it is tried again, and when it was given up.
    whole("tries", nullable=True),
    instant("try_at", nullable=True),
    instant("parked_at", nullable=True),
    Column("last_error", String(LONGEST_ERROR)),
    *at_least(1, "seq"),
    *at_least(0, "tries"),
)
_pending = and_(outbox.c.relayed_at.is_(None), outbox.c.parked_at.is_(None))
Index(
    "ix_outbox_pending",
    outbox.c.at,
    outbox.c.hunter_id,
    outbox.c.seq,
    postgresql_where=_pending,
    sqlite_where=_pending,
)
# The earliest of each hunter: whose turn it is, and what else waits.
Index("ix_outbox_heads", outbox.c.hunter_id, outbox.c.seq, postgresql_where=_pending, sqlite_where=_pending)
_parked = outbox.c.parked_at.is_not(None)
Index("ix_outbox_parked", outbox.c.parked_at, postgresql_where=_parked, sqlite_where=_parked)
_relayed = outbox.c.relayed_at.is_not(None)
Index(
    "ix_outbox_relayed",
    outbox.c.relayed_at,
    outbox.c.hunter_id,
    outbox.c.seq,
    postgresql_where=_relayed,
    sqlite_where=_relayed,
)
