"""What hunters are told: of what, when, by which ways, and what not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar

import pytest

from hunter_adapters.memory import MemoryStore
from hunter_core import events
from hunter_core.completions.commands import VoidCompletion
from hunter_core.completions.complete import complete
from hunter_core.completions.outcome import Outcome
from hunter_core.completions.take_back import take_back
from hunter_core.dice import HashDice
from hunter_core.hunters.change_settings import SettingsChanges, change_settings
from hunter_core.hunters.hunter import Hunter
from hunter_core.hunters.pauses import plan_pause
from hunter_core.live.fan_out import LocalFanOut
from hunter_core.mail.mail import Mail, MailTemplate
from hunter_core.notifications.consumer import NotificationConsumer
from hunter_core.notifications.due import look_at_due, send_due
from hunter_core.notifications.inbox import mark_read, remove
from hunter_core.notifications.notification import Notification
from hunter_core.notifications.notification import NotificationType as Kind
from hunter_core.notifications.push import PushTarget
from hunter_core.ports import UnitOfWork
from hunter_core.quests.archive import archive_quest
from hunter_core.quests.create import create_quest
from hunter_core.quests.edit import edit_quest
from hunter_core.quests.fields import QuestFields
from hunter_core.quests.quest import Quest
from hunter_core.quests.skip import skip_quest
from hunter_core.relay.relay import Relay
from hunter_core.words import QuestType
from tests.builders import a_command, a_hunter, a_rulebook, an_id, registered

Result = TypeVar("Result")
MORNING = datetime(2026, 11, 23, 6, tzinfo=UTC)
"""A Monday, six in the morning in the hunter's zone, UTC."""


class House:
    """A store with a hunter in it, the relay and the jobs, by a clock that the test moves."""

    def __init__(self, **hunter: Any) -> None:
        self.store, self.instant = MemoryStore(), MORNING
        self.hunter: Hunter = registered(self.store, a_hunter(**hunter))
        self.rules = a_rulebook()
        self.relay = Relay(self.store, self, consumers=[NotificationConsumer()], fan_out=LocalFanOut())

    def now(self) -> datetime:
        return self.instant

    def write(self, work: Callable[[UnitOfWork], Result]) -> Result:
        return self.store.run(work)

    def settings(self, **changes: Any) -> None:
        self.write(
            lambda uow: change_settings(
                uow=uow,
                hunter_id=self.hunter.id,
                changes=SettingsChanges(**changes),
                now=self.instant,
                limits=self.rules.limits,
            )
        )

    def verified(self) -> None:
        def verify(uow: UnitOfWork) -> None:
            uow.accounts.save(replace(uow.accounts.lock(self.hunter.id), is_verified=True))

        self.write(verify)

    def quest(self, **fields: Any) -> Quest:
        given: dict[str, Any] = {"title": "Push-ups", "type": QuestType.DAILY, "base_xp": 100}
        made = self.write(
            lambda uow: create_quest(
                uow=uow,
                hunter_id=self.hunter.id,
                fields=QuestFields(**given | fields),
                now=self.instant,
                limits=self.rules.limits,
            )
        )
        self.relayed()
        return made

    def complete(self, quest: Quest, **more: Any) -> Outcome:
        outcome = self.write(
            lambda uow: complete(
                uow=uow,
                command=a_command(quest, self.instant, **more),
                now=self.instant,
                rulebook=self.rules,
                dice=HashDice(),
                request=None,
                answer=lambda _: (200, b""),
            )
        )
        assert isinstance(outcome, Outcome)
        self.relayed()
        return outcome

    def void(self, outcome: Outcome) -> None:
        command = VoidCompletion(
            hunter_id=self.hunter.id,
            quest_id=outcome.completion.quest_id,
            completion_id=outcome.completion.id,
        )
        self.write(lambda uow: take_back(uow=uow, command=command, now=self.instant, rulebook=self.rules))
        self.relayed()

    def relayed(self) -> None:
        while self.relay.run():
            pass

    def at(self, hour: int, minute: int = 0, *, days: int = 0) -> None:
        """Let the jobs run each minute until then."""
        until = MORNING.replace(hour=hour, minute=minute) + timedelta(days=days)
        while self.instant < until:
            self.jobs()
            following = [until, *(each for each in (self.next_at(), self.next_sent()) if each is not None)]
            self.instant = max(self.instant + timedelta(seconds=1), min(following))
        self.jobs()

    def jobs(self) -> None:
        look_at_due(store=self.store, clock=self, rulebook=self.rules)
        send_due(store=self.store, clock=self)
        self.relayed()

    def next_at(self) -> datetime | None:
        with self.store.read() as uow:
            agenda = uow.agendas.get(self.hunter.id)
        return None if agenda is None else agenda.next_at

    def next_sent(self) -> datetime | None:
        with self.store.read() as uow:
            found = uow.notifications.unsent(self.hunter.id, datetime.max.replace(tzinfo=UTC))
        return min((each.scheduled_for for each in found), default=None)

    def told(self, *kinds: Kind) -> list[Notification]:
        """Return what was sent and not removed, the earliest first."""
        with self.store.read() as uow:
            found, _ = uow.notifications.page(self.hunter.id, unread=None, kind=None, page=1, limit=100)
        return [each for each in reversed(found) if not kinds or each.type in kinds]

    def events(self, kind: str) -> list[Any]:
        with self.store.read() as uow:
            return [each for each in uow.outbox.since(self.hunter.id, 0, 1000) if each.type == kind]

    def mails(self) -> list[Mail]:
        return self.write(lambda uow: list(uow.mails.lock_due(datetime.max.replace(tzinfo=UTC), 100)))


@pytest.fixture
def house() -> House:
    return House()


# --- what follows from events ---------------------------------------------------------------------------------


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


# --- by which ways --------------------------------------------------------------------------------------------


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


# --- quiet hours ----------------------------------------------------------------------------------------------


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


# --- reminders ------------------------------------------------------------------------------------------------


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


# --- streaks --------------------------------------------------------------------------------------------------


def test_a_streak_at_stake_is_warned_of_once_hours_before_the_day_ends(house: House) -> None:
    house.complete(house.quest())

    house.at(23, 59, days=1)

    (warning,) = house.told(Kind.STREAK_WARNING)
    assert warning.created_at == MORNING.replace(hour=21) + timedelta(days=1)
    assert warning.title == "Your streak of 1 day is at stake"
    assert warning.message == "Complete any quest before 00:00, and it goes on."


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


# --- digest ---------------------------------------------------------------------------------------------------


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
