"""The hunter on the wire: the user with their progress, and what of them others see (SPEC 4, Me)."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import attrs
from msgspec import UNSET, UnsetType

from hunter_api.schemas.common import AttributesView
from hunter_api.schemas.fields import HunterName, UtcInstant, text
from hunter_api.schemas.settings import SettingsSummary
from hunter_core.accounts.account import Role
from hunter_core.hunters.hunter import Hunter
from hunter_core.hunters.me import Me
from hunter_core.hunters.profile import LONGEST_AVATAR_STYLE, LONGEST_LINK
from hunter_core.words import Rank

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


@attrs.frozen(kw_only=True)
class ProfileChange:
    """What of a profile is to be changed; `avatarUrl` null takes the picture away."""

    hunterName: HunterName | UnsetType = UNSET
    avatarStyle: AvatarStyle | UnsetType = UNSET
    avatarUrl: Link | UnsetType | None = UNSET


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
        ahead = me.progress.next_rank
        return cls(
            **_user_fields(me),
            xpToNextLevel=me.progress.xp_to_next_level,
            nextRank=None if ahead is None else ahead.rank,
            xpToNextRank=None if ahead is None else ahead.xp_missing,
            settings=SettingsSummary.of(me.settings),
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
