"""At most ten password checks in five minutes, for an address or a session: counted before any hash (issue 4, 5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from hunter_core.accounts.account import Account
from hunter_core.accounts.security_log import SecurityEvent, SecurityEventKind
from hunter_core.accounts.session import Client
from hunter_core.accounts.sign_in import Gate
from hunter_core.errors import RateLimitExceeded
from hunter_core.ids import AccountId, SessionId
from hunter_core.mail.asked import is_flooded
from hunter_core.mail.mail import MailTemplate
from hunter_core.mail.post import post
from hunter_core.ports import Store, UnitOfWork

MOST_CHECKS = 10
"""Password checks of one subject in any `WINDOW`."""

WINDOW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """
    The password checks of one subject, as stored.

    Attributes:
        subject: A keyed hash of the address, or of the session, that they were asked for: an address without
            an account is counted like any other, and is not kept.
        moments: When each of them was asked for, those of the last `WINDOW` at least; at most `MOST_CHECKS`.
        told_at: When the owner was last told that there were too many; None before.
    """

    subject: bytes
    moments: tuple[datetime, ...] = ()
    told_at: datetime | None = None

    def wait(self, now: datetime) -> int:
        """Return the seconds until one more check may be made, 0 where it may be made at *now*."""
        counted = self._within(now)
        if len(counted) < MOST_CHECKS:
            return 0
        return max(1, -(-(counted[-MOST_CHECKS] + WINDOW - now) // timedelta(seconds=1)))

    def with_one_more(self, now: datetime) -> Checks:
        """Return them with the check of *now*; those that have left the window are forgotten."""
        return replace(self, moments=(*self._within(now), now))

    def was_told(self, now: datetime) -> bool:
        """Tell whether the owner has heard of it within the last `WINDOW`."""
        return self.told_at is not None and self.told_at > now - WINDOW

    def _within(self, now: datetime) -> list[datetime]:
        return sorted(moment for moment in self.moments if moment > now - WINDOW)


class PasswordChecks(Protocol):
    """Keeps how often passwords were checked, a row for each subject."""

    def get(self, subject: bytes) -> Checks:
        """Return the checks of *subject*, not locked; none where there is no row."""
        ...

    def lock(self, subject: bytes, now: datetime) -> Checks:
        """
        Return the checks of *subject*, locked against every other writer until the transaction ends.

        A subject that has no row gets one, which is locked as well.

        Raises:
            StoreUnavailable: If the lock was not to be had in time.
        """
        ...

    def save(self, checks: Checks, now: datetime) -> None:
        """Keep *checks*, whose subject is locked, as they are at *now*."""
        ...

    def purge(self, before: datetime, limit: int) -> int:
        """Forget at most *limit* subjects of whom nothing was asked since *before*; return how many."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """
    Whose checks are counted together.

    Attributes:
        name: What is hashed.
        owner: Finds the account whose owner is told when there are too many; None where there is none.
        session_id: The session, where a session asks.
    """

    name: str
    owner: Callable[[UnitOfWork], Account | None]
    session_id: SessionId | None = None

    @classmethod
    def of_address(cls, email_key: str) -> Subject:
        """Return whoever signs in with this lower-cased address, whether or not there is such an account."""
        return cls(name=f"address:{email_key}", owner=lambda uow: uow.accounts.by_email(email_key))

    @classmethod
    def of_session(cls, session_id: SessionId, account_id: AccountId) -> Subject:
        """
        Return a session that proves itself afresh.

        It has a count of its own, so that nobody who guesses at the door keeps the owner from stepping up,
        and no thief of one session keeps them from it in another.
        """
        return cls(
            name=f"session:{session_id}",
            owner=lambda uow: uow.accounts.get(account_id),
            session_id=session_id,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _TooMany:
    """A check too many: seconds to wait, and whose account it is; `news` where nobody was told yet."""

    seconds: int
    news: bool
    account_id: AccountId | None = None


def count_check(*, store: Store, gate: Gate, subject: Subject, now: datetime, client: Client) -> None:
    """
    Count the password check that comes next. Commits by itself, before a password is hashed.

    Every check counts, right or wrong, and none is given back: so the number is exact, however many ask at
    once and wherever. The row lock is held for two statements, never while something is hashed. Whoever is
    past the limit already costs one read.

    Raises:
        RateLimitExceeded: If it would be one too many. Its owner is told once in a `WINDOW`, and three times an hour.
    """
    key = gate.subjects.subject(subject.name)
    with store.read() as uow:
        checks = uow.password_checks.get(key)
    if checks.wait(now) and checks.was_told(now):
        raise RateLimitExceeded(checks.wait(now))
    too_many = store.run(partial(_count, key=key, subject=subject, now=now, client=client))
    if too_many is None:
        return
    if too_many.news:
        gate.log.record(
            SecurityEvent(
                kind=SecurityEventKind.TOO_MANY_ATTEMPTS,
                at=now,
                account_id=too_many.account_id,
                session_id=subject.session_id,
                client=client,
            )
        )
    raise RateLimitExceeded(too_many.seconds)


def _count(
    uow: UnitOfWork, *, key: bytes, subject: Subject, now: datetime, client: Client
) -> _TooMany | None:
    checks = uow.password_checks.lock(key, now)
    seconds = checks.wait(now)
    if not seconds:
        uow.password_checks.save(checks.with_one_more(now), now)
        return None
    if checks.was_told(now):
        return _TooMany(seconds=seconds, news=False)
    uow.password_checks.save(replace(checks, told_at=now), now)
    account = subject.owner(uow)
    if account is None:
        return _TooMany(seconds=seconds, news=True)
    # A stranger can cause it at will: nobody's mailbox is a weapon.
    if not is_flooded(uow, account.email, MailTemplate.TOO_MANY_ATTEMPTS, now):
        post(
            uow=uow,
            template=MailTemplate.TOO_MANY_ATTEMPTS,
            to=account.email,
            account_id=account.id,
            now=now,
            details={"device": client.device or ""},
        )
    return _TooMany(seconds=seconds, news=True, account_id=account.id)
