"""Check values: by them two processes find out whether a key of theirs is the same, and nobody finds the key."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from hunter_adapters.crypto.keys import KeyRing

LABEL = b"hunter-system: check value"
"""What every key is asked to hash. Those of `KeyRing.for_purpose` begin in another way: no key of theirs is told."""


def check_values(keys: KeyRing) -> Mapping[str, str]:
    """Return the check value of each key, by its name: 64 hexadecimal digits, a hash of the label under the key."""
    return {kid: hmac.digest(key, LABEL, hashlib.sha256).hex() for kid, key in keys}
