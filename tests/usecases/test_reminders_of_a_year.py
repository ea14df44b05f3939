"""A year of reminders: each due local day exactly one, at the local time, whatever the clocks of the zone do."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hunter_adapters.memory import MemoryStore
from hunter_adapters.sql import open_store
from hunter_adapters.testing.builders import a_hunter, a_quest, a_rulebook, registered
from hunter_adapters.testing.clock import StillClock
from hunter_core.hunters.hunter import Hunter
from hunter_core.notifications.due import look_at_due
from hunter_core.notifications.notification import Notification, NotificationType
from hunter_core.ports import Store, UnitOfWork
from hunter_core.quests.quest import Quest
from hunter_core.rules.schedules import EveryDay, OnWeekdays
from hunter_core.words import QuestType
from tests.servers.length import LONG

YEAR = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
# The clocks of all three zones that change theirs do so in it.
SPRING = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 28, tzinfo=UTC)
QUARTER, MINUTE = timedelta(minutes=15), timedelta(minutes=1)
# Each has a time that its clocks skip, or show twice, this year; Kiritimati's do neither, and are a day ahead.
ZONES = {
    "America/New_York": (time(7, 30), time(2, 30), time(1, 30)),
    "Africa/Cairo": (time(7, 30), time(0, 15), time(23, 45)),
    "Australia/Lord_Howe": (time(7, 30), time(2, 15), time(1, 45)),
    "Pacific/Kiritimati": (time(7, 30), time(0, 0), time(23, 45)),
}


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "memory":
        yield MemoryStore()
        return
    opened = open_store(f"sqlite:///{tmp_path}/hunter.db")
    opened.migrate()
    yield opened
    opened.close()


def expected(
    zone: str, at: time, weekdays: frozenset[int], begins: datetime, until: datetime
) -> dict[date, datetime]:
    """Return for each due day the first quarter of an hour at which the wall clock shows *at* or later."""
    found: dict[date, datetime] = {}
    place, instant = ZoneInfo(zone), begins
    while instant <= until:
        wall = instant.astimezone(place)
        if wall.weekday() in weekdays and wall.timetz().replace(tzinfo=None) >= at:
            found.setdefault(wall.date(), instant)
        instant += QUARTER
    # The day on which it all begins may have passed the time already.
    first = begins.astimezone(place)
    return {day: when for day, when in found.items() if day > first.date()}


def played(store: Store, zone: str, begins: datetime, until: datetime) -> tuple[Hunter, list[Quest]]:
    """Let a hunter of *zone* be reminded until *until*, by a job that runs each minute in which it may matter."""
    hunter = registered(store, a_hunter(zone.replace("/", "_")[:24], zone=zone, created_at=begins))
    today = begins.astimezone(ZoneInfo(zone)).date()
    quests = [
        a_quest(
            hunter,
            f"{zone} {at}",
            reminder_time=at,
            created_day=today,
            created_at=begins,
            updated_at=begins,
            schedule=OnWeekdays((0, 2, 6)) if place == 1 else EveryDay(),
            type=QuestType.RECURRING if place == 1 else QuestType.DAILY,
        )
        for place, at in enumerate(ZONES[zone])
    ]
    clock, luck = StillClock(begins), random.Random(zone)

    def begin(uow: UnitOfWork) -> None:
        uow.hunters.lock(hunter.id)
        for quest in quests:
            uow.quests.add(quest)
        uow.agendas.look([hunter.id], begins)

    store.run(begin)
    while clock.instant < until:
        for _ in range(luck.choice((1, 1, 1, 2))):
            look_at_due(store=store, clock=clock, rulebook=a_rulebook())
        with store.read() as uow:
            agenda = uow.agendas.get(hunter.id)
        assert agenda is not None
        assert agenda.next_at is not None
        behind = (agenda.next_at - clock.instant) % MINUTE
        clock.instant = agenda.next_at + (MINUTE - behind if behind else timedelta())
        if not luck.randrange(20):
            # Somebody changes a setting: it is looked at when nobody expected it.
            store.run(lambda uow: uow.agendas.look([hunter.id], clock.instant))
    return hunter, quests


@pytest.mark.parametrize("zone", ZONES)
def test_each_due_local_day_has_one_reminder_at_the_local_time(store: Store, zone: str) -> None:
    # The database is slower, and does the same: unless asked for more, it shows it for a spring.
    begins, until = YEAR if LONG or isinstance(store, MemoryStore) else SPRING
    hunter, quests = played(store, zone, begins, until)

    with store.read() as uow:
        told: list[Notification] = []
        for page in range(1, 100):
            found, total = uow.notifications.page(hunter.id, unread=None, kind=None, page=page, limit=100)
            told += found
            if len(told) == total:
                break
    for place, quest in enumerate(quests):
        assert quest.reminder_time is not None
        days = frozenset({0, 2, 6}) if place == 1 else frozenset(range(7))
        wanted = sorted(expected(zone, quest.reminder_time, days, begins, until - timedelta(days=1)).values())
        mine = sorted(each.created_at for each in told if each.quest_id == quest.id)
        first = wanted[0]
        assert [at for at in mine if first <= at <= wanted[-1]] == wanted
    assert {each.type for each in told} == {NotificationType.QUEST_REMINDER}
