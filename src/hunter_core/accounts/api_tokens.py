"""Making API tokens, taking them back, and letting requests in by one (issue 4, 8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hunter_core.accounts.api_token import (
    LONGEST_LIFE,
    LONGEST_TOKEN_NAME,
    MOST_TOKENS,
    USUAL_LIFE,
    ApiToken,
    ApiTokens,
    Scope,
    TokenHolder,
    digest,
    has_form,
    new_token,
)
from hunter_core.accounts.authenticate import NOT_SIGNED_IN, lock_caller
from hunter_core.accounts.security_log import SecurityEvent, SecurityEventKind, SecurityLog
from hunter_core.accounts.session import NOWHERE, Client, SignedIn
from hunter_core.accounts.sign_in import Gate
from hunter_core.errors import ApiTokenLimitReached, Forbidden, InvalidInput, NotFound, Unauthenticated
from hunter_core.ids import AccountId, ApiTokenId, new_id
from hunter_core.mail.mail import MailTemplate
from hunter_core.mail.post import post
from hunter_core.ports import Store, UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class NewApiToken:
    """A token as stored, with the token itself, which is shown once."""

    stored: ApiToken
    token: str

    def __repr__(self) -> str:
        """Leave the token out, for logs and tracebacks."""
        return f"NewApiToken({self.stored.id})"


def create_api_token(
    *,
    store: Store,
    gate: Gate,
    signed_in: SignedIn,
    name: str,
    scope: Scope,
    now: datetime,
    lasts: timedelta = USUAL_LIFE,
    client: Client = NOWHERE,
) -> NewApiToken:
    """
    Make a token of *scope*, good for as long as it *lasts*. Whoever asks has stepped up. Commits by itself.

    Raises:
        InvalidInput: If name or life are none that a token may have.
        ApiTokenLimitReached: If as many stand as may.
        Unauthenticated: If the session has ended meanwhile.
    """
    name = _checked_name(name)
    if not timedelta(days=1) <= lasts <= LONGEST_LIFE:
        raise InvalidInput("expiresInDays", f"must be from 1 to {LONGEST_LIFE.days}")
    token = new_token()
    made = ApiToken(
        id=ApiTokenId(new_id(now)),
        account_id=signed_in.account_id,
        name=name,
        scope=scope,
        token_hash=digest(token),
        created_at=now,
        expires_at=now + lasts,
    )

    def work(uow: UnitOfWork) -> None:
        account = lock_caller(uow=uow, signed_in=signed_in, now=now)
        if sum(each.stands(now) for each in uow.api_tokens.of(account.id)) >= MOST_TOKENS:
            raise ApiTokenLimitReached(MOST_TOKENS)
        uow.api_tokens.add(made)
        post(
            uow=uow,
            template=MailTemplate.API_TOKEN_CREATED,
            to=account.email,
            account_id=account.id,
            now=now,
            details={"token": name, "scope": scope.value},
        )

    store.run(work)
    _record(gate, SecurityEventKind.API_TOKEN_CREATED, signed_in, made.id, now, client, scope=scope.value)
    return NewApiToken(stored=made, token=token)


def api_tokens(*, uow: UnitOfWork, account_id: AccountId) -> Sequence[ApiToken]:
    """Return the tokens that were not revoked, the newest first; those that expired stand until they are purged."""
    return uow.api_tokens.of(account_id)


def revoke_api_token(
    *,
    store: Store,
    gate: Gate,
    signed_in: SignedIn,
    token_id: ApiTokenId,
    now: datetime,
    client: Client = NOWHERE,
) -> None:
    """
    Take a token back: the next request with it is refused, in every process. Commits by itself.

    Raises:
        NotFound: If the account has none with this id, or it was revoked before.
    """
    if not store.run(lambda uow: uow.api_tokens.revoke(signed_in.account_id, token_id, at=now)):
        raise NotFound("token", token_id)
    _record(gate, SecurityEventKind.API_TOKEN_REVOKED, signed_in, token_id, now, client)


def authenticate_token(*, tokens: ApiTokens, token: str, now: datetime) -> TokenHolder:
    """
    Return who sends a request with the API token *token*, by one read; none where it is plainly mistyped.

    Raises:
        Unauthenticated: If it is not good, has expired or was revoked, or its account is not active: in the
            words that a session gets.
    """
    holder = tokens.check(digest(token)) if has_form(token) else None
    if holder is None or not holder.stands(now):
        raise Unauthenticated(NOT_SIGNED_IN)
    return holder


def check_scope(
    *,
    holder: TokenHolder,
    needed: Scope | None,
    what: str,
    log: SecurityLog,
    now: datetime,
    client: Client = NOWHERE,
) -> None:
    """
    Make sure that a token reaches *what*, which needs a scope, or a session where that is None.

    Raises:
        Forbidden: If it does not; the security log says so.
    """
    if needed is not None and holder.scope.allows(needed):
        return
    log.record(
        SecurityEvent(
            kind=SecurityEventKind.ACCESS_REFUSED,
            at=now,
            account_id=holder.account_id,
            client=client,
            details={"token": str(holder.token_id), "scope": holder.scope.value, "what": what},
        )
    )
    raise Forbidden(
        "No API token reaches this: sign in."
        if needed is None
        else "This API token only reads: it needs WRITE."
    )


def note_use(*, store: Store, holder: TokenHolder, now: datetime) -> None:
    """
    Note that a request came with the token, to the minute: at most one write in each. Commits by itself.

    Raises:
        TryLater: If the database is busy; the use is noted another time.
    """
    minute = now.replace(second=0, microsecond=0)
    if holder.was_unused_in(minute):
        store.run(lambda uow: uow.api_tokens.mark_used(holder.token_id, minute=minute))


def _checked_name(name: str) -> str:
    shown = name.strip()
    if not 1 <= len(shown) <= LONGEST_TOKEN_NAME or not shown.isprintable():
        raise InvalidInput("name", f"must have 1 to {LONGEST_TOKEN_NAME} printable characters")
    return shown


def _record(
    gate: Gate,
    kind: SecurityEventKind,
    signed_in: SignedIn,
    token_id: ApiTokenId,
    now: datetime,
    client: Client,
    **details: str,
) -> None:
    gate.log.record(
        SecurityEvent(
            kind=kind,
            at=now,
            account_id=signed_in.account_id,
            session_id=signed_in.session_id,
            client=client,
            details={"token": str(token_id), **details},
        )
    )
