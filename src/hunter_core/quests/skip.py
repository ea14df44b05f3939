"""Skipping a quest on a day: its own calendar and streak pass over that day (SPEC 4, Quests)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hunter_core.errors import InvalidInput, QuestInactive
from hunter_core.ids import HunterId, QuestId
from hunter_core.ports import UnitOfWork
from hunter_core.quests.calendar import QuestDay
from hunter_core.quests.read import calendar_of
from hunter_core.rules.rulebook import Rulebook

DAYS_AHEAD = 7
"""How many local days ahead of today a quest can be skipped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """The day as it stands now; `is_new` is False when it was skipped before."""

    day: QuestDay
    is_new: bool


def skip_quest(
    *, uow: UnitOfWork, hunter_id: HunterId, quest_id: QuestId, day: date, now: datetime, rulebook: Rulebook
) -> Skipped:
    """
    Skip a quest on the local day *day*, once; the caller commits.

    Today, the local days before it that a completion could still be voided on (6), and 7 days ahead can be
    skipped. It excuses the day in the quest's own calendar and streak; the hunter's streak knows nothing of it.
    A day that is done, or gets done, is DONE all the same.

    Raises:
        InvalidInput: If the day lies too far back or ahead, or before the quest's creation.
        NotFound: If the hunter has no such quest.
        QuestInactive: If it is archived or switched off.
    """
    hunter = uow.hunters.lock(hunter_id)
    today = hunter.calendar.local_day(now)
    first = today - timedelta(days=rulebook.limits.void_days - 1)
    last = today + timedelta(days=DAYS_AHEAD)
    if not first <= day <= last:
        raise InvalidInput("day", f"must be from {first} to {last}")
    quest = uow.quests.get(hunter_id, quest_id)
    if day < quest.created_day:
        raise InvalidInput("day", f"must not lie before {quest.created_day}, the day the quest was created")
    if not quest.is_open:
        raise QuestInactive(quest_id)
    is_new = uow.skips.add(hunter_id, quest_id, day, at=now)
    (found,) = calendar_of(
        uow=uow, hunter=hunter, quest=quest, first=day, last=day, now=now, rules=rulebook.streaks
    )
    return Skipped(day=found, is_new=is_new)
