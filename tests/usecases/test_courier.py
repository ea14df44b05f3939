"""The courier: nobody who hangs holds others up, and what was taken by one who died is carried out by the next."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hunter_adapters.crypto.keys import KeyRing
from hunter_adapters.crypto.vault import AesVault
from hunter_adapters.memory import MemoryStore
from hunter_adapters.testing.builders import NOW, a_hunter, an_id, registered
from hunter_adapters.testing.clock import StillClock
from hunter_adapters.testing.contract.webhooks import a_delivery, a_webhook
from hunter_core import carrier as room
from hunter_core.accounts.secrets import Vault
from hunter_core.carrier import NO_KEY
from hunter_core.hunters.hunter import Hunter
from hunter_core.notifications.notification import Notification
from hunter_core.places import MOST_AT_ONCE, MOST_OF_A_HOST, MOST_OF_A_HUNTER
from hunter_core.ports import UnitOfWork
from hunter_core.webhooks.courier import Courier
from hunter_core.webhooks.delivery import LEASE, MOST_TRIES, DeliveryState
from hunter_core.webhooks.ports import Failure, SendFailed
from hunter_core.webhooks.signature import new_secret
from hunter_core.webhooks.webhook import Webhook, secret_context, url_context
from tests.usecases.gates import a_gate

PATIENCE = 60.0
"""Seconds in which what nobody holds up has happened: half as long as those hang that could hold it up."""


class Sender:
    """Sends to names: those that hang, hang until they are let go."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.let_go = threading.Event()
        self.at_once, self.most_at_once = 0, 0
        self._lock = threading.Lock()
        self.raises: Callable[[], Exception] | None = None
        self.status = 200

    def check(self, url: str) -> str:
        return url

    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        with self._lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            if "hang" in url:
                self.let_go.wait(2 * PATIENCE)
                raise SendFailed("it did not answer in time", Failure.LATE)
            if self.raises is not None:
                raise self.raises()
            time.sleep(0.005)
            self.sent.append(url)
            return self.status
        finally:
            with self._lock:
                self.at_once -= 1


class House:
    def __init__(self) -> None:
        self.store, self.clock, self.sender = MemoryStore(lock_timeout=30), StillClock(), Sender()
        self.vault: Vault = a_gate().vault
        self.courier = self.another()

    def another(self) -> Courier:
        return Courier(store=self.store, sender=self.sender, vault=self.vault, clock=self.clock)

    def hook(self, hunter: Hunter, name: str, events: int = 1, host: str = "") -> Webhook:
        hook = a_webhook(hunter, name)
        hook = a_webhook(
            hunter,
            name,
            shown=host or name,
            sealed_url=self.vault.seal(name, url_context(hook.id)),
            sealed_secret=self.vault.seal(new_secret(), secret_context(hook.id)),
        )
        with self.store.write() as uow:
            uow.hunters.lock(hunter.id)
            uow.webhooks.add(hook)
            uow.webhook_deliveries.add([a_delivery(hook, seq) for seq in range(1, events + 1)])
            uow.commit()
        return hook

    def states(self, hook: Webhook) -> list[DeliveryState]:
        with self.store.read() as uow:
            return [each.state for each in reversed(uow.webhook_deliveries.of(hook.id, 100))]


@pytest.fixture
def house() -> Any:
    house = House()
    yield house
    house.sender.let_go.set()


def hunters(house: House, count: int) -> list[Hunter]:
    return [registered(house.store, a_hunter(f"Hunter{n}", id=an_id(f"hunter-{n}"))) for n in range(count)]


def speaking(house: House, hunter: Hunter, language: str) -> None:
    """Let *hunter* speak *language*."""

    def change(uow: UnitOfWork) -> None:
        uow.hunters.lock(hunter.id)
        uow.settings.save(replace(uow.settings.get(hunter.id), language=language))

    house.store.run(change)


