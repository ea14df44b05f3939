"""Exchanging the code that a browser came back with for a session: once, within a minute (SPEC 5)."""

from __future__ import annotations

import hmac
from datetime import datetime

from hunter_core.accounts.code import CodePurpose, OneTimeCode
from hunter_core.accounts.codes import redeem
from hunter_core.accounts.identity import challenge_of
from hunter_core.accounts.let_in import check_may_come_in, let_in, welcomed
from hunter_core.accounts.second_factor import Asked, ask_for_ticket
from hunter_core.accounts.security_log import SecurityEvent, SecurityEventKind
from hunter_core.accounts.session import NOWHERE, Client, Session
from hunter_core.accounts.sign_in import Gate, SignIn
from hunter_core.errors import CodeInvalid, NotFound
from hunter_core.hunters.me import Me
from hunter_core.ports import Store, UnitOfWork
from hunter_core.rules.rulebook import Rulebook


def exchange(
    *,
    store: Store,
    gate: Gate,
    rulebook: Rulebook,
    code: str,
    verifier: str | None,
    now: datetime,
    client: Client = NOWHERE,
) -> SignIn:
    """
    Open a session for whoever brings *code*, and the *verifier* where the attempt began with its challenge.

    A code that comes without the right verifier stays good for whom it belongs to. Commits by itself.

    Raises:
        CodeInvalid: If the code or the verifier is not good, or the identity has been unlinked meanwhile.
        Forbidden: If the account has been deactivated meanwhile.
        NotVerified: If its address must be verified first.
        TwoFactorRequired: If the account has a second factor; it carries a ticket.
    """

    def work(uow: UnitOfWork) -> tuple[Me, Session] | Asked:
        used = redeem(uow=uow, secrets=gate.codes, purpose=CodePurpose.OAUTH_EXCHANGE, code=code, now=now)
        if used.account_id is None or not _proves(used, verifier):
            raise CodeInvalid
        account = uow.accounts.lock(used.account_id)
        if used.details["identity"] not in {str(each.id) for each in uow.identities.of(account.id)}:
            raise CodeInvalid
        check_may_come_in(account, gate)
        asked = ask_for_ticket(uow=uow, gate=gate, account=account, now=now)
        if not asked.passed:
            return asked
        return let_in(uow=uow, gate=gate, rulebook=rulebook, account=account, client=client, now=now)

    try:
        done = store.run(work)
    except (CodeInvalid, NotFound) as refused:
        gate.log.record(
            SecurityEvent(
                kind=SecurityEventKind.CODE_REFUSED,
                at=now,
                client=client,
                details={"purpose": CodePurpose.OAUTH_EXCHANGE.value},
            )
        )
        raise CodeInvalid from refused
    if isinstance(done, Asked):
        done.settle(gate=gate, client=client)
        raise CodeInvalid
    me, session = done
    return welcomed(gate=gate, me=me, session=session, client=client, now=now)


def _proves(used: OneTimeCode, verifier: str | None) -> bool:
    """Tell whether *verifier* is what the code asks for: the one of its challenge, or none (RFC 9700, 4.8)."""
    challenge = used.details.get("challenge")
    if challenge is None or verifier is None:
        return challenge is None and verifier is None
    return hmac.compare_digest(challenge_of(verifier), challenge)
