"""A hunter's settings on the wire (SPEC 4, Names and defaults)."""

from __future__ import annotations

from typing import Annotated, Any

import attrs
import msgspec
from msgspec import UNSET, Meta, UnsetType

from hunter_api.schemas.fields import DayStart, RestDays, UtcInstant, WallTime, Weekday, ZoneName
from hunter_core.days import format_day_start
from hunter_core.hunters.change_settings import SettingsView as CoreSettings
from hunter_core.hunters.quiet import QuietHours
from hunter_core.hunters.settings import LONGEST_LANGUAGE, FontSize, Settings, Theme, Visibility

WEEKDAY_NAMES = tuple(Weekday)

Language = Annotated[
    str,
    Meta(
        max_length=LONGEST_LANGUAGE,
        pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$",
        description="A language tag (RFC 5646).",
        examples=["en"],
        extra={"message": f"must be a language tag such as en or pt-BR, at most {LONGEST_LANGUAGE} long"},
    ),
]


@attrs.frozen(kw_only=True)
class QuietHoursWish:
    """From when until when nothing rings, by the hunter's wall clock, over midnight where `until` is earlier."""

    from_: WallTime
    until: WallTime


@attrs.frozen(kw_only=True)
class SettingsChange:
    """Which settings are to be changed; zone and day start once in 24 hours, from the next local day on."""

    questReminders: bool | UnsetType = UNSET
    streakWarnings: bool | UnsetType = UNSET
    achievementAlerts: bool | UnsetType = UNSET
    emailNotifications: bool | UnsetType = UNSET
    pushNotifications: bool | UnsetType = UNSET
    dailyDigest: bool | UnsetType = UNSET
    theme: Theme | UnsetType = UNSET
    language: Language | UnsetType = UNSET
    animationsEnabled: bool | UnsetType = UNSET
    fontSize: FontSize | UnsetType = UNSET
    profileVisibility: Visibility | UnsetType = UNSET
    showOnLeaderboard: bool | UnsetType = UNSET
    allowFriendRequests: bool | UnsetType = UNSET
    timezone: ZoneName | UnsetType = UNSET
    dayStart: DayStart | UnsetType = UNSET
    restDays: RestDays | UnsetType = UNSET
    quietHours: QuietHoursWish | UnsetType | None = UNSET


@attrs.frozen(kw_only=True, slots=False)
class SettingsSummary:
    """The settings that a client needs to draw its first page."""

    timezone: str
    dayStart: str
    restDays: tuple[Weekday, ...]
    theme: Theme
    language: str
    animationsEnabled: bool
    fontSize: FontSize
    profileVisibility: Visibility

    @classmethod
    def of(cls, view: CoreSettings) -> SettingsSummary:
        """Return the settings as they go out with the user."""
        return cls(
            timezone=view.zone,
            dayStart=format_day_start(view.day_start),
            restDays=tuple(WEEKDAY_NAMES[day] for day in view.rest_days),
            theme=view.settings.theme,
            language=view.settings.language,
            animationsEnabled=view.settings.animations_enabled,
            fontSize=view.settings.font_size,
            profileVisibility=view.settings.profile_visibility,
        )


@attrs.frozen(kw_only=True, slots=False)
class PendingSettings:
    """A zone and day start that were chosen, and the instant from which they hold."""

    timezone: str
    dayStart: str
    since: UtcInstant


class QuietHoursView(msgspec.Struct, kw_only=True, rename={"from_": "from"}):
    """From when until when nothing rings, by the hunter's wall clock."""

    from_: str
    until: str

    @classmethod
    def of(cls, quiet: QuietHours) -> QuietHoursView:
        """Return the quiet hours as they go out."""
        begins, until = quiet.written()
        return cls(from_=begins, until=until)


@attrs.frozen(kw_only=True, slots=False)
class ChoicesView:
    """What a hunter chose of how the system speaks, looks and shows them."""

    questReminders: bool
    streakWarnings: bool
    achievementAlerts: bool
    emailNotifications: bool
    pushNotifications: bool
    dailyDigest: bool
    theme: Theme
    language: str
    animationsEnabled: bool
    fontSize: FontSize
    profileVisibility: Visibility
    showOnLeaderboard: bool
    allowFriendRequests: bool


def choices_of(settings: Settings) -> dict[str, Any]:
    """Return the fields of a `ChoicesView` of *settings*."""
    return {
        "questReminders": settings.quest_reminders,
        "streakWarnings": settings.streak_warnings,
        "achievementAlerts": settings.achievement_alerts,
        "emailNotifications": settings.email_notifications,
        "pushNotifications": settings.push_notifications,
        "dailyDigest": settings.daily_digest,
        "theme": settings.theme,
        "language": settings.language,
        "animationsEnabled": settings.animations_enabled,
        "fontSize": settings.font_size,
        "profileVisibility": settings.profile_visibility,
        "showOnLeaderboard": settings.show_on_leaderboard,
        "allowFriendRequests": settings.allow_friend_requests,
    }


@attrs.frozen(kw_only=True, slots=False)
class SettingsView(ChoicesView):
    """All settings; zone and day start are those last chosen, `pending` says from when they hold."""

    timezone: str
    dayStart: str
    restDays: tuple[Weekday, ...]
    quietHours: QuietHoursView | None
    pending: PendingSettings | None

    @classmethod
    def of(cls, view: CoreSettings) -> SettingsView:
        """Return the settings as they go out."""
        chosen, pending = view.settings, view.pending
        return cls(
            **choices_of(chosen),
            timezone=view.zone,
            dayStart=format_day_start(view.day_start),
            restDays=tuple(WEEKDAY_NAMES[day] for day in view.rest_days),
            quietHours=None if chosen.quiet_hours is None else QuietHoursView.of(chosen.quiet_hours),
            pending=None
            if pending is None
            else PendingSettings(
                timezone=pending.zone, dayStart=format_day_start(pending.day_start), since=pending.since
            ),
        )
