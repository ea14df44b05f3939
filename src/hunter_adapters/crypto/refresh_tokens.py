"""Refresh tokens, derived by a keyed hash from session, generation and salt: the same ones, the same token."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from uuid import UUID

from hunter_adapters.crypto.keys import KeyRing
from hunter_core.accounts.session import Session
from hunter_core.ids import SessionId

_ID_BYTES, _GENERATION_BYTES, _MAC_BYTES = 16, 4, 32
_LENGTH = _ID_BYTES + _GENERATION_BYTES + _MAC_BYTES
_FORM = re.compile(r"[A-Za-z0-9_-]{70}", re.ASCII)


class DerivedRefreshTokens:
    """
    Implements `hunter_core.accounts.secrets.RefreshTokens`.

    A token is base64url of session id, generation and MAC. The MAC needs the session's salt, which only the
    database has, and the pepper, which it has not: neither alone makes a token.
    """

    def __init__(self, peppers: KeyRing) -> None:
        self._keys = peppers.for_purpose("refresh-token")

    def issue(self, session: Session) -> str:
        _, key = self._keys.first
        head = session.id.bytes + session.generation.to_bytes(_GENERATION_BYTES, "big")
        return base64.urlsafe_b64encode(head + _mac(key, head, session.salt)).decode().rstrip("=")

    def session_id(self, token: str) -> SessionId | None:
        raw = _raw(token)
        return None if raw is None else SessionId(UUID(bytes=raw[:_ID_BYTES]))

    def generation(self, token: str, session: Session) -> int | None:
        raw = _raw(token)
        if raw is None or raw[:_ID_BYTES] != session.id.bytes:
            return None
        head, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
        # Every key is tried, so that the time tells nothing of which one it was.
        good = [hmac.compare_digest(_mac(key, head, session.salt), mac) for _, key in self._keys]
        return int.from_bytes(head[_ID_BYTES:], "big") if any(good) else None


def _mac(key: bytes, head: bytes, salt: bytes) -> bytes:
    return hmac.digest(key, head + salt, hashlib.sha256)


def _raw(token: str) -> bytes | None:
    if not _FORM.fullmatch(token):
        return None
    try:
        raw = base64.urlsafe_b64decode(f"{token}==")
    except binascii.Error:
        return None
    # The last character has bits to spare: only one way to write a token is that token.
    whole = len(raw) == _LENGTH and base64.urlsafe_b64encode(raw).decode().rstrip("=") == token
    return raw if whole else None
