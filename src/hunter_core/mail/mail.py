"""A mail is a row until it is sent: a mail server that is down loses none, and blocks nobody (SPEC 5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hunter_core.accounts.names import email_key
from hunter_core.ids import AccountId, CodeId, MailId, NotificationId


class MailTemplate(StrEnum):
    """What a mail says; each has a text and an HTML form in one folder of templates."""

    VERIFY_EMAIL = "VERIFY_EMAIL"
    ALREADY_REGISTERED = "ALREADY_REGISTERED"
    RESET_PASSWORD = "RESET_PASSWORD"  # noqa: S105 - the name of a template
    PASSWORD_CHANGED = "PASSWORD_CHANGED"  # noqa: S105 - the name of a template
    CHANGE_EMAIL = "CHANGE_EMAIL"
    EMAIL_CHANGE_ASKED = "EMAIL_CHANGE_ASKED"
    EMAIL_CHANGED = "EMAIL_CHANGED"
    ADDRESS_WANTED = "ADDRESS_WANTED"
    TOO_MANY_ATTEMPTS = "TOO_MANY_ATTEMPTS"
    SESSION_REVOKED = "SESSION_REVOKED"
    TWO_FACTOR_ON = "TWO_FACTOR_ON"
    TWO_FACTOR_OFF = "TWO_FACTOR_OFF"
    RECOVERY_CODE_USED = "RECOVERY_CODE_USED"
    IDENTITY_LINKED = "IDENTITY_LINKED"
    IDENTITY_UNLINKED = "IDENTITY_UNLINKED"
    API_TOKEN_CREATED = "API_TOKEN_CREATED"  # noqa: S105 - the name of a template
    WEBHOOK_ADDED = "WEBHOOK_ADDED"
    WEBHOOK_SECRET_CHANGED = "WEBHOOK_SECRET_CHANGED"  # noqa: S105 - the name of a template
    PUSH_TARGET_ADDED = "PUSH_TARGET_ADDED"
    DELETION_PLANNED = "DELETION_PLANNED"
    DELETION_CANCELLED = "DELETION_CANCELLED"
    DEACTIVATED = "DEACTIVATED"
    REACTIVATED = "REACTIVATED"
    NOTIFICATION = "NOTIFICATION"
    DAILY_DIGEST = "DAILY_DIGEST"


LONGEST_ERROR = 200
"""Characters kept of why a mail was not sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """
    A mail as stored: what it is made of, never the code that it carries.

    Attributes:
        account_id: Whose affair it is; it goes with the account. None while a mail was only asked for, by an
            address that may or may not have an account (`mail/asked.py`).
        code_id: The one-time code that it carries, which is derived again when the mail is made.
        notification_id: The notification that it tells, which is asked before each attempt whether it may still leave;
            it goes with it. None for every other mail.
        details: What the template tells beside it, by name; no secrets.
        due_at: Not sent before; moved back after a failure, and while somebody sends it.
        tries: How often sending it failed.
        parked_at: When it was given up, to be looked at; None while it is tried.
        last_error: Why it was not sent the last time, without the address; None where it was never tried.
    """

    id: MailId
    account_id: AccountId | None
    recipient: str
    template: MailTemplate
    code_id: CodeId | None = None
    notification_id: NotificationId | None = None
    details: Mapping[str, str] = field(default_factory=dict)
    created_at: datetime
    due_at: datetime
    tries: int = 0
    sent_at: datetime | None = None
    parked_at: datetime | None = None
    last_error: str | None = None

    @property
    def address_key(self) -> str:
        """The lower-cased recipient: by it is counted how many mails an address is sent."""
        return email_key(self.recipient)
