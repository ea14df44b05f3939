"""Pushing: none holds another up, what fails is tried again and given up in the end, and nothing leads inside."""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from hunter_adapters.crypto.keys import KeyRing
from hunter_adapters.crypto.vault import AesVault
from hunter_adapters.memory import MemoryStore
from hunter_adapters.outbound import AddressRefused, Outbound
from hunter_adapters.push.apprise import ApprisePusher
from hunter_core import carrier
from hunter_core.accounts.secrets import Vault
from hunter_core.ids import PushTargetId
from hunter_core.notifications.notification import Notification, NotificationType
from hunter_core.notifications.ports import PushFailed
from hunter_core.notifications.push import (
    FIRST_PAUSE,
    LONGEST_PAUSE,
    MOST_TRIES,
    PushDelivery,
    PushTarget,
    context_of,
)
from hunter_core.notifications.push_due import PushCarrier
from hunter_core.ports import UnitOfWork
from tests.builders import NOW, a_hunter, an_id, registered
from tests.servers.webhooks import a_receiver, drip, saying
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


class Clock:
    def __init__(self) -> None:
        self.instant = NOW

    def now(self) -> datetime:
        return self.instant


class House:
    """A hunter with targets, and notifications on their way to each."""

    def __init__(self, *urls: str, titles: int = 1) -> None:
        self.store, self.pusher, self.clock = MemoryStore(), Pusher(), Clock()
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
        return PushCarrier(store=self.store, pusher=self.pusher, vault=vault, clock=self.clock)

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
    delivery = PushDelivery(target_id=an_id("t"), notification_id=an_id("n"), created_at=NOW, due_at=NOW)  # type: ignore[arg-type]
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


def test_one_whose_key_is_gone_is_given_up() -> None:
    house = House("a")
    (target,) = house.targets.values()

    def spoil(uow: UnitOfWork) -> None:
        uow.hunters.lock(house.hunter.id)
        uow.push_targets.remove(house.hunter.id, target.id)
        uow.push_targets.add(
            PushTarget(
                id=target.id, hunter_id=house.hunter.id, sealed=b"\x01\x02xx", shown="", created_at=NOW
            )
        )
        uow.push_deliveries.add(
            [PushDelivery(target_id=target.id, notification_id=an_id("0"), created_at=NOW, due_at=NOW)]  # type: ignore[arg-type]
        )

    house.store.run(spoil)
    house.carrier.run()

    assert not house.pusher.taken
    assert len(house.parked()) == 1


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


# --- where connections may go ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:10.0.0.1",
        "2002:0a00:0001::1", "64:ff9b::10.0.0.1", "192.0.2.1", "fec0::1", "192.0.0.8", "192.88.99.1", "no address",
        # IPv4 in other guises, tunnels, documentation, segment routing, a cloud's own.
        "::10.0.0.1", "::ffff:0:10.0.0.1", "64:ff9b:1::10.0.0.1", "2001:0:a00:1::", "2001:db8::1", "3fff::1", "5f00::1",
        "100::1", "100.127.255.255", "169.254.170.2", "fd00:ec2::254", "168.63.129.16", "192.0.0.192", "0.0.0.1",
    ],
)  # fmt: skip
def test_an_address_of_this_network_or_nobodys_is_refused(address: str) -> None:
    assert not Outbound().is_allowed(address)


@pytest.mark.parametrize("address", ["9.9.9.9", "2620:fe::fe", "::ffff:9.9.9.9"])
def test_a_public_address_is_allowed(address: str) -> None:
    assert Outbound().is_allowed(address)


def test_networks_that_were_named_are_allowed() -> None:
    outbound = Outbound([ip_network("10.1.0.0/16"), ip_network("fd00::/8")])
    assert outbound.is_allowed("10.1.2.3")
    assert outbound.is_allowed("fd00::1")
    assert not outbound.is_allowed("10.2.0.1")


def resolving(*addresses: str) -> Any:
    """Return what resolves every name to *addresses*, one answer after the other."""
    answers = list(addresses)

    def getaddrinfo(host: Any, port: Any, *_: Any, **__: Any) -> list[Any]:
        address = answers.pop(0) if len(answers) > 1 else answers[0]
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        return [(family, socket.SOCK_STREAM, 6, "", (address, port))]

    return getaddrinfo


def test_a_name_that_leads_inside_is_refused_when_it_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolving("10.0.0.1"))

    with pytest.raises(AddressRefused):
        Outbound().connect("innocent.example", 443, 1.0)


