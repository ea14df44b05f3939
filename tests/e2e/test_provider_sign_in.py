"""Signing in with Google and GitHub at a real server, over a provider that is another one (SPEC 5)."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.servers.app import App
from tests.servers.provider import CLIENT_ID, CLIENT_SECRET, LyingProvider, hang

PAGE = "http://localhost:5173/signed-in"


@pytest.fixture(scope="module")
def provider() -> Iterator[LyingProvider]:
    with LyingProvider() as running:
        yield running


@pytest.fixture(scope="module")
def served(provider: LyingProvider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    settings = {
        "HUNTER_GOOGLE_CLIENT_ID": CLIENT_ID,
        "HUNTER_GOOGLE_CLIENT_SECRET": CLIENT_SECRET,
        "HUNTER_GOOGLE_ISSUER": provider.url,
        "HUNTER_GITHUB_CLIENT_ID": CLIENT_ID,
        "HUNTER_GITHUB_CLIENT_SECRET": CLIENT_SECRET,
        "HUNTER_GITHUB_URL": provider.other_url,
        "HUNTER_GITHUB_API_URL": provider.url,
        "HUNTER_FRONTEND_CALLBACK_URLS": f"{PAGE},https://hunter.example/in",
        "HUNTER_LOG_LEVEL": "debug",
    }
    with App(data_dir=tmp_path_factory.mktemp("providers"), settings=settings) as running:
        yield running


def a_browser(served: App) -> httpx.Client:
    return httpx.Client(base_url=served.url, trust_env=False, timeout=30)


def walk(browser: httpx.Client, name: str) -> str:
    """Follow every redirect from the beginning to the page; return the page's address."""
    url = f"{browser.base_url}/api/auth/oauth/{name}?redirectUri={PAGE}"
    for _ in range(3):
        answer = browser.get(url)
        assert answer.status_code == 302, answer.text
        url = answer.headers["location"]
    return url


def told(url: str) -> dict[str, str]:
    assert url.startswith(f"{PAGE}?"), url
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


@pytest.mark.parametrize("name", ["google", "github"])
def test_a_browser_walks_to_the_provider_and_comes_back_signed_in(
    name: str, served: App, provider: LyingProvider
) -> None:
    provider.user.email, provider.user.subject = f"{name}@mail.example", "7"
    with a_browser(served) as browser:
        code = told(walk(browser, name))["code"]
        answer = browser.post("/api/auth/oauth/exchange", json={"code": code})
        assert answer.status_code == 200, answer.text
        token = answer.json()["data"]["token"]
        me = browser.get("/api/auth/me", headers={"Authorization": f"Bearer {token}"}).json()["data"]
        assert (me["email"], me["isVerified"]) == (f"{name}@mail.example", True)
        assert not browser.cookies


def test_of_twenty_ways_back_at_once_one_passes(served: App, provider: LyingProvider) -> None:
    provider.user.email, provider.user.subject, provider.forgets_codes = "many@mail.example", "20", False
    with a_browser(served) as browser:
        begun = browser.get("/api/auth/oauth/google")
        back = provider.agree(begun.headers["location"])
        sent = {"cookie": "; ".join(f"{name}={value}" for name, value in browser.cookies.items())}
        with ThreadPoolExecutor(20) as pool:
            answers = list(
                pool.map(lambda _: httpx.get(back, headers=sent, trust_env=False, timeout=30), range(20))
            )
    found = [told(answer.headers["location"]) for answer in answers]
    assert sorted(next(iter(each)) for each in found) == ["code"] + ["error"] * 19
    assert {each["error"] for each in found if "error" in each} == {"state_invalid"}


def test_a_provider_that_hangs_gets_five_seconds_and_keeps_nobody_else_waiting(
    served: App, provider: LyingProvider
) -> None:
    provider.be_honest()
    with a_browser(served) as browser, ThreadPoolExecutor(8) as pool:
        backs = [provider.agree(browser.get("/api/auth/oauth/github").headers["location"]) for _ in range(4)]
        provider.path["/login/oauth/access_token"] = hang
        cookies = {"cookie": "; ".join(f"{name}={value}" for name, value in browser.cookies.items())}
        waiting = [
            pool.submit(httpx.get, back, headers=cookies, trust_env=False, timeout=30) for back in backs
        ]
        while provider.count("/login/oauth/access_token") < 4:
            time.sleep(0.01)
        for _ in range(5):
            answer = browser.get("/api/quests")
            assert answer.status_code == 401
            # Not the five seconds of the others.
            assert answer.elapsed.total_seconds() < 4.5
        for each in waiting:
            assert told(each.result().headers["location"]) == {"error": "provider_unavailable"}
            assert 4.5 < each.result().elapsed.total_seconds() < 15
    provider.be_honest()


def test_no_secret_of_a_sign_in_is_in_the_log_or_the_database(served: App, provider: LyingProvider) -> None:
    provider.be_honest()
    provider.user.email, provider.user.subject = "quiet@mail.example", "30"
    with a_browser(served) as browser:
        begun = browser.get("/api/auth/oauth/google")
        cookie = next(iter(browser.cookies.values()))
        back = provider.agree(begun.headers["location"])
        page = browser.get(back).headers["location"]
        session = browser.post("/api/auth/oauth/exchange", json={"code": told(page)["code"]}).json()["data"]
    (form,) = [form for path, form in provider.asked if path == "/token"]
    asked = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
    secrets = {
        "cookie": cookie, "state": asked["state"], "provider's code": asked["code"], "our code": told(page)["code"],
        "verifier": form["code_verifier"], "client secret": CLIENT_SECRET, "token": session["token"],
        "refresh token": session["refreshToken"],
    }  # fmt: skip
    with sqlite3.connect(served.data_dir / "hunter.db") as database:
        kept = "\n".join(database.iterdump())
    assert [name for name, secret in secrets.items() if secret in kept] == []
    assert [name for name, secret in secrets.items() if secret in served.log] == []
