"""Every request asks whether its session still stands, so that an end acts at once (SPEC 5)."""

from __future__ import annotations

from datetime import datetime

from hunter_core.accounts.ports import Sessions
from hunter_core.accounts.secrets import AccessTokens
from hunter_core.accounts.session import SignedIn
from hunter_core.errors import Unauthenticated

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
