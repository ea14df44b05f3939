"""A key ring: the first key signs, all verify, and each purpose gets keys of its own."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator

SHORTEST_KEY = 32
"""Bytes: no key is shorter than the hash it goes into (RFC 7518, 3.2)."""

FEWEST_DIFFERENT = 10
"""Different bytes in a key. Random ones of 32 bytes have about 30; a placeholder has few."""

_KID = re.compile(r"[A-Za-z0-9._-]{1,32}", re.ASCII)


class KeyRing:
    """
    Named keys, the first of them for what is made now.

    Raises:
        ValueError: If there is no key, one is short or plainly not random, or a name is missing or stands
            twice. The message names the key and never shows it.
    """

    def __init__(self, keys: Iterable[tuple[str, bytes]]) -> None:
        self._keys: dict[str, bytes] = {}
        for kid, key in keys:
            if not _KID.fullmatch(kid):
                raise ValueError(f"the key id {kid!r} must have 1 to 32 letters, digits, '.', '_' or '-'")
            if kid in self._keys:
                raise ValueError(f"the key id {kid!r} stands twice")
            if len(key) < SHORTEST_KEY:
                raise ValueError(f"the key {kid!r} has {len(key)} bytes, and needs {SHORTEST_KEY} or more")
            if len(set(key)) < FEWEST_DIFFERENT:
                raise ValueError(f"the key {kid!r} is not random: make one with `openssl rand -base64 32`")
            self._keys[kid] = key
        if not self._keys:
            raise ValueError("a key ring needs a key")

    def __repr__(self) -> str:
        """Show the names, never the keys."""
        return f"KeyRing({', '.join(self._keys)})"

    def __iter__(self) -> Iterator[tuple[str, bytes]]:
        """Yield every key with its name, the one that signs first."""
        return iter(self._keys.items())

    @property
    def first(self) -> tuple[str, bytes]:
        """The name and key for what is made now."""
        return next(iter(self))

    def find(self, kid: object) -> bytes | None:
        """Return the key of that name; None where there is none."""
        return self._keys.get(kid) if isinstance(kid, str) else None

    def for_purpose(self, purpose: str) -> KeyRing:
        """Return a ring of keys derived for *purpose*, so that what is made for one is nothing to another."""
        return KeyRing(
            (kid, hmac.digest(key, f"hunter-system/{purpose}".encode(), hashlib.sha256)) for kid, key in self
        )
