"""The hunter on the wire: the user, their progress, settings and pauses (SPEC 4, Me, Names and defaults)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

import attrs
import msgspec
from msgspec import UNSET, Meta, UnsetType

from hunter_api.schemas.common import AttributesView, PaginationView
from hunter_api.schemas.fields import (
    Day,
    DayStart,
    HunterName,
    RestDays,
    UtcInstant,
    WallTime,
    Weekday,
    ZoneName,
    text,
)
from hunter_core.accounts.account import Role
from hunter_core.days import Pause, format_day_start
from hunter_core.hunters.change_settings import SettingsView as CoreSettings
from hunter_core.hunters.hunter import Hunter
from hunter_core.hunters.me import Me
from hunter_core.hunters.profile import LONGEST_AVATAR_STYLE, LONGEST_LINK
from hunter_core.hunters.quiet import QuietHours
from hunter_core.hunters.settings import LONGEST_LANGUAGE, FontSize, Theme, Visibility
from hunter_core.ledger.entry import LedgerEntry
from hunter_core.words import EntryKind, Rank

WEEKDAY_NAMES = tuple(Weekday)

AvatarStyle = Annotated[str, text(1, LONGEST_AVATAR_STYLE, "How the hunter is drawn.", "confident")]
Link = Annotated[
    str,
    text(
        9,
        LONGEST_LINK,
        "A link by https; the server never fetches it.",
        "https://example.com/jin.png",
        pattern=r"^[hH][tT][tT][pP][sS]://[^\s/?#@]+([/?#][^\s]*)?$",
    ),
]
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


# --- requests --------------------------------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class ProfileChange:
    """What of a profile is to be changed; `avatarUrl` null takes the picture away."""

    hunterName: HunterName | UnsetType = UNSET
    avatarStyle: AvatarStyle | UnsetType = UNSET
    avatarUrl: Link | UnsetType | None = UNSET


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


@attrs.frozen(kw_only=True)
class PausePlan:
    """A pause from a day to a day, both included, from today on."""

    from_: Day
    until: Day


# --- answers ---------------------------------------------------------------------------------------------------


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
class SettingsView:
    """All settings; zone and day start are those last chosen, `pending` says from when they hold."""

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
            questReminders=chosen.quest_reminders,
            streakWarnings=chosen.streak_warnings,
            achievementAlerts=chosen.achievement_alerts,
            emailNotifications=chosen.email_notifications,
            pushNotifications=chosen.push_notifications,
            dailyDigest=chosen.daily_digest,
            theme=chosen.theme,
            language=chosen.language,
            animationsEnabled=chosen.animations_enabled,
            fontSize=chosen.font_size,
            profileVisibility=chosen.profile_visibility,
            showOnLeaderboard=chosen.show_on_leaderboard,
            allowFriendRequests=chosen.allow_friend_requests,
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


@attrs.frozen(kw_only=True, slots=False)
class UserView:
    """The full user: the account and its hunter. `currentStreak` is the effective one."""

    id: UUID
    email: str
    hunterName: str
    avatarStyle: str
    avatarUrl: str | None
    level: int
    totalXP: int
    currentRank: Rank
    currentStreak: int
    maxStreak: int
    attributes: AttributesView
    role: Role
    isVerified: bool
    isActive: bool
    lastLogin: UtcInstant | None
    createdAt: UtcInstant
    updatedAt: UtcInstant

    @classmethod
    def of(cls, me: Me) -> UserView:
        """Return the user as it goes out."""
        return cls(**_user_fields(me))


@attrs.frozen(kw_only=True, slots=False)
class MeView(UserView):
    """The full user with what comes next: XP to the next level and rank, null at the last, and the settings."""

    xpToNextLevel: int | None
    nextRank: Rank | None
    xpToNextRank: int | None
    settings: SettingsSummary

    @classmethod
    def of(cls, me: Me) -> MeView:
        """Return the user with what comes next as it goes out."""
        ahead, view = me.progress.next_rank, me.settings
        return cls(
            **_user_fields(me),
            xpToNextLevel=me.progress.xp_to_next_level,
            nextRank=None if ahead is None else ahead.rank,
            xpToNextRank=None if ahead is None else ahead.xp_missing,
            settings=SettingsSummary(
                timezone=view.zone,
                dayStart=format_day_start(view.day_start),
                restDays=tuple(WEEKDAY_NAMES[day] for day in view.rest_days),
                theme=view.settings.theme,
                language=view.settings.language,
                animationsEnabled=view.settings.animations_enabled,
                fontSize=view.settings.font_size,
                profileVisibility=view.settings.profile_visibility,
            ),
        )


def _user_fields(me: Me) -> dict[str, Any]:
    account, hunter = me.account, me.hunter
    return {
        "id": hunter.id,
        "email": account.email,
        "hunterName": hunter.name,
        "avatarStyle": hunter.avatar_style,
        "avatarUrl": hunter.avatar_url,
        "level": hunter.level,
        "totalXP": hunter.total_xp,
        "currentRank": hunter.rank,
        "currentStreak": me.streak,
        "maxStreak": hunter.max_streak,
        "attributes": AttributesView.of(hunter.attributes),
        "role": account.role,
        "isVerified": account.is_verified,
        "isActive": account.is_active,
        "lastLogin": account.last_login,
        "createdAt": account.created_at,
        "updatedAt": me.updated_at,
    }


@attrs.frozen(kw_only=True, slots=False)
class ProfileView:
    """What a hunter shows to others: never an e-mail address."""

    id: UUID
    hunterName: str
    avatarStyle: str
    avatarUrl: str | None
    level: int
    totalXP: int
    currentRank: Rank
    currentStreak: int
    maxStreak: int
    attributes: AttributesView
    createdAt: UtcInstant

    @classmethod
    def of(cls, hunter: Hunter, streak: int) -> ProfileView:
        """Return the profile of *hunter*, whose effective streak is *streak*."""
        return cls(
            id=hunter.id,
            hunterName=hunter.name,
            avatarStyle=hunter.avatar_style,
            avatarUrl=hunter.avatar_url,
            level=hunter.level,
            totalXP=hunter.total_xp,
            currentRank=hunter.rank,
            currentStreak=streak,
            maxStreak=hunter.max_streak,
            attributes=AttributesView.of(hunter.attributes),
            createdAt=hunter.created_at,
        )


class PauseView(msgspec.Struct, kw_only=True, rename={"from_": "from"}):
    """A pause, both days included."""

    id: UUID
    from_: date
    until: date

    @classmethod
    def of(cls, pause: Pause) -> PauseView:
        """Return the pause as it goes out."""
        return cls(id=UUID(pause.id), from_=pause.start, until=pause.until)


@attrs.frozen(kw_only=True, slots=False)
class PausesView:
    """The pauses that have not passed, first day first."""

    pauses: tuple[PauseView, ...]


@attrs.frozen(kw_only=True, slots=False)
class LedgerEntryView:
    """One line of the XP ledger (SPEC 10, Ledger)."""

    id: UUID
    seq: int
    kind: EntryKind
    sourceId: UUID
    amount: int
    attributePoints: AttributesView
    localDay: date
    recordedAt: UtcInstant
    balanceAfter: int

    @classmethod
    def of(cls, entry: LedgerEntry) -> LedgerEntryView:
        """Return the line as it goes out."""
        return cls(
            id=entry.id,
            seq=entry.seq,
            kind=entry.kind,
            sourceId=entry.source_id,
            amount=entry.amount,
            attributePoints=AttributesView.of(entry.points),
            localDay=entry.local_day,
            recordedAt=entry.recorded_at,
            balanceAfter=entry.balance_after,
        )


@attrs.frozen(kw_only=True, slots=False)
class LedgerView:
    """A page of the ledger, newest first."""

    entries: tuple[LedgerEntryView, ...]
    pagination: PaginationView
