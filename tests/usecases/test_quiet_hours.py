from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from hunter_core import events
from hunter_core.hunters.hunter import Hunter
from hunter_core.ids import HunterId
from hunter_core.notifications import due
from hunter_core.notifications.notification import NotificationType as Kind
from hunter_core.ports import UnitOfWork
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


def test_a_mistake_with_one_hunter_keeps_nobody_else_waiting(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.settings(quiet_hours=("22:00", "07:30"))
    house.complete(house.quest())
    house.relayed()
    asked: list[HunterId] = []

    def failing(*, uow: UnitOfWork, hunter: Hunter, now: datetime) -> int:
        asked.append(hunter.id)
        raise ValueError("its calendar is damaged")

    house.instant = MORNING.replace(hour=7, minute=30)
    monkeypatch.setattr("hunter_core.notifications.due.send_waiting", failing)
    # It raises nothing, so that whoever comes after is sent theirs; and it is not asked again at once.
    assert not due.send_due(store=house.store, clock=house)
    assert len(asked) == 1
    assert house.told() == []
    monkeypatch.undo()
    due.send_due(store=house.store, clock=house)
    assert house.told() != []


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


@pytest.mark.parametrize("instead", [(), ("22:00", "06:10")], ids=["ended", "shortened"])
def test_what_waits_is_sent_at_once_when_quiet_hours_are_ended_or_shortened(
    house: House, instead: tuple[str, str]
) -> None:
    house.settings(quiet_hours=("22:00", "07:30"))
    house.complete(house.quest())
    house.at(6, 20)
    assert house.told() == []

    house.settings(quiet_hours=instead)

    waited = house.told()
    assert {each.sent_at for each in waited} == {house.instant}
    assert len(house.events(events.NOTIFICATION_CREATED)) == len(waited) > 0
    assert house.next_sent() is None
    house.at(8)
    assert house.told() == waited, "nothing comes a second time"


def test_what_waits_waits_on_when_quiet_hours_are_made_longer(house: House) -> None:
    house.settings(quiet_hours=("22:00", "07:30"))
    house.complete(house.quest())

    house.settings(quiet_hours=("22:00", "09:00"))

    assert house.told() == []
    assert house.next_sent() == MORNING.replace(hour=9)


def test_what_waits_comes_before_what_happens_after_quiet_hours_were_ended(house: House) -> None:
    house.settings(quiet_hours=("22:00", "07:30"))
    house.complete(house.quest())
    house.at(6, 5)
    house.settings(quiet_hours=())
    waited = house.told()

    house.at(6, 6)
    house.complete(house.quest(title="Sit-ups", base_xp=500))

    assert house.told()[: len(waited)] == waited
    assert len(house.told()) > len(waited)


def test_a_night_is_listed_in_the_order_in_which_it_happened_though_all_of_it_is_sent_at_once(
    house: House,
) -> None:
    house.settings(quiet_hours=("22:00", "09:00"))
    for minute in range(1, 7):
        house.at(6, minute)
        house.complete(house.quest(title=f"Quest {minute}", base_xp=500))

    house.at(9)

    made = [each.created_at for each in house.told()]
    assert len(set(made)) > 2
    assert made == sorted(made)


def test_a_type_that_is_off_for_a_moment_of_quiet_hours_is_not_lost(house: House) -> None:
    house.settings(quiet_hours=("22:00", "07:30"))
    house.complete(house.quest())

    house.settings(achievement_alerts=False)
    house.settings(quiet_hours=("22:00", "08:00"))
    house.settings(achievement_alerts=True)
    house.at(8)

    assert house.told(Kind.ACHIEVEMENT_UNLOCKED)


def test_a_change_of_zone_moves_what_waits_to_where_quiet_hours_end_then(house: House) -> None:
    house.settings(quiet_hours=("05:00", "04:00"))
    house.complete(house.quest())
    assert house.next_sent() == MORNING.replace(hour=4) + timedelta(days=1)

    # From midnight on, when the hunter's clock shows 09:00: quiet until 04:00, five hours before the old midnight.
    house.settings(timezone="Asia/Tokyo")

    assert house.told() == []
    assert house.next_sent() == MORNING.replace(hour=19) + timedelta(days=1)
    house.settings(timezone="UTC")
    assert house.next_sent() == MORNING.replace(hour=4) + timedelta(days=1), "taken back"


def test_quiet_hours_that_a_change_of_zone_ends_end_with_it(house: House) -> None:
    house.settings(quiet_hours=("05:00", "04:00"), timezone="Asia/Tokyo")
    house.settings(quiet_hours=("22:00", "07:00"))
    house.at(22, 30)
    house.complete(house.quest())

    # At midnight it is 09:00 in Tokyo.
    assert house.next_sent() == MORNING.replace(hour=0) + timedelta(days=1)
