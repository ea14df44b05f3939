"""Issuing and redeeming one-time codes: each is good once, for one purpose, for a while (SPEC 5)."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from hunter_core.accounts.code import LASTS, SALT_BYTES, CodePurpose, OneTimeCode
from hunter_core.errors import CodeInvalid
from hunter_core.ids import AccountId, CodeId, new_id
from hunter_core.ports import UnitOfWork


class Codes(Protocol):
    """Keeps one-time codes, a row each."""

    def add(self, code: OneTimeCode) -> None:
        """Keep a new code."""
        ...

    def get(self, code_id: CodeId) -> OneTimeCode | None:
        """Return the code of this id, not locked; None where there is none."""
        ...

    def by_hash(self, code_hash: bytes) -> OneTimeCode | None:
        """Return the code of this hash, not locked; None where there is none."""
        ...

    def lock_by_hash(self, code_hash: bytes) -> OneTimeCode | None:
        """
        Return the code of this hash, locked against every other writer until the transaction ends, or None.

        Whoever needs a code and its account locks the account first: `use_up` writes codes under that lock.

        Raises:
            StoreUnavailable: If the lock was not to be had in time.
        """
        ...

    def save(self, code: OneTimeCode) -> None:
        """Keep *code*, which is locked, as it is now."""
        ...

    def use_up(self, account_id: AccountId, purpose: CodePurpose, *, at: datetime) -> int:
        """Set `used_at` to *at* on the account's unused codes for *purpose*; return how many."""
        ...

    def issued(self, account_id: AccountId, purpose: CodePurpose, *, since: datetime) -> Sequence[datetime]:
        """Return when the account's codes for *purpose* were issued after *since*, used or not, the oldest first."""
        ...


class CodeSecrets(Protocol):
    """Derives codes, and what they are found by; stores none."""

    def code(self, code_id: CodeId, purpose: CodePurpose, salt: bytes) -> str:
        """Return the code of these parts: 43 characters of base64url, 256 bits, under a key outside the database."""
        ...

    def again(self, code_id: CodeId, purpose: CodePurpose, salt: bytes, code_hash: bytes) -> str | None:
        """Return the code that was made of these parts, under whichever key; None where that key is not here."""
        ...

    def digest(self, code: str) -> bytes:
        """Return what a code is stored and found by (32 bytes)."""
        ...


def issue(
    *,
    uow: UnitOfWork,
    secrets: CodeSecrets,
    purpose: CodePurpose,
    account_id: AccountId | None,
    now: datetime,
    details: Mapping[str, str] | None = None,
) -> tuple[OneTimeCode, str]:
    """
    Keep a new code for *purpose*; return it with the code itself, which is stored nowhere.

    The account, where there is one, is locked. Older codes stay good; `issue_only` uses them up.
    """
    code_id, salt = CodeId(new_id(now)), os.urandom(SALT_BYTES)
    secret = secrets.code(code_id, purpose, salt)
    code = OneTimeCode(
        id=code_id,
        account_id=account_id,
        purpose=purpose,
        code_hash=secrets.digest(secret),
        salt=salt,
        details=dict(details or {}),
        created_at=now,
        expires_at=now + LASTS[purpose],
    )
    uow.codes.add(code)
    return code, secret


def issue_only(
    *,
    uow: UnitOfWork,
    secrets: CodeSecrets,
    purpose: CodePurpose,
    account_id: AccountId,
    now: datetime,
    details: Mapping[str, str] | None = None,
) -> tuple[OneTimeCode, str]:
    """Do as `issue`, and use up the account's older codes for *purpose*: there is one that is good, the last."""
    uow.codes.use_up(account_id, purpose, at=now)
    return issue(uow=uow, secrets=secrets, purpose=purpose, account_id=account_id, now=now, details=details)


def redeem(
    *, uow: UnitOfWork, secrets: CodeSecrets, purpose: CodePurpose, code: str, now: datetime
) -> OneTimeCode:
    """
    Use up *code*, and return what stood behind it. What it opens happens in the same transaction.

    The account of the code, where there is one, is locked from here on, and before the code is.

    Raises:
        CodeInvalid: If there is none, it is for something else, too old, or was used.
    """
    seen = uow.codes.by_hash(secrets.digest(code))
    if seen is None or not seen.is_good(purpose, now):
        raise CodeInvalid
    if seen.account_id is not None:
        uow.accounts.lock(seen.account_id)
    found = uow.codes.lock_by_hash(seen.code_hash)
    if found is None or not found.is_good(purpose, now):
        raise CodeInvalid
    used = replace(found, used_at=now)
    uow.codes.save(used)
    return used
