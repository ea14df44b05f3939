from __future__ import annotations

from datetime import timedelta

import pytest

from hunter_core import events
from hunter_core.notifications.notification import NotificationType as Kind
from tests.usecases.notification_house import MORNING, House


@pytest.fixture
def house() -> House:
    return House()


def test_in_quiet_hours_it_waits_and_is_sent_when_they_end(house: House) -> None:
    house.settings(quiet_hours=("22:00", "07:30"))

    house.complete(house.quest())

    assert house.told() == []
    assert house.events(events.NOTIFICATION_CREATED) == []
    house.at(7, 29)
    assert house.told() == []
    house.at(7, 30)
    assert house.told(Kind.ACHIEVEMENT_UNLOCKED)
    assert all(each.sent_at == house.instant for each in house.told())


def test_what_is_not_wanted_any_more_when_quiet_hours_end_is_not_sent(house: House) -> None:
    house.settings(quiet_hours=("22:00", "07:30"))
    house.complete(house.quest())

    house.settings(achievement_alerts=False)
    house.at(8)

    assert house.told() == []
    assert house.next_sent() is None


def test_a_reminder_comes_in_quiet_hours_for_the_hunter_set_it_to_that_time(house: House) -> None:
    house.settings(quiet_hours=("22:00", "09:00"))
    house.quest(reminder_time="07:00")

    house.at(7)

    assert [each.sent_at for each in house.told(Kind.QUEST_REMINDER)] == [house.instant]


def test_a_warning_comes_before_quiet_hours(house: House) -> None:
    quest = house.quest()
    house.complete(quest)
    house.settings(quiet_hours=("20:00", "07:00"))

    house.at(23, days=1)

    (warning,) = house.told(Kind.STREAK_WARNING)
    assert warning.created_at == MORNING.replace(hour=19, minute=55) + timedelta(days=1)
