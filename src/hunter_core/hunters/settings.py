"""A hunter's settings: a row of choices from registration on, each with its bounds (SPEC 4)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hunter_core.hunters.quiet import QuietHours
from hunter_core.ids import HunterId


class Theme(StrEnum):
    """How the client is coloured."""

    DARK = "dark"
    LIGHT = "light"
    SYSTEM = "system"


class FontSize(StrEnum):
    """How large the client writes."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"
    EXTRA_LARGE = "extra-large"


class Visibility(StrEnum):
    """Who may see a hunter's profile."""

    PUBLIC = "public"
    FRIENDS = "friends"
    PRIVATE = "private"


LONGEST_LANGUAGE = 35
"""Characters of the longest language tag that has to be accepted (RFC 5646, 4.4.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """
    The settings of a hunter that are columns of `hunter_settings`.

    Zone, day start and rest days are settings too, and live in the hunter's calendar, which dates by them.
    `language` is a language tag such as "en" or "pt-BR".
    """

    hunter_id: HunterId
    quest_reminders: bool = True
    streak_warnings: bool = True
    achievement_alerts: bool = True
    email_notifications: bool = True
    push_notifications: bool = True
    daily_digest: bool = False
    theme: Theme = Theme.DARK
    language: str = "en"
    animations_enabled: bool = True
    font_size: FontSize = FontSize.MEDIUM
    profile_visibility: Visibility = Visibility.PUBLIC
    show_on_leaderboard: bool = True
    allow_friend_requests: bool = True
    quiet_hours: QuietHours | None = None
