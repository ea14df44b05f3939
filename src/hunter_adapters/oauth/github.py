"""GitHub, which speaks no OpenID Connect: a code becomes a token, and the token asks who it is of."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hunter_adapters.oauth.access import access_token_of, text_of
from hunter_adapters.oauth.addresses import with_query
from hunter_adapters.oauth.http import SECONDS, Deadline, JsonHttp
from hunter_core.accounts.identity import Attempt, Profile, ProviderRefused

_SCOPE = "read:user user:email"
_VERSION = "2022-11-28"
_MOST_ADDRESSES = 100


class GitHubProvider:
    """Implements `hunter_core.accounts.identity.IdentityProvider` over GitHub's OAuth and REST API."""

    def __init__(
        self, *, url: str, api_url: str, client_id: str, client_secret: str, seconds: float = SECONDS
    ) -> None:
        self._url, self._api_url = url, api_url
        self._client_id, self._client_secret = client_id, client_secret
        self._http, self._seconds = JsonHttp(), seconds

    def __repr__(self) -> str:
        """Leave the secret out, for logs and tracebacks."""
        return f"GitHubProvider({self._url!r})"

    @property
    def issuer(self) -> str:
        return self._url

    @property
    def answers_as(self) -> str | None:
        # It publishes no issuer that its answers would have to name; each provider has a callback of its own.
        return None

    def authorization_url(self, attempt: Attempt) -> str:
        return with_query(
            f"{self._url}/login/oauth/authorize",
            response_type="code",
            client_id=self._client_id,
            redirect_uri=attempt.callback,
            scope=_SCOPE,
            state=attempt.state,
            code_challenge=attempt.challenge,
            code_challenge_method="S256",
        )

    def profile(self, code: str, attempt: Attempt, *, now: datetime) -> Profile:
        deadline = Deadline(self._seconds)
        form = {
            "client_id": self._client_id,
            "client_secret": self._client_secret,
            "code": code,
            "redirect_uri": attempt.callback,
            "code_verifier": attempt.verifier,
        }
        answer = self._http.post(f"{self._url}/login/oauth/access_token", form, deadline)
        # A code that is not good is answered by 200, and an error in it.
        if not isinstance(answer, dict) or "error" in answer:
            raise ProviderRefused("it refuses the code")
        token = access_token_of(answer)
        user = self._ask("/user", token, deadline)
        return Profile(
            issuer=self._url,
            subject=_subject(user),
            email=_primary(self._ask("/user/emails", token, deadline)),
            name=text_of(user, "name") or text_of(user, "login"),
            picture=text_of(user, "avatar_url"),
        )

    def _ask(self, path: str, token: str, deadline: Deadline) -> Any:
        headers = {"Authorization": f"Bearer {token}", "X-GitHub-Api-Version": _VERSION}
        return self._http.get(f"{self._api_url}{path}", deadline, **headers)


def _subject(user: object) -> str:
    """Return the number of the user, which stays; a login may be given up, and taken by somebody else."""
    number = user.get("id") if isinstance(user, dict) else None
    if type(number) is not int or not 0 < number < 2**63:
        raise ProviderRefused("its user has no id")
    return str(number)


def _primary(addresses: object) -> str | None:
    """Return the address that is primary and verified, both said plainly; None where none is."""
    if not isinstance(addresses, list):
        raise ProviderRefused("its addresses are no list")
    for each in addresses[:_MOST_ADDRESSES]:
        if isinstance(each, dict) and each.get("primary") is True and each.get("verified") is True:
            return text_of(each, "email")
    return None