def notifications(house: House, hunter: Hunter) -> list[Notification]:
    with house.store.read() as uow:
        found, _ = uow.notifications.page(hunter.id, unread=None, kind=None, page=1, limit=10)
    return list(found)


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, "it does not come to be"
        time.sleep(0.01)


def assert_so_many_hang(house: House, count: int) -> None:
    """Assert that *count* are being sent to, and no more come: those that have a place may still be on their way."""
    until(lambda: house.sender.at_once >= count)
    time.sleep(0.05)
    assert house.sender.at_once == count


def test_one_that_hangs_holds_nobody_up(house: House) -> None:
    one, two = hunters(house, 2)
    hanging = house.hook(one, "hangs", events=3)
    good = house.hook(two, "good", events=20)
    done = threading.Thread(target=house.courier.run, daemon=True)

    done.start()
    until(lambda: house.states(good) == [DeliveryState.DELIVERED] * 20)

    assert house.states(hanging) == [DeliveryState.WAITING] * 3
    assert_so_many_hang(house, 1)
    house.sender.let_go.set()
    done.join(PATIENCE)
    with house.store.read() as uow:
        assert uow.webhooks.get(one.id, hanging.id).failures == 1


def test_one_hunters_webhooks_that_hang_leave_room_for_others(house: House) -> None:
    greedy, *others = hunters(house, 5)
    for n in range(10):
        house.hook(greedy, f"hang-{n}")
    goods = [house.hook(other, f"good-{n}") for n, other in enumerate(others)]
    done = threading.Thread(target=house.courier.run, daemon=True)

    done.start()
    until(lambda: all(house.states(good) == [DeliveryState.DELIVERED] for good in goods))

    assert_so_many_hang(house, MOST_OF_A_HUNTER)


def test_many_hunters_who_let_theirs_hang_each_get_their_share_and_no_more(house: House) -> None:
    crowd = hunters(house, 6)
    for greedy in crowd[:5]:
        for n in range(10):
            house.hook(greedy, f"hang-{greedy.name}-{n}")
    good = house.hook(crowd[5], "good", events=10)
    threading.Thread(target=house.courier.run, daemon=True).start()

    until(lambda: house.states(good) == [DeliveryState.DELIVERED] * 10)

    assert_so_many_hang(house, 5 * MOST_OF_A_HUNTER)
    for greedy in crowd[:5]:
        with house.store.read() as uow:
            due = [
                each.due_at
                for hook in uow.webhooks.of(greedy.id)
                for each in uow.webhook_deliveries.of(hook.id, 1)
            ]
        assert sorted(due) == [NOW] * 7 + [NOW + LEASE] * 3, "those that wait have kept their turn"


def test_a_host_that_hangs_leaves_room_for_others(house: House) -> None:
    crowd = hunters(house, MOST_AT_ONCE + 1)
    for hunter in crowd[:-1]:
        house.hook(hunter, f"hang-{hunter.name}", host="https://down.example/…")
    good = house.hook(crowd[-1], "good", events=5)
    threading.Thread(target=house.courier.run, daemon=True).start()

    until(lambda: house.states(good) == [DeliveryState.DELIVERED] * 5)

    assert_so_many_hang(house, MOST_OF_A_HOST)


def test_no_more_are_carried_out_at_once_than_may_be(house: House) -> None:
    for n, hunter in enumerate(hunters(house, MOST_AT_ONCE + 10)):
        house.hook(hunter, f"hang-{n}")
    threading.Thread(target=house.courier.run, daemon=True).start()
    until(lambda: house.sender.at_once >= MOST_AT_ONCE)

    time.sleep(0.05)

    assert house.sender.most_at_once == MOST_AT_ONCE


