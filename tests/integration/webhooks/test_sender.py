"""Carrying a webhook out: to whom, in what time, and what a hostile receiver can do about it (issue 5, 5)."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from typing import Any

import pytest

from hunter_adapters.outbound import Outbound
from hunter_adapters.webhooks import http as room
from hunter_adapters.webhooks.http import HttpSender
from hunter_core.errors import InvalidInput
from hunter_core.webhooks.ports import SendFailed
from tests.servers.webhooks import (
    Behaviour,
    Flood,
    a_receiver,
    certified,
    drip,
    drip_a_body,
    hang,
    reset,
    saying,
)

HERE = [ip_network("127.0.0.1/32")]
HEADERS = {"webhook-id": "an-id"}


def in_here() -> HttpSender:
    """Return a sender for whom this machine is their own home automation."""
    return HttpSender(Outbound(HERE), lan=HERE)


def sent(url: str, sender: HttpSender | None = None) -> int:
    return (sender or in_here()).send(url, HEADERS, b'{"type":"webhook.ping"}')


@contextmanager
def resolving(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> Iterator[list[str]]:
    """Let names resolve to each of *answers* in turn, the last one for ever; yield what was asked for."""
    asked: list[str] = []
    real, left = socket.getaddrinfo, list(answers)

    def resolve(host: Any, port: Any, *more: Any, **options: Any) -> Any:
        if str(host).replace(".", "").isdigit() or ":" in str(host):
            return real(host, port, *more, **options)
        asked.append(host)
        found = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    with monkeypatch.context() as patched:
        patched.setattr(socket, "getaddrinfo", resolve)
        yield asked


def test_a_message_arrives_as_it_was_signed() -> None:
    with a_receiver() as receiver:
        assert sent(f"http://127.0.0.1:{receiver.port}/hooks/a%20b?token=t&x=1") == 204

    (got,) = receiver.got
    assert got.target == "/hooks/a%20b?token=t&x=1"
    assert got.body == b'{"type":"webhook.ping"}'
    assert got.headers["webhook-id"] == "an-id"
    assert got.headers["content-type"] == "application/json"
    assert got.headers["host"] == f"127.0.0.1:{receiver.port}"


def test_tls_is_about_the_name_though_the_connection_goes_to_the_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    papers = certified("hooks.example")
    sender = HttpSender(Outbound(HERE), context=papers.client)
    with a_receiver(tls=papers.server) as receiver, resolving(monkeypatch, ["127.0.0.1"]) as asked:
        assert sent(f"https://hooks.example:{receiver.port}/in", sender) == 204
        with pytest.raises(SendFailed, match="certificate"):
            sent(f"https://other.example:{receiver.port}/in", sender)

    assert asked == ["hooks.example", "other.example"]
    assert [got.headers["host"] for got in receiver.got] == [f"hooks.example:{receiver.port}"]


# --- never into this network ----------------------------------------------------------------------------------

PRIVATE = [
    "127.0.0.1",
    "127.1",
    "0x7f000001",
    "2130706433",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.5.4",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "192.0.2.1",
    "198.18.0.1",
    "[::1]",
    "[::]",
    "[fe80::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[ff02::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:10.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "localhost",
    "LOCALHOST.",
    "hooks.localhost",
]


@pytest.mark.parametrize("host", PRIVATE)
def test_an_address_of_this_network_is_refused_when_it_is_saved(host: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        HttpSender(Outbound()).check(f"https://{host}/hook")
    assert refused.value.problems[0][0] == "url"


@pytest.mark.parametrize("host", PRIVATE)
def test_an_address_of_this_network_is_refused_when_it_is_sent_to(host: str) -> None:
    with pytest.raises(SendFailed):
        sent(f"https://{host}/hook", HttpSender(Outbound()))


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.7", "169.254.169.254", "100.64.0.1", "224.0.0.1", "192.168.0.1"]
)
def test_a_name_that_leads_into_this_network_is_refused(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender = HttpSender(Outbound())
    with resolving(monkeypatch, [address]):
        assert sender.check("https://rebound.example/") == "https://rebound.example/…"
        with pytest.raises(SendFailed, match="private network"):
            sent("https://rebound.example/", sender)


def test_a_name_that_resolves_otherwise_the_second_time_gains_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """DNS rebinding: the first answer is let in, the second would be this machine. There is no second question."""
    went: list[str] = []
    sender = HttpSender(Outbound())
    with a_receiver() as receiver, resolving(monkeypatch, ["93.184.215.14"], ["127.0.0.1"]) as asked:

        def connect(self: Outbound, host: str, port: int, timeout: float | None) -> socket.socket:
            went.append(host)
            raise ConnectionRefusedError

        monkeypatch.setattr(Outbound, "connect", connect)
        with pytest.raises(SendFailed, match="nobody listens"):
            sent(f"https://rebound.example:{receiver.port}/", sender)

    assert went == ["93.184.215.14"]
    assert asked == ["rebound.example"]
    assert receiver.connections == 0


def test_of_a_name_with_both_only_the_address_that_is_allowed_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    papers = certified("both.example")
    sender = HttpSender(Outbound(HERE), context=papers.client)
    with (
        a_receiver(tls=papers.server) as receiver,
        resolving(monkeypatch, ["10.255.255.1", "127.0.0.1"]),
    ):
        began = time.monotonic()
        assert sent(f"https://both.example:{receiver.port}/", sender) == 204
    # Somebody who waited for the other would have waited for it to the end.
    assert time.monotonic() - began < room.LONGEST_SEND / 2


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_answer_and_is_not_followed(status: int) -> None:
    with a_receiver() as inner:
        answer = (
            f"HTTP/1.1 {status} Elsewhere\r\nlocation: http://127.0.0.1:{inner.port}/secret\r\n"
            "content-length: 0\r\n\r\n"
        )
        with a_receiver(saying(answer.encode())) as receiver:
            assert sent(f"http://127.0.0.1:{receiver.port}/") == status
        assert inner.connections == 0


def test_a_name_that_is_slow_to_resolve_is_given_no_further_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "LONGEST_SEND", 0.05)
    with a_receiver() as receiver:

        def slow(*_: Any, **__: Any) -> Any:
            time.sleep(0.1)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", receiver.port))]

        monkeypatch.setattr(socket, "getaddrinfo", slow)
        with pytest.raises(SendFailed, match="in time"):
            sent(f"http://slow.example:{receiver.port}/")

    assert receiver.connections == 0


# --- without TLS, only where somebody said so -------------------------------------------------------------------


def test_without_tls_nothing_is_sent_but_into_networks_that_were_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(InvalidInput, match="https"):
        HttpSender(Outbound()).check("http://hooks.example/")
    assert in_here().check("http://hooks.example/x?token=t") == "http://hooks.example/…"

    with resolving(monkeypatch, ["93.184.215.14"]), pytest.raises(SendFailed, match="private"):
        sent("http://hooks.example/")


def test_a_network_that_is_not_named_any_more_is_closed_to_what_was_saved() -> None:
    with pytest.raises(SendFailed, match="not allowed any more"):
        sent("http://127.0.0.1:9/", HttpSender(Outbound()))


@pytest.mark.parametrize(
    "url",
    [
        "ftp://hooks.example/",
        "//hooks.example/",
        "hooks.example",
        "https://",
        "https:///path",
        "https://user:pass@hooks.example/",
        "https://user@hooks.example/",
        "https://hooks.example/#part",
        "https://hooks.example:0/",
        "https://hooks.example:99999/",
        "https://hooks.example:port/",
        "https://[::1/",
        "https://hooks.example/a b",
        "https://hooks.example/a\r\nX: y",
        "https://hooks.example\\@127.0.0.1/",
        "https://höoks.example/",
        "https://hooks.example/" + "x" * 1024,
        "javascript:alert(1)",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_FLUSHALL",
        "",
    ],
)
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        in_here().check(url)
    assert refused.value.problems[0][0] == "url"


# --- hostile receivers ------------------------------------------------------------------------------------------


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> float:
    """The longest time of a message, shortened."""
    monkeypatch.setattr(room, "LONGEST_SEND", 0.6)
    return 0.6


@pytest.mark.parametrize("behaviour", [hang, drip])
def test_whoever_hangs_or_drips_is_cut_off(behaviour: Behaviour, hasty: float) -> None:
    with a_receiver(behaviour) as receiver:
        began = time.monotonic()
        with pytest.raises(SendFailed, match="in time"):
            sent(f"http://127.0.0.1:{receiver.port}/")
    assert time.monotonic() - began < hasty + 5


def test_whoever_hangs_in_the_handshake_is_cut_off(hasty: float, monkeypatch: pytest.MonkeyPatch) -> None:
    def slowly(connection: socket.socket, over: threading.Event) -> None:
        # A record of TLS that is promised, and comes a byte at a time.
        connection.sendall(b"\x16\x03\x03\x40\x00")
        while not over.wait(0.05):
            connection.sendall(b"\0")

    sender = HttpSender(Outbound(HERE), context=certified("slow.example").client)
    with a_receiver(slowly) as receiver, resolving(monkeypatch, ["127.0.0.1"]):
        began = time.monotonic()
        with pytest.raises(SendFailed):
            sent(f"https://slow.example:{receiver.port}/", sender)
    assert time.monotonic() - began < hasty + 5


def test_an_answer_counts_though_its_body_does_not_end(monkeypatch: pytest.MonkeyPatch) -> None:
    # In which the answer has to come, on a busy machine, too.
    hasty = 3.0
    monkeypatch.setattr(room, "LONGEST_SEND", hasty)
    with a_receiver(drip_a_body) as receiver:
        began = time.monotonic()
        assert sent(f"http://127.0.0.1:{receiver.port}/") == 200
    assert time.monotonic() - began < hasty + 5


def test_fifty_megabytes_are_not_taken() -> None:
    flood = Flood(b"HTTP/1.1 200 OK\r\ncontent-length: 52428800\r\n\r\n")
    with a_receiver(flood) as receiver:
        began = time.monotonic()
        assert sent(f"http://127.0.0.1:{receiver.port}/") == 200
    assert time.monotonic() - began < 5
    # What the buffers of the two machines take, and no more.
    assert flood.sent < 20_000_000


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\n",  # then one header without an end
        b"",  # then a first line without an end
        b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 5000,
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 999999 \r\n\r\n",
        b"HTTP/1.1 -1 \r\n\r\n",
        b"\0\0\0\0\r\n\r\n",
    ],
)
def test_what_is_no_http_is_a_failure_like_any_other(head: bytes) -> None:
    with a_receiver(Flood(head)) as receiver:
        began = time.monotonic()
        with pytest.raises(SendFailed):
            sent(f"http://127.0.0.1:{receiver.port}/")
    assert time.monotonic() - began < 5


def test_a_connection_that_is_broken_off_is_a_failure(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with a_receiver(reset) as receiver, pytest.raises(SendFailed, match="hung up") as failed:
        sent(f"http://127.0.0.1:{receiver.port}/hooks/a-secret")
    assert "a-secret" not in str(failed.value) + caplog.text


def test_nobody_who_listens_is_a_failure_too() -> None:
    with a_receiver() as receiver:
        port = receiver.port
    with pytest.raises(SendFailed, match="nobody listens"):
        sent(f"http://127.0.0.1:{port}/")


def test_no_thread_outlives_its_message() -> None:
    before = threading.active_count()
    with a_receiver() as receiver:
        for _ in range(20):
            sent(f"http://127.0.0.1:{receiver.port}/")
    deadline = time.monotonic() + room.LONGEST_SEND / 2
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.02)
    assert threading.active_count() <= before
