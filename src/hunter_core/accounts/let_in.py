"""Letting somebody in whose proofs are complete: the same for a password, a provider and a ticket (SPEC 5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from hunter_core.accounts.account import Account
from hunter_core.accounts.deletion import take_back_deletion
from hunter_core.accounts.security_log import SecurityEvent, SecurityEventKind
from hunter_core.accounts.session import Client, Session, SignedIn
from hunter_core.accounts.sign_in import Gate, SignIn, open_session, tokens_for
from hunter_core.errors import Forbidden, NotVerified
from hunter_core.hunters.me import Me, me_of
from hunter_core.ids import SessionId
from hunter_core.ports import UnitOfWork
from hunter_core.rules.rulebook import Rulebook


def check_may_come_in(account: Account, gate: Gate) -> None:
    """
    Make sure that the owner of *account*, who has proved to be it, may have a session.

    Raises:
        Forbidden: If the account has been deactivated.
        NotVerified: If its address must be verified first.
    """
    # Who asked to be deleted comes back by signing in (`let_in`), unless an admin is in the way as well.
    if not account.is_active and (account.delete_at is None or account.deactivated_at is not None):
        raise Forbidden("This account has been deactivated.")
    if gate.policy.requires_verified and not account.is_verified:
        raise NotVerified("Verify your e-mail address first: follow the link that was sent to it.")


def let_in(
    *,
    uow: UnitOfWork,
    gate: Gate,
    rulebook: Rulebook,
    account: Account,
    client: Client,
    now: datetime,
    session_id: SessionId | None = None,
) -> tuple[Me, Session]:
    """
    Open a session of *account*, which is locked, and may come in; keep the account as it is given.

    It gets *session_id* where what it was opened by must find it again. A deletion that its owner asked for is
    taken back.

    Raises:
        InvalidCredentials: If its grace is over: there is no such account any more.
    """
    came_back = account.delete_at is not None
    account = take_back_deletion(uow=uow, account=account, now=now)
    account = replace(account, last_login=now, updated_at=now)
    uow.accounts.save(account)
    session = open_session(
        uow=uow, account=account, policy=gate.policy, client=client, now=now, session_id=session_id
    )
    hunter, settings = uow.hunters.get(account.id), uow.settings.get(account.id)
    me = me_of(account, hunter, settings, now=now, rulebook=rulebook)
    return replace(me, came_back=came_back), session


def welcomed(*, gate: Gate, me: Me, session: Session, client: Client, now: datetime) -> SignIn:
    """Return what a sign-in gives, and write it to the security log; after the commit."""
    kinds = [SecurityEventKind.SIGNED_IN]
    kinds += [SecurityEventKind.DELETION_CANCELLED] if me.came_back else []
    for kind in kinds:
        gate.log.record(
            SecurityEvent(kind=kind, at=now, account_id=me.account.id, session_id=session.id, client=client)
        )
    return SignIn(
        me=me, session=session, tokens=tokens_for(gate, session, SignedIn.of(session, me.account), now)
    )
