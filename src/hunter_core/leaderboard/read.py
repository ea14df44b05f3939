"""Reading a board: lines with places, the viewer's own place, and statistics (SPEC 4 and 10, Boards)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hunter_core.hunters.hunter import Hunter
from hunter_core.hunters.settings import Settings, Visibility
from hunter_core.ids import HunterId
from hunter_core.leaderboard.board import Asked, Boards, Line, Own, Reading, Stats, tier
from hunter_core.leaderboard.windows import Timeframe, parse_window, window_at
from hunter_core.rules.rulebook import Rulebook
from hunter_core.rules.streaks import passed
from hunter_core.words import Rank

LARGEST_PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardRow:
    """A line of a board as it is shown; `total_xp` are the XP of its window, `streak` is the effective one."""

    place: int
    hunter_id: HunterId
    name: str
    level: int
    total_xp: int
    rank: Rank
    streak: int
    is_viewer: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """
    Where the viewer stands; all but `total_hunters` is None for who is not on the board.

    `percentile` is the share, in percent, of hunters at or below: 100 for the first alone. `xp_to_next` is the
    least XP that moves the hunter up one place; 0 for the first.
    """

    place: int | None
    total_hunters: int
    percentile: float | None
    xp_to_next: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardSeen:
    """A board as a viewer sees it; `page` is the one asked for, or the one on which the viewer stands."""

    window: str
    rows: Sequence[BoardRow]
    place: Place
    stats: Stats
    page: int
    total: int


def is_listed(hunter: Hunter, settings: Settings) -> bool:
    """Tell whether a hunter is on the boards: active, willing to be, and with a profile that everyone may see."""
    public = settings.profile_visibility is Visibility.PUBLIC
    return hunter.is_active and settings.show_on_leaderboard and public


def read_board(
    *,
    boards: Boards,
    viewer: HunterId,
    now: datetime,
    rulebook: Rulebook,
    timeframe: Timeframe = Timeframe.ALL_TIME,
    window: str | None = None,
    rank: Rank | None = None,
    page: int = 1,
    limit: int = 20,
    around_me: bool = False,
) -> BoardSeen:
    """
    Return a board: that of *window*, else of the one that *now* lies in, among the hunters of *rank*, else all.

    Raises:
        InvalidInput: If *window* names no window of that timeframe.
        StoreUnavailable: If the store is away or busy for too long.
    """
    name = window_at(timeframe, now) if window is None else parse_window(timeframe, window)
    among = None if rank is None else tier(rank, rulebook)
    asked = Asked(
        window=name,
        now=now,
        viewer=viewer,
        page=page,
        limit=limit,
        around=around_me,
        among=among,
        s_rank=tier(Rank.S, rulebook),
    )
    found = boards.read(asked) if rank is None or among is not None else _nobody(boards, asked)
    own = found.own
    return BoardSeen(
        window=name,
        rows=[
            _row(line, place, viewer, now, rulebook)
            for place, line in enumerate(found.lines, start=found.first)
        ],
        place=place_of(own, found.total),
        stats=found.stats,
        page=(own.place - 1) // limit + 1 if around_me and own is not None else page,
        total=found.total,
    )


def place_of(own: Own | None, total: int) -> Place:
    """Return the viewer's place among *total* hunters."""
    if own is None:
        return Place(place=None, total_hunters=total, percentile=None, xp_to_next=None)
    # A total may be a second old, and the hunter the last of those who came since.
    total = max(total, own.place)
    # Rounded down, so that nobody but the first is told 100.
    percentile = (total - own.place + 1) * 10_000 // total / 100
    to_next = 0 if own.ahead is None else own.ahead - own.xp + 1
    return Place(place=own.place, total_hunters=total, percentile=percentile, xp_to_next=to_next)


def _nobody(boards: Boards, asked: Asked) -> Reading:
    """Return the board of a rank that nobody can hold: statistics and nothing else."""
    found = boards.read(asked)
    return Reading(first=1, lines=(), total=0, own=None, stats=found.stats)


def _row(line: Line, place: int, viewer: HunterId, now: datetime, rulebook: Rulebook) -> BoardRow:
    today = line.calendar.local_day(now)
    return BoardRow(
        place=place,
        hunter_id=line.hunter_id,
        name=line.name,
        level=line.level,
        total_xp=line.xp,
        rank=line.rank,
        streak=passed(line.streak, today, line.calendar.covered, rulebook.streaks).streak,
        is_viewer=line.hunter_id == viewer,
    )
