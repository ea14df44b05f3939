from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from hunter_core.mail.mail import MailTemplate
from hunter_core.notifications.notification import NotificationType as Kind
from tests.builders import a_hunter, registered
from tests.usecases.notification_house import MORNING, House


@pytest.fixture
def house() -> House:
    return House()


def test_the_digest_tells_of_yesterday_and_today(house: House) -> None:
    house.settings(daily_digest=True, achievement_alerts=False)
    house.verified()
    quest = house.quest(base_xp=100)
    house.quest(title="Read")
    house.complete(quest)

    house.at(12, days=1)

    (digest,) = [each for each in house.told(Kind.DAILY_DIGEST) if each.created_at > MORNING + timedelta(1)]
    with house.store.read() as uow:
        xp = uow.days.get(house.hunter.id, date(2026, 11, 23)).xp  # type: ignore[union-attr]
    assert digest.message == (
        f"Yesterday you did 1 quest and gained {xp} XP. Your streak stands at 1 day. "
        "2 quests are due today: Push-ups, Read."
    )
    assert digest.created_at.time() == time(8)
    assert [mail.template for mail in house.mails()][-1] is MailTemplate.DAILY_DIGEST


def test_without_anything_to_tell_there_is_no_digest_and_without_the_setting_neither(house: House) -> None:
    house.settings(daily_digest=True)
    house.at(12, days=2)
    assert house.told() == []

    another = House()
    another.quest()
    another.at(12, days=2)
    assert another.told() == []


def test_a_hunter_of_whom_nothing_is_expected_is_not_looked_at(house: House) -> None:
    house.quest()
    house.jobs()
    assert house.next_at() is None


def test_nobody_else_hears_of_it(house: House) -> None:
    other = registered(house.store, a_hunter("Jinah"))

    house.complete(house.quest())

    with house.store.read() as uow:
        assert uow.notifications.page(other.id, unread=None, kind=None, page=1, limit=10) == ([], 0)
