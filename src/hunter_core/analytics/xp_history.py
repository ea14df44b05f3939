"""XP day by day: every local day of a span, what it gave in all, and the best of them (SPEC 4, 10, Analytics)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from operator import attrgetter

from hunter_core.analytics.ports import DayGain, Gains
from hunter_core.analytics.spans import Span
from hunter_core.ids import HunterId
from hunter_core.ports import UnitOfWork

_day, _xp = attrgetter("day"), attrgetter("xp")


@dataclass(frozen=True, slots=True, kw_only=True)
class XpHistory:
    """
    What the days of a span gave, ascending, none left out.

    `average` is XP a day over all of them, also those on which nothing was done. `best` is the first of the
    days that gave most, None where none gave anything.
    """

    days: Sequence[DayGain]
    total_xp: int
    average: Fraction
    best: DayGain | None


def history_of(gains: Gains, span: Span, now: datetime) -> XpHistory:
    """Return the history that *gains* make, as seen at *now*."""
    calendar, created_at, rows = gains
    found = dict(zip(map(_day, rows), rows, strict=True))
    shown = span.until(calendar.local_day(now), calendar.local_day(created_at), found).days()
    days = [found.get(day) or DayGain(day, 0, 0) for day in shown]
    total = sum(map(_xp, days))
    best = max(days, key=_xp)
    return XpHistory(
        days=days,
        total_xp=total,
        average=Fraction(total, len(days)),
        best=best if best.xp > 0 else None,
    )


def xp_history(*, uow: UnitOfWork, hunter_id: HunterId, span: Span, now: datetime) -> XpHistory:
    """
    Return the hunter's XP, day by day; the store is asked once.

    Raises:
        NotFound: If there is no such hunter.
    """
    return history_of(uow.analytics.gains(hunter_id, *span.reading(now)), span, now)
