"""Every table, once, for PostgreSQL and SQLite (SPEC 3)."""

from hunter_adapters.sql.tables.accounts import (
    CodePurpose,
    accounts,
    idempotency_keys,
    identities,
    meta,
    one_time_codes,
    sessions,
)
from hunter_adapters.sql.tables.base import POINTS, metadata
from hunter_adapters.sql.tables.game import (
    achievements,
    completions,
    outbox,
    quest_skips,
    quests,
    unlocks,
    xp_entries,
)
from hunter_adapters.sql.tables.hunters import board_scores, daily_stats, hunter_settings, hunters
from hunter_adapters.sql.tables.social import (
    behaviour_patterns,
    friendships,
    guild_members,
    guilds,
    notifications,
    recommendations,
)

__all__ = [
    "POINTS",
    "CodePurpose",
    "accounts",
    "achievements",
    "behaviour_patterns",
    "board_scores",
    "completions",
    "daily_stats",
    "friendships",
    "guild_members",
    "guilds",
    "hunter_settings",
    "hunters",
    "idempotency_keys",
    "identities",
    "meta",
    "metadata",
    "notifications",
    "one_time_codes",
    "outbox",
    "quest_skips",
    "quests",
    "recommendations",
    "sessions",
    "unlocks",
    "xp_entries",
]
