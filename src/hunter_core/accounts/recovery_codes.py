"""Recovery codes: for the day on which the phone is gone. Each is good once, and easy to type (issue 4, 7)."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from collections.abc import Sequence
from datetime import datetime

from hunter_core.accounts.two_factor import RecoveryCode
from hunter_core.ids import new_id

HOW_MANY = 10
"""Codes of a set."""

# Crockford's base 32: no letter that is taken for a digit, and no U.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# From 112 bits on, a plain hash keeps a code as well as a slow one does (ASVS 5.0, 6.5.2).
_LENGTH, _GROUP = 25, 5
_MISREAD = str.maketrans("OIL", "011")


def new_recovery_codes() -> tuple[str, ...]:
    """Return a set of new codes, 125 random bits each, as they are shown: `7K3QP-…` in five groups."""
    return tuple(_shown("".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))) for _ in range(HOW_MANY))


def stored(codes: Sequence[str], now: datetime) -> Sequence[RecoveryCode]:
    """Return *codes* as they are kept."""
    return [RecoveryCode(new_id(now), digest(typed(code))) for code in codes]


def typed(code: str) -> str:
    """Return a *code* of either kind as it was meant: without spaces and dashes, in capitals."""
    plain = unicodedata.normalize("NFKC", code).upper()
    return "".join(letter for letter in plain if letter.isalnum())


def digest(code: str) -> bytes:
    """Return what a `typed` recovery code is found by; letters that are misread count as the digits they look like."""
    return hashlib.sha256(code.translate(_MISREAD).encode(errors="surrogatepass")).digest()


def has_form(code: str) -> bool:
    """Tell whether a `typed` code has the length of a recovery code."""
    return len(code) == _LENGTH


def _shown(code: str) -> str:
    return "-".join(code[at : at + _GROUP] for at in range(0, _LENGTH, _GROUP))
