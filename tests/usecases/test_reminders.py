from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from hunter_core.hunters.pauses import plan_pause
from hunter_core.notifications.notification import NotificationType as Kind
from hunter_core.quests.archive import archive_quest
from hunter_core.quests.edit import edit_quest
from hunter_core.quests.fields import QuestFields
from hunter_core.quests.skip import skip_quest
from tests.usecases.notification_house import MORNING, House


@pytest.fixture
def house() -> House:
    return House()


def test_a_reminder_names_its_quest_and_comes_at_its_time(house: House) -> None:
    quest = house.quest(reminder_time="07:30")

    house.at(12)

    (reminder,) = house.told(Kind.QUEST_REMINDER)
    assert (reminder.quest_id, reminder.title) == (quest.id, "Push-ups")
    assert reminder.created_at == MORNING.replace(hour=7, minute=30)


@pytest.mark.parametrize("what", ["done", "paused", "archived", "off", "skipped", "switched off"])
def test_there_is_no_reminder_of_what_need_not_be_done(house: House, what: str) -> None:
    quest = house.quest(reminder_time="07:30")
    me, now = house.hunter.id, house.instant
    limits = house.rules.limits
    day = date(2026, 11, 23)
    match what:
        case "done":
            house.complete(quest)
        case "paused":
            house.write(
                lambda uow: plan_pause(uow=uow, hunter_id=me, start=day, until=day, now=now, limits=limits)
            )
        case "archived":
            house.write(lambda uow: archive_quest(uow=uow, hunter_id=me, quest_id=quest.id, now=now))
        case "off":
            off = QuestFields(is_active=False)
            house.write(
                lambda uow: edit_quest(
                    uow=uow, hunter_id=me, quest_id=quest.id, fields=off, now=now, limits=limits
                )
            )
        case "skipped":
            house.write(
                lambda uow: skip_quest(
                    uow=uow, hunter_id=me, quest_id=quest.id, day=day, now=now, rulebook=house.rules
                )
            )
        case "switched off":
            house.settings(quest_reminders=False)

    house.at(23)

    assert house.told(Kind.QUEST_REMINDER) == []


def test_a_reminder_that_is_set_to_a_time_that_has_passed_comes_tomorrow(house: House) -> None:
    quest = house.quest(reminder_time="20:00")
    house.at(10)
    earlier = QuestFields(reminder_time="09:00")
    house.write(
        lambda uow: edit_quest(
            uow=uow,
            hunter_id=house.hunter.id,
            quest_id=quest.id,
            fields=earlier,
            now=house.instant,
            limits=house.rules.limits,
        )
    )

    house.at(23)
    assert house.told(Kind.QUEST_REMINDER) == []
    house.at(9, days=1)
    assert [each.created_at.time() for each in house.told(Kind.QUEST_REMINDER)] == [time(9)]


def test_reminders_that_are_switched_on_again_do_not_bring_back_the_past(house: House) -> None:
    house.quest(reminder_time="07:30")
    house.settings(quest_reminders=False)
    house.at(10)

    house.settings(quest_reminders=True, quiet_hours=("22:00", "06:00"))
    house.at(23)

    assert house.told(Kind.QUEST_REMINDER) == []


def test_after_a_long_sleep_of_the_server_only_what_is_of_use_is_told(house: House) -> None:
    quest = house.quest(reminder_time="09:00")
    house.jobs()
    house.instant = MORNING.replace(hour=18) + timedelta(days=3)

    house.jobs()

    (reminder,) = house.told(Kind.QUEST_REMINDER)
    assert reminder.quest_id == quest.id
