"""The browser comes back from a provider: what it brings is good once, in that browser, from that provider (SPEC 5)."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime

from hunter_core.accounts.code import CodePurpose, OneTimeCode
from hunter_core.accounts.first_sign_in import open_account
from hunter_core.accounts.identity import IdentityProvider, Profile, ProviderRefused
from hunter_core.accounts.linked import link
from hunter_core.accounts.providers import (
    Providers,
    Stopped,
    Trouble,
    arrival,
    attempt_of,
    is_bound_to,
    session_to_link,
)
from hunter_core.accounts.security_log import SecurityEvent, SecurityEventKind
from hunter_core.accounts.session import NOWHERE, Client
from hunter_core.accounts.sign_in import Gate
from hunter_core.errors import CodeInvalid, ProviderUnavailable, TryLater
from hunter_core.ports import Store, UnitOfWork
from hunter_core.rules.rulebook import Rulebook

log = logging.getLogger("hunter.providers")

DENIED = "access_denied"
"""What a provider says when its user does not agree (RFC 6749, 4.1.2.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BroughtBack:
    """
    What a browser brings from a provider.

    Attributes:
        error: The provider's word for why there is no code.
        issuer: Who the answer says it is from (RFC 9207); None where it does not say.
        binding: The cookie that the browser was given when the attempt began.
    """

    state: str
    code: str | None = None
    error: str | None = None
    issuer: str | None = None
    binding: str | None = None

    def __repr__(self) -> str:
        """Leave the secrets out, for logs and tracebacks."""
        return "BroughtBack()"


def callback(
    *,
    store: Store,
    gate: Gate,
    providers: Providers,
    rulebook: Rulebook,
    provider: str,
    brought: BroughtBack,
    now: datetime,
    client: Client = NOWHERE,
) -> str:
    """
    Return where the browser goes now: back to where the attempt began, with `code`, `linked` or `error`.

    The state is used up before the provider is asked anything, so that it is good once however many bring it.
    Commits by itself, several times.

    Raises:
        NotFound: If there is no such provider here.
        CodeInvalid: If nobody knows the state, so that nobody knows where to go back to.
        StoreUnavailable: If that could not be found out.
    """
    asked = providers.get(provider)
    row, is_good = store.run(lambda uow: _use(uow, gate, provider, asked, brought, now))
    to = row.details["to"]
    if to not in providers.callback_urls:
        raise CodeInvalid
    try:
        if not is_good:
            raise Stopped(Trouble.STATE_INVALID)
        profile = _profile(asked, gate, row, brought, now)
        said, events = _follow(store, gate, rulebook, provider, profile, row, now, client)
    except Stopped as stopped:
        _record_refusal(gate, row, provider, stopped.trouble, now, client)
        return arrival(to, error=stopped.trouble.value)
    except ProviderUnavailable as error:
        log.warning("%s does not answer: %s", provider, error.__cause__ or error)
        return arrival(to, error=Trouble.PROVIDER_UNAVAILABLE.value)
    except TryLater as error:
        log.warning("a sign-in with %s has to be begun again: %s", provider, error)
        return arrival(to, error=Trouble.TRY_AGAIN.value)
    for event in events:
        gate.log.record(event)
    return arrival(to, **said)


def _use(
    uow: UnitOfWork,
    gate: Gate,
    provider: str,
    asked: IdentityProvider,
    brought: BroughtBack,
    now: datetime,
) -> tuple[OneTimeCode, bool]:
    """
    Use the state up, and tell whether it was good: unused, in time, this provider's, and this browser's.

    One that comes from elsewhere stays good for whom it belongs to.
    """
    seen = uow.codes.by_hash(gate.codes.digest(brought.state))
    if seen is None or seen.purpose is not CodePurpose.OAUTH_STATE:
        raise CodeInvalid
    if seen.account_id is not None:
        uow.accounts.lock(seen.account_id)
    row = uow.codes.lock_by_hash(seen.code_hash)
    if row is None:
        raise CodeInvalid
    is_theirs = (
        row.is_good(CodePurpose.OAUTH_STATE, now)
        and row.details["provider"] == provider
        and (asked.answers_as is None or brought.issuer in (None, asked.answers_as))
        and is_bound_to(row, brought.binding)
    )
    if is_theirs:
        uow.codes.save(replace(row, used_at=now))
    return row, is_theirs


def _profile(
    asked: IdentityProvider, gate: Gate, row: OneTimeCode, brought: BroughtBack, now: datetime
) -> Profile:
    if brought.error is not None:
        raise Stopped(Trouble.ACCESS_DENIED if brought.error == DENIED else Trouble.PROVIDER_ERROR)
    if brought.code is None:
        raise Stopped(Trouble.PROVIDER_ERROR)
    try:
        return asked.profile(brought.code, attempt_of(gate.codes, row, brought.state), now=now)
    except ProviderRefused as refused:
        log.warning("%s: what it says is not taken: %s", asked.issuer, refused)
        raise Stopped(Trouble.PROVIDER_ERROR) from refused


def _follow(
    store: Store,
    gate: Gate,
    rulebook: Rulebook,
    provider: str,
    profile: Profile,
    row: OneTimeCode,
    now: datetime,
    client: Client,
) -> tuple[dict[str, str], list[SecurityEvent]]:
    """Do what the attempt was begun for; return what the browser is sent back with, and what is logged."""
    if session_to_link(row) is None:
        opened = open_account(
            store=store, gate=gate, rulebook=rulebook, profile=profile, state=row, now=now, client=client
        )
        return {"code": opened.code}, opened.events
    identity = link(store=store, gate=gate, profile=profile, state=row, now=now)
    event = SecurityEvent(
        kind=SecurityEventKind.IDENTITY_LINKED,
        at=now,
        account_id=identity.account_id,
        session_id=session_to_link(row),
        client=client,
        details={"issuer": identity.issuer},
    )
    return {"linked": provider}, [event]


def _record_refusal(
    gate: Gate, row: OneTimeCode, provider: str, trouble: Trouble, now: datetime, client: Client
) -> None:
    gate.log.record(
        SecurityEvent(
            kind=SecurityEventKind.IDENTITY_REFUSED,
            at=now,
            account_id=row.account_id,
            client=client,
            details={"provider": provider, "reason": trouble.value},
        )
    )
