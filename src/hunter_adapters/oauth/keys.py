"""The keys that a provider signs with, fetched when one is met that nobody knows yet; but not each time (RFC 7517)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from hunter_core.accounts.identity import ProviderRefused

KEPT_SECONDS = 3600.0
"""How long keys are believed without asking again."""

MOST_FETCHES = 5
"""Times that keys are fetched within `FETCHES_COUNT` because one was not known."""

FETCHES_COUNT = 60.0
MOST_KEYS = 100
SHORTEST_RSA = 2048
"""Bits (RFC 7518, 3.3)."""

ALGORITHMS = {"RS256": "RSA", "ES256": "EC"}
"""The signatures that are taken, and the kind of key that each needs. Everything else, `none` first, is refused."""

Jwk = dict[str, Any]
Fetch = Callable[[], Any]


class SigningKeys:
    """The keys of one provider."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: Sequence[Jwk] = ()
        self._fetched = float("-inf")
        self._fetches: list[float] = []

    def find(self, kid: str | None, algorithm: str, fetch: Fetch) -> jwt.PyJWK:
        """
        Return the key called *kid*; without a name the only one there is for *algorithm*.

        *fetch* is asked for the whole set when the key is not known or the set is old: so a provider may change
        keys at any time, and nobody makes us fetch them for every token.

        Raises:
            ProviderRefused: If there is no such key, or it is none for *algorithm*.
        """
        if time.monotonic() - self._fetched > KEPT_SECONDS:
            self._read(fetch())
        found = self._known(kid, algorithm)
        if found is None and self._may_fetch():
            self._read(fetch())
            found = self._known(kid, algorithm)
        if found is None:
            raise ProviderRefused("its ID token is signed by a key that it does not publish")
        return _usable(found, algorithm)

    def _known(self, kid: str | None, algorithm: str) -> Jwk | None:
        kind = ALGORITHMS[algorithm]
        fitting = [
            key
            for key in self._keys
            if key.get("kty") == kind
            and key.get("use", "sig") == "sig"
            and key.get("alg", algorithm) == algorithm
            and (kid is None or key.get("kid") == kid)
        ]
        return fitting[0] if len(fitting) == 1 else None

    def _may_fetch(self) -> bool:
        now = time.monotonic()
        with self._lock:
            self._fetches = [moment for moment in self._fetches if now - moment < FETCHES_COUNT]
            if len(self._fetches) >= MOST_FETCHES:
                return False
            self._fetches.append(now)
            return True

    def _read(self, document: Any) -> None:
        keys = document.get("keys") if isinstance(document, dict) else None
        if not isinstance(keys, list):
            raise ProviderRefused("it publishes no keys")
        self._keys = [key for key in keys[:MOST_KEYS] if isinstance(key, dict)]
        self._fetched = time.monotonic()


def _usable(found: Jwk, algorithm: str) -> jwt.PyJWK:
    try:
        key = jwt.PyJWK.from_dict(found, algorithm=algorithm)
    except (jwt.PyJWTError, ValueError, TypeError, KeyError) as error:
        raise ProviderRefused("it publishes a key that is none") from error
    is_long = isinstance(key.key, RSAPublicKey) and key.key.key_size >= SHORTEST_RSA
    is_curve = isinstance(key.key, EllipticCurvePublicKey) and key.key.curve.name == "secp256r1"
    if not (is_long if algorithm == "RS256" else is_curve):
        raise ProviderRefused("it signs with a key that is too weak, or not public")
    return key
