"""The laws of the game (SPEC 2, Laws), each a function that fails where a stored hunter breaks it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from hunter_core.completions.awards import NO_MOMENT, metrics_of
from hunter_core.completions.completion import Completion
from hunter_core.hunters.hunter import DifficultyCounts, Hunter
from hunter_core.leaderboard.order import Score
from hunter_core.leaderboard.windows import ALL_TIME, windows_at
from hunter_core.ledger.audit import differences
from hunter_core.ledger.days import DayRow
from hunter_core.ledger.history import History
from hunter_core.rules.rulebook import Rulebook
from hunter_core.rules.streaks import StreakRules
from hunter_core.words import NO_POINTS, EntryKind, Rank

LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


class Run(NamedTuple):
    """A streak, worked out one day after the other."""

    streak: int
    longest: int
    freezes: int
    frozen: tuple[date, ...]


def walked(standing: set[date], covered: Callable[[date], bool], rules: StreakRules, until: date) -> Run:
    """
    Return the streak on the morning of *until*, or on it when it stands, by walking every single day.

    It shares no step with `hunter_core.rules.streaks`, which folds over the days that stand.
    """
    streak = longest = freezes = 0
    grace, frozen = rules.grace_days, []
    day = min(standing, default=until)
    while day < until or (day == until and day in standing):
        if day in standing:
            streak, grace = streak + 1, rules.grace_days
            longest = max(longest, streak)
            if rules.freeze_every and streak % rules.freeze_every == 0:
                freezes = max(freezes, min(freezes + 1, rules.freeze_hold))
        elif streak and not covered(day):
            if grace:
                grace -= 1
            elif freezes:
                freezes -= 1
                frozen.append(day)
            else:
                streak = 0
        day += timedelta(days=1)
    return Run(streak, longest, freezes, tuple(frozen))


def standing_completions(history: History) -> list[Completion]:
    """Return the completions that were not taken back."""
    return [completion for completion in history.completions if completion.voided_at is None]


def standing_days(history: History) -> set[date]:
    """Return the local days with a completion that stands."""
    return {completion.local_day for completion in standing_completions(history)}


def the_ledgers_sum_is_the_total_xp(history: History) -> None:
    """Ledger sum = total XP."""
    assert sum(entry.amount for entry in history.entries) == history.hunter.total_xp


def total_xp_is_never_negative(history: History) -> None:
    """Total XP is never negative, at no line of the ledger; each line says the running total."""
    balance = 0
    for number, entry in enumerate(history.entries, start=1):
        balance += entry.amount
        assert entry.seq == number
        assert entry.balance_after == balance >= 0


def the_history_gives_the_stored_hunter(history: History, rulebook: Rulebook) -> None:
    """Replaying the ledger, with the hunter's zones, rest days and pauses, gives the stored hunter."""
    hunter = history.hunter
    total = sum(entry.amount for entry in history.entries)
    points = NO_POINTS
    for entry in history.entries:
        points = points.plus(entry.points)
    level = rulebook.curve.level(total)
    assert (hunter.total_xp, hunter.level, hunter.rank) == (
        total,
        level,
        rulebook.ranks.rank_of(total, level),
    )
    assert hunter.attributes == points
    assert min(hunter.attributes) >= 0
    counts = DifficultyCounts()
    for completion in standing_completions(history):
        counts = counts.moved(completion.difficulty, 1)
    assert hunter.completed == counts

    standing = standing_days(history)
    assert hunter.last_day == max(standing, default=None)
    if hunter.last_day is not None:
        run = walked(standing, hunter.calendar.covered, rulebook.streaks, hunter.last_day)
        assert (hunter.streak, hunter.max_streak, hunter.freezes) == run[:3]
    else:
        assert (hunter.streak, hunter.max_streak, hunter.freezes) == (0, 0, 0)


