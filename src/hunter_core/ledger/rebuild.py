"""Rebuild: a hunter and their days, made anew from ledger, completions and quests alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from hunter_core.hunters.hunter import DifficultyCounts, Hunter
from hunter_core.leaderboard.order import Score
from hunter_core.leaderboard.scores import all_scores
from hunter_core.ledger.days import DayRow
from hunter_core.ledger.history import History
from hunter_core.ledger.replay import replay
from hunter_core.rules.rulebook import Rulebook
from hunter_core.rules.streaks import fold


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What the stored figures should be; `days` ascend, `scores` are by window."""

    hunter: Hunter
    days: list[DayRow]
    scores: dict[str, Score]


def rebuild(history: History, rulebook: Rulebook) -> Rebuilt:
    """Return what *history*'s ledger, completions and quests make of the hunter under *rulebook*."""
    hunter = replay(history.hunter, history.entries, rulebook)
    counts = DifficultyCounts()
    rows: dict[date, DayRow] = {}
    for day, created in history.created.items():
        rows[day] = DayRow(local_day=day, created=created)
    for entry in history.entries:
        row = rows.get(entry.local_day) or DayRow(local_day=entry.local_day)
        rows[entry.local_day] = row.gaining(xp=entry.amount, points=entry.points)
    for completion in history.completions:
        if completion.voided_at is None:
            counts = counts.moved(completion.difficulty, 1)
            row = rows.get(completion.local_day) or DayRow(local_day=completion.local_day)
            rows[completion.local_day] = row.gaining(completed=1, time_spent=completion.time_spent or 0)
    standing = sorted(day for day, row in rows.items() if row.stands)
    states = fold(standing, hunter.calendar.covered, rulebook.streaks)
    for day, state in zip(standing, states, strict=True):
        rows[day] = rows[day].with_streak(state)
    return Rebuilt(
        hunter=replace(hunter, completed=counts),
        days=[row for _, row in sorted(rows.items()) if not row.is_empty],
        scores=all_scores(hunter, history.entries),
    )
