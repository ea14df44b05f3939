"""Signing in with a password: whoever may not come in cannot tell why (SPEC 5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial

from hunter_core.accounts.account import Account
from hunter_core.accounts.attempts import Subject, count_check
from hunter_core.accounts.let_in import check_may_come_in, let_in, welcomed
from hunter_core.accounts.names import check_email, email_key
from hunter_core.accounts.passwords import normalised
from hunter_core.accounts.second_factor import Asked, second_factor
from hunter_core.accounts.security_log import SecurityEvent, SecurityEventKind
from hunter_core.accounts.session import NOWHERE, Client, Session
from hunter_core.accounts.sign_in import Gate, SignIn
from hunter_core.accounts.two_factor import Way
from hunter_core.errors import Forbidden, InvalidCredentials, NotFound, TooBusy
from hunter_core.gathering import Gathering
from hunter_core.hunters.me import Me
from hunter_core.ports import Store, UnitOfWork
from hunter_core.rules.rulebook import Rulebook

TRIES = 3
"""How often a password is checked again because the stored hash was changed meanwhile."""


def login(
    *,
    store: Store,
    gate: Gate,
    rulebook: Rulebook,
    email: str,
    password: str,
    now: datetime,
    client: Client = NOWHERE,
    code: str | None = None,
) -> SignIn:
    """
    Open a session for whoever knows the password. Commits by itself: it is checked outside the transaction.

    Where the account has a second factor, it takes its *code*, too; who has not the password learns nothing of it.

    An unknown address, a wrong password and an account without one raise the same and take the same time.
    A hash made at another cost or under an older pepper is made anew. Every check is counted before it is made.

    Raises:
        InvalidInput: If address or password have a form that none can have.
        RateLimitExceeded: If the password of this address was checked too often (`attempts`).
        TooBusy: If too many passwords are being hashed already.
        InvalidCredentials: If they do not belong together.
        Forbidden: If they do, and the account has been deactivated.
        NotVerified: If they do, and the address must be verified first.
        TwoFactorRequired: If they do, and a code is needed.
        SecondFactorWrong: If they do, and the code is wrong or was used.
    """
    key, form = _checked(email, password)
    for _ in range(TRIES):
        count_check(store=store, gate=gate, subject=Subject.of_address(key), now=now, client=client)
        with store.read() as uow:
            account = uow.accounts.by_email(key)
        stored = None if account is None else account.password_hash
        right = gate.passwords.matches(form, stored)
        try:
            if not right or account is None or stored is None:
                raise InvalidCredentials
            check_may_come_in(account, gate)
        except (InvalidCredentials, Forbidden) as refusal:
            _record(gate, SecurityEventKind.SIGN_IN_FAILED, account, client, now, reason=refusal.code)
            raise
        let_in = partial(
            _let_in,
            checked=account,
            renewed=_renewed(gate, form, stored),
            code=code,
            gate=gate,
            client=client,
            rulebook=rulebook,
            now=now,
        )
        found = store.run(let_in)
        if found is None:
            continue
        asked, came_in = found
        asked.settle(gate=gate, client=client, session_id=came_in and came_in[1].id)
        if came_in is not None:
            me, session = came_in
            return welcomed(gate=gate, me=me, session=session, client=client, now=now)
    raise TooBusy("The account is being changed. Try again shortly.")


def _let_in(
    uow: UnitOfWork,
    *,
    checked: Account,
    renewed: str,
    code: str | None,
    gate: Gate,
    client: Client,
    rulebook: Rulebook,
    now: datetime,
) -> tuple[Asked, tuple[Me, Session] | None] | None:
    """
    Open a session of the account that was *checked*, unless its second factor is in the way.

    None when another password or address holds by now.
    """
    try:
        account = uow.accounts.lock(checked.id)
    except NotFound as gone:
        raise InvalidCredentials from gone
    if (account.password_hash, account.email_key) != (checked.password_hash, checked.email_key):
        return None
    check_may_come_in(account, gate)
    asked = second_factor(uow=uow, gate=gate, account=account, code=code, way=Way.SIGN_IN, now=now)
    if not asked.passed:
        return asked, None
    account = replace(account, password_hash=renewed)
    return asked, let_in(uow=uow, gate=gate, rulebook=rulebook, account=account, client=client, now=now)


def _record(
    gate: Gate,
    kind: SecurityEventKind,
    account: Account | None,
    client: Client,
    now: datetime,
    **details: str,
) -> None:
    gate.log.record(
        SecurityEvent(
            kind=kind,
            at=now,
            account_id=None if account is None else account.id,
            client=client,
            details=details,
        )
    )


def _checked(email: str, password: str) -> tuple[str, str]:
    form = ""
    gathering = Gathering()
    with gathering:
        check_email(email)
    with gathering:
        form = normalised(password)
    gathering.refuse()
    return email_key(email), form


def _renewed(gate: Gate, form: str, stored: str) -> str:
    if not gate.passwords.outdated(stored):
        return stored
    try:
        return gate.passwords.hash(form)
    except TooBusy:
        # The old hash is as good as before; the next sign-in renews it.
        return stored
