"""The ticket of whoever came in without a password: with a second factor's code it opens a session (issue 4, 7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from hunter_core.accounts.code import CodePurpose
from hunter_core.accounts.let_in import check_may_come_in, let_in, welcomed
from hunter_core.accounts.refused_codes import recording_refused_codes
from hunter_core.accounts.second_factor import Asked, second_factor
from hunter_core.accounts.session import NOWHERE, Client, Session
from hunter_core.accounts.sign_in import Gate, SignIn
from hunter_core.accounts.two_factor import Way
from hunter_core.errors import CodeInvalid, NotFound
from hunter_core.hunters.me import Me
from hunter_core.ports import Store, UnitOfWork
from hunter_core.rules.rulebook import Rulebook


def verify_ticket(
    *,
    store: Store,
    gate: Gate,
    rulebook: Rulebook,
    ticket: str,
    code: str,
    now: datetime,
    client: Client = NOWHERE,
) -> SignIn:
    """
    Change a *ticket* of `ask_for_ticket`, and a *code*, for a session. Commits by itself.

    A wrong code leaves the ticket good, and counts like any other at sign-in; the right one spends it.

    Raises:
        CodeInvalid: If the ticket is not good, or the code is not (`SecondFactorWrong`).
        RateLimitExceeded: If there were too many wrong codes.
        Forbidden: If the account has been deactivated meanwhile.
        NotVerified: If its address must be verified first.
        InvalidCredentials: If its owner asked for its deletion, and the grace is over.
    """

    def work(uow: UnitOfWork) -> tuple[Me, Session, Asked] | Asked:
        seen = uow.codes.by_hash(gate.codes.digest(ticket))
        if seen is None or seen.account_id is None:
            raise CodeInvalid
        try:
            account = uow.accounts.lock(seen.account_id)
        except NotFound as gone:
            raise CodeInvalid from gone
        found = uow.codes.lock_by_hash(seen.code_hash)
        if found is None or not found.is_good(CodePurpose.TWO_FACTOR, now):
            raise CodeInvalid
        check_may_come_in(account, gate)
        asked = second_factor(uow=uow, gate=gate, account=account, code=code, way=Way.SIGN_IN, now=now)
        if not asked.passed:
            return asked
        uow.codes.save(replace(found, used_at=now))
        me, session = let_in(uow=uow, gate=gate, rulebook=rulebook, account=account, client=client, now=now)
        return me, session, asked

    with recording_refused_codes(gate.log, CodePurpose.TWO_FACTOR, now, client):
        done = store.run(work)
    if isinstance(done, Asked):
        done.settle(gate=gate, client=client)
        raise CodeInvalid
    me, session, asked = done
    asked.settle(gate=gate, client=client, session_id=session.id)
    return welcomed(gate=gate, me=me, session=session, client=client, now=now)
