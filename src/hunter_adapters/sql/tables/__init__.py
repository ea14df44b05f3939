"""Every table, once, for PostgreSQL and SQLite (SPEC 3)."""

from hunter_adapters.sql.tables.accounts import (
    accounts,
    api_tokens,
    idempotency_keys,
    identities,
    mails,
    meta,
    one_time_codes,
    password_checks,
    recovery_codes,
    sessions,
    two_factor,
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
from hunter_adapters.sql.tables.live import live_tickets
from hunter_adapters.sql.tables.social import (
    agendas,
    behaviour_patterns,
    friendships,
    guild_members,
    guilds,
    notifications,
    push_deliveries,
    push_targets,
    recommendations,
)
from hunter_adapters.sql.tables.webhooks import webhook_deliveries, webhooks

__all__ = [
    "POINTS",
    "accounts",
    "achievements",
    "agendas",
    "api_tokens",
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
    "live_tickets",
    "mails",
    "meta",
    "metadata",
    "notifications",
    "one_time_codes",
    "outbox",
    "password_checks",
    "push_deliveries",
    "push_targets",
    "quest_skips",
    "quests",
    "recommendations",
    "recovery_codes",
    "sessions",
    "two_factor",
    "unlocks",
    "webhook_deliveries",
    "webhooks",
    "xp_entries",
]
