"""Saving an outcome: one statement a table, for a completion and for one taken back (SPEC 7)."""

from __future__ import annotations

from hunter_core.completions.outcome import Outcome
from hunter_core.leaderboard.scores import keep_scores
from hunter_core.ports import UnitOfWork


def save(uow: UnitOfWork, outcome: Outcome) -> None:
    """Write everything that *outcome* changes; the hunter is locked, and the caller commits."""
    completion, hunter = outcome.completion, outcome.hunter
    if completion.voided_at is None:
        uow.completions.add(completion)
    else:
        uow.completions.void(completion)
    uow.ledger.append(outcome.entries)
    uow.hunters.save(hunter)
    keep_scores(uow.scores, outcome)
    uow.days.save(hunter.id, outcome.days)
    # What is taken back makes room for what is earned anew: one standing unlock an achievement.
    if outcome.taken_back:
        uow.unlocks.take_back(outcome.taken_back)
    if outcome.unlocks:
        uow.unlocks.add(outcome.unlocks)
    uow.outbox.add(outcome.events)
