"""The six attributes day by day: running sums of the points that days gave, back from what the hunter has (SPEC 3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from hunter_core.analytics.ports import Points
from hunter_core.analytics.spans import Span
from hunter_core.ids import HunterId
from hunter_core.ports import UnitOfWork
from hunter_core.words import Attributes


class AttributeDay(NamedTuple):
    """The points that a hunter had at the end of a local day."""

    day: date
    attributes: Attributes


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeHistory:
    """The days of a span, ascending, none left out, and what all of them together gave."""

    days: Sequence[AttributeDay]
    gained: Attributes


def attribute_history_of(points: Points, span: Span, now: datetime) -> AttributeHistory:
    """
    Return the history that *points* make, as seen at *now*.

    The sums begin with what the hunter has less what was gained since: nothing before the span is added up.
    """
    calendar, created_at, attributes, gained = points
    shown = span.until(calendar.local_day(now), calendar.local_day(created_at), gained)
    before = attributes
    for day, each in gained.items():
        if day >= shown.first:
            before = before.minus(each)
    standing, days = before, []
    for day in shown.days():
        more = gained.get(day)
        if more is not None:
            standing = standing.plus(more)
        days.append(AttributeDay(day, standing))
    return AttributeHistory(days=days, gained=standing.minus(before))


def attribute_history(*, uow: UnitOfWork, hunter_id: HunterId, span: Span, now: datetime) -> AttributeHistory:
    """
    Return the hunter's attributes, day by day; the store is asked once.

    Raises:
        NotFound: If there is no such hunter.
    """
    return attribute_history_of(uow.analytics.points(hunter_id, span.reading(now).first), span, now)
