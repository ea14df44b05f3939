"""Codes by time, by pyotp: six digits of HMAC-SHA-1, a new one every 30 seconds (RFC 6238), as every app reads them."""

from __future__ import annotations

import hmac
import math
from datetime import datetime

import pyotp

STEP_SECONDS = 30
DRIFT = 1
"""Steps that the clock of a phone may be off, either way."""

ISSUER = "Hunter System"
_SECRET_LETTERS = 32


class PyotpTotp:
    """Implements `hunter_core.accounts.secrets.Totp`."""

    def new_secret(self) -> str:
        return pyotp.random_base32(_SECRET_LETTERS)

    def uri(self, secret: str, *, account: str) -> str:
        return pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(name=account, issuer_name=ISSUER)

    def step(self, secret: str, code: str, *, now: datetime) -> int | None:
        totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
        present = math.floor(now.timestamp()) // STEP_SECONDS
        sent, found = code.encode(), None
        # All are looked at. Where two steps have one code the later is found, and the code is spent for both.
        for step in range(present - DRIFT, present + DRIFT + 1):
            if hmac.compare_digest(totp.generate_otp(step).encode(), sent):
                found = step
        return found
