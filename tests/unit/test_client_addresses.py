"""Whose address a request comes from: a forged header changes nothing."""

from __future__ import annotations

import ipaddress

import pytest

from hunter_api.addresses import MOST_HOPS, Proxies, bucket_of
from hunter_api.settings import load

TRUSTED = Proxies(["10.0.0.0/8", "192.168.1.5", "fd00::/8"])


@pytest.mark.parametrize("forwarded", ["", "198.51.100.7", "10.0.0.1", "junk"])
def test_without_a_trusted_proxy_the_peer_is_the_client_whatever_it_says(forwarded: str) -> None:
    assert Proxies().client("203.0.113.9", forwarded) == "203.0.113.9"
    assert TRUSTED.client("203.0.113.9", forwarded) == "203.0.113.9"


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        ("198.51.100.7", "198.51.100.7"),
        # What the client sent stands on the left, what the proxy saw on the right.
        ("1.2.3.4, 198.51.100.7", "198.51.100.7"),
        ("10.0.0.3, 198.51.100.7", "198.51.100.7"),
        ("1.2.3.4,198.51.100.7", "198.51.100.7"),
        ("198.51.100.7, 192.168.1.5, 10.2.2.2", "198.51.100.7"),
        ("198.51.100.7,192.168.1.5, 10.2.2.2 ", "198.51.100.7"),
        ("1.2.3.4, 192.168.1.6", "192.168.1.6"),
        ("198.51.100.7:4711", "198.51.100.7"),
        ("[2001:db8::7]:4711", "2001:db8::7"),
        ('"[2001:db8::7]"', "2001:db8::7"),
        ("2001:db8::7", "2001:db8::7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        # A proxy that says nothing sensible is the last that is known.
        ("198.51.100.7, unknown", "10.9.9.9"),
        ("198.51.100.7, unknown, 10.2.2.2", "10.2.2.2"),
        ("198.51.100.7, ", "10.9.9.9"),
        ("\xff\xfe", "10.9.9.9"),
        (",", "10.9.9.9"),
        ("", "10.9.9.9"),
        # All of them are ours: the request was made by the one that is farthest away.
        ("10.1.1.1, 10.2.2.2", "10.1.1.1"),
    ],
)
def test_behind_a_trusted_proxy_it_is_the_right_most_untrusted_address(forwarded: str, client: str) -> None:
    assert TRUSTED.client("10.9.9.9", forwarded) == client


def test_a_peer_that_is_written_otherwise_is_the_same_peer() -> None:
    assert TRUSTED.client("::ffff:10.9.9.9", "198.51.100.7") == "198.51.100.7"
    assert TRUSTED.client("fd00::1", "198.51.100.7") == "198.51.100.7"
    assert TRUSTED.client("fe80::1%eth0", "198.51.100.7") == "fe80::1%eth0"


@pytest.mark.parametrize(
    ("trusted", "normal"),
    [
        ("::ffff:10.9.9.9", "10.9.9.9"),
        ("::FFFF:0a09:0909", "10.9.9.9"),
        ("::ffff:10.9.9.9/128", "10.9.9.9/32"),
        ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
        ("::ffff:0:0/96", "0.0.0.0/0"),
    ],
)
def test_a_proxy_that_is_written_otherwise_in_the_setting_is_the_same_proxy(
    trusted: str, normal: str
) -> None:
    settings = load({"HUNTER_TRUSTED_PROXIES": f"192.0.2.1, {trusted}"})
    assert settings.trusted_proxies == ("192.0.2.1", normal)
    proxies = Proxies(settings.trusted_proxies)
    for peer in ("10.9.9.9", "::ffff:10.9.9.9"):
        assert proxies.client(peer, "198.51.100.7") == "198.51.100.7"
    assert proxies.client("2001:db8::1", "198.51.100.7") == "2001:db8::1"


@pytest.mark.parametrize("trusted", ["::/0", "::ffff:0:0/95", "fd00::/8", "::1", "10.9.9.9", "10.0.0.1/8"])
def test_any_other_proxy_of_the_setting_stays_as_it_is_written(trusted: str) -> None:
    assert load({"HUNTER_TRUSTED_PROXIES": trusted}).trusted_proxies == (trusted,)


def test_a_network_of_the_setting_that_is_written_as_ipv6_is_the_ipv4_network() -> None:
    allowed = load({"HUNTER_OUTBOUND_ALLOW": "::ffff:192.168.1.0/120"}).outbound_allow
    assert allowed == (ipaddress.ip_network("192.168.1.0/24"),)


def test_what_has_no_address_stays_without() -> None:
    assert TRUSTED.client(None, "198.51.100.7") is None
    assert TRUSTED.client("testclient", "198.51.100.7") == "testclient"


def test_a_list_without_end_is_not_read_to_its_end() -> None:
    ours = ", ".join(["10.0.0.1"] * MOST_HOPS)
    assert TRUSTED.client("10.9.9.9", "198.51.100.7, " + ours) == "10.0.0.1"
    assert TRUSTED.client("10.9.9.9", "198.51.100.7, " + ours.removesuffix(", 10.0.0.1")) == "198.51.100.7"


@pytest.mark.parametrize(
    ("address", "bucket"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
        (None, "unknown"),
    ],
)
def test_a_customer_has_one_bucket_however_many_addresses(address: str | None, bucket: str) -> None:
    assert bucket_of(address) == bucket
