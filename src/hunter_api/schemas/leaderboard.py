"""Boards on the wire (SPEC 4, Leaderboard)."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated
from uuid import UUID

import attrs
import msgspec

from hunter_api.schemas.common import PaginationView
from hunter_api.schemas.fields import Page, PageSize
from hunter_core.leaderboard.read import BoardSeen
from hunter_core.leaderboard.windows import Timeframe
from hunter_core.words import Rank

USUAL_PAGE = 50


class Tier(StrEnum):
    """Whom a board ranks: everyone, or the hunters of one rank."""

    ALL = "all"
    F = "F"
    E = "E"
    D = "D"
    C = "C"
    B = "B"
    A = "A"
    S = "S"

    @property
    def only(self) -> Rank | None:
        """The rank that is asked for, None for all."""
        return None if self is Tier.ALL else Rank(self.value)


class Scope(StrEnum):
    """Among whom: friends and guilds have boards of their own once there are friends and guilds."""

    GLOBAL = "global"


class Around(StrEnum):
    """Around whom."""

    ME = "me"


Window = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=10,
        description="A day, an ISO week or a month, by the timeframe, in UTC; the present one unless said.",
        examples=["2026-W47"],
        extra_json_schema={"pattern": r"^[0-9]{4}-(W[0-9]{2}|[0-9]{2}(-[0-9]{2})?)$"},
    ),
]


@attrs.frozen(kw_only=True)
class BoardQuery:
    """Which board, and which lines of it; `around=me` asks for those around the hunter, not for a page."""

    rank: Tier = Tier.ALL
    timeframe: Timeframe = Timeframe.ALL_TIME
    window: Window | None = None
    scope: Scope = Scope.GLOBAL
    page: Page = 1
    limit: PageSize = USUAL_PAGE
    around: Around | None = None


@attrs.frozen(kw_only=True, slots=False)
class BoardLineView:
    """A line of a board; `totalXP` is that of the timeframe, `currentStreak` the one that counts today."""

    rank: int
    userId: UUID
    hunterName: str
    level: int
    totalXP: int
    currentRank: Rank
    currentStreak: int
    isCurrentUser: bool


@attrs.frozen(kw_only=True, slots=False)
class OwnPlaceView:
    """
    Where the hunter stands; `rank`, `percentile` and `xpToNext` are null for who is not on the board.

    `percentile` is the share of ranked hunters at or below, 100 for the first; `xpToNext` the least XP that
    moves the hunter up one place, 0 for the first.
    """

    rank: int | None
    totalUsers: int
    percentile: float | None
    xpToNext: int | None


@attrs.frozen(kw_only=True, slots=False)
class BoardStatsView:
    """Hunters on the boards, those of them with XP of this UTC day, and those of rank S; up to a second old."""

    totalHunters: int
    activeToday: int
    sRankHunters: int


@attrs.frozen(kw_only=True, slots=False)
class BoardView:
    """A board, and where the hunter stands on it."""

    leaderboard: tuple[BoardLineView, ...]
    currentUserRank: OwnPlaceView
    stats: BoardStatsView
    pagination: PaginationView

    @classmethod
    def of(cls, seen: BoardSeen, limit: int) -> BoardView:
        """Return the board as it goes out."""
        place, stats = seen.place, seen.stats
        return cls(
            leaderboard=tuple(
                BoardLineView(
                    rank=row.place,
                    userId=row.hunter_id,
                    hunterName=row.name,
                    level=row.level,
                    totalXP=row.total_xp,
                    currentRank=row.rank,
                    currentStreak=row.streak,
                    isCurrentUser=row.is_viewer,
                )
                for row in seen.rows
            ),
            currentUserRank=OwnPlaceView(
                rank=place.place,
                totalUsers=place.total_hunters,
                percentile=place.percentile,
                xpToNext=place.xp_to_next,
            ),
            stats=BoardStatsView(
                totalHunters=stats.total_hunters,
                activeToday=stats.active_today,
                sRankHunters=stats.s_rank_hunters,
            ),
            pagination=PaginationView.of(page=seen.page, limit=limit, total=seen.total),
        )
