"""The app on somebody's phone: it has a secret and a clock, and shows codes."""

from __future__ import annotations

from datetime import datetime, timedelta

import pyotp

STEP = timedelta(seconds=30)


class Authenticator:
    """Shows the code of any moment."""

    def __init__(self, secret: str) -> None:
        self._totp = pyotp.TOTP(secret)

    def code(self, at: datetime, *, steps: int = 0) -> str:
        """Return the code at the moment *at*, or so many steps after it."""
        return self._totp.at(at + steps * STEP)

    def wrong(self, at: datetime) -> str:
        """Return six digits that are no code anywhere near *at*."""
        near = {self.code(at, steps=away) for away in range(-20, 21)}
        return next(code for code in (f"{number:06}" for number in range(100)) if code not in near)
