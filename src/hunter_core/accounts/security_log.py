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
    EXPORTED = "account.exported"
    DELETION_PLANNED = "account.deletion_planned"
    DELETION_CANCELLED = "account.deletion_cancelled"
    ERASED = "account.erased"
    DEACTIVATED = "account.deactivated"
    REACTIVATED = "account.reactivated"
    ROLE_CHANGED = "account.role_changed"
    ACCESS_REFUSED = "access.refused"
    LIMIT_EXCEEDED = "limit.exceeded"


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
