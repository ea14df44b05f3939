"""The request is not understood: a field, a key, a rulebook or a code breaks its rule."""

from __future__ import annotations

from collections.abc import Iterable

from hunter_core.errors.root import HunterError


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
