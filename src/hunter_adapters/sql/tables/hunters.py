"""The players: hunters, their settings, and their days in figures (SPEC 3)."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, String, Table, UniqueConstraint, text

from hunter_adapters.calendars import calendar_from_json, calendar_to_json
from hunter_adapters.sql.column_types import Id, Json
from hunter_adapters.sql.tables.base import (
    POINTS,
    at_least,
    day,
    instant,
    metadata,
    one_of,
    owner,
    points,
    whole,
    word,
)
from hunter_core.hunters.quiet import QuietHours
from hunter_core.hunters.settings import LONGEST_LANGUAGE, FontSize, Theme, Visibility
from hunter_core.words import Rank

hunters = Table(
    "hunters",
    metadata,
    owner("accounts", "id", primary_key=True),
    Column("name", String(24), nullable=False),
    # The name as `name_key` folds it: casefold can make three characters of one, and 24 of them 72.
    Column("name_key", String(72), nullable=False),
    Column("avatar_style", String(64), nullable=False),
    Column("avatar_url", String(2048)),
    Column("is_active", Boolean, nullable=False),
    Column("calendar", Json(calendar_to_json, calendar_from_json), nullable=False),
    whole("total_xp", BigInteger),
    whole("level", BigInteger),
    word("rank", Rank),
    instant("xp_reached_at", nullable=True),
    whole("streak"),
    whole("max_streak"),
    whole("freezes"),
    day("last_day", nullable=True),
    *points(BigInteger),
    whole("completed_easy"),
    whole("completed_normal"),
    whole("completed_hard"),
    Column("catalogue", String(64), nullable=False),
    instant("created_at"),
    instant("updated_at"),
    one_of("rank", Rank),
    *at_least(1, "level"),
    *at_least(0, "total_xp", "streak", "max_streak", "freezes"),
    *at_least(0, *POINTS, "completed_easy", "completed_normal", "completed_hard"),
    UniqueConstraint("name_key"),
)
# Whatever changes a hunter says when: what changed since is what a projection has to catch up with.
Index(None, hunters.c.updated_at)

erased_hunters = Table(
    "erased_hunters",
    metadata,
    # Of no row any more.
    Column("id", Id, primary_key=True),
    instant("erased_at"),
)
"""Who was erased while others saw them on boards: no row of theirs tells a projection, which may show them still."""
Index(None, erased_hunters.c.erased_at)

board_scores = Table(
    "board_scores",
    metadata,
    owner("hunters", "hunter_id", primary_key=True),
    # `all`, or a UTC day, an ISO week, a month: `2026-11-22`, `2026-W47`, `2026-11`.
    Column("window_name", String(10), primary_key=True),
    whole("xp", BigInteger),
    # 1970 before the first XP, so that the order needs no word on what has no moment.
    instant("reached_at"),
    # A copy of what activity and settings say, where the index of the order can leave the hidden out.
    Column("is_shown", Boolean, nullable=False),
    *at_least(0, "xp"),
)
# The order of every board: most XP first, then who reached it first, then id (`hunter_core.leaderboard.order`).
Index(
    "ix_board_scores_order",
    board_scores.c.window_name,
    board_scores.c.xp.desc(),
    board_scores.c.reached_at,
    board_scores.c.hunter_id,
    postgresql_where=board_scores.c.is_shown,
    # As queries write it there: alone, SQLAlchemy would leave out the comparison, and no plan would fit.
    sqlite_where=text("is_shown = 1"),
)


def _quiet_to_json(quiet: QuietHours) -> list[int]:
    return list(quiet)


def _quiet_from_json(minutes: list[int]) -> QuietHours:
    return QuietHours(*minutes)


hunter_settings = Table(
    "hunter_settings",
    metadata,
    owner("hunters", "hunter_id", primary_key=True),
    Column("quest_reminders", Boolean, nullable=False),
    Column("streak_warnings", Boolean, nullable=False),
    Column("achievement_alerts", Boolean, nullable=False),
    Column("email_notifications", Boolean, nullable=False),
    Column("push_notifications", Boolean, nullable=False),
    Column("daily_digest", Boolean, nullable=False),
    word("theme", Theme),
    Column("language", String(LONGEST_LANGUAGE), nullable=False),
    Column("animations_enabled", Boolean, nullable=False),
    word("font_size", FontSize),
    word("profile_visibility", Visibility),
    Column("show_on_leaderboard", Boolean, nullable=False),
    Column("allow_friend_requests", Boolean, nullable=False),
    # Minutes after midnight, from and until; nothing where it is never quiet.
    Column("quiet_hours", Json(_quiet_to_json, _quiet_from_json)),
    one_of("theme", Theme),
    one_of("font_size", FontSize),
    one_of("profile_visibility", Visibility),
)

daily_stats = Table(
    "daily_stats",
    metadata,
    owner("hunters", "hunter_id", primary_key=True),
    day("local_day", primary_key=True),
    whole("created"),
    whole("completed"),
    # A correction may take more than its day gave, so this one has no floor.
    whole("xp", BigInteger),
    whole("time_spent", BigInteger),
    whole("streak"),
    whole("max_streak"),
    whole("freezes"),
    *points(BigInteger),
    *at_least(0, "created", "completed", "time_spent", "streak", "max_streak", "freezes"),
)
