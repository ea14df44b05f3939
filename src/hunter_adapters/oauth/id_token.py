"""An ID token is believed when all of it holds: who signed it, for whom, for which question, when (OIDC Core 3.1.3)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import math
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import jwt

from hunter_adapters.oauth.keys import ALGORITHMS
from hunter_core.accounts.identity import LONGEST_SUBJECT, ProviderRefused

CLOCKS_DIFFER = 60.0
"""Seconds by which the provider's clock may be ahead of ours."""

OLDEST = 600.0
"""Seconds since a token was issued: it is made for the question that we ask now."""

_LONGEST_TOKEN = 32 * 1024
_FORM = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", re.ASCII)
_SUBJECT = re.compile(rf"[!-~]{{1,{LONGEST_SUBJECT}}}")
# Signature and form are PyJWT's to check; every claim is checked below, against *now*.
_OPTIONS: Any = {
    "require": ["iss", "sub", "aud", "exp", "iat", "nonce"],
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_aud": False,
    "verify_iss": False,
    "verify_sub": False,
}

Claims = dict[str, Any]
FindKey = Callable[[str | None, str], jwt.PyJWK]


def checked_claims(
    token: object,
    *,
    find_key: FindKey,
    issuer: str,
    client_id: str,
    nonce: str,
    access_token: str,
    now: datetime,
) -> Claims:
    """
    Return the claims of *token* when all of them hold.

    Raises:
        ProviderRefused: If any does not; the message says which, and nothing of what was in it.
    """
    claims = _signed(token, find_key)
    if claims["iss"] != issuer:
        raise ProviderRefused("its ID token is of another issuer")
    if claims["aud"] not in (client_id, [client_id]) or claims.get("azp", client_id) != client_id:
        raise ProviderRefused("its ID token is for another client")
    _check_moments(claims, now.timestamp())
    if not _same(claims["nonce"], nonce):
        raise ProviderRefused("its ID token answers another question")
    if "at_hash" in claims and not _same(claims["at_hash"], _half_hash(access_token)):
        raise ProviderRefused("its ID token belongs to another access token")
    if not isinstance(claims["sub"], str) or not _SUBJECT.fullmatch(claims["sub"]):
        raise ProviderRefused("its ID token has no subject")
    return claims


def _signed(token: object, find_key: FindKey) -> Claims:
    if not isinstance(token, str) or len(token) > _LONGEST_TOKEN or not _FORM.fullmatch(token):
        raise ProviderRefused("it sends no ID token")
    try:
        header = jwt.get_unverified_header(token)
        algorithm, kid = header.get("alg"), header.get("kid")
        if algorithm not in ALGORITHMS or "crit" in header or not isinstance(kid, str | None):
            raise ProviderRefused("its ID token is signed in a way that is not taken")
        claims: Claims = jwt.decode(token, find_key(kid, algorithm), algorithms=[algorithm], options=_OPTIONS)
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
        raise ProviderRefused(f"its ID token is not good ({type(error).__name__})") from error
    return claims


def _check_moments(claims: Claims, now: float) -> None:
    moments = {name: claims[name] for name in ("exp", "iat", "nbf", "auth_time") if name in claims}
    if not all(_is_moment(moment) for moment in moments.values()):
        raise ProviderRefused("its ID token has a moment that is none")
    if claims["exp"] <= now:
        raise ProviderRefused("its ID token is too old")
    if not now - OLDEST <= claims["iat"] <= now + CLOCKS_DIFFER:
        raise ProviderRefused("its ID token was not issued now")
    if moments.get("nbf", now) > now + CLOCKS_DIFFER:
        raise ProviderRefused("its ID token is not good yet")


def _is_moment(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _same(sent: object, expected: str) -> bool:
    return isinstance(sent, str) and hmac.compare_digest(sent.encode(errors="replace"), expected.encode())


def _half_hash(access_token: str) -> str:
    """Return the left half of the hash of *access_token* (OIDC Core, 3.1.3.6); both algorithms hash by SHA-256."""
    digest = hashlib.sha256(access_token.encode()).digest()
    return base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")
