"""Whose address a request comes from: the peer's, or what proxies that are trusted say of it (SPEC 4, Rate limits)."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address

MOST_HOPS = 32
"""Entries of X-Forwarded-For that are looked at, from the right."""

_HOUSEHOLD = 64
"""Bits of an IPv6 address that a provider gives to one customer, who has all addresses below them."""


class Proxies:
    """The proxies whose `X-Forwarded-For` is believed."""

    def __init__(self, networks: Iterable[str] = ()) -> None:
        self._networks = tuple(_network(each) for each in networks)

    def client(self, peer: str | None, forwarded: str) -> str | None:
        """
        Return the client's address, as text.

        Each proxy adds on the right whom it was asked by, so the list is read from there: the first address
        that is no trusted proxy is the client's, and what stands left of it is what the client claims. Where
        a proxy says something that is no address, its own is taken.

        Args:
            peer: The address at the other end of the connection.
            forwarded: All that was sent as `X-Forwarded-For`, joined by commas.
        """
        if not self._networks or peer is None:
            return peer
        at = _address(peer)
        if at is None or not self._trusts(at):
            return peer
        for entry in reversed(forwarded.rsplit(",", MOST_HOPS)[-MOST_HOPS:]):
            before = _address(_without_port(entry.strip()))
            if before is None:
                break
            at = before
            if not self._trusts(at):
                break
        return str(at)

    def scheme(self, peer: str | None, scheme: str, forwarded: str) -> str:
        """
        Return the scheme that the client asked with: *scheme*, or what a proxy that is trusted says it was.

        Args:
            peer: The address at the other end of the connection.
            scheme: That of this connection.
            forwarded: All that was sent as `X-Forwarded-Proto`; the last word is that proxy's own.
        """
        said = forwarded.rpartition(",")[2].strip().lower()
        if not said or not self._networks or said not in ("http", "https"):
            return scheme
        at = _address(peer or "")
        return said if at is not None and self._trusts(at) else scheme

    def _trusts(self, address: Address) -> bool:
        return any(address in network for network in self._networks)


def bucket_of(address: str | None) -> str:
    """Return what of *address* is counted together: all of an IPv4 address, the customer's part of an IPv6 one."""
    at = _address(address or "")
    if at is None:
        return address or "unknown"
    if at.version == 4:
        return str(at)
    return str(ipaddress.ip_network((at, _HOUSEHOLD), strict=False))


def _network(text: str) -> IPv4Network | IPv6Network:
    return ipaddress.ip_network(text, strict=False)


def _address(text: str) -> Address | None:
    """Return the address that *text* writes; an IPv4 address written as IPv6 is an IPv4 address."""
    try:
        at = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (at.ipv4_mapped or at) if isinstance(at, IPv6Address) else at


def _without_port(entry: str) -> str:
    """Return the address of `192.0.2.1:80` and `[2001:db8::1]:80`, with or without quotes."""
    entry = entry.strip('"')
    if entry.startswith("["):
        return entry[1:].partition("]")[0]
    return entry.partition(":")[0] if entry.count(":") == 1 else entry
