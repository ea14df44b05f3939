"""The hunter: what is stored of a player, every number of it derivable from the ledger and the days that stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from hunter_core.days import Calendar
from hunter_core.ids import HunterId
from hunter_core.rules.streaks import StreakRules, StreakState, passed
from hunter_core.words import NO_POINTS, Attributes, Difficulty, Rank


class DifficultyCounts(NamedTuple):
    """Standing completions by the difficulty they were priced at."""

    easy: int = 0
    normal: int = 0
    hard: int = 0

    @property
    def total(self) -> int:
        """All standing completions: the metric `questCount`."""
        return self[0] + self[1] + self[2]

    def moved(self, difficulty: Difficulty, by: int) -> DifficultyCounts:
        """Return the counts with *by* added to one of them."""
        if difficulty is Difficulty.NORMAL:
            return DifficultyCounts(self[0], self[1] + by, self[2])
        if difficulty is Difficulty.EASY:
            return DifficultyCounts(self[0] + by, self[1], self[2])
        return DifficultyCounts(self[0], self[1], self[2] + by)


NO_COMPLETIONS = DifficultyCounts()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hunter:
    """
    A hunter as stored.

    `streak`, `max_streak` and `freezes` are those of `last_day`, the last local day that stands; what still
    counts today is `effective`. `xp_reached_at` is when the total was reached: the recording of the latest
    standing ledger entry that moved it. `catalogue` is the hash of the achievements that the hunter was last
    judged by, so that later ones are noticed.
    """

    id: HunterId
    name: str
    created_at: datetime
    updated_at: datetime
    calendar: Calendar
    avatar_style: str = "confident"
    avatar_url: str | None = None
    is_active: bool = True
    total_xp: int = 0
    level: int = 1
    rank: Rank = Rank.F
    xp_reached_at: datetime | None = None
    streak: int = 0
    max_streak: int = 0
    freezes: int = 0
    last_day: date | None = None
    attributes: Attributes = NO_POINTS
    completed: DifficultyCounts = NO_COMPLETIONS
    catalogue: str = ""

    @classmethod
    def beginning(
        cls, hunter_id: HunterId, name: str, *, now: datetime, catalogue: str, zone: str = "UTC"
    ) -> Hunter:
        """Return a hunter who begins at *now* in the IANA zone *zone*; *catalogue* is the hash of the rulebook's."""
        return cls(
            id=hunter_id,
            name=name,
            created_at=now,
            updated_at=now,
            calendar=Calendar.starting(zone),
            catalogue=catalogue,
        )

    @property
    def streak_state(self) -> StreakState:
        """The streak after the last day that stands."""
        return StreakState(self.streak, self.max_streak, self.freezes, self.last_day)

    def effective(self, today: date, rules: StreakRules) -> StreakState:
        """Return the streak as it counts on *today*: 0 once a whole uncovered day was missed (SPEC 2, Streak)."""
        return passed(self.streak_state, today, self.calendar.covered, rules)

    def effective_streak(self, today: date, rules: StreakRules) -> int:
        """Return the length of the streak as it counts on *today*."""
        return self.effective(today, rules).streak
