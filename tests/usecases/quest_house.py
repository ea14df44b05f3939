"""A hunter over the store in memory, and the use cases of quests as that hunter calls them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar

import pytest

from hunter_adapters.memory.store import MemoryStore
from hunter_core.errors import InvalidInput
from hunter_core.hunters.hunter import Hunter
from hunter_core.ids import QuestId
from hunter_core.ledger.days import DayRow
from hunter_core.ports import UnitOfWork
from hunter_core.quests.archive import archive_quest
from hunter_core.quests.calendar import QuestDay
from hunter_core.quests.create import create_quest
from hunter_core.quests.edit import edit_quest
from hunter_core.quests.fields import QuestFields
from hunter_core.quests.listing import QuestFilter, QuestSort
from hunter_core.quests.quest import Quest
from hunter_core.quests.read import (
    QuestPage,
    QuestView,
    get_quest,
    list_quests,
    quest_days,
    quests_today,
)
from hunter_core.quests.skip import skip_quest
from hunter_core.words import QuestType
from tests.builders import NOW, TODAY, a_completion, a_hunter, a_rulebook, registered

LIMITS = a_rulebook().limits
Result = TypeVar("Result")


class House:
    """A store with one hunter in it, and the use cases as that hunter calls them."""

    def __init__(self, hunter: Hunter | None = None, *quests: Quest) -> None:
        self.store = MemoryStore()
        self.done = 0
        self.hunter = registered(self.store, hunter or a_hunter(), *quests)

    def write(self, use: Callable[[UnitOfWork], Result]) -> Result:
        with self.store.write() as uow:
            result = use(uow)
            uow.commit()
        return result

    def read(self, use: Callable[[UnitOfWork], Result]) -> Result:
        with self.store.read() as uow:
            return use(uow)

    def create(self, now: datetime = NOW, /, **fields: Any) -> Quest:
        usual: dict[str, Any] = {"title": "Run", "type": QuestType.DAILY, "base_xp": 100}
        return self.write(
            lambda uow: create_quest(
                uow=uow,
                hunter_id=self.hunter.id,
                fields=QuestFields(**(usual | fields)),
                now=now,
                limits=LIMITS,
            )
        )

    def edit(self, quest_id: QuestId, now: datetime = NOW, /, **fields: Any) -> Quest:
        return self.write(
            lambda uow: edit_quest(
                uow=uow,
                hunter_id=self.hunter.id,
                quest_id=quest_id,
                fields=QuestFields(**fields),
                now=now,
                limits=LIMITS,
            )
        )

    def archive(self, quest_id: QuestId, now: datetime = NOW) -> Quest:
        return self.write(
            lambda uow: archive_quest(uow=uow, hunter_id=self.hunter.id, quest_id=quest_id, now=now)
        )

    def skip(self, quest_id: QuestId, day: date, now: datetime = NOW) -> tuple[QuestDay, bool]:
        skipped = self.write(
            lambda uow: skip_quest(
                uow=uow,
                hunter_id=self.hunter.id,
                quest_id=quest_id,
                day=day,
                now=now,
                rulebook=a_rulebook(),
            )
        )
        return skipped.day, skipped.is_new

    def keep(self, *quests: Quest) -> None:
        def add(uow: UnitOfWork) -> None:
            uow.hunters.lock(self.hunter.id)
            for quest in quests:
                uow.quests.add(quest)

        self.write(add)

    def complete(self, quest: Quest, *days: date) -> None:
        """Let completions of *quest* stand on *days*."""

        def add(uow: UnitOfWork) -> None:
            uow.hunters.lock(self.hunter.id)
            for place, day in enumerate(days):
                at = datetime.combine(day, time(9), UTC)
                uow.completions.add(a_completion(quest, f"{self.done + place}", at=at))

        self.write(add)
        self.done += len(days)

    def view(self, quest_id: QuestId, now: datetime = NOW) -> QuestView:
        return self.read(
            lambda uow: get_quest(
                uow=uow, hunter_id=self.hunter.id, quest_id=quest_id, now=now, rulebook=a_rulebook()
            )
        )

    def page(self, *, rulebook: str = "classic", **wanted: Any) -> QuestPage:
        asked: dict[str, Any] = {
            "matching": QuestFilter(),
            "due": None,
            "sort": QuestSort.NEWEST,
            "page": 1,
            "limit": 20,
            "now": NOW,
        }
        return self.read(
            lambda uow: list_quests(
                uow=uow, hunter_id=self.hunter.id, rulebook=a_rulebook(rulebook), **(asked | wanted)
            )
        )

    def titles(self, **wanted: Any) -> list[str]:
        return [view.quest.title for view in self.page(**wanted).quests]

    def today(self, now: datetime = NOW) -> list[str]:
        views = self.read(
            lambda uow: quests_today(uow=uow, hunter_id=self.hunter.id, now=now, rulebook=a_rulebook())
        )
        return [f"{view.quest.title} {view.state}" for view in views]

    def days(
        self, quest_id: QuestId, first: date | None = None, last: date | None = None, now: datetime = NOW
    ) -> list[QuestDay]:
        return list(
            self.read(
                lambda uow: quest_days(
                    uow=uow,
                    hunter_id=self.hunter.id,
                    quest_id=quest_id,
                    first=first,
                    last=last,
                    now=now,
                    rulebook=a_rulebook(),
                )
            )
        )

    def day_row(self, day: date = TODAY) -> DayRow | None:
        return self.read(lambda uow: uow.days.get(self.hunter.id, day))

    def last_event(self) -> int:
        return self.read(lambda uow: uow.outbox.last_seq(self.hunter.id))


def back(number: int) -> date:
    return TODAY - timedelta(days=number)


def fields_of(refusal: pytest.ExceptionInfo[InvalidInput]) -> list[str]:
    return [field for field, _ in refusal.value.problems]
