"""Quests on the wire (SPEC 4, Quests)."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

import attrs
import msgspec
from msgspec import UNSET, UnsetType

from hunter_api.schemas.common import PaginationView
from hunter_api.schemas.fields import (
    AttributeSet,
    Day,
    Instant,
    Page,
    PageSize,
    ReminderTime,
    UtcInstant,
    bounded,
    text,
)
from hunter_api.schemas.schedules import ScheduleValue
from hunter_core.quests.calendar import DayState, QuestDay
from hunter_core.quests.fields import LONGEST_DESCRIPTION, LONGEST_TITLE
from hunter_core.quests.listing import USUAL_PAGE, QuestSort
from hunter_core.quests.quest import Frequency
from hunter_core.quests.read import QuestPage
from hunter_core.quests.read import QuestView as CoreQuest
from hunter_core.words import Attribute, Difficulty, QuestType

Title = Annotated[str, text(1, LONGEST_TITLE, "What is to be done.", "Morning run")]
Description = Annotated[str, text(0, LONGEST_DESCRIPTION, "More about it.", "Five kilometres by the river")]
BaseXP = Annotated[int, bounded("baseXP", "What it pays before multiplier and bonuses.", 100)]
PerDay = Annotated[int, bounded("completionsPerDay", "How often a day counts.", 1)]
EstimatedTime = Annotated[int, bounded("seconds", "How long it should take, in seconds.", 1800)]


# --- requests --------------------------------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class QuestDraft:
    """A new quest. What is left out, or null, takes its default."""

    title: Title
    type: QuestType
    baseXP: BaseXP
    description: Description | UnsetType | None = UNSET
    difficulty: Difficulty | UnsetType | None = UNSET
    attributes: AttributeSet | UnsetType | None = UNSET
    reminderTime: ReminderTime | UnsetType | None = UNSET
    frequency: Frequency | UnsetType | None = UNSET
    schedule: ScheduleValue | UnsetType | None = UNSET
    deadline: Instant | UnsetType | None = UNSET
    completionsPerDay: PerDay | UnsetType | None = UNSET
    estimatedTime: EstimatedTime | UnsetType | None = UNSET
    isActive: bool | UnsetType | None = UNSET


@attrs.frozen(kw_only=True)
class QuestChange:
    """What of a quest is to be changed; null puts a field back to what a new quest has that leaves it out."""

    title: Title | UnsetType = UNSET
    type: QuestType | UnsetType = UNSET
    baseXP: BaseXP | UnsetType = UNSET
    description: Description | UnsetType | None = UNSET
    difficulty: Difficulty | UnsetType | None = UNSET
    attributes: AttributeSet | UnsetType | None = UNSET
    reminderTime: ReminderTime | UnsetType | None = UNSET
    frequency: Frequency | UnsetType | None = UNSET
    schedule: ScheduleValue | UnsetType | None = UNSET
    deadline: Instant | UnsetType | None = UNSET
    completionsPerDay: PerDay | UnsetType | None = UNSET
    estimatedTime: EstimatedTime | UnsetType | None = UNSET
    isActive: bool | UnsetType | None = UNSET


@attrs.frozen(kw_only=True)
class SkipRequest:
    """The local day on which a quest does not count."""

    day: Day


@attrs.frozen(kw_only=True)
class QuestsQuery:
    """Which quests are listed, and in which order."""

    type: QuestType | None = None
    isActive: bool | None = None
    difficulty: Difficulty | None = None
    attribute: Attribute | None = None
    due: (
        Annotated[
            str,
            msgspec.Meta(
                description="`today` or `true`: only what is due today; `false`: only what is not.",
                pattern="^(today|true|false)$",
                extra={"message": "must be today, true or false"},
            ),
        ]
        | None
    ) = None
    page: Page = 1
    limit: PageSize = USUAL_PAGE
    sort: QuestSort = QuestSort.NEWEST


@attrs.frozen(kw_only=True)
class PageQuery:
    """Which page of a list."""

    page: Page = 1
    limit: PageSize = USUAL_PAGE


@attrs.frozen(kw_only=True)
class CalendarQuery:
    """From which day to which, both included; 30 days up to today unless said."""

    from_: Day | None = None
    to: Day | None = None


# --- answers ---------------------------------------------------------------------------------------------------


@attrs.frozen(kw_only=True, slots=False)
class QuestView:
    """A quest, with what was done of it. `isCompleted`: a ONE_TIME quest is done, another is done today."""

    id: UUID
    title: str
    description: str | None
    type: QuestType
    difficulty: Difficulty
    baseXP: int
    attributes: tuple[Attribute, ...]
    reminderTime: str | None
    frequency: Frequency | None
    schedule: ScheduleValue
    deadline: UtcInstant | None
    completionsPerDay: int
    estimatedTime: int | None
    isActive: bool
    isCompleted: bool
    isAIGenerated: bool
    aiConfidence: float | None
    completionsToday: int
    completionsTotal: int
    currentStreak: int
    dueToday: bool
    archivedAt: UtcInstant | None
    createdAt: UtcInstant
    updatedAt: UtcInstant

    @classmethod
    def of(cls, view: CoreQuest) -> QuestView:
        """Return the quest as it goes out."""
        quest = view.quest
        return cls(
            id=quest.id,
            title=quest.title,
            description=quest.description,
            type=quest.type,
            difficulty=quest.difficulty,
            baseXP=quest.base_xp,
            attributes=quest.attributes,
            reminderTime=None if quest.reminder_time is None else f"{quest.reminder_time:%H:%M}",
            frequency=quest.frequency,
            schedule=ScheduleValue(quest.schedule),
            deadline=quest.deadline,
            completionsPerDay=quest.completions_per_day,
            estimatedTime=quest.estimated_time,
            isActive=quest.is_active,
            isCompleted=view.is_completed,
            isAIGenerated=quest.is_ai_generated,
            aiConfidence=quest.ai_confidence,
            completionsToday=view.completions_today,
            completionsTotal=view.completions_total,
            currentStreak=view.current_streak,
            dueToday=view.due_today,
            archivedAt=quest.archived_at,
            createdAt=quest.created_at,
            updatedAt=quest.updated_at,
        )


@attrs.frozen(kw_only=True, slots=False)
class QuestsView:
    """A page of quests."""

    quests: tuple[QuestView, ...]
    pagination: PaginationView

    @classmethod
    def of(cls, found: QuestPage) -> QuestsView:
        """Return the page as it goes out."""
        return cls(
            quests=tuple(map(QuestView.of, found.quests)),
            pagination=PaginationView.of(page=found.page, limit=found.limit, total=found.total),
        )


@attrs.frozen(kw_only=True, slots=False)
class TodayView:
    """The hunter's local day, and every quest that is due on it, done or not."""

    date: date
    quests: tuple[QuestView, ...]


@attrs.frozen(kw_only=True, slots=False)
class QuestDayView:
    """What became of a quest on a local day."""

    date: date
    state: DayState
    completions: int

    @classmethod
    def of(cls, day: QuestDay) -> QuestDayView:
        """Return the day as it goes out."""
        return cls(date=day.day, state=day.state, completions=day.completions)


@attrs.frozen(kw_only=True, slots=False)
class CalendarView:
    """The days of a quest, ascending, none left out."""

    days: tuple[QuestDayView, ...]
