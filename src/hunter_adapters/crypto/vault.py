"""Sealed secrets, by cryptography's AES-256-GCM: readable with a pepper, and of no use without."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hunter_adapters.crypto.keys import KeyRing

_FORM = b"\x01"
_NONCE_BYTES = 12


class AesVault:
    """
    Implements `hunter_core.accounts.secrets.Vault`.

    Sealed is: the byte 1 (this form), the length of the key's name and the name, the nonce, the ciphertext with
    its tag. Everything before the nonce is authenticated with it, and so is the context.
    """

    def __init__(self, peppers: KeyRing) -> None:
        self._keys = peppers.for_purpose("vault")

    def seal(self, secret: str, context: bytes) -> bytes:
        kid, key = self._keys.first
        head, nonce = _head(kid), os.urandom(_NONCE_BYTES)
        return head + nonce + AESGCM(key).encrypt(nonce, secret.encode(), head + context)

    def open(self, sealed: bytes, context: bytes) -> str | None:
        head = _head(_kid(sealed))
        key = self._keys.find(_kid(sealed))
        if key is None or not sealed.startswith(head):
            return None
        nonce, ciphertext = sealed[len(head) :][:_NONCE_BYTES], sealed[len(head) + _NONCE_BYTES :]
        try:
            return AESGCM(key).decrypt(nonce, ciphertext, head + context).decode()
        except (InvalidTag, ValueError):
            return None

    def outdated(self, sealed: bytes) -> bool:
        return _kid(sealed) != self._keys.first[0]


def _head(kid: str) -> bytes:
    name = kid.encode()
    return _FORM + bytes([len(name)]) + name


def _kid(sealed: bytes) -> str:
    return sealed[2 : 2 + sealed[1]].decode("ascii", "replace") if len(sealed) > 1 else ""