def test_a_run_ends_though_somebody_hangs_and_the_next_hears_of_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "LONGEST_RUN", 0.05)
    monkeypatch.setattr(room, "LOOK_AGAIN", 0.02)
    (hunter,) = hunters(house, 1)
    hook = house.hook(hunter, "hangs")

    assert house.courier.run() is True
    house.sender.let_go.set()
    while house.courier.run():
        pass

    with house.store.read() as uow:
        (delivery,) = uow.webhook_deliveries.of(hook.id, 10)
    assert (delivery.tries, delivery.last_error) == (1, "it did not answer in time")


def test_what_somebody_took_who_died_is_carried_out_when_the_lease_is_over(house: House) -> None:
    (hunter,) = hunters(house, 1)
    hook = house.hook(hunter, "good")
    with house.store.write() as uow:
        assert uow.webhook_deliveries.take(NOW, until=NOW + LEASE, limit=1)
        uow.commit()

    assert house.courier.run() is False
    assert house.sender.sent == []
    house.clock.instant += LEASE
    house.courier.run()
    assert house.sender.sent == ["good"]
    assert house.states(hook) == [DeliveryState.DELIVERED]


def test_two_couriers_send_nothing_twice(house: House) -> None:
    for n, hunter in enumerate(hunters(house, 10)):
        house.hook(hunter, f"good-{n}", events=5)
    both = [threading.Thread(target=each.run) for each in (house.courier, house.another())]
    for each in both:
        each.start()
    for each in both:
        each.join(PATIENCE)
    assert len(house.sender.sent) == 50


def test_one_that_is_closed_takes_nothing_more_and_keeps_what_came_of_the_last(house: House) -> None:
    (hunter,) = hunters(house, 1)
    hook = house.hook(hunter, "hangs", events=2)
    running = threading.Thread(target=house.courier.run, daemon=True)
    running.start()
    while house.sender.at_once == 0:
        time.sleep(0.005)

    threading.Timer(0.1, house.sender.let_go.set).start()
    house.courier.close(wait=PATIENCE)
    running.join(PATIENCE)

    assert not running.is_alive()
    with house.store.read() as uow:
        assert [each.tries for each in uow.webhook_deliveries.of(hook.id, 10)] == [0, 1]


