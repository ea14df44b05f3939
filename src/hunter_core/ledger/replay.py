"""Replay: the hunter as the ledger alone tells it, entry by entry through the same `evolve` that requests use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from hunter_core.hunters.events import HunterEvent, XpGained, XpTakenBack
from hunter_core.hunters.evolve import evolve
from hunter_core.hunters.hunter import DifficultyCounts, Hunter
from hunter_core.ledger.entry import LedgerEntry
from hunter_core.rules.rulebook import Rulebook
from hunter_core.rules.streaks import NO_STREAK, stand
from hunter_core.words import NO_POINTS, EntryKind, Rank


def blank(hunter: Hunter) -> Hunter:
    """Return *hunter* as they were before anything was done: the name and the calendar, and no figures."""
    return replace(
        hunter,
        total_xp=0,
        level=1,
        rank=Rank.F,
        xp_reached_at=None,
        streak=0,
        max_streak=0,
        freezes=0,
        last_day=None,
        attributes=NO_POINTS,
        completed=DifficultyCounts(),
    )


def events_of(entries: Iterable[LedgerEntry]) -> Iterator[HunterEvent]:
    """Yield what each of *entries* (all of one hunter, by `seq`) did to the hunter."""
    standing: dict[UUID, datetime] = {}
    latest: datetime | None = None
    for entry in entries:
        if entry.kind is EntryKind.REVERSAL:
            moved = standing.pop(entry.source_id, None)
            if moved is not None and moved == latest:
                # Entries keep their order, so the last one that still stands is the latest.
                latest = next(reversed(standing.values())) if standing else None
            yield XpTakenBack(-entry.amount, NO_POINTS.minus(entry.points), entry.recorded_at, latest)
        else:
            if entry.amount:
                standing[entry.id] = latest = entry.recorded_at
            yield XpGained(entry.amount, entry.points, entry.recorded_at)


def standing_days(entries: Iterable[LedgerEntry]) -> list[date]:
    """Return the local days with a completion that was not taken back, ascending."""
    completions: dict[UUID, date] = {}
    for entry in entries:
        if entry.kind is EntryKind.COMPLETION:
            completions[entry.id] = entry.local_day
        elif entry.kind is EntryKind.REVERSAL:
            completions.pop(entry.source_id, None)
    return sorted(Counter(completions.values()))


def replay(hunter: Hunter, entries: Sequence[LedgerEntry], rulebook: Rulebook) -> Hunter:
    """
    Return *hunter* as *entries* (by `seq`) and their own calendar alone make them.

    XP, level, rank, attributes, streak, longest streak and freezes; the counts by difficulty are not in the
    ledger and stay 0.
    """
    state = blank(hunter)
    for event in events_of(entries):
        state = evolve(state, event, rulebook)
    streak = NO_STREAK
    for day in standing_days(entries):
        streak = stand(streak, day, hunter.calendar.covered, rulebook.streaks)
    return replace(
        state,
        streak=streak.streak,
        max_streak=streak.max_streak,
        freezes=streak.freezes,
        last_day=streak.last_day,
    )
