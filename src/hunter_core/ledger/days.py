"""A hunter's day in figures (`daily_stats`): what it gave, and the streak's state at its end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from hunter_core.rules.streaks import NO_STREAK, StreakRules, StreakState, stand
from hunter_core.words import NO_POINTS, Attributes


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRow:
    """
    One local day of a hunter.

    A day *stands* while at least one completion of it does. `streak`, `max_streak` and `freezes` are the
    streak's state at the end of a standing day, 0 on others: each standing row is a point from which the
    days after it can be folded again without reading the history before.
    """

    local_day: date
    created: int = 0
    completed: int = 0
    xp: int = 0
    time_spent: int = 0
    streak: int = 0
    max_streak: int = 0
    freezes: int = 0
    points: Attributes = NO_POINTS

    @property
    def stands(self) -> bool:
        """Whether at least one completion of the day stands."""
        return self.completed > 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left that the row would say; such a row is not kept."""
        return not (self.created or self.completed or self.xp or self.time_spent or any(self.points))

    @property
    def streak_state(self) -> StreakState:
        """The streak at the end of this day, which must stand."""
        return StreakState(self.streak, self.max_streak, self.freezes, self.local_day)

    def gaining(
        self,
        *,
        xp: int = 0,
        points: Attributes = NO_POINTS,
        created: int = 0,
        completed: int = 0,
        time_spent: int = 0,
        streak: StreakState | None = None,
    ) -> DayRow:
        """Return the row with the given amounts (which may be negative) added, and *streak* at its end if given."""
        length, longest, freezes = (
            (self.streak, self.max_streak, self.freezes) if streak is None else streak[:3]
        )
        return DayRow(
            local_day=self.local_day,
            created=self.created + created,
            completed=self.completed + completed,
            xp=self.xp + xp,
            time_spent=self.time_spent + time_spent,
            streak=length,
            max_streak=longest,
            freezes=freezes,
            points=self.points.plus(points),
        )

    def with_streak(self, state: StreakState) -> DayRow:
        """Return the row with *state* as the streak at its end."""
        if (self.streak, self.max_streak, self.freezes) == state[:3]:
            return self
        return replace(self, streak=state.streak, max_streak=state.max_streak, freezes=state.freezes)


def mend(
    rows: Sequence[DayRow], since: date, covered: Callable[[date], bool], rules: StreakRules
) -> tuple[list[DayRow], StreakState]:
    """
    Fold the streak again over the rows from the day *since* on, after that day came to stand or fell.

    *rows* ascend, and hold the last standing row before *since* (if there is one) and every standing row
    from *since* on. Return the rows from *since* on that changed, and the streak after the last standing day.
    """
    state = NO_STREAK
    changed: list[DayRow] = []
    for row in rows:
        if not row.stands:
            mended = row.with_streak(NO_STREAK)
        elif row.local_day < since:
            state = row.streak_state
            continue
        else:
            state = stand(state, row.local_day, covered, rules)
            mended = row.with_streak(state)
        if mended is not row:
            changed.append(mended)
    return changed, state