def test_what_nobody_foresaw_is_a_failure_like_any_other(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    (hunter,) = hunters(house, 1)
    hook = house.hook(hunter, "good")
    house.sender.raises = lambda: RuntimeError("what?")

    house.courier.run()

    with house.store.read() as uow:
        (delivery,) = uow.webhook_deliveries.of(hook.id, 10)
    assert (delivery.state, delivery.last_error) == (DeliveryState.WAITING, "a mistake of the server's")
    assert delivery.due_at == NOW + timedelta(seconds=10)
    assert "nobody foresaw" in caplog.text


def test_a_delivery_that_this_process_has_no_key_for_is_left_to_one_that_does_and_counts_as_no_failure(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    (hunter,) = hunters(house, 1)
    hook = house.hook(hunter, "good", events=2)
    ours = house.vault
    house.vault = AesVault(KeyRing([("p1", bytes(range(32)))]))
    keyless = house.another()

    for _ in range(MOST_TRIES + 1):
        keyless.run()
        house.clock.instant += LEASE

    with house.store.read() as uow:
        assert uow.webhooks.get(hunter.id, hook.id) == hook
        second, first = uow.webhook_deliveries.of(hook.id, 10)
    assert (first.tries, first.state, first.due_at) == (0, DeliveryState.WAITING, house.clock.instant)
    assert first.last_error == NO_KEY
    assert (second.tries, second.last_error) == (0, None)
    assert house.sender.sent == []
    errors = [each for each in caplog.records if each.levelno >= logging.ERROR]
    assert ["HUNTER_PEPPERS" in each.getMessage() for each in errors] == [True]

    house.vault = ours
    house.another().run()
    assert house.states(hook) == [DeliveryState.DELIVERED, DeliveryState.DELIVERED]


def test_what_a_key_of_before_sealed_is_sealed_anew_when_it_is_used(house: House) -> None:
    (hunter,) = hunters(house, 1)
    hook = house.hook(hunter, "good")
    before = house.vault.seal(new_secret(), secret_context(hook.id))
    hook = replace(hook, sealed_old_secret=before, old_secret_until=NOW + LEASE)
    with house.store.write() as uow:
        uow.hunters.lock(hunter.id)
        uow.webhooks.save(hook)
        uow.commit()
    old, house.vault = (
        house.vault,
        AesVault(KeyRing([("p2", bytes(range(32))), ("p1", bytes(range(100, 132)))])),
    )
    assert house.vault.outdated(hook.sealed_url)

    house.another().run()

    with house.store.read() as uow:
        kept = uow.webhooks.get(hunter.id, hook.id)
    assert kept.sealed_old_secret is not None
    for sealed, context in (
        (kept.sealed_url, url_context),
        (kept.sealed_secret, secret_context),
        (kept.sealed_old_secret, secret_context),
    ):
        assert not house.vault.outdated(sealed)
        assert old.open(sealed, context(hook.id)) is None
    assert house.vault.open(kept.sealed_url, url_context(hook.id)) == "good"
    assert house.states(hook) == [DeliveryState.DELIVERED]


def test_what_a_key_of_before_sealed_is_sealed_anew_though_nobody_answers(house: House) -> None:
    (hunter,) = hunters(house, 1)
    hook = house.hook(hunter, "good")
    house.vault = AesVault(KeyRing([("p2", bytes(range(32))), ("p1", bytes(range(100, 132)))]))
    house.sender.raises = lambda: SendFailed("it did not answer in time", Failure.LATE)

    house.another().run()

    with house.store.read() as uow:
        kept = uow.webhooks.get(hunter.id, hook.id)
    assert kept.failures == 1
    assert not house.vault.outdated(kept.sealed_url)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Your webhook at gone answered 410, which asks to be told nothing any more."),
        ("de", "Dein Webhook bei gone hat mit 410 geantwortet und damit gebeten, nichts mehr zu erfahren."),
    ],
)
def test_one_that_says_it_is_gone_is_switched_off_and_its_owner_told_that_it_said_so(
    house: House, language: str, said: str
) -> None:
    (hunter,) = hunters(house, 1)
    speaking(house, hunter, language)
    hook = house.hook(hunter, "gone", events=3)
    house.sender.status = 410

    house.courier.run()

    (told,) = notifications(house, hunter)
    assert told.message.startswith(said)
    assert "again and again" not in told.message
    assert house.states(hook) == [DeliveryState.WAITING] * 3


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Your webhook at down failed again and again, the last time with: answered 500."),
        ("de", "Dein Webhook bei down ist immer wieder gescheitert, zuletzt so: er antwortete mit 500."),
    ],
)
def test_one_that_fails_for_a_day_is_switched_off_and_its_owner_told_of_the_last_time(
    house: House, language: str, said: str
) -> None:
    (hunter,) = hunters(house, 1)
    speaking(house, hunter, language)
    house.hook(hunter, "down")
    house.sender.status = 500
    while not notifications(house, hunter):
        house.courier.run()
        house.clock.instant += timedelta(hours=3)
        assert house.clock.instant < NOW + timedelta(days=3)

    (told,) = notifications(house, hunter)
    assert told.message.startswith(said)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "the last time with: it did not answer in time."),
        ("de", "zuletzt so: er antwortete nicht rechtzeitig."),
    ],
)
def test_why_it_failed_is_said_in_the_language_of_its_owner(house: House, language: str, said: str) -> None:
    (hunter,) = hunters(house, 1)
    speaking(house, hunter, language)
    house.hook(hunter, "down")
    house.sender.raises = lambda: SendFailed("it did not answer in time", Failure.LATE)
    while not notifications(house, hunter):
        house.courier.run()
        house.clock.instant += timedelta(hours=3)
        assert house.clock.instant < NOW + timedelta(days=3)

    (told,) = notifications(house, hunter)
    assert said in told.message
