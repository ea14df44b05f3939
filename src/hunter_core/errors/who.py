"""Who asks: there is no such thing for them, they are not signed in, or they may not."""

from __future__ import annotations

from uuid import UUID

from hunter_core.errors.root import HunterError


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
