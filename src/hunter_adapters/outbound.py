"""
Connections to addresses that somebody named: never into this network (issue 5, 3 and 5).

What a name resolves to is looked at in the moment of connecting, and the connection goes to that very address:
so neither a name that resolves otherwise the second time, nor a redirect, leads to where nobody outside may ask.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network

# Prefixes in which other addresses hide: those of 6to4, and those that a translator makes of IPv4.
_HIDING = (ip_network("2002::/16"), ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))
# Nobody's, or of one site, though Python (not in each version) takes them for public.
_NOBODYS = (
    ip_network("fec0::/10"),
    ip_network("3fff::/20"),
    ip_network("5f00::/16"),
    ip_network("192.0.0.0/24"),
    ip_network("192.88.99.0/24"),
)
# Of a cloud's own machines alone (Azure): public by its number, and yet it answers only from within.
_A_CLOUDS = (ip_network("168.63.129.16/32"),)

MOST_ADDRESSES = 3
"""Addresses of a name that are tried: one who names hundreds that take no connection holds nobody up for long."""


class AddressRefused(OSError):
    """The address lies in this network, or in nobody's: private, link-local, loopback, multicast, reserved."""


class Outbound:
    """Connects to public addresses, and to those in the networks *allow*, which whoever runs the server named."""

    def __init__(self, allow: Sequence[Network] = ()) -> None:
        self._allow = tuple(allow)

    def is_allowed(self, address: str) -> bool:
        """Tell whether *address*, a literal one of IPv4 or IPv6, may be connected to."""
        try:
            found = ip_address(address.partition("%")[0])
        except ValueError:
            return False
        if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        if any(found in network for network in self._allow if network.version == found.version):
            return True
        return _is_public(found)

    def check_host(self, host: str) -> None:
        """
        Refuse a *host* that is a literal address which is not allowed; a name is looked at when it is connected to.

        Raises:
            AddressRefused: If it is.
        """
        # A dot at the end says that a name is complete, and some resolvers take it from an address, too.
        bare = host.strip("[]").rstrip(".")
        try:
            # As old resolvers read them, too: 127.1, 0x7f000001, 2130706433.
            literal = socket.inet_ntoa(socket.inet_aton(bare))
        except (OSError, UnicodeError, ValueError):
            literal = bare if ":" in bare else ""
        if literal and not self.is_allowed(literal):
            raise AddressRefused(f"{host} is no public address")
        if bare.lower() in ("localhost", "") or bare.lower().endswith(".localhost"):
            self._check_loopback(host)

    def addresses(self, host: str, port: int) -> list[tuple[int, str]]:
        """
        Return the families and addresses behind *host* that may be connected to, the first `MOST_ADDRESSES`.

        Raises:
            AddressRefused: If there are addresses, but none that is allowed.
            OSError: If the name cannot be resolved.
        """
        try:
            found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
        except UnicodeError as error:
            raise OSError(f"{host!r} is no name of a host") from error
        allowed: list[tuple[int, str]] = [
            (family, str(where[0])) for family, _, _, _, where in found if self.is_allowed(str(where[0]))
        ]
        if not allowed:
            raise AddressRefused(f"{host} leads to no public address")
        return list(dict.fromkeys(allowed))[:MOST_ADDRESSES]

    def connect(self, host: str, port: int, timeout: float | None) -> socket.socket:
        """
        Return a socket that is connected to one of the allowed addresses of *host*; *timeout* is in seconds.

        Raises:
            AddressRefused: If there is none.
            OSError: If none answers.
        """
        failure: OSError | None = None
        for family, address in self.addresses(host, port):
            connection = socket.socket(family, socket.SOCK_STREAM)
            try:
                connection.settimeout(timeout)
                connection.connect((address, port))
            except OSError as error:
                connection.close()
                failure = error
            else:
                return connection
        raise failure or AddressRefused(f"{host} leads to no public address")

    def _check_loopback(self, host: str) -> None:
        if not self.is_allowed("127.0.0.1"):
            raise AddressRefused(f"{host} is this machine")


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if any(
        address in network
        for network in (*_HIDING, *_NOBODYS, *_A_CLOUDS)
        if network.version == address.version
    ):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved
