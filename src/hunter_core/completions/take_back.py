"""Taking a completion back: load, decide, save, like the completion itself (SPEC 2, Void)."""

from __future__ import annotations

from datetime import datetime

from hunter_core.completions.commands import VoidCompletion
from hunter_core.completions.outcome import Outcome
from hunter_core.completions.save import save
from hunter_core.completions.situation import VoidSituation
from hunter_core.completions.void import decide_void
from hunter_core.ports import UnitOfWork
from hunter_core.rules.rulebook import Rulebook


def take_back(*, uow: UnitOfWork, command: VoidCompletion, now: datetime, rulebook: Rulebook) -> Outcome:
    """
    Void a completion and return what that changed. The caller commits.

    Raises:
        NotFound: If no such completion of that quest of that hunter stands.
        VoidWindowPassed: If it lies further back than the rulebook allows.
    """
    hunter = uow.hunters.lock(command.hunter_id)
    today = hunter.calendar.local_day(now)
    facts = uow.situations.for_void(
        hunter, quest_id=command.quest_id, completion_id=command.completion_id, today=today
    )
    outcome = decide_void(VoidSituation(hunter=hunter, facts=facts, now=now, today=today), rulebook)
    save(uow, outcome)
    return outcome
