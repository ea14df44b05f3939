"""What a pass of the relay asks of the database: the same for many hunters as for one (issue 5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import pytest

from hunter_adapters.sql import SqlStore
from hunter_adapters.testing.builders import NOW, a_command, a_hunter, a_quest, a_rulebook, an_id, registered
from hunter_adapters.testing.clock import StillClock
from hunter_core.completions.complete import complete
from hunter_core.dice import HashDice
from hunter_core.hunters.hunter import Hunter
from hunter_core.ids import PushTargetId
from hunter_core.live.fan_out import LocalFanOut
from hunter_core.notifications.consumer import NotificationConsumer
from hunter_core.notifications.push import PushTarget
from hunter_core.ports import UnitOfWork
from hunter_core.quests.quest import Quest
from hunter_core.relay.relay import Relay
from hunter_core.webhooks.consumer import WebhookConsumer

PASS = ["SELECT", "SELECT", "SELECT", "UPDATE"]
"""The hunters whose turn it is, their events, their webhooks, and the mark."""
TELLING = ["SELECT", "SELECT", "INSERT", "INSERT"]
"""The hunters' locks, how they are told, the notifications, and what sockets hear of them."""
MAILS = STREAKS = ["INSERT"]
PUSHES = ["SELECT", "INSERT", "UPDATE"]
"""Mails; when to look at those whose streak began; push targets' locks, the deliveries, and the targets' turns."""
IDLE = ["SELECT"]


class Passes(NamedTuple):
    """A relay over a store whose statements are seen."""

    store: SqlStore
    relay: Relay
    seen: list[str]

    def asked(self) -> list[str]:
        """Make a pass, and return what its statements begin with, sorted; it is one transaction."""
        self.seen.clear()
        self.relay.run()
        words = [statement.split(None, 1)[0].upper() for statement in self.seen]
        assert [words.count("BEGIN"), words.count("COMMIT")] == [1, 1]
        return sorted(word for word in words if word not in ("BEGIN", "COMMIT"))

    def count(self, table: str) -> int:
        """Return how many rows *table* has."""
        with self.store.database.engine().connect() as connection:
            return int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())


@pytest.fixture
def passes(url: str, opened: Callable[..., SqlStore]) -> Passes:
    seen: list[str] = []
    store = opened(url, observer=seen.append)
    store.seed_achievements(a_rulebook().catalogue)
    consumers = (NotificationConsumer(), WebhookConsumer())
    return Passes(store, Relay(store, StillClock(), consumers=consumers, teller=LocalFanOut()), seen)


def _who_completed(store: SqlStore, name: str) -> tuple[Hunter, Quest]:
    """Return a hunter whose first completion, with all that it unlocked, waits for the relay."""
    hunter = a_hunter(name)
    quest = a_quest(hunter, completions_per_day=50)
    registered(store, hunter, quest)
    _complete(store, quest, "first")
    return hunter, quest


def _complete(store: SqlStore, quest: Quest, label: str) -> None:
    def work(uow: UnitOfWork) -> None:
        complete(
            uow=uow,
            command=a_command(quest, label),
            now=NOW,
            rulebook=a_rulebook(),
            dice=HashDice(),
            request=None,
            answer=lambda _: (200, b""),
        )

    store.run(work)


def _reached_everywhere(uow: UnitOfWork, hunter: Hunter) -> None:
    uow.accounts.save(replace(uow.accounts.lock(hunter.id), is_verified=True))
    uow.hunters.lock(hunter.id)
    target = PushTargetId(an_id(f"phone of {hunter.name}"))
    uow.push_targets.add(
        PushTarget(id=target, hunter_id=hunter.id, sealed=b"sealed", shown="phone", created_at=NOW)
    )


@pytest.mark.parametrize("hunters", [1, 2, 20])
def test_a_pass_asks_as_often_for_many_hunters_who_reached_something_as_for_one(
    passes: Passes, hunters: int
) -> None:
    for number in range(hunters):
        _who_completed(passes.store, f"Hunter{number}")

    assert passes.asked() == sorted(PASS + TELLING + STREAKS)
    # What was told goes on to sockets and webhooks by the next one, and nobody is locked for it.
    assert passes.asked() == PASS
    assert passes.asked() == IDLE
    assert passes.count("notifications") > hunters


def test_mails_and_pushes_of_many_hunters_are_a_statement_each(passes: Passes) -> None:
    for number in range(3):
        hunter, _ = _who_completed(passes.store, f"Hunter{number}")
        passes.store.run(partial(_reached_everywhere, hunter=hunter))

    assert passes.asked() == sorted(PASS + TELLING + MAILS + PUSHES + STREAKS)
    assert passes.count("mails") == passes.count("push_deliveries") == passes.count("notifications") > 3


def test_completions_from_which_nothing_follows_are_marked_and_nobody_is_locked(passes: Passes) -> None:
    quests = [_who_completed(passes.store, f"Hunter{number}")[1] for number in range(5)]
    while passes.relay.run():
        pass
    for quest in quests:
        _complete(passes.store, quest, "second")
    told = passes.count("notifications")

    assert passes.asked() == PASS
    assert passes.count("notifications") == told, "the test is about those from whom nothing follows"


def test_at_rest_one_statement_tells_that_nothing_waits(passes: Passes) -> None:
    passes.seen.clear()
    assert not passes.relay.is_any()
    assert len(passes.seen) == 1
