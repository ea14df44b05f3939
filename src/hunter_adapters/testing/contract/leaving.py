"""Those who leave: what they have in every store, and how they go."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hunter_adapters.testing.builders import (
    NOW,
    a_command,
    a_hunter,
    a_quest,
    a_request,
    a_rulebook,
    a_session,
    an_id,
    registered,
)
from hunter_core.accounts.api_token import ApiToken, Scope
from hunter_core.accounts.code import CodePurpose, OneTimeCode
from hunter_core.accounts.identity import Identity
from hunter_core.completions.complete import complete
from hunter_core.dice import HashDice
from hunter_core.errors import NotFound
from hunter_core.hunters.hunter import Hunter
from hunter_core.ids import ApiTokenId, CodeId, IdentityId, MailId
from hunter_core.mail.mail import Mail, MailTemplate
from hunter_core.ports import Store, UnitOfWork

HUNTER, OTHER = a_hunter(), a_hunter("Jinah")
DAY = timedelta(days=1)


def played(store: Store, hunter: Hunter) -> None:
    """Keep a hunter of six days with everything that a hunter can have in every store."""
    quest = a_quest(hunter)
    registered(store, hunter, quest)
    for back in range(6):
        now = NOW - back * DAY
        with store.write() as uow:
            complete(
                uow=uow,
                command=a_command(quest, back),
                now=now,
                rulebook=a_rulebook(),
                dice=HashDice(),
                request=a_request(hunter, f"key-{back}"),
                answer=lambda _: (200, b"{}"),
            )
            uow.commit()
    with store.write() as uow:
        uow.accounts.lock(hunter.id)
        uow.sessions.add(a_session(hunter.name))
        uow.identities.add(
            Identity(
                id=IdentityId(an_id(f"{hunter.id}:identity")),
                account_id=hunter.id,
                issuer="https://accounts.google.com",
                subject=f"sub-{hunter.name}",
                email=None,
                created_at=NOW,
            )
        )
        uow.api_tokens.add(a_token(hunter))
        uow.codes.add(a_code(hunter))
        uow.mails.add(a_mail(hunter))
        uow.commit()


def a_token(hunter: Hunter, *, expires_at: datetime = NOW + 90 * DAY) -> ApiToken:
    """Return an API token of *hunter*."""
    return ApiToken(
        id=ApiTokenId(an_id(f"{hunter.id}:token:{expires_at}")),
        account_id=hunter.id,
        name="home",
        scope=Scope.READ,
        token_hash=an_id(f"{hunter.id}:{expires_at}").bytes * 2,
        created_at=NOW,
        expires_at=expires_at,
    )


def a_code(hunter: Hunter, label: object = 1, *, expires_at: datetime = NOW + DAY) -> OneTimeCode:
    """Return a code of *hunter*."""
    code_id = an_id(f"{hunter.id}:code:{label}")
    return OneTimeCode(
        id=CodeId(code_id),
        account_id=hunter.id,
        purpose=CodePurpose.VERIFY_EMAIL,
        code_hash=code_id.bytes * 2,
        salt=code_id.bytes,
        created_at=expires_at - DAY,
        expires_at=expires_at,
    )


def a_mail(hunter: Hunter, label: object = 1, *, code: OneTimeCode | None = None) -> Mail:
    """Return a mail to *hunter* that waits."""
    return Mail(
        id=MailId(an_id(f"{hunter.id}:mail:{label}")),
        account_id=hunter.id,
        recipient=f"{hunter.name}@example.org",
        template=MailTemplate.VERIFY_EMAIL,
        code_id=None if code is None else code.id,
        created_at=NOW,
        due_at=NOW,
    )


def leave(uow: UnitOfWork, hunter: Hunter, *, delete_at: datetime = NOW) -> None:
    """Let the account of *hunter* be due at *delete_at*."""
    account = uow.accounts.lock(hunter.id)
    uow.accounts.save(replace(account, delete_at=delete_at, is_active=False))
    uow.hunters.save(replace(uow.hunters.lock(hunter.id), is_active=False))


def begin(uow: UnitOfWork, hunter: Hunter) -> None:
    """Begin to erase the account of *hunter*, which is due."""
    uow.accounts.lock(hunter.id)
    uow.hunters.lock(hunter.id)
    uow.erasures.begin(hunter.id, now=NOW)


def on_the_way_out(store: Store, hunter: Hunter) -> None:
    """Keep a hunter with everything, whose account is being erased."""
    played(store, hunter)
    with store.write() as uow:
        leave(uow, hunter)
        begin(uow, hunter)
        uow.commit()


def some(uow: UnitOfWork, hunter: Hunter, limit: int) -> bool:
    """Erase some rows of the account of *hunter*; False when it is gone."""
    try:
        uow.accounts.lock(hunter.id)
    except NotFound:
        return False
    return uow.erasures.some(hunter.id, limit)
