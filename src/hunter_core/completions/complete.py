"""Completing a quest: load, decide, save (SPEC 7: one completion is one transaction)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from hunter_core.completions.commands import CompleteQuest, moment_of
from hunter_core.completions.decide import decide
from hunter_core.completions.outcome import Outcome
from hunter_core.completions.save import save
from hunter_core.completions.situation import Situation
from hunter_core.errors import InvalidInput
from hunter_core.keys import KeyedRequest, StoredAnswer
from hunter_core.once import answered, keep
from hunter_core.ports import Dice, UnitOfWork
from hunter_core.rules.rulebook import Rulebook


def complete(
    *,
    uow: UnitOfWork,
    command: CompleteQuest,
    now: datetime,
    rulebook: Rulebook,
    dice: Dice,
    request: KeyedRequest | None,
    answer: Callable[[Outcome], tuple[int, bytes]],
) -> Outcome | StoredAnswer:
    """
    Complete a quest and return what that changed, or what the same *request* was answered before.

    *answer* gives status and body of an outcome, to be kept under the request's key. The caller commits.

    Raises:
        NotFound: If there is no such hunter, or the hunter has no such quest.
        InvalidInput: If `completed_at` lies too far back or ahead, or before the quest's creation.
        IdempotencyKeyReused: If the key was used for another request.
        QuestRefused: If the quest may not be completed; see `decide`.
    """
    hunter = uow.hunters.lock(command.hunter_id)
    try:
        at = moment_of(command, now, rulebook.limits)
    except InvalidInput:
        # It may have been in time when it was first sent: what was answered then is the answer.
        known = answered(uow, request, now) if request is not None else None
        if known is None:
            raise
        return known
    calendar = hunter.calendar
    today = calendar.local_day(now)
    day = today if at == now else calendar.local_day(at)
    facts = uow.situations.for_completion(
        hunter,
        quest_id=command.quest_id,
        day=day,
        today=today,
        key=None if request is None else request.key,
        overdue=hunter.catalogue != rulebook.catalogue.hash,
    )
    if request is not None and facts.answer is not None:
        known = facts.answer.replayed_for(request, now)
        if known is not None:
            return known
    situation = Situation(
        hunter=hunter,
        facts=facts,
        now=now,
        today=today,
        at=at,
        day=day,
        hour=calendar.local_time(at).hour,
    )
    outcome = decide(situation, command, rulebook, dice)
    save(uow, outcome)
    if request is not None:
        keep(uow, request, now, answer(outcome))
    return outcome