def the_ledger_alone_knows_the_days(history: History) -> None:
    """The days that stand follow from the ledger without the completions."""
    reversed_entries = {e.source_id for e in history.entries if e.kind is EntryKind.REVERSAL}
    paid = {
        entry.local_day
        for entry in history.entries
        if entry.kind is EntryKind.COMPLETION and entry.id not in reversed_entries
    }
    assert paid == standing_days(history)


def the_days_say_what_happened(history: History, rulebook: Rulebook) -> None:
    """Each day's figures are the sum of what counts for it, and its streak is the one at its end."""
    rows = {row.local_day: row for row in history.days}
    assert list(rows) == sorted(rows)
    standing = standing_days(history)
    known = standing | set(history.created) | {entry.local_day for entry in history.entries}
    for day in sorted(known | set(rows)):
        done = [each for each in standing_completions(history) if each.local_day == day]
        entries = [entry for entry in history.entries if entry.local_day == day]
        points = NO_POINTS
        for entry in entries:
            points = points.plus(entry.points)
        right = DayRow(
            local_day=day,
            created=history.created.get(day, 0),
            completed=len(done),
            xp=sum(entry.amount for entry in entries),
            time_spent=sum(each.time_spent or 0 for each in done),
            points=points,
        )
        if day in standing:
            until_then = {each for each in standing if each <= day}
            run = walked(until_then, history.hunter.calendar.covered, rulebook.streaks, day)
            right = replace(right, streak=run.streak, max_streak=run.longest, freezes=run.freezes)
        if right.is_empty:
            assert day not in rows, f"an empty row is kept for {day}"
        else:
            assert rows.get(day) == right


def the_effective_streak_is_the_one_walked(history: History, rulebook: Rulebook, today: date) -> None:
    """The effective streak at any day is what walking every single day gives."""
    hunter, standing = history.hunter, standing_days(history)
    run = walked(standing, hunter.calendar.covered, rulebook.streaks, today)
    assert hunter.effective(today, rulebook.streaks)[:3] == run[:3]


def the_streak_is_at_most_the_distinct_active_days(history: History) -> None:
    """Streak ≤ distinct active days."""
    assert history.hunter.max_streak <= len(standing_days(history))


def the_longest_streak_is_at_least_the_current(history: History) -> None:
    """Max ≥ current, for the hunter and at the end of every day."""
    assert history.hunter.max_streak >= history.hunter.streak >= 0
    assert all(row.max_streak >= row.streak >= 0 for row in history.days)


def a_freeze_covers_exactly_one_missed_day(history: History, rulebook: Rulebook, today: date) -> None:
    """Granted = held + spent + found no room, and each spent one covers one missed, uncovered day."""
    hunter, standing = history.hunter, standing_days(history)
    run = walked(standing, hunter.calendar.covered, rulebook.streaks, today)
    assert len(set(run.frozen)) == len(run.frozen)
    assert not set(run.frozen) & standing
    assert not any(hunter.calendar.covered(day) for day in run.frozen)
    assert 0 <= hunter.freezes <= rulebook.streaks.freeze_hold
    granted = sum(
        1
        for row in history.days
        if row.stands and rulebook.streaks.freeze_every and row.streak % rulebook.streaks.freeze_every == 0
    )
    held = hunter.effective(today, rulebook.streaks).freezes
    assert held + len(run.frozen) <= granted
    if rulebook.streaks.freeze_hold >= granted:
        assert held + len(run.frozen) == granted


def every_unlock_is_paid_once_and_stands_once(history: History) -> None:
    """One standing unlock an achievement, caused by a completion that stands, paid by one line."""
    standing = [unlock for unlock in history.unlocks if unlock.taken_back_at is None]
    assert len({unlock.achievement_id for unlock in standing}) == len(standing)
    causes = {completion.id for completion in standing_completions(history)}
    assert all(unlock.completion_id in causes for unlock in standing)
    taken = {entry.source_id for entry in history.entries if entry.kind is EntryKind.REVERSAL}
    paid = {
        entry.source_id: entry.amount
        for entry in history.entries
        if entry.kind is EntryKind.ACHIEVEMENT and entry.id not in taken
    }
    assert paid == {unlock.id: unlock.xp_reward for unlock in standing}


