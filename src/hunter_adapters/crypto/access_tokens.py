"""Access tokens by PyJWT: HS256 and nothing else, a key ring, and the time that the process was given."""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import jwt

from hunter_adapters.crypto.keys import KeyRing
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
            raise Unauthenticated(_NOT_GOOD)
        if claims["iat"] > began or claims["nbf"] > began or claims["exp"] <= moment:
            raise Unauthenticated(_NOT_GOOD)
        if claims["id"] != claims["sub"]:
            raise Unauthenticated(_NOT_GOOD)
        return Proof(SessionId(_uuid(claims["sid"])), AccountId(_uuid(claims["sub"])))

    def _genuine(self, token: str) -> dict[str, Any]:
        if len(token) > LONGEST_TOKEN or not _FORM.fullmatch(token):
            raise Unauthenticated(_NOT_GOOD)
        try:
            header = jwt.get_unverified_header(token)
            key = self._keys.find(header.get("kid"))
            if key is None or header.keys() != _HEADER or header["typ"] != "JWT":
                raise Unauthenticated(_NOT_GOOD)
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                issuer=self._issuer,
                audience=self._audience,
                options=self._options,
            )
        except (jwt.InvalidTokenError, ValueError, RecursionError) as error:
            raise Unauthenticated(_NOT_GOOD) from error
        return claims


_NOT_GOOD = "The access token is not valid, or no longer. Sign in or refresh."


def _whole(claim: object) -> bool:
    return isinstance(claim, int) and not isinstance(claim, bool)


def _uuid(claim: object) -> UUID:
    if not isinstance(claim, str):
        raise Unauthenticated(_NOT_GOOD)
    try:
        return UUID(claim)
    except ValueError as error:
        raise Unauthenticated(_NOT_GOOD) from error
