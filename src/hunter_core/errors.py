"""Every way the core says no, as a tree: never (Refused), not so (InvalidInput), who (NotFound), later (TryLater)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from uuid import UUID


def _written(instant: datetime) -> str:
    """Return *instant* as answers write it: ISO 8601, in UTC, with `Z` (SPEC 4)."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


class HunterError(Exception):
    """The root of all refusals. `code` is stable and part of the wire contract (SPEC 4)."""

    code = "ERROR"


# --- the request is not understood -------------------------------------------------------------------


class InvalidInput(HunterError):
    """One or more fields break their rule; `problems` is every (field, message)."""

    code = "VALIDATION_ERROR"

    def __init__(self, field: str, message: str, *more: tuple[str, str]) -> None:
        self.problems: tuple[tuple[str, str], ...] = ((field, message), *more)
        super().__init__("; ".join(f"{name}: {text}" for name, text in self.problems))

    @classmethod
    def of(cls, problems: Iterable[tuple[str, str]]) -> InvalidInput:
        """Return one refusal that names every problem (at least one)."""
        (field, message), *more = problems
        return cls(field, message, *more)


class IdempotencyKeyInvalid(HunterError):
    """The Idempotency-Key is not 1-255 visible ASCII characters."""

    code = "IDEMPOTENCY_KEY_INVALID"


class IdempotencyKeyReused(HunterError):
    """The key was used before, for another request."""

    code = "IDEMPOTENCY_KEY_REUSED"

    def __init__(self, key: str) -> None:
        super().__init__(
            "This Idempotency-Key was used for another request. Send a new key for a new request."
        )
        self.key = key


class RulebookInvalid(HunterError):
    """A rulebook cannot be read: the message says where and what to do."""

    code = "RULEBOOK_INVALID"


class CodeInvalid(HunterError):
    """A one-time code is wrong, used, too old or for something else: the same words for all."""

    code = "CODE_INVALID"

    def __init__(self) -> None:
        super().__init__("This code is not good: it is wrong, was used, or is too old. Ask for a new one.")


class SecondFactorWrong(CodeInvalid):
    """The code of the second factor is wrong, or was taken before."""

    def __init__(self) -> None:
        HunterError.__init__(
            self, "This code is wrong, or was used before. Send the next one that your app shows."
        )


# --- who asks ----------------------------------------------------------------------------------------


class NotFound(HunterError):
    """There is no such thing, or it is someone else's; the answer is the same."""

    code = "NOT_FOUND"

    def __init__(self, what: str, wanted: UUID | str) -> None:
        super().__init__(f"There is no {what} with this id.")
        self.what, self.wanted = what, wanted


class Unauthenticated(HunterError):
    """No valid session stands behind the request. Only the security log is told `why`."""

    code = "UNAUTHENTICATED"
    why = "NOT_GOOD"

    def because(self, why: str) -> Unauthenticated:
        """Return the refusal with its reason for the log."""
        self.why = why
        return self


class InvalidCredentials(Unauthenticated):
    """Unknown address, wrong password or an account without one: the same words for all."""

    code = "INVALID_CREDENTIALS"

    def __init__(self) -> None:
        super().__init__("The e-mail address or the password is wrong.")


class RefreshTokenReused(Unauthenticated):
    """A refresh token came back after its grace; its session has been ended."""

    code = "REFRESH_TOKEN_REUSED"


class TwoFactorRequired(Unauthenticated):
    """
    The password is right, or a provider vouched, and the account asks for a second factor.

    `ticket` is what a sign-in without a password comes back with, for 5 minutes; None after a password, which
    is sent again with the code.
    """

    code = "TWO_FACTOR_REQUIRED"

    def __init__(self, ticket: str | None = None) -> None:
        super().__init__(
            "This account asks for a code, too: the one that your app shows, or a recovery code."
        )
        self.ticket = ticket


class Forbidden(HunterError):
    """The account may not do this."""

    code = "FORBIDDEN"


class NotVerified(Forbidden):
    """The password is right, but the address has not been verified yet."""

    code = "NOT_VERIFIED"


class StepUpRequired(Forbidden):
    """
    The act needs a fresh proof of who asks, though the session stands.

    `needs` names what would do, as fields of the request: `password`, `code` or both; nothing where only
    signing in again does.
    """

    code = "STEP_UP_REQUIRED"

    def __init__(self, *needs: str) -> None:
        how = f"send {' and '.join(needs)} with the request" if needs else "sign in again"
        super().__init__(f"This needs a fresh proof of who you are: {how}.")
        self.needs = needs


# --- never: the state refuses ------------------------------------------------------------------------


class Refused(HunterError):
    """The request is understood, and the state of things does not allow it."""

    code = "REFUSED"


class EmailTaken(Refused):
    """Another account has this address."""

    code = "EMAIL_TAKEN"


class HunterNameTaken(Refused):
    """Another hunter has this name."""

    code = "HUNTER_NAME_TAKEN"


class IdentityTaken(Refused):
    """Another account has this identity."""

    code = "IDENTITY_TAKEN"

    def __init__(self) -> None:
        super().__init__("This identity belongs to another account.")


class LastWayIn(Refused):
    """Without this identity nobody could sign in to the account: it has no password and no other one."""

    code = "LAST_WAY_IN"

    def __init__(self) -> None:
        super().__init__(
            "This is the only way into the account. Set a password or link another identity first."
        )


