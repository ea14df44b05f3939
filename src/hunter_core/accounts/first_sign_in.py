"""Whose account a provider's answer opens: the identity's own, else a new one; never one found by address (SPEC 5)."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import islice
from typing import NamedTuple

from hunter_core.accounts.account import Account
from hunter_core.accounts.code import CodePurpose, OneTimeCode
from hunter_core.accounts.codes import issue
from hunter_core.accounts.give_up_address import give_up_address
from hunter_core.accounts.identity import Identity, Profile
from hunter_core.accounts.let_in import check_may_come_in
from hunter_core.accounts.names import check_email, email_key
from hunter_core.accounts.names_from_profiles import candidates, name_from
from hunter_core.accounts.providers import Stopped, Trouble
from hunter_core.accounts.security_log import SecurityEvent, SecurityEventKind
from hunter_core.accounts.session import Client
from hunter_core.accounts.sign_in import Gate
from hunter_core.errors import (
    EmailTaken,
    Forbidden,
    HunterNameTaken,
    IdentityTaken,
    InvalidInput,
    NotFound,
    NotVerified,
    TooBusy,
)
from hunter_core.hunters.hunter import Hunter
from hunter_core.hunters.profile import check_link
from hunter_core.hunters.settings import Settings
from hunter_core.ids import AccountId, IdentityId, new_id
from hunter_core.ports import Store, UnitOfWork
from hunter_core.rules.rulebook import Rulebook

TRIES = 8
"""How often it is begun anew because somebody took identity, address or name at the same moment."""

MOST_NAMES = 64
"""Names that are looked at in one try."""


class Opened(NamedTuple):
    """A code to exchange for a session, and what the security log is told after the commit."""

    code: str
    events: list[SecurityEvent]


def open_account(
    *,
    store: Store,
    gate: Gate,
    rulebook: Rulebook,
    profile: Profile,
    state: OneTimeCode,
    now: datetime,
    client: Client,
) -> Opened:
    """
    Return a one-time code for the account of whoever *profile* is. Commits by itself.

    Raises:
        Stopped: If there is no way in: no verified address, one that a verified account holds, an account that
            may not come in.
        TooBusy: If others were in the way every time.
    """
    for turn in range(TRIES):
        try:
            return store.run(
                partial(
                    _open,
                    gate=gate,
                    rulebook=rulebook,
                    profile=profile,
                    state=state,
                    now=now,
                    client=client,
                    alone=turn == 0,
                )
            )
        except (IdentityTaken, EmailTaken, HunterNameTaken):
            continue
    raise TooBusy("Too many are signing in at this moment. Try again shortly.")


def _open(
    uow: UnitOfWork,
    *,
    gate: Gate,
    rulebook: Rulebook,
    profile: Profile,
    state: OneTimeCode,
    now: datetime,
    client: Client,
    alone: bool,
) -> Opened:
    events: list[SecurityEvent] = []
    found = _known(uow, profile, gate, now)
    if found is None:
        found = _begin(uow, rulebook, profile, events, now=now, client=client, alone=alone)
    account, identity = found
    details = {"identity": str(identity.id)}
    if "challenge" in state.details:
        details["challenge"] = state.details["challenge"]
    _, code = issue(
        uow=uow,
        secrets=gate.codes,
        purpose=CodePurpose.OAUTH_EXCHANGE,
        account_id=account.id,
        now=now,
        details=details,
    )
    return Opened(code, events)


def _known(uow: UnitOfWork, profile: Profile, gate: Gate, now: datetime) -> tuple[Account, Identity] | None:
    """Return the account, locked, that has the identity; None where it is nobody's yet."""
    seen = uow.identities.find(profile.issuer, profile.subject)
    if seen is None:
        return None
    try:
        account = uow.accounts.lock(seen.account_id)
    except NotFound:
        return None
    identity = uow.identities.find(profile.issuer, profile.subject)
    if identity is None or identity.account_id != account.id:
        # Unlinked while the lock was waited for: begun anew, it is whatever it is by then.
        raise IdentityTaken
    if account.is_gone(now):
        raise Stopped(Trouble.ACCOUNT_DEACTIVATED)
    try:
        check_may_come_in(account, gate)
    except NotVerified as error:
        raise Stopped(Trouble.EMAIL_NOT_VERIFIED) from error
    except Forbidden as error:
        raise Stopped(Trouble.ACCOUNT_DEACTIVATED) from error
    return account, identity


