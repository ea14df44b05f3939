"""A hunter who is told things, and a clock that moves: what the tests of notifications begin with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from hunter_adapters.memory import MemoryStore
from hunter_core.completions.commands import VoidCompletion
from hunter_core.completions.complete import complete
from hunter_core.completions.outcome import Outcome
from hunter_core.completions.take_back import take_back
from hunter_core.dice import HashDice
from hunter_core.hunters.change_settings import SettingsChanges, change_settings
from hunter_core.hunters.hunter import Hunter
from hunter_core.live.fan_out import LocalFanOut
from hunter_core.mail.mail import Mail
from hunter_core.notifications.consumer import NotificationConsumer
from hunter_core.notifications.due import look_at_due, send_due
from hunter_core.notifications.notification import Notification
from hunter_core.notifications.notification import NotificationType as Kind
from hunter_core.ports import UnitOfWork
from hunter_core.quests.create import create_quest
from hunter_core.quests.fields import QuestFields
from hunter_core.quests.quest import Quest
from hunter_core.relay.relay import Relay
from hunter_core.words import QuestType
from tests.builders import a_command, a_hunter, a_rulebook, registered

Result = TypeVar("Result")

MORNING = datetime(2026, 11, 23, 6, tzinfo=UTC)
"""A Monday, six in the morning in the hunter's zone, UTC."""


class House:
    """A store with a hunter in it, the relay and the jobs, by a clock that the test moves."""

    def __init__(self, **hunter: Any) -> None:
        self.store, self.instant = MemoryStore(), MORNING
        self.hunter: Hunter = registered(self.store, a_hunter(**hunter))
        self.rules = a_rulebook()
        self.relay = Relay(self.store, self, consumers=[NotificationConsumer()], teller=LocalFanOut())

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
