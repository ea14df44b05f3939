"""Pushing: none holds another up, and what fails is tried again and given up in the end."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from hunter_adapters.crypto.keys import KeyRing
from hunter_adapters.crypto.vault import AesVault
from hunter_adapters.memory import MemoryStore
from hunter_adapters.testing.clock import StillClock
from hunter_core import carrier
from hunter_core.accounts.secrets import Vault
from hunter_core.ids import NotificationId, PushTargetId
from hunter_core.notifications.notification import Notification, NotificationType
from hunter_core.notifications.ports import PushFailed
from hunter_core.notifications.push import (
    FIRST_PAUSE,
    LEASE,
    LONGEST_PAUSE,
    MOST_TRIES,
    PushDelivery,
    PushTarget,
    context_of,
)
from hunter_core.notifications.push_due import PushCarrier
from hunter_core.ports import UnitOfWork
from tests.builders import NOW, a_hunter, a_rulebook, an_id, registered
from tests.usecases.gates import a_gate

VAULT = a_gate().vault


class Pusher:
    """Takes what it is given, but hangs or fails for some."""

    def __init__(self) -> None:
        self.taken: Counter[tuple[str, str]] = Counter()
        self.fails: dict[str, PushFailed] = {}
        self.hangs: dict[str, threading.Event] = {}

    def check(self, url: str) -> str:
        return "shown"

    def push(self, url: str, title: str, message: str) -> None:
        if url in self.hangs:
            assert self.hangs[url].wait(60)
        if url in self.fails:
            raise self.fails[url]
        self.taken[url, title] += 1


class House:
    """A hunter with targets, and notifications on their way to each."""

    def __init__(self, *urls: str, titles: int = 1) -> None:
        self.store, self.pusher, self.clock = MemoryStore(lock_timeout=30), Pusher(), StillClock()
        self.hunter = registered(self.store, a_hunter())
        self.carrier = self.another(VAULT)

        def add(uow: UnitOfWork) -> dict[str, PushTarget]:
            uow.hunters.lock(self.hunter.id)
            targets = {url: self.target(url) for url in urls}
            for target in targets.values():
                uow.push_targets.add(target)
            for place in range(titles):
                told = self.notification(str(place))
                uow.notifications.add([told])
                uow.push_deliveries.add(
                    [
                        PushDelivery(
                            target_id=target.id,
                            notification_id=told.id,
                            created_at=NOW + timedelta(seconds=place),
                            queued_at=NOW + timedelta(seconds=place),
                            due_at=NOW,
                        )
                        for target in targets.values()
                    ]
                )
            return targets

        self.targets = self.store.run(add)

    def target(self, url: str) -> PushTarget:
        target_id = PushTargetId(an_id(f"target-{url}"))
        sealed = VAULT.seal(url, context_of(target_id))
        return PushTarget(
            id=target_id, hunter_id=self.hunter.id, sealed=sealed, shown=f"{url}://…", created_at=NOW
        )

    def another(self, vault: Vault) -> PushCarrier:
        return PushCarrier(
            store=self.store, pusher=self.pusher, vault=vault, clock=self.clock, rulebook=a_rulebook()
        )

    def notification(self, title: str) -> Notification:
        return Notification(
            id=an_id(title),  # type: ignore[arg-type]
            hunter_id=self.hunter.id,
            type=NotificationType.SYSTEM,
            title=title,
            message="",
            scheduled_for=NOW,
            sent_at=NOW,
            created_at=NOW,
        )

    def parked(self) -> list[PushDelivery]:
        with self.store.read() as uow:
            return [task.delivery for task in uow.push_deliveries.parked(100)]


def test_each_target_gets_each_notification_once() -> None:
    house = House("a", "b", titles=3)

    assert house.carrier.run() is False

    assert house.pusher.taken == {(url, title): 1 for url in "ab" for title in "012"}
    assert house.carrier.run() is False
    assert set(house.pusher.taken.values()) == {1}


def test_a_target_that_hangs_holds_up_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carrier, "LOOK_AGAIN", 0.01)
    house = House("hangs", *"abcdefghij"[:4], titles=3)
    house.pusher.hangs["hangs"] = threading.Event()
    thread = threading.Thread(target=house.carrier.run)
    thread.start()
    deadline = time.monotonic() + 60
    while len(house.pusher.taken) < 12 and time.monotonic() < deadline:
        time.sleep(0.01)

    assert {url for url, _ in house.pusher.taken} == set("abcd")
    assert len(house.pusher.taken) == 12
    house.pusher.hangs["hangs"].set()
    thread.join(60)
    assert house.pusher.taken["hangs", "0"] == 1


def test_what_fails_is_tried_again_and_given_up_in_the_end() -> None:
    house = House("down", "up")
    house.pusher.fails["down"] = PushFailed("no")
    for _ in range(MOST_TRIES):
        assert house.parked() == []
        house.carrier.run()
        house.clock.instant += LONGEST_PAUSE

    assert house.pusher.taken == {("up", "0"): 1}
    (given_up,) = house.parked()
    assert (given_up.tries, given_up.last_error) == (MOST_TRIES, "no")


def test_what_failed_is_left_alone_for_a_while_and_goes_out_when_the_target_is_back() -> None:
    house = House("down")
    house.pusher.fails["down"] = PushFailed("no")
    house.carrier.run()
    house.pusher.fails.clear()

    house.carrier.run()
    assert not house.pusher.taken
    house.clock.instant += FIRST_PAUSE
    house.carrier.run()

    assert house.pusher.taken == {("down", "0"): 1}


def test_the_pauses_double_up_to_the_longest() -> None:
    delivery = PushDelivery(
        target_id=PushTargetId(an_id("t")),
        notification_id=NotificationId(an_id("n")),
        created_at=NOW,
        queued_at=NOW,
        due_at=NOW,
    )
    pauses = []
    for _ in range(MOST_TRIES - 1):
        delivery = delivery.failed("no", NOW, for_good=False)
        pauses.append(delivery.due_at - NOW)
    assert pauses == [FIRST_PAUSE * 2**place for place in range(MOST_TRIES - 1)]
    assert max(pauses) <= LONGEST_PAUSE


def test_what_can_never_be_taken_is_given_up_at_once() -> None:
    house = House("inside")
    house.pusher.fails["inside"] = PushFailed("leads inside", for_good=True)

    house.carrier.run()

    assert [each.tries for each in house.parked()] == [1]


def test_one_that_this_process_has_no_key_for_is_left_to_one_that_does_and_is_not_given_up(
    caplog: pytest.LogCaptureFixture,
) -> None:
    house = House("a", "b")
    keyless = house.another(AesVault(KeyRing([("p1", bytes(range(32)))])))

    for _ in range(MOST_TRIES + 1):
        keyless.run()
        house.clock.instant += LEASE

    assert not house.pusher.taken
    assert house.parked() == []
    errors = [each for each in caplog.records if each.levelno >= logging.ERROR]
    assert ["HUNTER_PEPPERS" in each.getMessage() for each in errors] == [True]
    house.carrier.run()
    assert house.pusher.taken == {("a", "0"): 1, ("b", "0"): 1}


def test_what_a_key_of_before_sealed_is_readable_while_it_is_listed_and_sealed_anew_when_used() -> None:
    house = House("good", "down")
    house.pusher.fails["down"] = PushFailed("no")
    today = AesVault(KeyRing([("p2", bytes(range(32))), ("p1", bytes(range(100, 132)))]))
    assert all(today.outdated(target.sealed) for target in house.targets.values())

    house.another(today).run()

    with house.store.read() as uow:
        kept = {
            today.open(each.sealed, context_of(each.id)): each
            for each in uow.push_targets.of(house.hunter.id)
        }
    assert kept.keys() == {"good", "down"}
    assert house.pusher.taken == {("good", "0"): 1}
    for url, target in kept.items():
        assert not today.outdated(target.sealed)
        assert VAULT.open(target.sealed, context_of(target.id)) is None
        assert replace(target, sealed=b"") == replace(house.targets[str(url)], sealed=b"")
