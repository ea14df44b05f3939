"""A provider that speaks OpenID Connect, found by its issuer: Google, or whoever stands in for it."""

from __future__ import annotations

import base64
import time
from datetime import datetime
from typing import NamedTuple
from urllib.parse import quote_plus

from hunter_adapters.oauth.access import access_token_of, text_of
from hunter_adapters.oauth.addresses import checked_endpoint, with_query
from hunter_adapters.oauth.http import SECONDS, Deadline, JsonHttp
from hunter_adapters.oauth.id_token import checked_claims
from hunter_adapters.oauth.keys import SigningKeys
from hunter_core.accounts.identity import Attempt, Profile, ProviderRefused
from hunter_core.errors import ProviderUnavailable

KEPT_SECONDS = 3600.0
"""How long a discovery document is believed without asking again."""

_SCOPE = "openid email profile"


class _Endpoints(NamedTuple):
    authorization: str
    token: str
    keys: str
    takes_secret_in_form: bool


class OpenIdProvider:
    """Implements `hunter_core.accounts.identity.IdentityProvider` over OpenID Connect Core and Discovery."""

    def __init__(self, *, issuer: str, client_id: str, client_secret: str, seconds: float = SECONDS) -> None:
        self._issuer, self._client_id, self._client_secret = issuer, client_id, client_secret
        self._http, self._seconds = JsonHttp(), seconds
        self._keys = SigningKeys()
        self._known: tuple[_Endpoints, float] | None = None

    def __repr__(self) -> str:
        """Leave the secret out, for logs and tracebacks."""
        return f"OpenIdProvider({self._issuer!r})"

    @property
    def issuer(self) -> str:
        return self._issuer

    @property
    def answers_as(self) -> str | None:
        return self._issuer

    def authorization_url(self, attempt: Attempt) -> str:
        return with_query(
            self._endpoints(Deadline(self._seconds)).authorization,
            response_type="code",
            client_id=self._client_id,
            redirect_uri=attempt.callback,
            scope=_SCOPE,
            state=attempt.state,
            nonce=attempt.nonce,
            code_challenge=attempt.challenge,
            code_challenge_method="S256",
        )

    def profile(self, code: str, attempt: Attempt, *, now: datetime) -> Profile:
        deadline = Deadline(self._seconds)
        endpoints = self._endpoints(deadline)
        answer = self._exchange(endpoints, code, attempt, deadline)
        claims = checked_claims(
            answer.get("id_token"),
            find_key=lambda kid, algorithm: self._keys.find(
                kid, algorithm, lambda: self._http.get(endpoints.keys, deadline)
            ),
            issuer=self._issuer,
            client_id=self._client_id,
            nonce=attempt.nonce,
            access_token=access_token_of(answer),
            now=now,
        )
        return Profile(
            issuer=self._issuer,
            subject=claims["sub"],
            # The text "true" is not true: only what the provider says plainly is believed.
            email=text_of(claims, "email") if claims.get("email_verified") is True else None,
            name=text_of(claims, "name"),
            picture=text_of(claims, "picture"),
        )

    def _exchange(
        self, endpoints: _Endpoints, code: str, attempt: Attempt, deadline: Deadline
    ) -> dict[str, object]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": attempt.callback,
            "client_id": self._client_id,
            "code_verifier": attempt.verifier,
        }
        if endpoints.takes_secret_in_form:
            answer = self._http.post(
                endpoints.token, {**form, "client_secret": self._client_secret}, deadline
            )
        else:
            # RFC 6749, 2.3.1: each part is form-encoded first.
            pair = f"{quote_plus(self._client_id)}:{quote_plus(self._client_secret)}"
            basic = f"Basic {base64.b64encode(pair.encode()).decode()}"
            answer = self._http.post(endpoints.token, form, deadline, Authorization=basic)
        if not isinstance(answer, dict):
            raise ProviderRefused("it answers a code by no object")
        return answer

    def _endpoints(self, deadline: Deadline) -> _Endpoints:
        known = self._known
        if known is not None and time.monotonic() - known[1] < KEPT_SECONDS:
            return known[0]
        try:
            document = self._http.get(f"{self._issuer}/.well-known/openid-configuration", deadline)
        except ProviderUnavailable:
            if known is None:
                raise
            # What it said an hour ago is better than nobody being let in.
            return known[0]
        if not isinstance(document, dict) or document.get("issuer") != self._issuer:
            raise ProviderRefused("its discovery document is of another issuer")
        methods = document.get("token_endpoint_auth_methods_supported")
        found = _Endpoints(
            authorization=checked_endpoint(document.get("authorization_endpoint"), self._issuer),
            token=checked_endpoint(document.get("token_endpoint"), self._issuer),
            keys=checked_endpoint(document.get("jwks_uri"), self._issuer),
            takes_secret_in_form=not isinstance(methods, list) or "client_secret_post" in methods,
        )
        self._known = found, time.monotonic()
        return found
