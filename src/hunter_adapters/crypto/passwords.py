"""Password hashes by bcrypt, over a peppered digest so that it sees all of a password."""

from __future__ import annotations

import base64
import hashlib
import hmac

import bcrypt

from hunter_adapters.crypto.keys import KeyRing
from hunter_adapters.crypto.pool import BoundedPool

COST = 12
_SCHEME = "hmac-sha256-bcrypt"
# What no password makes, in the form of a hash: compared where there is no account, to take as long.
_DUMMY_SALT = "." * 22
_DUMMY_DIGEST = "." * 31


class BcryptPasswords:
    """
    Implements `hunter_core.accounts.secrets.PasswordHasher`.

    bcrypt sees at most 72 bytes, and stops at a NUL in some versions: it is given base64 of an HMAC-SHA256
    of the password under the pepper, 44 characters whatever the password. What is stored is
    `hmac-sha256-bcrypt:<pepper id>:<bcrypt>`, so that peppers and costs can change and be told apart.
    """

    def __init__(self, peppers: KeyRing, pool: BoundedPool, *, cost: int = COST) -> None:
        self._peppers = peppers.for_purpose("password")
        self._pool, self._cost = pool, cost
        self._dummy = f"$2b${cost:02}${_DUMMY_SALT}{_DUMMY_DIGEST}".encode()

    def hash(self, password: str) -> str:
        kid, pepper = self._peppers.first
        made = self._pool.run(lambda: bcrypt.hashpw(_digest(pepper, password), bcrypt.gensalt(self._cost)))
        return f"{_SCHEME}:{kid}:{made.decode()}"

    def matches(self, password: str, stored: str | None) -> bool:
        kid, hashed = ("", "") if stored is None else _parts(stored)
        pepper = self._peppers.find(kid)
        known = pepper is not None
        digest = _digest(pepper if pepper is not None else self._peppers.first[1], password)
        against = hashed.encode() if known else self._dummy
        right = self._pool.run(lambda: bcrypt.checkpw(digest, against))
        return right and known

    def outdated(self, stored: str) -> bool:
        kid, hashed = _parts(stored)
        return kid != self._peppers.first[0] or not hashed.startswith(f"$2b${self._cost:02}$")


def _digest(pepper: bytes, password: str) -> bytes:
    return base64.b64encode(hmac.digest(pepper, password.encode(), hashlib.sha256))


def _parts(stored: str) -> tuple[str, str]:
    scheme, _, rest = stored.partition(":")
    kid, _, hashed = rest.partition(":")
    return (kid, hashed) if scheme == _SCHEME else ("", "")
