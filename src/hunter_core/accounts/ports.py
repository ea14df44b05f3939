"""What use cases ask of the stores of accounts, sessions and settings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from hunter_core.accounts.account import Account
from hunter_core.accounts.session import Session, SignedIn
from hunter_core.hunters.settings import Settings
from hunter_core.ids import AccountId, HunterId, SessionId


class Accounts(Protocol):
    """Keeps accounts, a row each."""

    def add(self, account: Account) -> None:
        """
        Keep a new account.

        Raises:
            EmailTaken: If another account has this `email_key`.
        """
        ...

    def get(self, account_id: AccountId) -> Account:
        """
        Return the account, not locked.

        Raises:
            NotFound: If there is no such account.
        """
        ...

    def by_email(self, email_key: str) -> Account | None:
        """Return the account of this lower-cased address, not locked; None where there is none."""
        ...

    def lock(self, account_id: AccountId) -> Account:
        """
        Return the account, locked against every other writer until the transaction ends.

        Whoever needs account, session and hunter locks them in this order.

        Raises:
            NotFound: If there is no such account.
            StoreUnavailable: If the lock was not to be had in time.
        """
        ...

    def save(self, account: Account) -> None:
        """
        Keep *account*, which is locked, as it is now.

        Raises:
            EmailTaken: If another account has this `email_key`.
        """
        ...


class Sessions(Protocol):
    """Keeps sessions, a row each."""

    def add(self, session: Session) -> None:
        """Keep a new session."""
        ...

    def check(self, session_id: SessionId) -> SignedIn | None:
        """Return the session with its account in one read, ended or not; None where there is none."""
        ...

    def get(self, session_id: SessionId) -> Session | None:
        """Return the session, not locked; None where there is none."""
        ...

    def lock(self, session_id: SessionId) -> Session | None:
        """
        Return the session, locked against every other writer until the transaction ends, or None.

        Raises:
            StoreUnavailable: If the lock was not to be had in time.
        """
        ...

    def save(self, session: Session) -> None:
        """Keep *session*, which is locked, as it is now."""
        ...

    def of_account(self, account_id: AccountId) -> Sequence[Session]:
        """Return the account's sessions not yet revoked, not locked, the newest first."""
        ...

    def used(self, session_id: SessionId, *, at: datetime) -> None:
        """Set `last_used_at` to *at*, unless it is later or the session was revoked. Takes no lock before."""
        ...

    def end_all(self, account_id: AccountId, *, at: datetime, keep: SessionId | None = None) -> int:
        """Set `revoked_at` to *at* on the account's unrevoked sessions but *keep*; return how many."""
        ...

    def end_oldest(self, account_id: AccountId, *, at: datetime, leave: int) -> int:
        """
        Set `revoked_at` to *at* on the account's sessions not yet revoked, all but the *leave* newest by id.

        The account is locked. Return how many were ended.
        """
        ...


class HunterSettings(Protocol):
    """Keeps each hunter's settings, a row from registration on, without those that the calendar holds."""

    def add(self, settings: Settings) -> None:
        """Keep the settings of a new hunter."""
        ...

    def get(self, hunter_id: HunterId) -> Settings:
        """
        Return the hunter's settings.

        Raises:
            NotFound: If there is no such hunter.
        """
        ...

    def save(self, settings: Settings) -> None:
        """Keep *settings* as they are now; the hunter is locked."""
        ...
