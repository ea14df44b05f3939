"""The security log: one line for each event that a reviewer would ask for, and never a secret in it (issue 4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from hunter_core.accounts.session import NOWHERE, Client
from hunter_core.ids import AccountId, SessionId


class SecurityEventKind(StrEnum):
    """What happened; the value is stable, for whoever reads the log by program."""

    REGISTERED = "account.registered"
    SIGNED_IN = "session.opened"
    SIGN_IN_FAILED = "session.refused"
    TOO_MANY_ATTEMPTS = "password.attempts_exceeded"
    SIGNED_OUT = "session.ended"
    SESSIONS_REVOKED = "sessions.revoked"
    REFRESH_TOKEN_REUSED = "session.refresh_token_reused"  # noqa: S105 - the name of an event
    EMAIL_VERIFIED = "email.verified"
    EMAIL_CHANGE_ASKED = "email.change_asked"
    EMAIL_CHANGE_REFUSED = "email.change_refused"
    EMAIL_CHANGED = "email.changed"
    PASSWORD_RESET_ASKED = "password.reset_asked"  # noqa: S105 - the name of an event
    PASSWORD_RESET = "password.reset"  # noqa: S105 - the name of an event
    PASSWORD_CHANGED = "password.changed"  # noqa: S105 - the name of an event
    CODE_REFUSED = "code.refused"
    STEPPED_UP = "session.stepped_up"
    STEP_UP_FAILED = "session.step_up_refused"
    TWO_FACTOR_ON = "two_factor.on"
    TWO_FACTOR_OFF = "two_factor.off"
    RECOVERY_CODES_RENEWED = "two_factor.recovery_codes_renewed"
    RECOVERY_CODE_USED = "two_factor.recovery_code_used"
    IDENTITY_LINKED = "identity.linked"
    IDENTITY_UNLINKED = "identity.unlinked"
    IDENTITY_REFUSED = "identity.refused"
    API_TOKEN_CREATED = "api_token.created"  # noqa: S105 - the name of an event
    API_TOKEN_REVOKED = "api_token.revoked"  # noqa: S105 - the name of an event
    WEBHOOK_ADDED = "webhook.added"
    WEBHOOK_MOVED = "webhook.moved"
    WEBHOOK_SECRET_CHANGED = "webhook.secret_changed"  # noqa: S105 - the name of an event
    WEBHOOK_REMOVED = "webhook.removed"
    PUSH_TARGET_ADDED = "push_target.added"
    PUSH_TARGET_REMOVED = "push_target.removed"
    EXPORTED = "account.exported"
    DELETION_PLANNED = "account.deletion_planned"
    DELETION_CANCELLED = "account.deletion_cancelled"
    ERASED = "account.erased"
    DEACTIVATED = "account.deactivated"
    REACTIVATED = "account.reactivated"
    ROLE_CHANGED = "account.role_changed"
    ACCESS_REFUSED = "access.refused"
    INPUT_REFUSED = "input.refused"
    LIMIT_EXCEEDED = "limit.exceeded"


_K = SecurityEventKind
MEANINGS: Mapping[SecurityEventKind, str] = {
    _K.REGISTERED: "an account was made",
    _K.SIGNED_IN: "somebody signed in, by a password, a provider or a ticket",
    _K.SIGN_IN_FAILED: "a sign-in was refused; `reason` says why, which the client is not told",
    _K.TOO_MANY_ATTEMPTS: "passwords or codes were tried more often than they may be; once for each 5 minutes",
    _K.SIGNED_OUT: "a session was ended by its owner",
    _K.SESSIONS_REVOKED: "several sessions were ended at once; `ended` is how many",
    _K.REFRESH_TOKEN_REUSED: "a refresh token came back after its grace, and its session was ended",
    _K.EMAIL_VERIFIED: "an address was proved by the code sent to it",
    _K.EMAIL_CHANGE_ASKED: "another address was asked for, and a code mailed to it",
    _K.EMAIL_CHANGE_REFUSED: "another address was asked for in vain; `reason` says why, which the client may not know",
    _K.EMAIL_CHANGED: "an account's address was changed",
    _K.PASSWORD_RESET_ASKED: "a code to set another password was asked for",
    _K.PASSWORD_RESET: "a password was set by such a code, and every session ended",
    _K.PASSWORD_CHANGED: "a password was changed by who knew it",
    _K.CODE_REFUSED: "a one-time code or a code of the second factor was refused",
    _K.STEPPED_UP: "a session proved afresh whose it is",
    _K.STEP_UP_FAILED: "a session could not prove afresh whose it is",
    _K.TWO_FACTOR_ON: "a second factor was switched on",
    _K.TWO_FACTOR_OFF: "a second factor was switched off",
    _K.RECOVERY_CODES_RENEWED: "recovery codes were made anew, and the old ones are good for nothing",
    _K.RECOVERY_CODE_USED: "a recovery code was used in the place of the app's",
    _K.IDENTITY_LINKED: "an account at a provider was linked",
    _K.IDENTITY_UNLINKED: "an account at a provider was unlinked",
    _K.IDENTITY_REFUSED: "a sign-in by a provider was refused",
    _K.API_TOKEN_CREATED: "an API token was made",
    _K.API_TOKEN_REVOKED: "an API token was revoked",
    _K.WEBHOOK_ADDED: "a webhook was added; `target` is the server that it tells",
    _K.WEBHOOK_MOVED: "a webhook was given another address; `target` is the server that it tells from now on",
    _K.WEBHOOK_SECRET_CHANGED: "a webhook was given another secret; `target` is the server that it tells",
    _K.WEBHOOK_REMOVED: "a webhook was removed",
    _K.PUSH_TARGET_ADDED: "a push target was added; `target` is the service or server that it leads to",
    _K.PUSH_TARGET_REMOVED: "a push target was removed",
    _K.EXPORTED: "somebody took an export of everything that their account holds",
    _K.DELETION_PLANNED: "somebody asked for their account to be erased",
    _K.DELETION_CANCELLED: "somebody took that back",
    _K.ERASED: "an account was erased",
    _K.DEACTIVATED: "an account was deactivated by an admin",
    _K.REACTIVATED: "an account was made active again by an admin",
    _K.ROLE_CHANGED: "an account's role was changed by an admin",
    _K.ACCESS_REFUSED: "a request came with a token that is no good: forged, of an ended session, or not for this",
    _K.INPUT_REFUSED: "a request broke a rule of form, size or state; `reason` is the code that it was answered",
    _K.LIMIT_EXCEEDED: "requests went past a rate limit",
}
"""What each kind says; the reference page is printed from it."""

SAMPLED = (_K.ACCESS_REFUSED, _K.INPUT_REFUSED, _K.LIMIT_EXCEEDED)
"""What anybody can cause at will: at most one line a minute from one place (`sampling`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityEvent:
    """
    One event.

    Attributes:
        account_id: Whose account it touches; None where no account is known.
        client: Where the request came from; its address is shortened when it is written.
        details: More, by name; never a token, password, code or full address.
    """

    kind: SecurityEventKind
    at: datetime
    account_id: AccountId | None = None
    session_id: SessionId | None = None
    client: Client = NOWHERE
    details: Mapping[str, str] = field(default_factory=dict)


class SecurityLog(Protocol):
    """Writes security events, after what they tell of has been committed."""

    def record(self, event: SecurityEvent) -> None:
        """Write *event*. Never raises: a log that cannot be written stops no request."""
        ...