def nothing_pays_twice(history: History) -> None:
    """Each completion, unlock and reversed entry has one line, and a reversal mirrors what it reverses."""
    sources = [(entry.kind, entry.source_id) for entry in history.entries]
    assert len(set(sources)) == len(sources)
    by_id = {entry.id: entry for entry in history.entries}
    assert len(by_id) == len(history.entries)
    for entry in history.entries:
        if entry.kind is EntryKind.REVERSAL:
            source = next(each for key, each in by_id.items() if key == entry.source_id)
            assert entry.amount == -source.amount
            assert entry.points == NO_POINTS.minus(source.points)
            assert entry.local_day == source.local_day


def the_scores_are_what_stands_in_their_windows(history: History) -> None:
    """Each score is the sum of the entries that stand and were recorded in its window, reached by the last of them."""
    taken = {entry.source_id for entry in history.entries if entry.kind is EntryKind.REVERSAL}
    paid = [
        entry
        for entry in history.entries
        if entry.amount and entry.kind is not EntryKind.REVERSAL and entry.id not in taken
    ]
    hunter = history.hunter
    right = {ALL_TIME: Score(ALL_TIME, hunter.total_xp, hunter.xp_reached_at)}
    for window in {window for entry in paid for window in windows_at(entry.recorded_at)}:
        within = [entry for entry in paid if window in windows_at(entry.recorded_at)]
        right[window] = Score(window, sum(each.amount for each in within), within[-1].recorded_at)
    assert history.scores == right
    assert history.shown == (right.keys() if history.listed else set())


def the_audit_finds_nothing(history: History, rulebook: Rulebook) -> None:
    """`hunter audit` finds no difference."""
    assert [str(difference) for difference in differences(history, rulebook)] == []


def every_law_of_one_hunter(history: History, rulebook: Rulebook, today: date) -> None:
    """All of the above."""
    the_ledgers_sum_is_the_total_xp(history)
    total_xp_is_never_negative(history)
    the_history_gives_the_stored_hunter(history, rulebook)
    the_ledger_alone_knows_the_days(history)
    the_days_say_what_happened(history, rulebook)
    the_effective_streak_is_the_one_walked(history, rulebook, today)
    the_streak_is_at_most_the_distinct_active_days(history)
    the_longest_streak_is_at_least_the_current(history)
    a_freeze_covers_exactly_one_missed_day(history, rulebook, today)
    every_unlock_is_paid_once_and_stands_once(history)
    nothing_pays_twice(history)
    the_scores_are_what_stands_in_their_windows(history)
    the_audit_finds_nothing(history, rulebook)


def nothing_is_overdue(history: History, rulebook: Rulebook, today: date) -> bool:
    """Tell whether the hunter has everything that they would be awarded on *today*, moments apart."""
    hunter = history.hunter
    streak = hunter.effective_streak(today, rulebook.streaks)
    standing = {unlock.achievement_id for unlock in history.unlocks if unlock.taken_back_at is None}
    return not rulebook.catalogue.judge(metrics_of(hunter, streak, NO_MOMENT), standing)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is left of a hunter's history when ledger, outbox, keys and `updatedAt` are set aside."""

    hunter: Hunter
    days: tuple[DayRow, ...]
    completions: frozenset[Completion]
    unlocks: frozenset[Any]
    scores: frozenset[Score]
    shown: frozenset[str]

    @classmethod
    def of(cls, history: History) -> Standing:
        """Return what stands of *history*."""
        return cls(
            hunter=replace(history.hunter, updated_at=LONG_AGO),
            days=tuple(history.days),
            completions=frozenset(standing_completions(history)),
            unlocks=frozenset(unlock for unlock in history.unlocks if unlock.taken_back_at is None),
            scores=frozenset(history.scores.values()),
            shown=frozenset(history.shown),
        )


def as_who_never_began(hunter: Hunter) -> Hunter:
    """Return *hunter* as they would be if nothing had ever been done."""
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
        updated_at=LONG_AGO,
    )
