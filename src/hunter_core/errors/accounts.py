"""What the state of an account refuses."""

from __future__ import annotations

from hunter_core.errors.never import Refused


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
