"""What a quest's days are judged on: what was done and skipped of it, and what excuses its hunter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum, auto

from hunter_core.days import Calendar
from hunter_core.ledger.days import DayRow
from hunter_core.rules.streaks import Covered, StreakRules, gap


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestRecord:
    """
    What was done and skipped of one quest.

    `counts` are its standing completions by local day, `skips` the days the hunter skips it, both known from
    the day `since` on (None: from the beginning). `total` counts all its standing completions, those before
    `since` too; left out, it is the sum of `counts`.
    """

    counts: Mapping[date, int] = field(default_factory=dict)
    skips: AbstractSet[date] = frozenset()
    since: date | None = None
    total: int = -1

    def __post_init__(self) -> None:
        if self.total < 0:
            object.__setattr__(self, "total", sum(self.counts.values()))

    def on(self, day: date) -> int:
        """Return how often the quest was done on *day*."""
        return self.counts.get(day, 0)


class Excuse(Enum):
    """Why a hunter need not do anything on a day."""

    REST = auto()
    NO_SUCH_DAY = auto()
    PAUSE = auto()
    FREEZE = auto()


class HunterDays:
    """
    A hunter's days as seen at `now`: which one is today, and what excuses the others.

    `frozen` are the missed days on which a freeze was spent (`frozen_days`). What a day's excuse is is worked
    out once for all the quests of a list.
    """

    def __init__(self, *, calendar: Calendar, now: datetime, frozen: AbstractSet[date] = frozenset()) -> None:
        self.calendar, self.now, self.frozen = calendar, now, frozen
        self.today = calendar.local_day(now)
        self._excuses: dict[date, Excuse | None] = {}

    def excuse(self, day: date) -> Excuse | None:
        """Return what excuses *day*; a rest day, or a date that did not happen, before what was chosen for it."""
        if day not in self._excuses:
            self._excuses[day] = self._excuse(day)
        return self._excuses[day]

    def is_working(self, day: date) -> bool:
        """Tell whether *day* happened and is no rest day."""
        return self.excuse(day) not in (Excuse.REST, Excuse.NO_SUCH_DAY)

    def _excuse(self, day: date) -> Excuse | None:
        if self.calendar.resting(day):
            return Excuse.REST
        if self.calendar.skipped(day):
            return Excuse.NO_SUCH_DAY
        if self.calendar.paused(day):
            return Excuse.PAUSE
        return Excuse.FREEZE if day in self.frozen else None


def frozen_days(rows: Iterable[DayRow], today: date, covered: Covered, rules: StreakRules) -> frozenset[date]:
    """Return the missed days before *today* on which a freeze was spent; *rows* ascend without a gap in knowledge."""
    frozen: set[date] = set()
    last: DayRow | None = None
    for row in rows:
        if row.stands:
            if last is not None:
                frozen.update(gap(last.streak_state, row.local_day, covered, rules).frozen)
            last = row
    if last is not None:
        frozen.update(gap(last.streak_state, today, covered, rules).frozen)
    return frozenset(frozen)
