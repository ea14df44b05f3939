"""Every table of SPEC 3."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hunter_adapters.sql import column_types as types

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("email_key", sa.String(length=508), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("is_verified", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("last_login", types.Instant(), nullable=True),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("updated_at", types.Instant(), nullable=False),
        sa.CheckConstraint("role IN ('USER', 'ADMIN')", name=op.f("ck_accounts_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("email_key", name=op.f("uq_accounts_email_key")),
    )
    op.create_table(
        "achievements",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("rarity", sa.String(length=24), nullable=False),
        sa.Column("trigger_type", sa.String(length=24), nullable=False),
        sa.Column("trigger_value", sa.BigInteger(), nullable=True),
        sa.Column("trigger_condition", types.Json(), nullable=True),
        sa.Column("xp_reward", sa.BigInteger(), nullable=False),
        sa.Column("icon", sa.Text(), nullable=False),
        sa.Column("badge_url", sa.String(length=2048), nullable=True),
        sa.Column("in_catalogue", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "rarity IN ('COMMON', 'RARE', 'EPIC', 'LEGENDARY')", name=op.f("ck_achievements_rarity")
        ),
        sa.CheckConstraint(
            "trigger_type IN ('STREAK', 'LEVEL', 'TOTAL_XP', 'QUEST_COUNT', 'RANK', 'ATTRIBUTE', 'SPECIAL')",
            name=op.f("ck_achievements_trigger_type"),
        ),
        sa.CheckConstraint("xp_reward >= 0", name=op.f("ck_achievements_xp_reward")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_achievements")),
        sa.UniqueConstraint("key", name=op.f("uq_achievements_key")),
    )
    op.create_index(
        "uq_achievements_name",
        "achievements",
        ["name"],
        unique=True,
        postgresql_where=sa.text("in_catalogue"),
        sqlite_where=sa.text("in_catalogue = 1"),
    )
    op.create_table(
        "meta",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_meta")),
    )
    op.create_table(
        "hunters",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("name", sa.String(length=24), nullable=False),
        sa.Column("name_key", sa.String(length=72), nullable=False),
        sa.Column("avatar_style", sa.String(length=64), nullable=False),
        sa.Column("avatar_url", sa.String(length=2048), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("calendar", types.Json(), nullable=False),
        sa.Column("total_xp", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.BigInteger(), nullable=False),
        sa.Column("rank", sa.String(length=24), nullable=False),
        sa.Column("xp_reached_at", types.Instant(), nullable=True),
        sa.Column("streak", sa.Integer(), nullable=False),
        sa.Column("max_streak", sa.Integer(), nullable=False),
        sa.Column("freezes", sa.Integer(), nullable=False),
        sa.Column("last_day", types.Day(), nullable=True),
        sa.Column("strength", sa.BigInteger(), nullable=False),
        sa.Column("intelligence", sa.BigInteger(), nullable=False),
        sa.Column("constitution", sa.BigInteger(), nullable=False),
        sa.Column("dexterity", sa.BigInteger(), nullable=False),
        sa.Column("charisma", sa.BigInteger(), nullable=False),
        sa.Column("luck", sa.BigInteger(), nullable=False),
        sa.Column("completed_easy", sa.Integer(), nullable=False),
        sa.Column("completed_normal", sa.Integer(), nullable=False),
        sa.Column("completed_hard", sa.Integer(), nullable=False),
        sa.Column("catalogue", sa.String(length=64), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("updated_at", types.Instant(), nullable=False),
        sa.CheckConstraint("rank IN ('F', 'E', 'D', 'C', 'B', 'A', 'S')", name=op.f("ck_hunters_rank")),
        sa.CheckConstraint("charisma >= 0", name=op.f("ck_hunters_charisma")),
        sa.CheckConstraint("completed_easy >= 0", name=op.f("ck_hunters_completed_easy")),
        sa.CheckConstraint("completed_hard >= 0", name=op.f("ck_hunters_completed_hard")),
        sa.CheckConstraint("completed_normal >= 0", name=op.f("ck_hunters_completed_normal")),
        sa.CheckConstraint("constitution >= 0", name=op.f("ck_hunters_constitution")),
        sa.CheckConstraint("dexterity >= 0", name=op.f("ck_hunters_dexterity")),
        sa.CheckConstraint("freezes >= 0", name=op.f("ck_hunters_freezes")),
        sa.CheckConstraint("intelligence >= 0", name=op.f("ck_hunters_intelligence")),
        sa.CheckConstraint("level >= 1", name=op.f("ck_hunters_level")),
        sa.CheckConstraint("luck >= 0", name=op.f("ck_hunters_luck")),
        sa.CheckConstraint("max_streak >= 0", name=op.f("ck_hunters_max_streak")),
        sa.CheckConstraint("streak >= 0", name=op.f("ck_hunters_streak")),
        sa.CheckConstraint("strength >= 0", name=op.f("ck_hunters_strength")),
        sa.CheckConstraint("total_xp >= 0", name=op.f("ck_hunters_total_xp")),
        sa.ForeignKeyConstraint(
            ["id"], ["accounts.id"], name=op.f("fk_hunters_id_accounts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hunters")),
        sa.UniqueConstraint("name_key", name=op.f("uq_hunters_name_key")),
    )
    op.create_index(
        "ix_hunters_board",
        "hunters",
        [sa.literal_column("total_xp DESC"), "xp_reached_at", "id"],
        unique=False,
        postgresql_where=sa.text("is_active"),
        sqlite_where=sa.text("is_active = 1"),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("account_id", types.Id(), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("stored_at", types.Instant(), nullable=False),
        sa.CheckConstraint("status BETWEEN 200 AND 299", name=op.f("ck_idempotency_keys_status")),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_idempotency_keys_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index(op.f("ix_idempotency_keys_stored_at"), "idempotency_keys", ["stored_at"], unique=False)
    op.create_table(
        "identities",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("account_id", types.Id(), nullable=False),
        sa.Column("issuer", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_identities_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identities")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_identities_issuer_subject")),
    )
    op.create_index(op.f("ix_identities_account_id"), "identities", ["account_id"], unique=False)
    op.create_table(
        "one_time_codes",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("account_id", types.Id(), nullable=True),
        sa.Column("purpose", sa.String(length=24), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("expires_at", types.Instant(), nullable=False),
        sa.Column("used_at", types.Instant(), nullable=True),
        sa.CheckConstraint(
            "purpose IN ('VERIFY_EMAIL', 'RESET_PASSWORD', 'OAUTH_STATE', 'OAUTH_EXCHANGE')",
            name=op.f("ck_one_time_codes_purpose"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_one_time_codes_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_codes")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_one_time_codes_code_hash")),
    )
    op.create_index(op.f("ix_one_time_codes_account_id"), "one_time_codes", ["account_id"], unique=False)
    op.create_index(op.f("ix_one_time_codes_expires_at"), "one_time_codes", ["expires_at"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("account_id", types.Id(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=False),
        sa.Column("rotated_at", types.Instant(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("expires_at", types.Instant(), nullable=False),
        sa.Column("last_used_at", types.Instant(), nullable=False),
        sa.Column("revoked_at", types.Instant(), nullable=True),
        sa.Column("device", sa.String(length=200), nullable=True),
        sa.Column("address", sa.String(length=45), nullable=True),
        sa.CheckConstraint("generation >= 0", name=op.f("ck_sessions_generation")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_sessions_account_id_accounts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_account_id_id"), "sessions", ["account_id", "id"], unique=False)
    op.create_index(op.f("ix_sessions_expires_at"), "sessions", ["expires_at"], unique=False)
    op.create_table(
        "behaviour_patterns",
        sa.Column("hunter_id", types.Id(), nullable=False),
        sa.Column("preferred_time", sa.String(length=24), nullable=True),
        sa.Column("avg_session_length", sa.Integer(), nullable=True),
        sa.Column("quest_success_rate", types.Ratio(), nullable=True),
        sa.Column("preferred_difficulty", sa.String(length=24), nullable=True),
        sa.Column("favorite_attributes", types.Json(), nullable=False),
        sa.Column("churn_risk", types.Ratio(), nullable=True),
        sa.Column("next_quest_predict", types.Json(), nullable=True),
        sa.Column("last_analyzed", types.Instant(), nullable=False),
        sa.CheckConstraint(
            "preferred_difficulty IN ('EASY', 'NORMAL', 'HARD')",
            name=op.f("ck_behaviour_patterns_preferred_difficulty"),
        ),
        sa.CheckConstraint(
            "preferred_time IN ('morning', 'afternoon', 'evening')",
            name=op.f("ck_behaviour_patterns_preferred_time"),
        ),
        sa.CheckConstraint("avg_session_length >= 0", name=op.f("ck_behaviour_patterns_avg_session_length")),
        sa.CheckConstraint("churn_risk BETWEEN 0 AND 1", name=op.f("ck_behaviour_patterns_churn_risk")),
        sa.CheckConstraint(
            "quest_success_rate BETWEEN 0 AND 1", name=op.f("ck_behaviour_patterns_quest_success_rate")
        ),
        sa.ForeignKeyConstraint(
            ["hunter_id"],
            ["hunters.id"],
            name=op.f("fk_behaviour_patterns_hunter_id_hunters"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("hunter_id", name=op.f("pk_behaviour_patterns")),
    )
    op.create_table(
        "daily_stats",
        sa.Column("hunter_id", types.Id(), nullable=False),
        sa.Column("local_day", types.Day(), nullable=False),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("completed", sa.Integer(), nullable=False),
        sa.Column("xp", sa.BigInteger(), nullable=False),
        sa.Column("time_spent", sa.BigInteger(), nullable=False),
        sa.Column("streak", sa.Integer(), nullable=False),
        sa.Column("max_streak", sa.Integer(), nullable=False),
        sa.Column("freezes", sa.Integer(), nullable=False),
        sa.Column("strength", sa.BigInteger(), nullable=False),
        sa.Column("intelligence", sa.BigInteger(), nullable=False),
        sa.Column("constitution", sa.BigInteger(), nullable=False),
        sa.Column("dexterity", sa.BigInteger(), nullable=False),
        sa.Column("charisma", sa.BigInteger(), nullable=False),
        sa.Column("luck", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("completed >= 0", name=op.f("ck_daily_stats_completed")),
        sa.CheckConstraint("created >= 0", name=op.f("ck_daily_stats_created")),
        sa.CheckConstraint("freezes >= 0", name=op.f("ck_daily_stats_freezes")),
        sa.CheckConstraint("max_streak >= 0", name=op.f("ck_daily_stats_max_streak")),
        sa.CheckConstraint("streak >= 0", name=op.f("ck_daily_stats_streak")),
        sa.CheckConstraint("time_spent >= 0", name=op.f("ck_daily_stats_time_spent")),
        sa.ForeignKeyConstraint(
            ["hunter_id"], ["hunters.id"], name=op.f("fk_daily_stats_hunter_id_hunters"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("hunter_id", "local_day", name=op.f("pk_daily_stats")),
    )
    op.create_table(
        "friendships",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("first_id", types.Id(), nullable=False),
        sa.Column("second_id", types.Id(), nullable=False),
        sa.Column("requester_id", types.Id(), nullable=False),
        sa.Column("blocker_id", types.Id(), nullable=True),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("updated_at", types.Instant(), nullable=False),
        sa.CheckConstraint(
            "(status = 'BLOCKED') = (blocker_id IS NOT NULL)", name=op.f("ck_friendships_blocked")
        ),
        sa.CheckConstraint(
            "status IN ('PENDING', 'ACCEPTED', 'BLOCKED')", name=op.f("ck_friendships_status")
        ),
        sa.CheckConstraint("blocker_id IN (first_id, second_id)", name=op.f("ck_friendships_blocker")),
        sa.CheckConstraint("first_id < second_id", name=op.f("ck_friendships_ordered")),
        sa.CheckConstraint("requester_id IN (first_id, second_id)", name=op.f("ck_friendships_requester")),
        sa.ForeignKeyConstraint(
            ["blocker_id"], ["hunters.id"], name=op.f("fk_friendships_blocker_id_hunters"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["first_id"], ["hunters.id"], name=op.f("fk_friendships_first_id_hunters"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["requester_id"],
            ["hunters.id"],
            name=op.f("fk_friendships_requester_id_hunters"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["second_id"], ["hunters.id"], name=op.f("fk_friendships_second_id_hunters"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_friendships")),
        sa.UniqueConstraint("first_id", "second_id", name=op.f("uq_friendships_first_id_second_id")),
    )
    op.create_index(op.f("ix_friendships_second_id"), "friendships", ["second_id"], unique=False)
    op.create_table(
        "guilds",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("name_key", sa.String(length=192), nullable=False),
        sa.Column("description", sa.String(length=2000), nullable=True),
        sa.Column("image_url", sa.String(length=2048), nullable=True),
        sa.Column("owner_id", types.Id(), nullable=False),
        sa.Column("max_members", sa.Integer(), nullable=False),
        sa.Column("member_count", sa.Integer(), nullable=False),
        sa.Column("level", sa.BigInteger(), nullable=False),
        sa.Column("total_xp", sa.BigInteger(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("updated_at", types.Instant(), nullable=False),
        sa.CheckConstraint("level >= 1", name=op.f("ck_guilds_level")),
        sa.CheckConstraint("max_members >= 1", name=op.f("ck_guilds_max_members")),
        sa.CheckConstraint("member_count BETWEEN 0 AND max_members", name=op.f("ck_guilds_member_count")),
        sa.CheckConstraint("total_xp >= 0", name=op.f("ck_guilds_total_xp")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["hunters.id"], name=op.f("fk_guilds_owner_id_hunters"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guilds")),
        sa.UniqueConstraint("name_key", name=op.f("uq_guilds_name_key")),
    )
    op.create_table(
        "hunter_settings",
        sa.Column("hunter_id", types.Id(), nullable=False),
        sa.Column("quest_reminders", sa.Boolean(), nullable=False),
        sa.Column("streak_warnings", sa.Boolean(), nullable=False),
        sa.Column("achievement_alerts", sa.Boolean(), nullable=False),
        sa.Column("email_notifications", sa.Boolean(), nullable=False),
        sa.Column("push_notifications", sa.Boolean(), nullable=False),
        sa.Column("daily_digest", sa.Boolean(), nullable=False),
        sa.Column("theme", sa.String(length=24), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("animations_enabled", sa.Boolean(), nullable=False),
        sa.Column("font_size", sa.String(length=24), nullable=False),
        sa.Column("profile_visibility", sa.String(length=24), nullable=False),
        sa.Column("show_on_leaderboard", sa.Boolean(), nullable=False),
        sa.Column("allow_friend_requests", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "font_size IN ('small', 'medium', 'large', 'extra-large')",
            name=op.f("ck_hunter_settings_font_size"),
        ),
        sa.CheckConstraint(
            "profile_visibility IN ('public', 'friends', 'private')",
            name=op.f("ck_hunter_settings_profile_visibility"),
        ),
        sa.CheckConstraint("theme IN ('dark', 'light', 'system')", name=op.f("ck_hunter_settings_theme")),
        sa.ForeignKeyConstraint(
            ["hunter_id"],
            ["hunters.id"],
            name=op.f("fk_hunter_settings_hunter_id_hunters"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("hunter_id", name=op.f("pk_hunter_settings")),
    )
    op.create_table(
        "outbox",
        sa.Column("hunter_id", types.Id(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("at", types.Instant(), nullable=False),
        sa.Column("data", types.Json(), nullable=False),
        sa.Column("relayed_at", types.Instant(), nullable=True),
        sa.CheckConstraint("seq >= 1", name=op.f("ck_outbox_seq")),
        sa.ForeignKeyConstraint(
            ["hunter_id"], ["hunters.id"], name=op.f("fk_outbox_hunter_id_hunters"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("hunter_id", "seq", name=op.f("pk_outbox")),
    )
    op.create_index(
        "ix_outbox_pending",
        "outbox",
        ["at", "hunter_id", "seq"],
        unique=False,
        postgresql_where=sa.text("relayed_at IS NULL"),
        sqlite_where=sa.text("relayed_at IS NULL"),
    )
    op.create_table(
        "quests",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("hunter_id", types.Id(), nullable=False),
        sa.Column(
            "title",
            sa.String(length=120).with_variant(sa.String(length=120, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("description", sa.String(length=2000), nullable=True),
        sa.Column("type", sa.String(length=24), nullable=False),
        sa.Column("difficulty", sa.String(length=24), nullable=False),
        sa.Column("base_xp", sa.BigInteger(), nullable=False),
        sa.Column("attributes", types.Json(), nullable=False),
        sa.Column("reminder_time", types.WallTime(), nullable=True),
        sa.Column("frequency", sa.String(length=24), nullable=True),
        sa.Column("versions", types.Json(), nullable=False),
        sa.Column("deadline", types.Instant(), nullable=True),
        sa.Column("completions_per_day", sa.BigInteger(), nullable=False),
        sa.Column("estimated_time", sa.BigInteger(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("archived_at", types.Instant(), nullable=True),
        sa.Column("is_ai_generated", sa.Boolean(), nullable=False),
        sa.Column("ai_confidence", types.Ratio(), nullable=True),
        sa.Column("created_day", types.Day(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("updated_at", types.Instant(), nullable=False),
        sa.CheckConstraint("difficulty IN ('EASY', 'NORMAL', 'HARD')", name=op.f("ck_quests_difficulty")),
        sa.CheckConstraint("frequency IN ('DAILY', 'WEEKLY', 'CUSTOM')", name=op.f("ck_quests_frequency")),
        sa.CheckConstraint("type IN ('DAILY', 'RECURRING', 'ONE_TIME')", name=op.f("ck_quests_type")),
        sa.CheckConstraint("ai_confidence BETWEEN 0 AND 1", name=op.f("ck_quests_ai_confidence")),
        sa.CheckConstraint("base_xp >= 1", name=op.f("ck_quests_base_xp")),
        sa.CheckConstraint("completions_per_day >= 1", name=op.f("ck_quests_completions_per_day")),
        sa.CheckConstraint("estimated_time >= 1", name=op.f("ck_quests_estimated_time")),
        sa.ForeignKeyConstraint(
            ["hunter_id"], ["hunters.id"], name=op.f("fk_quests_hunter_id_hunters"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quests")),
        sa.UniqueConstraint("hunter_id", "id", name=op.f("uq_quests_hunter_id_id")),
    )
    op.create_index(
        "ix_quests_open",
        "quests",
        ["hunter_id", "id"],
        unique=False,
        postgresql_where=sa.text("is_active AND archived_at IS NULL"),
        sqlite_where=sa.text("is_active = 1 AND archived_at IS NULL"),
    )
    op.create_index(
        "ix_quests_open_by_deadline",
        "quests",
        ["deadline"],
        unique=False,
        postgresql_where=sa.text("is_active AND archived_at IS NULL AND deadline IS NOT NULL"),
        sqlite_where=sa.text("is_active = 1 AND archived_at IS NULL AND deadline IS NOT NULL"),
    )
    op.create_table(
        "xp_entries",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("hunter_id", types.Id(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("source_id", types.Id(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("strength", sa.Integer(), nullable=False),
        sa.Column("intelligence", sa.Integer(), nullable=False),
        sa.Column("constitution", sa.Integer(), nullable=False),
        sa.Column("dexterity", sa.Integer(), nullable=False),
        sa.Column("charisma", sa.Integer(), nullable=False),
        sa.Column("luck", sa.Integer(), nullable=False),
        sa.Column("local_day", types.Day(), nullable=False),
        sa.Column("recorded_at", types.Instant(), nullable=False),
        sa.Column("rulebook", sa.String(length=64), nullable=False),
        sa.Column("balance_after", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('COMPLETION', 'ACHIEVEMENT', 'REVERSAL', 'CORRECTION')", name=op.f("ck_xp_entries_kind")
        ),
        sa.CheckConstraint("balance_after >= 0", name=op.f("ck_xp_entries_balance_after")),
        sa.CheckConstraint("seq >= 1", name=op.f("ck_xp_entries_seq")),
        sa.ForeignKeyConstraint(
            ["hunter_id"], ["hunters.id"], name=op.f("fk_xp_entries_hunter_id_hunters"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_xp_entries")),
        sa.UniqueConstraint("hunter_id", "seq", name=op.f("uq_xp_entries_hunter_id_seq")),
        sa.UniqueConstraint("kind", "source_id", name=op.f("uq_xp_entries_kind_source_id")),
    )
    op.create_table(
        "completions",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("hunter_id", types.Id(), nullable=False),
        sa.Column("quest_id", types.Id(), nullable=False),
        sa.Column("completed_at", types.Instant(), nullable=False),
        sa.Column("local_day", types.Day(), nullable=False),
        sa.Column("recorded_at", types.Instant(), nullable=False),
        sa.Column("difficulty", sa.String(length=24), nullable=False),
        sa.Column("base_xp", sa.BigInteger(), nullable=False),
        sa.Column("difficulty_multiplier", sa.Text(), nullable=False),
        sa.Column("streak_bonus", sa.BigInteger(), nullable=False),
        sa.Column("time_bonus", sa.BigInteger(), nullable=False),
        sa.Column("total_xp", sa.BigInteger(), nullable=False),
        sa.Column("strength", sa.Integer(), nullable=False),
        sa.Column("intelligence", sa.Integer(), nullable=False),
        sa.Column("constitution", sa.Integer(), nullable=False),
        sa.Column("dexterity", sa.Integer(), nullable=False),
        sa.Column("charisma", sa.Integer(), nullable=False),
        sa.Column("luck", sa.Integer(), nullable=False),
        sa.Column("time_spent", sa.BigInteger(), nullable=True),
        sa.Column("difficulty_override", sa.String(length=24), nullable=True),
        sa.Column("notes", sa.String(length=2000), nullable=True),
        sa.Column("voided_at", types.Instant(), nullable=True),
        sa.CheckConstraint(
            "difficulty IN ('EASY', 'NORMAL', 'HARD')", name=op.f("ck_completions_difficulty")
        ),
        sa.CheckConstraint(
            "difficulty_override IN ('EASY', 'NORMAL', 'HARD')",
            name=op.f("ck_completions_difficulty_override"),
        ),
        sa.CheckConstraint("base_xp >= 0", name=op.f("ck_completions_base_xp")),
        sa.CheckConstraint("charisma >= 0", name=op.f("ck_completions_charisma")),
        sa.CheckConstraint("constitution >= 0", name=op.f("ck_completions_constitution")),
        sa.CheckConstraint("dexterity >= 0", name=op.f("ck_completions_dexterity")),
        sa.CheckConstraint("intelligence >= 0", name=op.f("ck_completions_intelligence")),
        sa.CheckConstraint("luck >= 0", name=op.f("ck_completions_luck")),
        sa.CheckConstraint("streak_bonus >= 0", name=op.f("ck_completions_streak_bonus")),
        sa.CheckConstraint("strength >= 0", name=op.f("ck_completions_strength")),
        sa.CheckConstraint("time_bonus >= 0", name=op.f("ck_completions_time_bonus")),
        sa.CheckConstraint("time_spent >= 1", name=op.f("ck_completions_time_spent")),
        sa.CheckConstraint("total_xp >= 0", name=op.f("ck_completions_total_xp")),
        sa.ForeignKeyConstraint(
            ["hunter_id", "quest_id"],
            ["quests.hunter_id", "quests.id"],
            name=op.f("fk_completions_hunter_id_quest_id_quests"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_completions")),
    )
    op.create_index("ix_completions_hunter_day", "completions", ["hunter_id", "local_day"], unique=False)
    op.create_index(
        "ix_completions_quest_day",
        "completions",
        ["quest_id", "local_day"],
        unique=False,
        postgresql_where=sa.text("voided_at IS NULL"),
        sqlite_where=sa.text("voided_at IS NULL"),
    )
    op.create_table(
        "guild_members",
        sa.Column("guild_id", types.Id(), nullable=False),
        sa.Column("hunter_id", types.Id(), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("joined_at", types.Instant(), nullable=False),
        sa.CheckConstraint("role IN ('OWNER', 'ADMIN', 'MEMBER')", name=op.f("ck_guild_members_role")),
        sa.ForeignKeyConstraint(
            ["guild_id"], ["guilds.id"], name=op.f("fk_guild_members_guild_id_guilds"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["hunter_id"], ["hunters.id"], name=op.f("fk_guild_members_hunter_id_hunters"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("guild_id", "hunter_id", name=op.f("pk_guild_members")),
    )
    op.create_index(op.f("ix_guild_members_hunter_id"), "guild_members", ["hunter_id"], unique=False)
    op.create_index(
        "uq_guild_members_owner",
        "guild_members",
        ["guild_id"],
        unique=True,
        postgresql_where=sa.text("role = 'OWNER'"),
        sqlite_where=sa.text("role = 'OWNER'"),
    )
    op.create_table(
        "notifications",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("hunter_id", types.Id(), nullable=False),
        sa.Column("type", sa.String(length=24), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("quest_id", types.Id(), nullable=True),
        sa.Column("achievement_id", types.Id(), nullable=True),
        sa.Column("is_read", sa.Boolean(), nullable=False),
        sa.Column("is_sent", sa.Boolean(), nullable=False),
        sa.Column("scheduled_for", types.Instant(), nullable=False),
        sa.Column("sent_at", types.Instant(), nullable=True),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.CheckConstraint(
            "type IN ("
            "'QUEST_REMINDER', "
            "'STREAK_WARNING', "
            "'ACHIEVEMENT_UNLOCKED', "
            "'RANK_UP', "
            "'LEVEL_UP', "
            "'DAILY_DIGEST', "
            "'FRIEND_REQUEST', "
            "'SYSTEM'"
            ")",
            name=op.f("ck_notifications_type"),
        ),
        sa.CheckConstraint("is_sent = (sent_at IS NOT NULL)", name=op.f("ck_notifications_sent_at")),
        sa.ForeignKeyConstraint(
            ["achievement_id"],
            ["achievements.id"],
            name=op.f("fk_notifications_achievement_id_achievements"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["hunter_id"], ["hunters.id"], name=op.f("fk_notifications_hunter_id_hunters"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["quest_id"], ["quests.id"], name=op.f("fk_notifications_quest_id_quests"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications")),
    )
    op.create_index(op.f("ix_notifications_hunter_id_id"), "notifications", ["hunter_id", "id"], unique=False)
    op.create_index(
        "ix_notifications_pending",
        "notifications",
        ["scheduled_for"],
        unique=False,
        postgresql_where=sa.text("NOT is_sent"),
        sqlite_where=sa.text("is_sent = 0"),
    )
    op.create_index(op.f("ix_notifications_quest_id"), "notifications", ["quest_id"], unique=False)
    op.create_index(
        "ix_notifications_unread",
        "notifications",
        ["hunter_id", "id"],
        unique=False,
        postgresql_where=sa.text("NOT is_read"),
        sqlite_where=sa.text("is_read = 0"),
    )
    op.create_table(
        "quest_skips",
        sa.Column("quest_id", types.Id(), nullable=False),
        sa.Column("local_day", types.Day(), nullable=False),
        sa.Column("hunter_id", types.Id(), nullable=False),
        sa.Column("skipped_at", types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["hunter_id", "quest_id"],
            ["quests.hunter_id", "quests.id"],
            name=op.f("fk_quest_skips_hunter_id_quest_id_quests"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("quest_id", "local_day", name=op.f("pk_quest_skips")),
    )
    op.create_table(
        "recommendations",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("hunter_id", types.Id(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("description", sa.String(length=2000), nullable=True),
        sa.Column("type", sa.String(length=24), nullable=False),
        sa.Column("difficulty", sa.String(length=24), nullable=False),
        sa.Column("attributes", types.Json(), nullable=False),
        sa.Column("confidence", types.Ratio(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("is_accepted", sa.Boolean(), nullable=False),
        sa.Column("is_rejected", sa.Boolean(), nullable=False),
        sa.Column("quest_id", types.Id(), nullable=True),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("expires_at", types.Instant(), nullable=False),
        sa.CheckConstraint(
            "difficulty IN ('EASY', 'NORMAL', 'HARD')", name=op.f("ck_recommendations_difficulty")
        ),
        sa.CheckConstraint(
            "type IN ('DAILY', 'RECURRING', 'ONE_TIME')", name=op.f("ck_recommendations_type")
        ),
        sa.CheckConstraint("NOT (is_accepted AND is_rejected)", name=op.f("ck_recommendations_answer")),
        sa.CheckConstraint("confidence BETWEEN 0 AND 1", name=op.f("ck_recommendations_confidence")),
        sa.ForeignKeyConstraint(
            ["hunter_id"],
            ["hunters.id"],
            name=op.f("fk_recommendations_hunter_id_hunters"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["quest_id"], ["quests.id"], name=op.f("fk_recommendations_quest_id_quests"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendations")),
    )
    op.create_index(
        op.f("ix_recommendations_hunter_id_id"), "recommendations", ["hunter_id", "id"], unique=False
    )
    op.create_index(op.f("ix_recommendations_quest_id"), "recommendations", ["quest_id"], unique=False)
    op.create_table(
        "unlocks",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("hunter_id", types.Id(), nullable=False),
        sa.Column("achievement_id", types.Id(), nullable=False),
        sa.Column("completion_id", types.Id(), nullable=False),
        sa.Column("unlocked_at", types.Instant(), nullable=False),
        sa.Column("xp_reward", sa.BigInteger(), nullable=False),
        sa.Column("taken_back_at", types.Instant(), nullable=True),
        sa.CheckConstraint("xp_reward >= 0", name=op.f("ck_unlocks_xp_reward")),
        sa.ForeignKeyConstraint(
            ["achievement_id"], ["achievements.id"], name=op.f("fk_unlocks_achievement_id_achievements")
        ),
        sa.ForeignKeyConstraint(
            ["completion_id"],
            ["completions.id"],
            name=op.f("fk_unlocks_completion_id_completions"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["hunter_id"], ["hunters.id"], name=op.f("fk_unlocks_hunter_id_hunters"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unlocks")),
    )
    op.create_index(op.f("ix_unlocks_completion_id"), "unlocks", ["completion_id"], unique=False)
    op.create_index(
        op.f("ix_unlocks_hunter_id_unlocked_at"), "unlocks", ["hunter_id", "unlocked_at"], unique=False
    )
    op.create_index(
        "uq_unlocks_standing",
        "unlocks",
        ["hunter_id", "achievement_id"],
        unique=True,
        postgresql_where=sa.text("taken_back_at IS NULL"),
        sqlite_where=sa.text("taken_back_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("uq_unlocks_standing", table_name="unlocks")
    op.drop_index(op.f("ix_unlocks_hunter_id_unlocked_at"), table_name="unlocks")
    op.drop_index(op.f("ix_unlocks_completion_id"), table_name="unlocks")
    op.drop_table("unlocks")
    op.drop_index(op.f("ix_recommendations_quest_id"), table_name="recommendations")
    op.drop_index(op.f("ix_recommendations_hunter_id_id"), table_name="recommendations")
    op.drop_table("recommendations")
    op.drop_table("quest_skips")
    op.drop_index("ix_notifications_unread", table_name="notifications")
    op.drop_index(op.f("ix_notifications_quest_id"), table_name="notifications")
    op.drop_index("ix_notifications_pending", table_name="notifications")
    op.drop_index(op.f("ix_notifications_hunter_id_id"), table_name="notifications")
    op.drop_table("notifications")
    op.drop_index("uq_guild_members_owner", table_name="guild_members")
    op.drop_index(op.f("ix_guild_members_hunter_id"), table_name="guild_members")
    op.drop_table("guild_members")
    op.drop_index("ix_completions_quest_day", table_name="completions")
    op.drop_index("ix_completions_hunter_day", table_name="completions")
    op.drop_table("completions")
    op.drop_table("xp_entries")
    op.drop_index("ix_quests_open_by_deadline", table_name="quests")
    op.drop_index("ix_quests_open", table_name="quests")
    op.drop_table("quests")
    op.drop_index("ix_outbox_pending", table_name="outbox")
    op.drop_table("outbox")
    op.drop_table("hunter_settings")
    op.drop_table("guilds")
    op.drop_index(op.f("ix_friendships_second_id"), table_name="friendships")
    op.drop_table("friendships")
    op.drop_table("daily_stats")
    op.drop_table("behaviour_patterns")
    op.drop_index(op.f("ix_sessions_expires_at"), table_name="sessions")
    op.drop_index(op.f("ix_sessions_account_id_id"), table_name="sessions")
    op.drop_table("sessions")
    op.drop_index(op.f("ix_one_time_codes_expires_at"), table_name="one_time_codes")
    op.drop_index(op.f("ix_one_time_codes_account_id"), table_name="one_time_codes")
    op.drop_table("one_time_codes")
    op.drop_index(op.f("ix_identities_account_id"), table_name="identities")
    op.drop_table("identities")
    op.drop_index(op.f("ix_idempotency_keys_stored_at"), table_name="idempotency_keys")
    op.drop_table("idempotency_keys")
    op.drop_index("ix_hunters_board", table_name="hunters")
    op.drop_table("hunters")
    op.drop_table("meta")
    op.drop_index("uq_achievements_name", table_name="achievements")
    op.drop_table("achievements")
    op.drop_table("accounts")
