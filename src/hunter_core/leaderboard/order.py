"""The order of every board: most XP first, then who reached that total first, then the id (SPEC 4, Leaderboard)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from hunter_core.ids import HunterId

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
"""When 0 XP were reached: everybody begins with them, and the id, which sorts by age, decides."""


class Score(NamedTuple):
    """A hunter's XP in a window, and when that total was reached; None before the first XP."""

    window: str
    xp: int
    reached_at: datetime | None


def order_key(xp: int, reached_at: datetime | None, hunter_id: HunterId) -> tuple[int, datetime, UUID]:
    """Return what hunters are sorted by, ascending: the one definition, which adapters are held to."""
    return -xp, reached_at or BEGINNING, hunter_id
