"""The identities of an account: linked and unlinked by its owner, who has proved it afresh (SPEC 5; issue 4, 6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from hunter_core.accounts.account import Account
from hunter_core.accounts.code import CodePurpose, OneTimeCode
from hunter_core.accounts.first_sign_in import TRIES, identity_of
from hunter_core.accounts.identity import MOST_IDENTITIES, Identity, Profile
from hunter_core.accounts.names import email_key
from hunter_core.accounts.providers import Stopped, Trouble, session_to_link
from hunter_core.accounts.sign_in import Gate
from hunter_core.accounts.tell_owner import tell_owner
from hunter_core.errors import IdentityTaken, LastWayIn, NotFound
from hunter_core.ids import AccountId, IdentityId
from hunter_core.mail.mail import MailTemplate
from hunter_core.ports import Store, UnitOfWork


def link(*, store: Store, gate: Gate, profile: Profile, state: OneTimeCode, now: datetime) -> Identity:
    """
    Link who *profile* is to the account whose session began the attempt *state*. Commits by itself.

    What is linked to it already stays as it is. A provider that has verified the account's own address verifies it.

    Raises:
        Stopped: If the session has ended, another account has the identity, or there are as many as may be; or if
            the policy asks for a proved address first, and the provider does not prove it.
    """

    def work(uow: UnitOfWork) -> Identity:
        account = _owner(uow, state, now)
        known = uow.identities.find(profile.issuer, profile.subject)
        if known is not None:
            if known.account_id != account.id:
                raise Stopped(Trouble.IDENTITY_TAKEN)
            return known
        if len(uow.identities.of(account.id)) >= MOST_IDENTITIES:
            raise Stopped(Trouble.TOO_MANY_IDENTITIES)
        identity = identity_of(profile, account.id, now)
        proves_it = identity.email is not None and email_key(identity.email) == account.email_key
        if gate.policy.secures_proved_only and not account.is_verified and not proves_it:
            # Whoever made it with another's address would come in by it when that other has proved the address.
            raise Stopped(Trouble.EMAIL_NOT_VERIFIED)
        uow.identities.add(identity)
        if not account.is_verified and proves_it:
            uow.accounts.save(replace(account, is_verified=True, updated_at=now))
        provider = {"provider": identity.issuer}
        tell_owner(uow=uow, account=account, template=MailTemplate.IDENTITY_LINKED, now=now, details=provider)
        return identity

    for _ in range(TRIES):
        try:
            return store.run(work)
        except IdentityTaken:
            # At the same moment somebody linked it: begun anew, it is found.
            continue
    raise Stopped(Trouble.IDENTITY_TAKEN)


def unlink(
    *, uow: UnitOfWork, account_id: AccountId, identity_id: IdentityId, now: datetime
) -> tuple[Account, Identity]:
    """
    Forget an identity of the account; its codes that wait to be exchanged open nothing. The caller commits.

    Nor do tickets that wait for a second factor's code, whichever identity they came from.

    Raises:
        NotFound: If the account has no such identity.
        LastWayIn: If nobody could sign in without it.
    """
    account = uow.accounts.lock(account_id)
    mine = uow.identities.of(account_id)
    identity = next((each for each in mine if each.id == identity_id), None)
    if identity is None:
        raise NotFound("identity", identity_id)
    if account.password_hash is None and len(mine) == 1:
        raise LastWayIn
    uow.identities.remove(identity.id)
    uow.codes.use_up(account.id, CodePurpose.TWO_FACTOR, at=now)
    provider = {"provider": identity.issuer}
    tell_owner(uow=uow, account=account, template=MailTemplate.IDENTITY_UNLINKED, now=now, details=provider)
    return account, identity


def _owner(uow: UnitOfWork, state: OneTimeCode, now: datetime) -> Account:
    """Return the account, locked, whose session began the attempt and still stands."""
    session_id = session_to_link(state)
    if state.account_id is None or session_id is None:
        raise Stopped(Trouble.SESSION_ENDED)
    try:
        account = uow.accounts.lock(state.account_id)
    except NotFound as gone:
        raise Stopped(Trouble.SESSION_ENDED) from gone
    signed_in = uow.sessions.check(session_id)
    if signed_in is None or signed_in.account_id != account.id or not signed_in.stands(now):
        raise Stopped(Trouble.SESSION_ENDED)
    return account
