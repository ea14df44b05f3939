from __future__ import annotations

from datetime import timedelta

import pytest

from hunter_core import events
from hunter_core.notifications.consumer import NotificationConsumer
from hunter_core.notifications.inbox import mark_read, remove
from hunter_core.notifications.notification import NotificationType as Kind
from hunter_core.ports import UnitOfWork
from tests.usecases.notification_house import House


@pytest.fixture
def house() -> House:
    return House()


def test_what_a_completion_reaches_is_told_once_each(house: House) -> None:
    outcome = house.complete(house.quest(base_xp=400))

    unlocked = house.told(Kind.ACHIEVEMENT_UNLOCKED)
    assert {each.achievement_id for each in unlocked} == {each.id for each in outcome.achievements}
    assert len(unlocked) == len(outcome.achievements) > 0
    (level,) = house.told(Kind.LEVEL_UP)
    assert level.title == f"Level {outcome.hunter.level}"
    assert all(each.is_sent and each.sent_at == house.instant and not each.is_read for each in house.told())


def test_an_event_that_comes_twice_is_told_once(house: House) -> None:
    house.complete(house.quest())
    before = house.told()

    with house.store.read() as uow:
        again = uow.outbox.since(house.hunter.id, 0, 1000)
    house.write(lambda uow: NotificationConsumer().consume(uow, again, house.instant))

    assert house.told() == before
    assert len(house.events(events.NOTIFICATION_CREATED)) == len(before)


def test_what_was_removed_does_not_come_again(house: House) -> None:
    house.complete(house.quest())
    for each in house.told():
        house.write(
            lambda uow, each=each: remove(  # type: ignore[misc]
                uow=uow, hunter_id=house.hunter.id, notification_id=each.id, now=house.instant
            )
        )

    with house.store.read() as uow:
        again = uow.outbox.since(house.hunter.id, 0, 1000)
    house.write(lambda uow: NotificationConsumer().consume(uow, again, house.instant))

    assert house.told() == []


def test_every_notification_is_an_event_under_the_hunters_numbers(house: House) -> None:
    house.complete(house.quest())

    told = {
        each.data["notificationId"]: each.data["title"] for each in house.events(events.NOTIFICATION_CREATED)
    }
    assert told == {str(each.id): each.title for each in house.told()}
    with house.store.read() as uow:
        numbers = [each.seq for each in uow.outbox.since(house.hunter.id, 0, 1000)]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_void_takes_back_what_nobody_has_read_and_leaves_what_was(house: House) -> None:
    outcome = house.complete(house.quest())
    first, *others = house.told(Kind.ACHIEVEMENT_UNLOCKED)
    assert others, "the test needs two"
    house.write(lambda uow: mark_read(uow=uow, hunter_id=house.hunter.id, notification_id=first.id))

    house.void(outcome)

    assert [each.id for each in house.told(Kind.ACHIEVEMENT_UNLOCKED)] == [first.id]


def test_what_is_taken_back_before_anybody_was_told_is_told_to_nobody(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.verified()
    quest = house.quest()
    with monkeypatch.context() as later:
        later.setattr(house, "relayed", lambda: None)
        house.void(house.complete(quest))
        house.instant += timedelta(minutes=1)
        outcome = house.complete(quest)

    house.relayed()

    told = house.told(Kind.ACHIEVEMENT_UNLOCKED)
    assert len(told) == len(outcome.achievements) > 0
    with house.store.read() as uow:
        frames = [each.type for each in uow.outbox.since(house.hunter.id, 1, 1000)]
    assert frames.count(events.NOTIFICATION_CREATED) == len(house.told())
    assert len(house.mails()) == len(house.told())


def test_an_achievement_earned_again_is_told_again(house: House) -> None:
    quest = house.quest()
    house.void(house.complete(quest))
    house.instant += timedelta(minutes=1)

    outcome = house.complete(quest)

    assert len(house.told(Kind.ACHIEVEMENT_UNLOCKED)) == len(outcome.achievements)


def test_alerts_that_are_off_are_not_told(house: House) -> None:
    house.settings(achievement_alerts=False)

    house.complete(house.quest(base_xp=400))

    assert house.told() == []
    assert house.events(events.NOTIFICATION_CREATED) == []


def test_it_is_told_in_the_hunters_language_and_else_in_english(house: House) -> None:
    house.settings(language="de-AT")
    house.complete(house.quest(base_xp=400))
    assert house.told(Kind.LEVEL_UP)[0].message.startswith("Du bist von Stufe 1")

    another = House()
    another.settings(language="tlh")
    another.complete(another.quest(base_xp=400))
    assert another.told(Kind.LEVEL_UP)[0].message.startswith("You rose from level 1")


def test_a_friends_request_is_told(house: House) -> None:
    def asked(uow: UnitOfWork) -> None:
        uow.hunters.lock(house.hunter.id)
        news = events.Announcements(house.hunter.id, after=0, at=house.instant)
        news.tell(events.FRIEND_REQUESTED, hunterName="Cha_Hae-In")
        uow.outbox.add(news.events)

    house.write(asked)
    house.relayed()

    assert [each.title for each in house.told(Kind.FRIEND_REQUEST)] == ["Cha_Hae-In asks to be your friend"]
