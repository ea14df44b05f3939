"""Where connections to addresses that somebody named may go, and how long: never into this network (issue 5)."""

from __future__ import annotations

import socket
import time
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from hunter_adapters.outbound import AddressRefused, Outbound
from hunter_adapters.push.apprise import ApprisePusher
from hunter_core.errors import InvalidInput
from hunter_core.notifications.ports import PushFailed
from tests.servers.webhooks import a_receiver, drip, saying


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


@pytest.mark.parametrize("rest", ["", "/", "//", "/%20"])
@pytest.mark.parametrize("scheme", ["gotifys", "matrixs", "mmosts", "ntfys"])
def test_a_topic_or_token_in_the_place_of_a_host_is_refused_and_not_shown(scheme: str, rest: str) -> None:
    # apprise knows where `ntfys://topic` leads: the topic would be taken for a host, and hosts are shown.
    with pytest.raises(InvalidInput, match="must name a server") as refused:
        ApprisePusher(Outbound()).check(f"{scheme}://my-secret-topic{rest}")
    assert "secret" not in str(refused.value)


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

        # It is answered at once, as soon as a busy machine gets to it.
        monkeypatch.setattr(adapter, "LONGEST_PUSH", 30.0)
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
        deadline = time.monotonic() + 30
        while other.connections < 1 and time.monotonic() < deadline:
            time.sleep(0.01)
        guard.end()
        with pytest.raises(TimeoutError):
            guard.connect("127.0.0.1", other.port, 5.0)
        time.sleep(0.05)

    assert other.connections == 1