class QuestRefused(Refused):
    """A quest cannot be completed or skipped."""

    code = "QUEST_REFUSED"


class QuestInactive(QuestRefused):
    """The quest is archived or switched off."""

    code = "QUEST_INACTIVE"

    def __init__(self, quest_id: UUID) -> None:
        super().__init__("The quest is not active. Switch it on, or choose another.")
        self.quest_id = quest_id


class QuestAlreadyCompleted(QuestRefused):
    """A ONE_TIME quest is done, and done is done."""

    code = "QUEST_ALREADY_COMPLETED"

    def __init__(self, quest_id: UUID) -> None:
        super().__init__("This quest can be completed once, and it is done.")
        self.quest_id = quest_id


class QuestExpired(QuestRefused):
    """The deadline lies before the completion."""

    code = "QUEST_EXPIRED"

    def __init__(self, quest_id: UUID, deadline: datetime) -> None:
        super().__init__(f"The quest's deadline was {_written(deadline)}.")
        self.quest_id, self.deadline = quest_id, deadline


class CompletionLimitReached(QuestRefused):
    """The quest was done as often as one local day allows."""

    code = "COMPLETION_LIMIT_REACHED"

    def __init__(self, quest_id: UUID, day: date, limit: int) -> None:
        times = "once" if limit == 1 else f"{limit} times"
        super().__init__(f"The quest was already completed {times} on {day}, which is all that a day allows.")
        self.quest_id, self.day, self.limit = quest_id, day, limit


class QuestLimitReached(Refused):
    """The hunter has as many active quests as there may be."""

    code = "QUEST_LIMIT_REACHED"

    def __init__(self, limit: int) -> None:
        super().__init__(f"There may be at most {limit} active quests. Archive one first.")
        self.limit = limit


class VoidWindowPassed(Refused):
    """The completion lies too far back to be taken back."""

    code = "VOID_WINDOW_PASSED"

    def __init__(self, day: date, days: int) -> None:
        super().__init__(f"A completion can be taken back for {days} local days; this one counts for {day}.")
        self.day, self.days = day, days


class SettingsChangeTooSoon(Refused):
    """Zone or day start were changed less than 24 hours ago."""

    code = "SETTINGS_CHANGE_TOO_SOON"

    def __init__(self, again_at: datetime) -> None:
        super().__init__(
            f"Time zone and day start can be changed once in 24 hours, next at {_written(again_at)}."
        )
        self.again_at = again_at


class PauseLimitReached(Refused):
    """The hunter has planned as many pauses as there may be."""

    code = "PAUSE_LIMIT_REACHED"

    def __init__(self, limit: int) -> None:
        super().__init__(f"There may be at most {limit} pauses that have not passed. Delete one first.")
        self.limit = limit


class TwoFactorAlreadyOn(Refused):
    """The account has a second factor."""

    code = "TWO_FACTOR_ALREADY_ON"

    def __init__(self) -> None:
        super().__init__("Two-factor is on. Turn it off first, if you want to begin anew.")


class TwoFactorNotOn(Refused):
    """The account has no second factor, or none that waits for its first code."""

    code = "TWO_FACTOR_NOT_ON"

    def __init__(self, message: str = "Two-factor is not on.") -> None:
        super().__init__(message)


class ApiTokenLimitReached(Refused):
    """The account has as many API tokens as there may be."""

    code = "API_TOKEN_LIMIT_REACHED"

    def __init__(self, limit: int) -> None:
        super().__init__(f"There may be at most {limit} API tokens. Revoke one first.")
        self.limit = limit


class PushTargetLimitReached(Refused):
    """The hunter has as many push targets as there may be."""

    code = "PUSH_TARGET_LIMIT_REACHED"

    def __init__(self, limit: int) -> None:
        super().__init__(f"There may be at most {limit} push targets. Delete one first.")
        self.limit = limit


class WebhookLimitReached(Refused):
    """The hunter has as many webhooks as there may be."""

    code = "WEBHOOK_LIMIT_REACHED"

    def __init__(self, limit: int) -> None:
        super().__init__(f"There may be at most {limit} webhooks. Delete one first.")
        self.limit = limit


class WebhookInactive(Refused):
    """The webhook is switched off."""

    code = "WEBHOOK_INACTIVE"

    def __init__(self, webhook_id: UUID) -> None:
        super().__init__("The webhook is switched off. Switch it on first: isActive.")
        self.webhook_id = webhook_id


class IdempotencyInProgress(Refused):
    """The first request with this key is still under way."""

    code = "IDEMPOTENCY_IN_PROGRESS"

    def __init__(self) -> None:
        super().__init__("The first request with this Idempotency-Key is still under way. Try again shortly.")


# --- later -------------------------------------------------------------------------------------------


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

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Too many requests. Please try again in {seconds} seconds.", retry_after=seconds)


class OutcomeUnknown(TryLater):
    """The connection was lost at COMMIT: it may or may not have happened. A retry with the same key tells."""

    code = "OUTCOME_UNKNOWN"

    def __init__(self) -> None:
        super().__init__(
            "The connection was lost while the change was being saved. Send the same request with the same "
            "Idempotency-Key: it is carried out once.",
            retry_after=1,
        )
