"""Never, as things stand: the root of what the state refuses, and a key whose first request is under way."""

from __future__ import annotations

from hunter_core.errors.root import HunterError


class Refused(HunterError):
    """The request is understood, and the state of things does not allow it."""

    code = "REFUSED"


class IdempotencyInProgress(Refused):
    """The first request with this key is still under way."""

    code = "IDEMPOTENCY_IN_PROGRESS"

    def __init__(self) -> None:
        super().__init__("The first request with this Idempotency-Key is still under way. Try again shortly.")
