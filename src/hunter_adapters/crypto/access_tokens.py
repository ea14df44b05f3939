"""Access tokens by PyJWT: HS256 and nothing else, a key ring, and the time that the process was given."""

from __future__ import annotations

import json
import math
import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import jwt
from jwt.utils import base64url_decode

from hunter_adapters.crypto.keys import KeyRing
from hunter_core.accounts.authenticate import NOT_SIGNED_IN
from hunter_core.accounts.session import Proof, SignedIn
from hunter_core.errors import Unauthenticated
from hunter_core.ids import AccountId, SessionId

ALGORITHM = "HS256"
ISSUER = "hunter-system"
AUDIENCE = "hunter-system-api"
LONGEST_TOKEN = 4096
"""Characters of a token that is looked at."""

CLOCKS_DIFFER = timedelta(seconds=10)
"""How far ahead the clock of the process that issued a token may be."""

_FORM = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", re.ASCII)
_HEADER = frozenset(("alg", "kid", "typ"))
_CLAIMS = ("iss", "aud", "sub", "id", "email", "role", "sid", "jti", "iat", "nbf", "exp")


class JwtAccessTokens:
    """Implements `hunter_core.accounts.secrets.AccessTokens`."""

    def __init__(
        self,
        keys: KeyRing,
        *,
        lasts: timedelta,
        issuer: str = ISSUER,
        audience: str = AUDIENCE,
    ) -> None:
        self._keys, self._lasts, self._issuer, self._audience = keys, lasts, issuer, audience
        # Spelling, signature, issuer, audience and presence are PyJWT's to check; moments are held against *now*.
        self._options: Any = {
            "require": list(_CLAIMS),
            "verify_exp": False,
            "verify_nbf": False,
            "verify_iat": False,
            "strict_aud": True,
        }

    def issue(self, signed_in: SignedIn, *, now: datetime) -> str:
        kid, key = self._keys.first
        issued = math.floor(now.timestamp())
        claims = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": str(signed_in.account_id),
            "id": str(signed_in.account_id),
            "email": signed_in.email,
            "role": signed_in.role.value,
            "sid": str(signed_in.session_id),
            "jti": str(uuid4()),
            "iat": issued,
            "nbf": issued,
            "exp": math.floor(min(now + self._lasts, signed_in.expires_at).timestamp()),
        }
        return jwt.encode(claims, key, algorithm=ALGORITHM, headers={"kid": kid})

    def read(self, token: str, *, now: datetime) -> Proof:
        claims = self._genuine(token)
        moment = now.timestamp()
        began = moment + CLOCKS_DIFFER.total_seconds()
        if not (_whole(claims["iat"]) and _whole(claims["nbf"]) and _whole(claims["exp"])):
            raise _forged()
        if claims["iat"] > began or claims["nbf"] > began or claims["id"] != claims["sub"]:
            raise _forged()
        if claims["exp"] <= moment:
            raise Unauthenticated(NOT_SIGNED_IN).because("EXPIRED")
        return Proof(SessionId(_uuid(claims["sid"])), AccountId(_uuid(claims["sub"])))

    def _genuine(self, token: str) -> dict[str, Any]:
        if len(token) > LONGEST_TOKEN or not _FORM.fullmatch(token):
            raise _forged()
        try:
            header = jwt.get_unverified_header(token)
            key = self._keys.find(header.get("kid"))
            if key is None or header.keys() != _HEADER or header["typ"] != "JWT":
                raise _forged()
            for part in token.split(".")[:2]:
                _check_names(part)
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                issuer=self._issuer,
                audience=self._audience,
                options=self._options,
            )
        except (jwt.InvalidTokenError, ValueError, RecursionError) as error:
            raise _forged() from error
        return claims


def _forged() -> Unauthenticated:
    return Unauthenticated(NOT_SIGNED_IN).because("FORGED")


def _check_names(part: str) -> None:
    """Make sure that no name stands twice: readers differ in which one they take (RFC 7519, 4)."""
    json.loads(base64url_decode(part), object_pairs_hook=_once)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _whole(claim: object) -> bool:
    return isinstance(claim, int) and not isinstance(claim, bool)


def _uuid(claim: object) -> UUID:
    if not isinstance(claim, str):
        raise _forged()
    try:
        return UUID(claim)
    except ValueError as error:
        raise _forged() from error
