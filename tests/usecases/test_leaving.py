"""Mails and pushes that could not go out at once obey what the hunter wants when they can (SPEC 6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from hunter_adapters.memory.accounts import MemorySettings
from hunter_adapters.memory.hunters import MemoryHunters
from hunter_adapters.memory.recipients import MemoryRecipients
from hunter_core.hunters.pauses import plan_pause
from hunter_core.ids import NotificationId, QuestId
from hunter_core.mail.mail import MailTemplate
from hunter_core.mail.post import post
from hunter_core.mail.send import LEASE as MAIL_LEASE
from hunter_core.notifications.inbox import remove
from hunter_core.notifications.notification import NotificationType as Kind
from hunter_core.notifications.push import LEASE as PUSH_LEASE
from hunter_core.notifications.tell import Draft, tell
from hunter_core.notifications.texts import Text
from hunter_core.places import NOBODY
from hunter_core.ports import UnitOfWork
from hunter_core.quests.archive import archive_quest
from hunter_core.quests.edit import edit_quest
from hunter_core.quests.fields import QuestFields
from hunter_core.quests.quest import Quest
from hunter_core.quests.skip import skip_quest
from tests.builders import an_id
from tests.usecases.leaving_house import LeavingHouse
from tests.usecases.notification_house import MORNING

MONDAY = date(2026, 11, 23)
Change = Callable[[LeavingHouse], None]


@pytest.fixture
def house() -> LeavingHouse:
    house = LeavingHouse()
    house.down()
    return house


def told_in_vain(house: LeavingHouse) -> int:
    """Let the hunter reach something, of which nothing can leave; return how many are told of it."""
    house.complete(house.quest())
    house.carry()
    told = len(house.told())
    assert told > 0
    assert house.left() == ([], [])
    assert house.waiting() == (told, told)
    return told


def out_of_use(house: LeavingHouse) -> None:
    def work(uow: UnitOfWork) -> None:
        uow.accounts.save(replace(uow.accounts.lock(house.hunter.id), is_active=False))
        uow.hunters.save(replace(uow.hunters.lock(house.hunter.id), is_active=False))

    house.write(work)


def removed(house: LeavingHouse) -> None:
    for each in house.told():

        def work(uow: UnitOfWork, this: NotificationId = each.id) -> None:
            remove(uow=uow, hunter_id=house.hunter.id, notification_id=this, now=house.instant)

        house.write(work)


def address(house: LeavingHouse, **changes: object) -> None:
    def work(uow: UnitOfWork) -> None:
        account = uow.accounts.lock(house.hunter.id)
        uow.accounts.save(replace(account, **changes))  # type: ignore[arg-type]

    house.write(work)


def test_what_is_still_wanted_leaves_once_when_it_can(house: LeavingHouse) -> None:
    told = told_in_vain(house)

    house.up()
    for _ in range(told + 1):
        house.carry(hours=2)

    mails, pushes = house.left()
    assert sorted(mails) == sorted(pushes) == sorted(each.title for each in house.told())
    assert house.waiting()[1] == 0


@pytest.mark.parametrize(
    ("change", "mails", "pushes"),
    [
        (lambda house: house.settings(achievement_alerts=False), False, False),
        (lambda house: house.settings(email_notifications=False), False, True),
        (lambda house: house.settings(push_notifications=False), True, False),
        (lambda house: address(house, is_verified=False), False, True),
        (removed, False, False),
        (out_of_use, False, False),
    ],
    ids=["of no type wanted", "no mails", "no pushes", "address not proved", "removed", "out of use"],
)
def test_what_is_not_wanted_any_more_does_not_leave_and_is_forgotten(
    house: LeavingHouse, change: Change, mails: bool, pushes: bool
) -> None:
    told = told_in_vain(house)
    asked, shown = house.pusher.asked, len(house.told())

    change(house)
    house.up()
    for _ in range(told + 1):
        house.carry(hours=2)

    by_mail, by_push = house.left()
    assert (len(by_mail), len(by_push)) == (told if mails else 0, told if pushes else 0)
    assert house.waiting() == (0, 0), "it is neither tried again nor given up"
    assert house.pusher.asked - asked == len(by_push), "the target is not even connected to"
    if change is not removed:
        assert len(house.told()) == shown, "what is in the app stays there"


def test_what_is_switched_off_and_on_again_before_it_could_leave_leaves(house: LeavingHouse) -> None:
    told = told_in_vain(house)

    house.settings(email_notifications=False, push_notifications=False)
    house.settings(email_notifications=True, push_notifications=True)
    house.up()
    for _ in range(told + 1):
        house.carry(hours=2)

    assert [len(each) for each in house.left()] == [told, told]


def test_what_was_given_up_and_is_tried_anew_is_asked_too(house: LeavingHouse) -> None:
    told_in_vain(house)
    for _ in range(60):
        house.carry(hours=2)
    assert all(each.parked_at is not None for each in house.deliveries())
    assert all(each.parked_at is not None for each in house.mails_waiting())

    house.settings(achievement_alerts=False)
    house.up()
    house.write(lambda uow: uow.mails.retry(None, house.instant))
    house.write(lambda uow: uow.push_deliveries.retry(None, house.instant))
    house.carry()

    assert house.left() == ([], [])
    assert house.waiting() == (0, 0)


def test_a_mail_goes_to_the_address_that_the_hunter_has_by_then(house: LeavingHouse) -> None:
    told = told_in_vain(house)

    address(house, email="New@example.org", email_key="new@example.org")
    house.carry(hours=2)
    assert {each.recipient for each in house.mails_waiting()[:1]} == {"New@example.org"}
    house.up()
    house.carry(hours=2)

    assert [message.recipient for message in house.mailer.sent] == ["New@example.org"] * told


def test_a_mail_greets_the_hunter_by_the_name_that_they_have_by_then_and_reads_them_once(
    house: LeavingHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = told_in_vain(house)

    def rename(uow: UnitOfWork) -> None:
        uow.hunters.save(replace(uow.hunters.lock(house.hunter.id), name="Igris"))

    house.write(rename)
    house.up()
    asked: list[str] = []
    for port, name in ((MemoryHunters, "get"), (MemorySettings, "get")):
        real = getattr(port, name)

        def counted(self: object, hunter_id: object, real: object = real, port: type = port) -> object:
            asked.append(port.__name__)
            return real(self, hunter_id)  # type: ignore[operator]

        monkeypatch.setattr(port, name, counted)
    house.carry(hours=2)

    assert len(house.mailer.sent) == told
    assert all("Igris" in message.text for message in house.mailer.sent)
    assert asked == [], "who it is for was read when it was asked whether it may leave"


def test_mails_about_the_account_ask_nobody(house: LeavingHouse) -> None:
    house.settings(email_notifications=False, quiet_hours=("00:00", "23:59"))
    house.write(
        lambda uow: post(
            uow=uow,
            template=MailTemplate.PASSWORD_CHANGED,
            to="old@example.org",
            account_id=house.hunter.id,
            now=house.instant,
        )
    )
    out_of_use(house)
    house.up()
    house.carry()
    assert [message.recipient for message in house.mailer.sent] == ["old@example.org"]


def test_in_quiet_hours_set_meanwhile_it_waits_for_their_end_and_no_try_is_counted(
    house: LeavingHouse,
) -> None:
    told = told_in_vain(house)
    tries = max(each.tries for each in house.mails_waiting())
    house.settings(quiet_hours=("05:00", "20:00"))
    house.up()

    while house.instant < MORNING.replace(hour=19, minute=50):
        house.carry(minutes=10)
        assert house.left() == ([], [])
    assert max(each.tries for each in house.mails_waiting()) == tries
    assert max(each.tries for each in house.deliveries()) == 1
    house.carry(minutes=10)

    assert [len(each) for each in house.left()] == [told, told]


def test_pushes_that_waited_for_the_end_of_quiet_hours_leave_in_the_order_in_which_they_came(
    house: LeavingHouse,
) -> None:
    titles = [f"News {place}" for place in range(6)]
    for title in titles:
        draft = Draft(
            id=NotificationId(an_id(title)), type=Kind.SYSTEM, text=Text(title=title, message="Read it.")
        )

        def say(uow: UnitOfWork, draft: Draft = draft) -> None:
            tell(uow=uow, hunter=uow.hunters.lock(house.hunter.id), drafts=[draft], now=house.instant)

        house.write(say)
        house.instant += timedelta(minutes=1)
    by_id = sorted(titles, key=lambda title: NotificationId(an_id(title)))
    assert by_id != titles, "else the order of the ids would do"
    house.carry()
    house.settings(quiet_hours=("05:00", "20:00"))
    house.up()

    while house.instant < MORNING.replace(hour=20):
        house.carry(minutes=10)

    assert house.pusher.taken == titles


def test_quiet_hours_that_are_ended_let_it_out_soon(house: LeavingHouse) -> None:
    told = told_in_vain(house)
    house.settings(quiet_hours=("05:00", "20:00"))
    house.carry(hours=2)
    house.up()

    house.settings(quiet_hours=())
    house.carry(minutes=15)

    assert [len(each) for each in house.left()] == [told, told]


def reminded_in_vain(house: LeavingHouse, at: str = "07:30") -> Quest:
    """Remind the hunter of a quest, of which nothing can leave."""
    quest = house.quest(reminder_time=at)
    hour, minute = map(int, at.split(":"))
    house.at(hour, minute)
    house.carry()
    assert [each.type for each in house.told()] == [Kind.QUEST_REMINDER]
    assert house.waiting() == (1, 1)
    return quest


def test_a_quest_that_cannot_be_read_keeps_its_reminder_back_and_nothing_else(
    house: LeavingHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(**_: object) -> None:
        raise ValueError("its versions are damaged")

    reminded_in_vain(house)
    house.complete(house.quest())
    house.relayed()
    others = len(house.told()) - 1
    monkeypatch.setattr("hunter_core.notifications.leaving.due_and_undone", failing)

    house.up()
    house.carry(minutes=30)

    assert others > 0
    assert [len(each) for each in house.left()] == [others, others]
    assert house.waiting() == (0, 0)


def change_quest(house: LeavingHouse, quest_id: QuestId, what: str) -> None:
    me, now, limits = house.hunter.id, house.instant, house.rules.limits

    def edit(**fields: object) -> None:
        changed = QuestFields(**fields)  # type: ignore[arg-type]
        house.write(
            lambda uow: edit_quest(
                uow=uow, hunter_id=me, quest_id=quest_id, fields=changed, now=now, limits=limits
            )
        )

    match what:
        case "paused":
            house.write(
                lambda uow: plan_pause(
                    uow=uow, hunter_id=me, start=MONDAY, until=MONDAY, now=now, limits=limits
                )
            )
        case "archived":
            house.write(lambda uow: archive_quest(uow=uow, hunter_id=me, quest_id=quest_id, now=now))
        case "skipped":
            house.write(
                lambda uow: skip_quest(
                    uow=uow, hunter_id=me, quest_id=quest_id, day=MONDAY, now=now, rulebook=house.rules
                )
            )
        case "off":
            edit(is_active=False)
        case "without a reminder":
            edit(reminder_time=None)
        case "reminders off":
            house.settings(quest_reminders=False)
        case _:
            assert what == "due"


@pytest.mark.parametrize(
    ("what", "leaves"),
    [
        ("due", True),
        ("paused", False),
        ("archived", False),
        ("skipped", False),
        ("off", False),
        ("without a reminder", False),
        ("reminders off", False),
    ],
)
def test_a_reminder_leaves_only_while_its_quest_is_due(house: LeavingHouse, what: str, leaves: bool) -> None:
    quest = reminded_in_vain(house)

    change_quest(house, quest.id, what)
    house.up()
    house.carry(hours=3)

    assert house.left() == (([quest.title], [quest.title]) if leaves else ([], []))
    assert house.deliveries() == []


def test_there_is_no_reminder_of_what_was_done_meanwhile(house: LeavingHouse) -> None:
    quest = reminded_in_vain(house)
    house.settings(achievement_alerts=False)

    house.complete(quest)
    house.up()
    house.carry(hours=3)

    assert house.left() == ([], [])
    assert house.waiting() == (0, 0)


@pytest.mark.parametrize(("hours", "leaves"), [(1, True), (1.2, False), (10, False)])
def test_a_reminder_is_of_use_as_long_as_its_day_lasts_or_an_hour(
    house: LeavingHouse, hours: float, leaves: bool
) -> None:
    reminded_in_vain(house, "23:30")
    house.up()
    house.carry(hours=hours)
    assert [len(each) for each in house.left()] == ([1, 1] if leaves else [0, 0])
    assert house.deliveries() == []


@pytest.mark.parametrize(("quiet", "leaves"), [(("07:00", "20:00"), True), (("07:31", "20:00"), False)])
def test_a_reminder_leaves_in_the_quiet_hours_that_it_came_in_and_in_no_others(
    house: LeavingHouse, quiet: tuple[str, str], leaves: bool
) -> None:
    reminded_in_vain(house)
    house.settings(quiet_hours=quiet)
    house.up()
    house.carry(hours=1)
    assert [len(each) for each in house.left()] == ([1, 1] if leaves else [0, 0])
    house.carry(hours=12)
    assert [len(each) for each in house.left()] == [1, 1], "its day is not over when they end"


def test_a_push_that_waits_for_the_end_of_quiet_hours_holds_up_no_reminder(house: LeavingHouse) -> None:
    told = told_in_vain(house)
    house.quest(title="Sleep", reminder_time="07:30")
    house.settings(quiet_hours=("06:00", "20:00"))
    house.up()
    for _ in range(9):
        house.carry(minutes=9)
    house.at(7, 30)

    house.carry()

    assert house.left() == (["Sleep"], ["Sleep"])
    house.instant = MORNING.replace(hour=20)
    house.carry()
    assert [len(each) for each in house.left()] == [told + 1, told + 1]


@pytest.mark.parametrize("what", ["at stake", "done", "the day is over", "done, and over", "off"])
def test_a_streak_warning_leaves_only_while_the_streak_is_at_stake(house: LeavingHouse, what: str) -> None:
    house.settings(achievement_alerts=False)
    quest = house.quest()
    house.complete(quest)
    house.at(21, days=1)
    house.carry()
    assert [each.type for each in house.told()] == [Kind.STREAK_WARNING]
    assert house.waiting() == (1, 1)

    match what:
        case "done":
            house.complete(quest)
        case "the day is over":
            house.instant += timedelta(hours=3)
        case "done, and over":
            # By now the streak is at stake again, but for another day.
            house.complete(quest)
            house.instant += timedelta(hours=3)
        case "off":
            house.settings(streak_warnings=False)
    house.up()
    house.carry(minutes=59)

    assert [len(each) for each in house.left()] == ([1, 1] if what == "at stake" else [0, 0])
    assert house.deliveries() == []


@pytest.mark.parametrize("is_done", [False, True])
def test_a_streak_warning_that_could_not_leave_before_quiet_hours_leaves_in_them(
    house: LeavingHouse, is_done: bool
) -> None:
    house.settings(achievement_alerts=False, quiet_hours=("21:00", "07:00"))
    quest = house.quest()
    house.complete(quest)
    house.at(20, 55, days=1)
    house.carry()
    assert [each.type for each in house.told()] == [Kind.STREAK_WARNING]
    house.carry(minutes=6)
    assert house.waiting() == (1, 1)

    if is_done:
        house.complete(quest)
    house.up()
    house.carry(minutes=15)

    assert [len(each) for each in house.left()] == ([0, 0] if is_done else [1, 1])
    assert house.deliveries() == []


@pytest.mark.parametrize(("hours", "leaves"), [(15, True), (17, False)])
def test_a_digest_leaves_on_its_day_alone(house: LeavingHouse, hours: int, leaves: bool) -> None:
    house.settings(daily_digest=True)
    house.quest()
    house.at(8)
    house.carry()
    assert [each.type for each in house.told()] == [Kind.DAILY_DIGEST]
    house.up()
    house.carry(hours=hours)
    assert [len(each) for each in house.left()] == ([1, 1] if leaves else [0, 0])


def test_those_that_are_taken_together_are_asked_about_together(
    house: LeavingHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    for label in ("watch", "tablet"):
        house.add_target(label)
    house.complete(house.quest())
    house.up()
    asked: list[str] = []
    for port, name in ((MemoryHunters, "get_all"), (MemoryRecipients, "of")):
        real = getattr(port, name)

        def counted(self: object, ids: object, real: object = real, name: str = name) -> object:
            asked.append(name)
            return real(self, ids)  # type: ignore[operator]

        monkeypatch.setattr(port, name, counted)

    tasks = house.write(lambda uow: house.carrier.due(uow, house.instant, 32, NOBODY))

    assert [len(tasks), asked] == [3, ["get_all", "of"]]


def test_what_somebody_took_and_died_with_is_asked_again(house: LeavingHouse) -> None:
    house.complete(house.quest())
    house.up()
    now = house.instant
    house.write(lambda uow: house.carrier.due(uow, now, 32, NOBODY))

    def take_mails(uow: UnitOfWork) -> None:
        for each in uow.mails.lock_due(now, 9):
            uow.mails.save(replace(each, due_at=now + MAIL_LEASE))

    house.write(take_mails)

    house.settings(achievement_alerts=False)
    house.carry(seconds=max(MAIL_LEASE, PUSH_LEASE).total_seconds())

    assert house.left() == ([], [])
    assert house.waiting() == (0, 0)
