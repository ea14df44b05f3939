from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from hunter_core.mail.mail import MailTemplate
from hunter_core.notifications.push import PushTarget
from hunter_core.ports import UnitOfWork
from tests.builders import an_id
from tests.usecases.notification_house import MORNING, House


@pytest.fixture
def house() -> House:
    return House()


def test_each_is_a_mail_to_an_address_that_is_proved(house: House) -> None:
    house.verified()

    house.complete(house.quest(base_xp=400))

    mails = house.mails()
    assert len(mails) == len(house.told()) > 1
    assert {mail.details["title"] for mail in mails} == {each.title for each in house.told()}
    assert {mail.recipient for mail in mails} == {f"{house.hunter.name}@example.org"}
    assert {mail.template for mail in mails} == {MailTemplate.NOTIFICATION}


@pytest.mark.parametrize("why", ["not proved", "not wanted"])
def test_there_is_no_mail_to_an_address_that_is_not_proved_or_not_wanted(house: House, why: str) -> None:
    if why == "not wanted":
        house.verified()
        house.settings(email_notifications=False)

    house.complete(house.quest(base_xp=400))

    assert house.told()
    assert house.mails() == []


def test_every_push_target_gets_a_delivery_where_pushes_are_wanted(house: House) -> None:
    def add(uow: UnitOfWork) -> None:
        uow.hunters.lock(house.hunter.id)
        for label in ("phone", "watch"):
            target = PushTarget(
                id=an_id(label),  # type: ignore[arg-type]
                hunter_id=house.hunter.id,
                sealed=b"",
                shown=label,
                created_at=house.instant,
            )
            uow.push_targets.add(target)

    house.write(add)
    outcome = house.complete(house.quest())
    later = house.instant + timedelta(minutes=1)
    tasks = house.write(lambda uow: uow.push_deliveries.take(house.instant, until=later, limit=100))
    assert {task.target.shown for task in tasks} == {"phone", "watch"}
    assert len(tasks) == 2, "of each target, one at a time"
    assert outcome.achievements

    another = House()
    another.settings(push_notifications=False)
    another.complete(another.quest())
    assert another.write(lambda uow: uow.push_deliveries.take(later, until=later, limit=100)) == []


def test_nothing_leaves_the_server_for_an_account_that_is_out_of_use(house: House) -> None:
    house.verified()
    quest = house.quest()

    def deactivate(uow: UnitOfWork) -> None:
        hunter = uow.hunters.lock(house.hunter.id)
        uow.hunters.save(replace(hunter, is_active=False))
        target = PushTarget(
            id=an_id("phone"),  # type: ignore[arg-type]
            hunter_id=house.hunter.id,
            sealed=b"",
            shown="phone",
            created_at=house.instant,
        )
        uow.push_targets.add(target)

    house.write(deactivate)
    house.complete(quest)

    assert house.told()
    assert house.mails() == []
    assert house.write(lambda uow: uow.push_deliveries.take(house.instant, until=MORNING, limit=9)) == []
