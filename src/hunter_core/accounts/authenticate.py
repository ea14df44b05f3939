"""Every request asks whether its session still stands, so that an end acts at once (SPEC 5)."""

from __future__ import annotations

from datetime import datetime

from hunter_core.accounts.account import Account
from hunter_core.accounts.ports import Sessions
from hunter_core.accounts.secrets import AccessTokens
from hunter_core.accounts.session import SignedIn
from hunter_core.errors import Unauthenticated
from hunter_core.ports import UnitOfWork

NOT_SIGNED_IN = "Sign in first: this needs a valid access token."


def authenticate(*, sessions: Sessions, tokens: AccessTokens, token: str, now: datetime) -> SignedIn:
    """
    Return who sends a request with the access token *token*, by one read.

    Raises:
        Unauthenticated: If the token is not good, its session has ended, or its account is not active. The
            words are the same, whichever it is.
    """
    proof = tokens.read(token, now=now)
    signed_in = sessions.check(proof.session_id)
    if signed_in is None or signed_in.account_id != proof.account_id or not signed_in.stands(now):
        raise Unauthenticated(NOT_SIGNED_IN)
    return signed_in


def lock_caller(*, uow: UnitOfWork, signed_in: SignedIn, now: datetime) -> Account:
    """
    Lock the account of who is *signed_in*, and return it, for an act that outlives the session: a token, an address.

    A request that waited for the lock while a password was changed began in a session that is over by now. What
    it made would stay behind, so the session is looked at again under the lock, which a change of password takes, too.

    Raises:
        Unauthenticated: If the session has ended meanwhile.
    """
    account = uow.accounts.lock(signed_in.account_id)
    found = uow.sessions.check(signed_in.session_id)
    if found is None or not found.stands(now):
        raise Unauthenticated(NOT_SIGNED_IN)
    return account
