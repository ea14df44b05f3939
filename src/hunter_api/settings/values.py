"""How the text of a variable becomes the value of a setting; each reader raises ValueError with what it must be."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, TypeVar
from urllib.parse import SplitResult, urlsplit

SHORTEST_SECRET = 32
"""Bytes of the shortest secret that production takes (RFC 7518, 3.2: a key no shorter than the hash)."""


LAST_PORT = 65_535


class Environment(StrEnum):
    """Where the system runs."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class AuthProfile(StrEnum):
    """How strictly accounts are kept (SPEC 5)."""

    CONTRACT = "contract"
    STRICT = "strict"


class LogLevel(StrEnum):
    """How much is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogFormat(StrEnum):
    """Whom the log is for."""

    TEXT = "text"
    JSON = "json"


class Rate(NamedTuple):
    """So many requests in so many seconds."""

    requests: int
    seconds: int

    def __str__(self) -> str:
        return f"{self.requests}/{self.seconds}"


class Key(NamedTuple):
    """A secret, and the name by which what was made with it says so."""

    kid: str
    secret: bytes

    def __repr__(self) -> str:
        return f"Key(kid={self.kid!r}, secret=…)"


Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_MAPPED_BITS = 96
"""Bits before the IPv4 address in an IPv6 address that stands for one: `::ffff:192.0.2.1` (RFC 4291, 2.5.5.2)."""

Word = TypeVar("Word", bound=StrEnum)


def text(raw: str) -> str:
    """Return any text without control characters."""
    if not raw.isprintable():
        raise ValueError("must be printable text")
    return raw


def flag(raw: str) -> bool:
    """Return the truth of `true` or `false`, `1` or `0`, `yes` or `no`, `on` or `off`."""
    match raw.lower():
        case "true" | "1" | "yes" | "on":
            return True
        case "false" | "0" | "no" | "off":
            return False
    raise ValueError("must be true or false")


def whole(least: int, most: int) -> Callable[[str], int]:
    """Return the reader of whole numbers from *least* to *most*."""

    def read(raw: str) -> int:
        if not re.fullmatch(r"\d{1,9}", raw, re.ASCII) or not least <= int(raw) <= most:
            raise ValueError(f"must be a whole number from {least} to {most}")
        return int(raw)

    return read


def one_of(words: type[Word]) -> Callable[[str], Word]:
    """Return the reader of one of *words*, in any case."""

    def read(raw: str) -> Word:
        try:
            return words(raw.lower())
        except ValueError:
            raise ValueError(f"must be one of {', '.join(words)}") from None

    return read


def path(raw: str) -> Path:
    """Return the absolute path of a file or folder; `~` is the home."""
    if "\0" in raw:
        raise ValueError("must be a path")
    try:
        return Path(raw).expanduser().absolute()
    except RuntimeError as error:
        raise ValueError("names a home that does not exist") from error


def rate(raw: str) -> Rate:
    """Return the rate of `requests/seconds`."""
    match = re.fullmatch(r"(\d{1,7})/(\d{1,5})", raw, re.ASCII)
    if not match or int(match[1]) < 1 or not 1 <= int(match[2]) <= 86_400:
        raise ValueError("must be requests/seconds, such as 100/60")
    return Rate(int(match[1]), int(match[2]))


def keys(raw: str) -> tuple[Key, ...]:
    """Return the key ring of `kid:base64,kid:base64`; the plain and the URL-safe alphabet are both read."""
    ring: list[Key] = []
    for item in raw.split(","):
        kid, colon, encoded = item.strip().partition(":")
        if not colon or not re.fullmatch(r"[A-Za-z0-9._-]{1,64}", kid):
            raise ValueError("must be kid:base64,kid:base64, each kid of letters, digits, dots, - and _")
        try:
            plain = encoded.strip().rstrip("=").translate(str.maketrans("-_", "+/"))
            secret = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
        except (binascii.Error, ValueError):
            raise ValueError(f"has a key {kid!r} that is not base64") from None
        if not secret:
            raise ValueError(f"has an empty key {kid!r}")
        ring.append(Key(kid, secret))
    if len({key.kid for key in ring}) != len(ring):
        raise ValueError("has the same kid twice")
    return tuple(ring)


def is_default_secret(secret: bytes) -> bool:
    """Tell whether *secret* is too short, made of hardly any different bytes, or a word of example files."""
    lowered = secret.lower()
    words = (b"secret", b"changeme", b"change-me", b"example", b"default", b"password", b"hunter")
    return len(secret) < SHORTEST_SECRET or len(set(secret)) < 8 or any(word in lowered for word in words)


def addresses(raw: str) -> tuple[str, ...]:
    """Return addresses and networks, separated by commas; IPv4 that is written as IPv6 becomes IPv4, as peers do."""
    return tuple(_address(item) for item in _listed(raw))


def _address(item: str) -> str:
    try:
        network = ipaddress.ip_network(item, strict=False)
    except ValueError:
        raise ValueError("must be addresses or networks, such as 10.0.0.0/8,192.168.1.5") from None
    mapped = network.network_address.ipv4_mapped if network.version == 6 else None
    if mapped is None or network.prefixlen < _MAPPED_BITS:
        return item
    return f"{mapped}/{network.prefixlen - _MAPPED_BITS}" if "/" in item else str(mapped)


def networks(raw: str) -> tuple[Network, ...]:
    """Return networks, separated by commas; an address is a network of one."""
    return tuple(ipaddress.ip_network(item, strict=False) for item in addresses(raw))


def origins(raw: str) -> tuple[str, ...]:
    """Return web origins, separated by commas."""
    found = _listed(raw)
    for item in found:
        parts = split_url(item)
        if (
            parts.scheme not in {"http", "https"}
            or not parts.hostname
            or item != f"{parts.scheme}://{parts.netloc}"
        ):
            raise ValueError("must be origins, such as https://hunter.example,http://localhost:3000")
    return found


def exact_urls(raw: str) -> tuple[str, ...]:
    """Return web addresses, separated by commas, each letter for letter as it is written."""
    found = _listed(raw)
    for item in found:
        web_url(item)
        if (
            not item.isascii()
            or not item.isprintable()
            or " " in item
            or split_url(item).username is not None
        ):
            raise ValueError(
                "must be web addresses in ASCII, without a user name, such as https://hunter.example/in"
            )
    return found


def is_loopback(url: str) -> bool:
    """Tell whether *url* names this very machine."""
    host = split_url(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def web_url(raw: str) -> str:
    """Return a web address."""
    parts = split_url(raw)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.fragment:
        raise ValueError("must be a web address, such as https://hunter.example")
    return raw.rstrip("/")


def database_url(raw: str) -> str:
    """Return the URL of a database that the adapters know."""
    parts = split_url(raw)
    if parts.scheme == "sqlite":
        # `sqlite:///file` is relative, `sqlite:////file` absolute; a host has no meaning, and a database in
        # memory would be another one for every connection.
        if not raw.startswith("sqlite:///") or parts.path in {"", "/", "/:memory:"}:
            raise ValueError("must name a file: sqlite:///folder/hunter.db, or sqlite:////absolute/hunter.db")
    elif parts.scheme == "postgresql":
        if parts.path in {"", "/"}:
            raise ValueError("must name a database: postgresql://user:password@host:5432/name")
    else:
        raise ValueError("must begin with sqlite:/// or postgresql://")
    return raw


def smtp_url(raw: str) -> str:
    """Return the URL of a mail server."""
    parts = split_url(raw)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ValueError(
            "must be smtp://host:587 or smtps://host:465, with user:password@ where it asks for one"
        )
    return raw


def split_url(raw: str) -> SplitResult:
    """Return the parts of a URL whose host and port can be read."""
    try:
        parts = urlsplit(raw)
        _ = parts.port
    except ValueError:
        raise ValueError("is not a URL: look at its host and port") from None
    return parts


def _listed(raw: str) -> tuple[str, ...]:
    return tuple(item.strip() for item in raw.split(",") if item.strip())
