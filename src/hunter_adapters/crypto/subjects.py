"""Names for what is counted and not kept: keyed hashes, which nobody turns back who has only the database."""

from __future__ import annotations

import hashlib
import hmac

from hunter_adapters.crypto.keys import KeyRing


class KeyedSubjects:
    """Implements `hunter_core.accounts.secrets.Subjects`."""

    def __init__(self, peppers: KeyRing) -> None:
        _, self._key = peppers.for_purpose("subject").first

    def subject(self, name: str) -> bytes:
        return hmac.digest(self._key, name.encode(errors="surrogatepass"), hashlib.sha256)
