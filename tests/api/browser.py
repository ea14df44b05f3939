"""A browser before the application: it keeps cookies, follows us to a provider, and is sent back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from hunter_adapters.oauth.github import GitHubProvider
from hunter_adapters.oauth.http import SECONDS
from hunter_adapters.oauth.openid import OpenIdProvider
from hunter_api.sign_in_with import SignInWith
from hunter_core.accounts.identity import ProviderName
from hunter_core.accounts.policy import CONTRACT, AuthPolicy
from hunter_core.accounts.providers import Providers
from hunter_core.ports import Store
from tests.api.house import Answer, House, a_house
from tests.servers.provider import CLIENT_ID, CLIENT_SECRET, LyingProvider

PAGE = "https://hunter.example/signed-in"
OTHER_PAGE = "https://hunter.example/other?from=google"


def ways_to(provider: LyingProvider, seconds: float = SECONDS, **settings: Any) -> SignInWith:
    """Return Google and GitHub, both of them played by *provider*, which has *seconds* for an answer."""
    client: dict[str, Any] = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "seconds": seconds}
    asked: dict[ProviderName, Any] = {
        ProviderName.GOOGLE: OpenIdProvider(issuer=provider.url, **client),
        ProviderName.GITHUB: GitHubProvider(url=provider.other_url, api_url=provider.url, **client),
    }
    return SignInWith(providers=Providers(of=asked, callback_urls=(PAGE, OTHER_PAGE)), **settings)


@contextmanager
def a_house_with(
    provider: LyingProvider, store: Store | None = None, *, policy: AuthPolicy = CONTRACT, **settings: Any
) -> Iterator[House]:
    """Open an application that asks *provider*, whose clock is the house's."""
    with a_house(store, policy=policy, sign_in_with=ways_to(provider, **settings)) as house:
        provider.clock = lambda: house.clock.now().timestamp()
        yield house


class Browser:
    """One browser. Each has cookies of its own."""

    def __init__(self, house: House, provider: LyingProvider) -> None:
        self.house, self.provider = house.another(), provider
        self.cookies: dict[str, str] = {}

    def ask(self, method: str, url: str, body: Any = None) -> Answer:
        """Ask our application, with the cookies, and keep those that it sends."""
        parts = urlsplit(url)
        sent = {"cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        # Each request by itself: the client's own jar is shared, and no browser.
        self.house.http.cookies.clear()
        answer = self.house.ask(
            method, f"{parts.path}?{parts.query}", body, headers=sent if self.cookies else {}
        )
        for header in answer.headers.get_list("set-cookie"):
            name, _, value = header.partition(";")[0].partition("=")
            self.cookies[name] = value
            if not value:
                del self.cookies[name]
        return answer

    def begin(self, name: str = "google", **query: str) -> Answer:
        """Ask to sign in with the provider called *name*."""
        return self.ask("GET", f"/api/auth/oauth/{name}?{urlencode(query)}")

    def to_provider(self, name: str = "google", **query: str) -> str:
        """Begin, and return where the provider's user agreed to be sent back to."""
        answer = self.begin(name, **query)
        assert answer.status == 302, answer
        return self.provider.agree(answer.headers["location"])

    def come_back(self, url: str) -> dict[str, str]:
        """Follow the provider's way back; return what the page is told in the end."""
        answer = self.ask("GET", url)
        assert answer.status == 302, answer
        assert answer.headers["cache-control"] == "no-store"
        return told(answer.headers["location"])

    def sign_in(self, name: str = "google", **query: str) -> dict[str, str]:
        """Go all the way; return what the page is told."""
        return self.come_back(self.to_provider(name, **query))

    def exchange(self, code: str, **more: str) -> Answer:
        """Change the page's code for a session."""
        return self.house.post("/api/auth/oauth/exchange", {"code": code, **more})

    def signed_in(self, name: str = "google") -> House:
        """Go all the way, and return whoever came in."""
        said = self.sign_in(name)
        assert set(said) == {"code"}, said
        answer = self.exchange(said["code"])
        assert answer.status == 200, answer
        self.house.token, self.house.user = answer.data["token"], answer.data["user"]
        return self.house


def told(location: str) -> dict[str, str]:
    """Return what an address says in its query; it is one of the pages, and of those alone."""
    assert location.startswith((f"{PAGE}?", f"{OTHER_PAGE}&")), location
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
