"""Later: nothing was carried out, and the same request may be sent again."""

from __future__ import annotations

from hunter_core.errors.root import HunterError


class TryLater(HunterError):
    """The request was not carried out; it may be sent again after `retry_after` seconds."""

    code = "SERVICE_UNAVAILABLE"

    def __init__(self, message: str, *, retry_after: int = 1) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class StoreUnavailable(TryLater):
    """The database is away, hangs, or a lock was not to be had in time. Nothing was changed."""

    def __init__(
        self, message: str = "The database does not answer. Nothing was changed; try again."
    ) -> None:
        super().__init__(message, retry_after=2)


class TooBusy(TryLater):
    """A bounded queue is full. Nothing was changed."""


class ProviderUnavailable(TryLater):
    """An identity provider does not answer in time. Nothing was changed."""

    def __init__(self, message: str = "The identity provider does not answer. Try again in a while.") -> None:
        super().__init__(message, retry_after=10)


class RateLimitExceeded(TryLater):
    """There were more requests than the limit allows. Nothing was changed."""

    code = "RATE_LIMIT_EXCEEDED"

    def __init__(self, seconds: int, because: str = "Too many requests.") -> None:
        super().__init__(f"{because} Please try again in {seconds} seconds.", retry_after=seconds)


class OutcomeUnknown(TryLater):
    """The connection was lost at COMMIT: it may or may not have happened. A retry with the same key tells."""

    code = "OUTCOME_UNKNOWN"

    def __init__(self) -> None:
        super().__init__(
            "The connection was lost while the change was being saved. Send the same request with the same "
            "Idempotency-Key: it is carried out once.",
            retry_after=1,
        )
