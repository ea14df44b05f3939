"""What the state of quests, completions and a hunter's settings refuses."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from hunter_core.errors.never import Refused
from hunter_core.errors.root import written


class QuestRefused(Refused):
    """A quest cannot be completed or skipped."""

    code = "QUEST_REFUSED"


class QuestInactive(QuestRefused):
    """The quest is archived or switched off."""

    code = "QUEST_INACTIVE"

    def __init__(self, quest_id: UUID) -> None:
        super().__init__("The quest is not active. Switch it on, or choose another.")
        self.quest_id = quest_id


class QuestAlreadyCompleted(QuestRefused):
    """A ONE_TIME quest is done, and done is done."""

    code = "QUEST_ALREADY_COMPLETED"

    def __init__(self, quest_id: UUID) -> None:
        super().__init__("This quest can be completed once, and it is done.")
        self.quest_id = quest_id


class QuestExpired(QuestRefused):
    """The deadline lies before the completion."""

    code = "QUEST_EXPIRED"

    def __init__(self, quest_id: UUID, deadline: datetime) -> None:
        super().__init__(f"The quest's deadline was {written(deadline)}.")
        self.quest_id, self.deadline = quest_id, deadline


class CompletionLimitReached(QuestRefused):
    """The quest was done as often as one local day allows."""

    code = "COMPLETION_LIMIT_REACHED"

    def __init__(self, quest_id: UUID, day: date, limit: int) -> None:
        times = "once" if limit == 1 else f"{limit} times"
        super().__init__(f"The quest was already completed {times} on {day}, which is all that a day allows.")
        self.quest_id, self.day, self.limit = quest_id, day, limit


class QuestLimitReached(Refused):
    """The hunter has as many active quests as there may be."""

    code = "QUEST_LIMIT_REACHED"

    def __init__(self, limit: int) -> None:
        super().__init__(f"There may be at most {limit} active quests. Archive one first.")
        self.limit = limit


class VoidWindowPassed(Refused):
    """The completion lies too far back to be taken back."""

    code = "VOID_WINDOW_PASSED"

    def __init__(self, day: date, days: int) -> None:
        super().__init__(f"A completion can be taken back for {days} local days; this one counts for {day}.")
        self.day, self.days = day, days


class SettingsChangeTooSoon(Refused):
    """Zone or day start were changed less than 24 hours ago."""

    code = "SETTINGS_CHANGE_TOO_SOON"

    def __init__(self, again_at: datetime) -> None:
        super().__init__(
            f"Time zone and day start can be changed once in 24 hours, next at {written(again_at)}."
        )
        self.again_at = again_at


class PauseLimitReached(Refused):
    """The hunter has planned as many pauses as there may be."""

    code = "PAUSE_LIMIT_REACHED"

    def __init__(self, limit: int) -> None:
        super().__init__(f"There may be at most {limit} pauses that have not passed. Delete one first.")
        self.limit = limit
