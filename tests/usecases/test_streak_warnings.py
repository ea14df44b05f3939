from __future__ import annotations

from datetime import date, timedelta

import pytest

from hunter_core import events
from hunter_core.hunters.pauses import plan_pause
from hunter_core.notifications.notification import NotificationType as Kind
from tests.usecases.notification_house import MORNING, House


@pytest.fixture
def house() -> House:
    return House()


def test_a_streak_at_stake_is_warned_of_once_hours_before_the_day_ends(house: House) -> None:
    house.complete(house.quest())

    house.at(23, 59, days=1)

    (warning,) = house.told(Kind.STREAK_WARNING)
    assert warning.created_at == MORNING.replace(hour=21) + timedelta(days=1)
    assert warning.title == "Your streak of 1 day is at stake"
    assert warning.message == "Complete any quest before midnight, and it goes on."


def test_nobody_is_warned_who_has_done_something_or_has_no_streak_or_is_covered(house: House) -> None:
    quest = house.quest()
    house.at(23, 59)
    assert house.told(Kind.STREAK_WARNING) == [], "no streak"

    house.at(6, days=1)
    house.complete(quest)
    house.at(6, days=2)
    house.complete(quest)
    house.at(23, 59, days=2)
    assert house.told(Kind.STREAK_WARNING) == [], "done"

    day = date(2026, 11, 26)
    house.write(
        lambda uow: plan_pause(
            uow=uow,
            hunter_id=house.hunter.id,
            start=day,
            until=day,
            now=house.instant,
            limits=house.rules.limits,
        )
    )
    house.at(23, 59, days=3)
    assert house.told(Kind.STREAK_WARNING) == [], "covered"
    house.at(23, 59, days=4)
    assert len(house.told(Kind.STREAK_WARNING)) == 1


def test_the_end_of_a_streak_is_announced_once_and_then_nothing_is_expected(house: House) -> None:
    house.complete(house.quest())

    house.at(12, days=5)

    (broken,) = house.events(events.STREAK_BROKEN)
    assert broken.data == {"streak": 1, "maxStreak": 1, "lastDay": "2026-11-23"}
    assert broken.at == MORNING.replace(hour=0) + timedelta(days=2)
    assert house.next_at() is None
