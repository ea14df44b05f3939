"""A board's values: what is asked of it, its lines, a hunter's place, and the port that reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from hunter_core.days import Calendar
from hunter_core.ids import HunterId
from hunter_core.rules.rulebook import Rulebook
from hunter_core.rules.streaks import StreakState
from hunter_core.words import Rank


class XpRange(NamedTuple):
    """Total XP from `least` to `most`, both included; `most` None has no end."""

    least: int
    most: int | None


def tier(rank: Rank, rulebook: Rulebook) -> XpRange | None:
    """
    Return the total XP of the hunters of *rank*, for rank follows from XP; None where nobody can hold it.

    Level and rank never fall as XP rises (SPEC 2, Laws), so a tier is one stretch of the board of all time.
    """
    reached = rulebook.ranks.effective_xp(rulebook.curve)
    least = reached[rank]
    if least is None:
        return None
    above = [xp for other, xp in reached.items() if other.order > rank.order and xp is not None]
    most = min(above) - 1 if above else None
    return None if most is not None and most < least else XpRange(least, most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """
    What is asked of a board at `now`.

    `window` is all time or the name of a window; `among` are the total XP of the hunters on the board, None for
    all. `around` asks for the lines around the viewer in the place of a page. `s_rank` is the total XP of rank S.
    """

    window: str
    now: datetime
    viewer: HunterId
    page: int = 1
    limit: int = 20
    around: bool = False
    among: XpRange | None = None
    s_rank: XpRange | None = None

    @property
    def skipped(self) -> int:
        """How many lines come before the page."""
        return (self.page - 1) * self.limit


class Line(NamedTuple):
    """A hunter on a board: their XP in its window, and what is shown beside it; the streak as it is stored."""

    hunter_id: HunterId
    xp: int
    name: str
    level: int
    rank: Rank
    streak: StreakState
    calendar: Calendar


class Own(NamedTuple):
    """Where the viewer stands: the place from 1, their XP, and that of the hunter just ahead; None for the first."""

    place: int
    xp: int
    ahead: int | None


class Stats(NamedTuple):
    """Hunters on the board of all time, those with XP of this UTC day, and those of rank S."""

    total_hunters: int
    active_today: int
    s_rank_hunters: int


class Reading(NamedTuple):
    """What a board answered: its lines from the place `first` on, how many it has, the viewer's place, statistics."""

    first: int
    lines: Sequence[Line]
    total: int
    own: Own | None
    stats: Stats


class Boards(Protocol):
    """Reads boards, in the order of `order_key`; hunters who are hidden or inactive are on none."""

    def read(self, asked: Asked) -> Reading:
        """
        Return what *asked* asks for; a page past the end has no lines, nor has one around somebody without a place.

        Raises:
            StoreUnavailable: If the store is away or busy for too long.
        """
        ...


def around(place: int, limit: int, total: int) -> tuple[int, int]:
    """
    Return the first and last place of *limit* lines around *place*, which is in their middle.

    At either end of the board the lines are as many, and the place is not in the middle.
    """
    last = min(max(place - (limit - 1) // 2, 1) + limit - 1, total)
    return max(last - limit + 1, 1), last
