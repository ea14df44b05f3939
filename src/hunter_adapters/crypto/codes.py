"""One-time codes, derived by a keyed hash from id, purpose and salt: what is mailed can be made again, unstored."""

from __future__ import annotations

import base64
import hashlib
import hmac

from hunter_adapters.crypto.keys import KeyRing
from hunter_core.accounts.code import CodePurpose
from hunter_core.ids import CodeId


class DerivedCodes:
    """Implements `hunter_core.accounts.codes.CodeSecrets`."""

    def __init__(self, peppers: KeyRing) -> None:
        self._keys = peppers.for_purpose("one-time-code")

    def code(self, code_id: CodeId, purpose: CodePurpose, salt: bytes) -> str:
        return _code(self._keys.first[1], code_id, purpose, salt)

    def again(self, code_id: CodeId, purpose: CodePurpose, salt: bytes, code_hash: bytes) -> str | None:
        codes = (_code(key, code_id, purpose, salt) for _, key in self._keys)
        return next((code for code in codes if hmac.compare_digest(self.digest(code), code_hash)), None)

    def digest(self, code: str) -> bytes:
        return hashlib.sha256(code.encode(errors="surrogatepass")).digest()


def _code(key: bytes, code_id: CodeId, purpose: CodePurpose, salt: bytes) -> str:
    mac = hmac.digest(key, code_id.bytes + salt + purpose.value.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(mac).decode().rstrip("=")
