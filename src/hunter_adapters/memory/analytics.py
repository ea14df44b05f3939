"""What analytics are made of, read from memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from operator import itemgetter

from hunter_adapters.memory.tables import Tables
from hunter_core.analytics.ports import DayFigures, DayGain, Done, Gains, Points, QuestCount
from hunter_core.completions.completion import Completion
from hunter_core.errors import NotFound
from hunter_core.hunters.hunter import Hunter
from hunter_core.ids import HunterId, QuestId


class MemoryAnalytics:
    """Implements `hunter_core.analytics.ports.Analytics`."""

    __slots__ = ("_tables",)

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def gains(self, hunter_id: HunterId, first: date, last: date) -> Gains:
        hunter = self._hunter(hunter_id)
        rows = self._tables.days.rows(hunter_id).values()
        days = [
            DayGain(row.local_day, row.xp, row.completed) for row in rows if first <= row.local_day <= last
        ]
        return Gains(hunter.calendar, hunter.created_at, days)

    def points(self, hunter_id: HunterId, first: date) -> Points:
        hunter = self._hunter(hunter_id)
        rows = self._tables.days.rows(hunter_id).values()
        gained = {row.local_day: row.points for row in rows if row.local_day >= first and any(row.points)}
        return Points(hunter.calendar, hunter.created_at, hunter.attributes, gained)

    def figures(self, hunter_id: HunterId, last: date) -> Sequence[DayFigures]:
        return [
            DayFigures(day, row.xp, row.completed, row.created, row.time_spent, row.streak)
            for day, row in sorted(self._tables.days.rows(hunter_id).items(), key=itemgetter(0))
            if day <= last
        ]

    def done(
        self, hunter_id: HunterId, quest_ids: Collection[QuestId], *, since: date
    ) -> Mapping[QuestId, Sequence[Done]]:
        wanted = frozenset(quest_ids)
        found: dict[QuestId, list[Done]] = {}
        for each in self._standing(hunter_id):
            if each.quest_id in wanted and each.local_day >= since:
                found.setdefault(each.quest_id, []).append(Done(each.local_day, each.completed_at))
        return found

    def most_done(self, hunter_id: HunterId, *, first: date, last: date, limit: int) -> Sequence[QuestCount]:
        counts = Counter(
            each.quest_id for each in self._standing(hunter_id) if first <= each.local_day <= last
        )
        quests = self._tables.quests.rows(hunter_id)
        found = [QuestCount(quest_id, quests[quest_id].title, count) for quest_id, count in counts.items()]
        return sorted(found, key=lambda each: (-each.completions, each.quest_id))[:limit]

    def _hunter(self, hunter_id: HunterId) -> Hunter:
        hunter = self._tables.hunters.rows().get(hunter_id)
        if hunter is None:
            raise NotFound("hunter", hunter_id)
        return hunter

    def _standing(self, hunter_id: HunterId) -> list[Completion]:
        return [each for each in self._tables.completions.rows(hunter_id).values() if each.voided_at is None]