def _begin(
    uow: UnitOfWork,
    rulebook: Rulebook,
    profile: Profile,
    events: list[SecurityEvent],
    *,
    now: datetime,
    client: Client,
    alone: bool,
) -> tuple[Account, Identity]:
    """Make an account, with its hunter, whose address the provider has verified."""
    email = _address(profile)
    try:
        bare = give_up_address(uow=uow, key=email_key(email), now=now)
    except EmailTaken as error:
        if uow.identities.find(profile.issuer, profile.subject) is not None:
            # It is their own account, made since the identity was looked for: begun anew, it is found.
            raise IdentityTaken from error
        raise Stopped(Trouble.ACCOUNT_EXISTS) from error
    if bare is not None:
        events.append(
            SecurityEvent(
                kind=SecurityEventKind.SESSIONS_REVOKED,
                at=now,
                account_id=bare.id,
                client=client,
                details={"reason": "address given up"},
            )
        )
    account = Account(
        id=AccountId(new_id(now)),
        email=email,
        email_key=email_key(email),
        password_hash=None,
        is_verified=True,
        created_at=now,
        updated_at=now,
    )
    uow.accounts.add(account)
    name = _free_name(uow, profile, alone=alone)
    hunter = Hunter.beginning(account.id, name, now=now, catalogue=rulebook.catalogue.hash)
    uow.hunters.add(replace(hunter, avatar_url=_picture(profile)))
    uow.settings.add(Settings(hunter_id=hunter.id))
    identity = identity_of(profile, account.id, now)
    uow.identities.add(identity)
    events.append(
        SecurityEvent(
            kind=SecurityEventKind.REGISTERED,
            at=now,
            account_id=account.id,
            client=client,
            details={"issuer": profile.issuer},
        )
    )
    return account, identity


def identity_of(profile: Profile, account_id: AccountId, now: datetime) -> Identity:
    """Return the identity that *profile* is, as a new one of the account."""
    return Identity(
        id=IdentityId(new_id(now)),
        account_id=account_id,
        issuer=profile.issuer,
        subject=profile.subject,
        email=_kept_address(profile),
        created_at=now,
    )


def _address(profile: Profile) -> str:
    if profile.email is None:
        raise Stopped(Trouble.EMAIL_NOT_VERIFIED)
    try:
        return check_email(profile.email)
    except InvalidInput as error:
        raise Stopped(Trouble.EMAIL_NOT_VERIFIED) from error


def _kept_address(profile: Profile) -> str | None:
    try:
        return _address(profile)
    except Stopped:
        return None


def _picture(profile: Profile) -> str | None:
    if profile.picture is None:
        return None
    try:
        return check_link(profile.picture, "avatarUrl")
    except InvalidInput:
        return None


def _free_name(uow: UnitOfWork, profile: Profile, *, alone: bool) -> str:
    name = name_from(profile.name)
    # Who lost a name to somebody at the same moment does not count up beside them again.
    wanted = candidates(name, _chances(), small_numbers=alone)
    return next((each for each in islice(wanted, MOST_NAMES) if _is_free(uow, each)), name)


def _is_free(uow: UnitOfWork, name: str) -> bool:
    try:
        uow.hunters.by_name(name)
    except NotFound:
        return True
    return False


def _chances() -> Iterator[int]:
    digits = 4
    while True:
        yield 10 ** (digits - 1) + secrets.randbelow(9 * 10 ** (digits - 1))
        digits = min(digits + 1, 9)
