"""Scores follow from the ledger: an entry counts when it was recorded, a reversal where its entry counted (SPEC 4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol
from uuid import UUID

from hunter_core.completions.outcome import Outcome
from hunter_core.hunters.hunter import Hunter
from hunter_core.ids import HunterId
from hunter_core.leaderboard.order import Score
from hunter_core.leaderboard.windows import ALL_TIME, earliest_start, windows_at
from hunter_core.ledger.entry import LedgerEntry
from hunter_core.words import EntryKind

CLOCK_SLACK = timedelta(days=1)
"""How far a clock may have been set back without hiding an entry from the walk back through the ledger."""


class Gain(NamedTuple):
    """XP that stand: an entry that moved the total and was not taken back."""

    recorded_at: datetime
    amount: int


class Scores(Protocol):
    """Keeps each hunter's score in each window; a hunter has one of all time from the beginning."""

    def gain(
        self, hunter_id: HunterId, windows: Sequence[str], amount: int, at: datetime, *, known: bool = False
    ) -> None:
        """
        Add *amount* to the locked hunter's score in each of *windows*; the new totals were reached *at*.

        *known*: the hunter has a score in each of them already.
        """
        ...

    def save(self, hunter_id: HunterId, scores: Sequence[Score]) -> None:
        """Keep *scores* of the locked hunter as they are now; one of 0 XP, but that of all time, is no longer kept."""
        ...

    def gains_since(self, hunter_id: HunterId, since: datetime) -> Sequence[Gain]:
        """Return what stands of the hunter's entries from the first recorded at *since* or later, by `seq`."""
        ...


def standing(entries: Iterable[LedgerEntry]) -> list[Gain]:
    """Return what stands of *entries* (all of one hunter, by `seq`), in their order."""
    gains: dict[UUID, Gain] = {}
    for entry in entries:
        if entry.kind is EntryKind.REVERSAL:
            gains.pop(entry.source_id, None)
        elif entry.amount:
            gains[entry.id] = Gain(entry.recorded_at, entry.amount)
    return list(gains.values())


def scores_of(gains: Iterable[Gain]) -> dict[str, Score]:
    """Return the scores that *gains*, in the order of the ledger, make in the windows that they lie in."""
    found: dict[str, Score] = {}
    for at, amount in gains:
        for window in windows_at(at):
            known = found.get(window)
            found[window] = Score(window, amount + (known.xp if known else 0), at)
    return found


def all_scores(hunter: Hunter, entries: Sequence[LedgerEntry]) -> dict[str, Score]:
    """Return every score of *hunter*, that of all time among them, as the ledger makes them."""
    found = {ALL_TIME: Score(ALL_TIME, hunter.total_xp, hunter.xp_reached_at)}
    return found | scores_of(standing(entries))


def keep_scores(scores: Scores, outcome: Outcome) -> None:
    """
    Keep what *outcome*, whose ledger entries are kept already, changes of the hunter's scores.

    A completion adds to the windows of now, by one statement. A void counts its windows again, for each has
    an earlier moment to give back.
    """
    hunter = outcome.hunter
    gained = sum(entry.amount for entry in outcome.entries)
    if outcome.completion.voided_at is None:
        if gained:
            at, last = outcome.entries[0].recorded_at, outcome.before.xp_reached_at
            windows = windows_at(at)
            # What reached the total before has a score in each of its windows. (Reached at the same moment, it
            # may be an overdue reward, which is among these entries itself.)
            known = last is not None and last != at and windows_at(last) == windows
            scores.gain(hunter.id, (ALL_TIME, *windows), gained, at, known=known)
        return
    # What was reversed was recorded with the completion or with what it unlocked; what is earned anew, now.
    moments = [outcome.completion.recorded_at, hunter.updated_at, *_unlocked(outcome)]
    touched = {window for moment in moments for window in windows_at(moment)}
    made = scores_of(scores.gains_since(hunter.id, earliest_start(min(moments)) - CLOCK_SLACK))
    counted = [made.get(window) or Score(window, 0, None) for window in sorted(touched)]
    scores.save(hunter.id, [Score(ALL_TIME, hunter.total_xp, hunter.xp_reached_at), *counted])


def _unlocked(outcome: Outcome) -> list[datetime]:
    return [unlock.unlocked_at for unlock in outcome.taken_back]
