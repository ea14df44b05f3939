"""Archiving a quest: it is gone from lists and asked for no more; what it paid stays (SPEC 4, Quests)."""

from __future__ import annotations

from datetime import datetime

from hunter_core.ids import HunterId, QuestId
from hunter_core.ports import UnitOfWork
from hunter_core.quests.edit import closed_quest
from hunter_core.quests.quest import Quest


def archive_quest(*, uow: UnitOfWork, hunter_id: HunterId, quest_id: QuestId, now: datetime) -> Quest:
    """
    Archive a quest and return it; one that is archived already stays as it is. The caller commits.

    Raises:
        NotFound: If the hunter has no such quest.
    """
    hunter = uow.hunters.lock(hunter_id)
    quest = uow.quests.get(hunter_id, quest_id)
    if quest.archived_at is not None:
        return quest
    archived = closed_quest(quest, today=hunter.calendar.local_day(now), now=now)
    uow.quests.save(archived)
    return archived
