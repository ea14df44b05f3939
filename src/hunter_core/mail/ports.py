"""What the post asks of the world: rows that wait, and somebody who carries them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hunter_core.ids import AccountId, MailId
from hunter_core.mail.mail import Mail, MailTemplate


class Mails(Protocol):
    """Keeps mails that wait to be sent, a row each."""

    def add(self, *mails: Mail) -> None:
        """Keep new mails."""
        ...

    def lock_due(self, now: datetime, limit: int) -> Sequence[Mail]:
        """
        Return at most *limit* mails that are due at *now*, neither sent nor parked, the longest due first.

        They are locked until the transaction ends; those that another transaction holds are left out, so that
        several senders never take the same one.
        """
        ...

    def lock(self, mail_id: MailId) -> Mail | None:
        """
        Return the mail, locked against every other writer until the transaction ends; None when it is gone.

        Raises:
            StoreUnavailable: If the lock was not to be had in time.
        """
        ...

    def posted(self, address_key: str, template: MailTemplate, *, since: datetime) -> int:
        """
        Return how many mails of *template* to this lower-cased address were posted after *since*.

        Those that were only asked for, and have no account, do not count.
        """
        ...

    def forget(self, *, sent: datetime, parked: datetime) -> int:
        """Forget the mails that were sent, or parked, at these moments or earlier; return how many."""
        ...

    def save(self, mail: Mail) -> None:
        """Keep *mail*, which is locked, as it is now."""
        ...

    def parked(self, limit: int) -> Sequence[Mail]:
        """Return at most *limit* mails that were given up, the latest first."""
        ...

    def retry(self, account_id: AccountId | None, now: datetime) -> int:
        """Let mails that were given up be tried anew from *now* on: an account's, or all; return how many."""
        ...

    def remove(self, mail_id: MailId) -> None:
        """Forget a mail."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A mail as it is handed to a mail server: the secrets are in it now, and it is stored nowhere of ours."""

    id: MailId
    recipient: str
    subject: str
    text: str
    html: str

    def __repr__(self) -> str:
        """Leave out whom it is for and what it says, for logs and tracebacks."""
        return f"Message(id={self.id})"


class Mailer(Protocol):
    """Hands messages to whoever carries them."""

    def send(self, message: Message) -> None:
        """
        Hand *message* over; when this returns, it is theirs.

        Raises:
            MailRefused: If this message will never be taken (an address that there is not).
            MailUnavailable: If it was not taken for now.
            MailServerAway: If nothing is taken for now.
        """
        ...


class MailRefused(Exception):
    """The message will never be taken; there is no use in trying again."""


class MailUnavailable(Exception):
    """The message was not taken for now: server down, slow or busy."""


class MailServerAway(MailUnavailable):
    """There is no server to hand anything to for now: the next message would fare no better."""
