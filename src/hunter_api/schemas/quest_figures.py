"""Quests in figures on the wire (SPEC 4, Analytics)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import attrs

from hunter_api.schemas.common import PaginationView
from hunter_api.schemas.fields import Weekday
from hunter_core.analytics.occasions import Success
from hunter_core.analytics.quests import QuestFigures, QuestFiguresPage, WeekdayFigures
from hunter_core.words import QuestType

WEEKDAY_NAMES = tuple(Weekday)


@attrs.frozen(kw_only=True, slots=False)
class SuccessView:
    """How many days the quest was due on and settled, on how many it was done, and the share; null without any."""

    due: int
    done: int
    rate: float | None

    @classmethod
    def of(cls, success: Success) -> SuccessView:
        """Return the success as it goes out."""
        return cls(due=success.due, done=success.done, rate=success.rate)


@attrs.frozen(kw_only=True, slots=False)
class QuestWeekdayView:
    """What was done of a quest on one day of the week."""

    weekday: Weekday
    completions: int
    due: int
    done: int
    rate: float | None

    @classmethod
    def of(cls, found: WeekdayFigures) -> QuestWeekdayView:
        """Return the weekday as it goes out."""
        success = found.success
        return cls(
            weekday=WEEKDAY_NAMES[found.weekday],
            completions=found.completions,
            due=success.due,
            done=success.done,
            rate=success.rate,
        )


@attrs.frozen(kw_only=True, slots=False)
class QuestFiguresView:
    """
    A quest in figures, over the local days from `since` on: the last 365, or since it was created.

    `successRate` is that of `success`; `lately` are the last 30 days. `strength` (0 to 1) weighs recent days
    more, and is null for what is done once. `hours` are the completions by the hour of the hunter's clock, from
    0 to 23; `bestHour` is the first of those with most, null where nothing was done.
    """

    questId: UUID
    title: str
    type: QuestType
    isActive: bool
    since: date
    completions: int
    successRate: float | None
    success: SuccessView
    lately: SuccessView
    strength: float | None
    bestHour: int | None
    hours: list[int]
    weekdays: list[QuestWeekdayView]

    @classmethod
    def of(cls, found: QuestFigures) -> QuestFiguresView:
        """Return the quest in figures as it goes out."""
        return cls(
            questId=found.quest.id,
            title=found.quest.title,
            type=found.quest.type,
            isActive=found.quest.is_active,
            since=found.since,
            completions=found.completions,
            successRate=found.success.rate,
            success=SuccessView.of(found.success),
            lately=SuccessView.of(found.lately),
            strength=found.strength,
            bestHour=found.best_hour,
            hours=[*found.hours],
            weekdays=[*map(QuestWeekdayView.of, found.weekdays)],
        )


@attrs.frozen(kw_only=True, slots=False)
class QuestsInFiguresView:
    """A page of quests in figures, oldest first."""

    quests: list[QuestFiguresView]
    pagination: PaginationView

    @classmethod
    def of(cls, found: QuestFiguresPage) -> QuestsInFiguresView:
        """Return the page as it goes out."""
        return cls(
            quests=[*map(QuestFiguresView.of, found.quests)],
            pagination=PaginationView.of(page=found.page, limit=found.limit, total=found.total),
        )