def test_the_address_that_was_looked_at_is_the_one_that_is_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        # The second answer would lead elsewhere; nobody asks again.
        monkeypatch.setattr(socket, "getaddrinfo", resolving("127.0.0.1", "10.0.0.1"))
        outbound = Outbound([ip_network("127.0.0.0/8")])
        with outbound.connect("rebound.example", server.getsockname()[1], 5.0) as connection:
            assert connection.getpeername()[0] == "127.0.0.1"


def test_a_push_to_a_name_that_leads_inside_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    pusher = ApprisePusher(Outbound())
    assert pusher.check("ntfys://innocent.example/topic") == "ntfys://innocent.example/…"
    monkeypatch.setattr(socket, "getaddrinfo", resolving("169.254.169.254"))

    with pytest.raises(PushFailed) as failed:
        pusher.push("ntfys://innocent.example/topic", "title", "message")

    assert failed.value.for_good


def test_a_push_that_takes_too_long_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    import hunter_adapters.push.apprise as adapter

    monkeypatch.setattr(adapter, "LONGEST_PUSH", 0.2)
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        pusher = ApprisePusher(Outbound([ip_network("127.0.0.0/8")]))
        began = time.monotonic()

        with pytest.raises(PushFailed) as failed:
            pusher.push(f"ntfys://127.0.0.1:{server.getsockname()[1]}/topic", "title", "message")

    assert not failed.value.for_good
    assert time.monotonic() - began < 30


def test_targets_that_drip_are_cut_off_and_cost_nobody_else_a_push(monkeypatch: pytest.MonkeyPatch) -> None:
    import hunter_adapters.push.apprise as adapter

    monkeypatch.setattr(adapter, "LONGEST_PUSH", 1.0)
    monkeypatch.setattr(adapter, "MOST_STUCK", 1)
    pusher = ApprisePusher(Outbound([ip_network("127.0.0.0/8")]))
    with a_receiver(drip) as dripping, a_receiver(status=200) as good:
        with pytest.raises(PushFailed, match="no answer"):
            pusher.push(f"ntfy://127.0.0.1:{dripping.port}/topic", "title", "message")

        pusher.push(f"ntfy://127.0.0.1:{good.port}/topic", "title", "message")

    assert len(good.got) == 1


def test_a_redirect_of_a_push_target_leads_nowhere_inside() -> None:
    pusher = ApprisePusher(Outbound([ip_network("127.0.0.1/32")]))
    answer = b"HTTP/1.1 307 Elsewhere\r\nlocation: http://127.0.0.2:1/latest/meta-data\r\ncontent-length: 0\r\n\r\n"
    with (
        a_receiver(saying(answer)) as redirecting,
        pytest.raises(PushFailed, match="private network") as failed,
    ):
        pusher.push(f"ntfy://127.0.0.1:{redirecting.port}/topic", "title", "message")

    assert redirecting.connections == 1
    assert failed.value.for_good


def test_a_push_goes_by_no_proxy_of_the_environment_and_takes_no_password_of_the_machine_along(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text("default login admin password of-the-machine\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    pusher = ApprisePusher(Outbound([ip_network("127.0.0.1/32")]))
    with a_receiver(status=200) as proxy, a_receiver(status=200) as good:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        pusher.push(f"ntfy://127.0.0.1:{good.port}/topic", "title", "message")

    assert proxy.connections == 0
    (got,) = good.got
    assert "authorization" not in got.headers


def test_of_a_name_with_hundreds_of_addresses_a_few_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[Any] = []

    def connect(self: socket.socket, address: Any) -> None:
        tried.append(address)
        raise TimeoutError

    listed = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (f"9.9.9.{n}", 443)) for n in range(250)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: listed)
    monkeypatch.setattr(socket.socket, "connect", connect)

    with pytest.raises(TimeoutError):
        Outbound().connect("many.example", 443, 0.1)

    assert tried == [(f"9.9.9.{n}", 443) for n in range(3)]


def test_a_push_whose_time_is_over_connects_to_nothing_more() -> None:
    import hunter_adapters.push.apprise as adapter

    guard = adapter._Guard(Outbound([ip_network("127.0.0.1/32")]))
    with a_receiver(status=200) as other:
        guard.connect("127.0.0.1", other.port, 5.0).close()
        guard.end()
        with pytest.raises(TimeoutError):
            guard.connect("127.0.0.1", other.port, 5.0)
        time.sleep(0.05)

    assert other.connections == 1
