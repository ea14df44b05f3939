"""Signing in with a provider over HTTP: there, back, and a code to exchange (SPEC 5)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from hunter_core.accounts.identity import challenge_of
from hunter_core.accounts.policy import CONTRACT, STRICT, AuthPolicy
from hunter_core.accounts.security_log import SecurityEventKind
from tests.api.browser import OTHER_PAGE, PAGE, Browser, a_house_with, told
from tests.api.house import PASSWORD, House, a_house
from tests.servers.provider import Key, LyingProvider, ec_key, rsa_key

BOTH = pytest.mark.parametrize("name", ["google", "github"])


@pytest.fixture
def provider() -> Iterator[LyingProvider]:
    with LyingProvider() as running:
        yield running


@pytest.fixture
def house(provider: LyingProvider) -> Iterator[House]:
    with a_house_with(provider) as opened:
        yield opened


@pytest.fixture(scope="module")
def calm() -> Iterator[tuple[House, LyingProvider]]:
    """An application that is shared by all whose requests change nothing."""
    with LyingProvider() as running, a_house_with(running) as opened:
        yield opened, running


@pytest.fixture
def browser(house: House, provider: LyingProvider) -> Browser:
    return Browser(house, provider)


# --- the way that it should go -----------------------------------------------------------------------------------


@BOTH
def test_a_first_sign_in_makes_a_verified_account_and_the_next_one_finds_it(
    name: str, house: House, provider: LyingProvider
) -> None:
    first = Browser(house, provider).signed_in(name)
    me = first.me()
    assert (me["email"], me["hunterName"]) == ("jin@gmail.example", "Sung_Jinwoo")
    assert (me["isVerified"], me["avatarUrl"]) == (True, "https://pictures.example/jin.png")
    assert me["lastLogin"] is not None
    listed = first.get("/api/auth/identities").data
    (identity,) = listed["identities"]
    assert (listed["hasPassword"], identity["provider"]) == (False, name)
    assert identity["issuer"] == (provider.url if name == "google" else provider.other_url)
    assert identity["email"] == "jin@gmail.example"

    # Another name, picture and address elsewhere change nothing here: the identity is issuer and subject.
    provider.user.name, provider.user.email = "Somebody", "new@gmail.example"
    again = Browser(house, provider).signed_in(name)
    assert (again.me()["id"], again.me()["hunterName"]) == (me["id"], "Sung_Jinwoo")
    assert again.me()["email"] == "jin@gmail.example"


def test_what_is_sent_to_the_provider_is_all_that_it_needs(browser: Browser, provider: LyingProvider) -> None:
    answer = browser.begin()
    assert answer.status == 302
    assert answer.body == b""
    sent = {name: value for name, (value,) in parse_qs(urlsplit(answer.headers["location"]).query).items()}
    assert set(sent) == {
        "response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge",
        "code_challenge_method",
    }  # fmt: skip
    assert sent["redirect_uri"] == "http://testserver.local/api/auth/oauth/google/callback"
    assert set(sent["scope"].split()) == {"openid", "email", "profile"}
    secrets = [sent["state"], sent["nonce"], sent["code_challenge"]]
    assert len(set(secrets)) == 3
    assert all(len(each) >= 43 for each in secrets)
    (cookie,) = answer.headers.get_list("set-cookie")
    assert "HttpOnly; SameSite=Lax; Max-Age=600" in cookie
    assert "Path=/api/auth/oauth;" in cookie
    assert "Secure" not in cookie  # plain http, on this machine
    value = cookie.partition("=")[2].partition(";")[0]
    assert len(value) >= 43
    assert value not in answer.headers["location"]
    assert provider.count("/token") == 0


@pytest.mark.parametrize("settings", [{"public_url": "https://api.hunter.example"}, {"is_production": True}])
def test_over_tls_and_in_production_the_cookie_is_the_hosts_own(
    provider: LyingProvider, settings: dict[str, Any]
) -> None:
    with a_house_with(provider, **settings) as house:
        browser = Browser(house, provider)
        (cookie,) = browser.begin().headers.get_list("set-cookie")
        assert cookie.startswith("__Host-")
        assert "Path=/; Secure; HttpOnly; SameSite=Lax" in cookie
        assert "Domain" not in cookie
        assert "code" in browser.sign_in()


def test_two_windows_of_one_browser_do_not_meet(browser: Browser) -> None:
    first, second = browser.to_provider(), browser.to_provider("github")
    assert set(browser.come_back(first)) == {"code"}
    # Two providers, one address: the second one's needs the first one's login.
    assert browser.come_back(second) == {"error": "account_exists"}
    assert browser.cookies == {}


def test_the_browser_comes_back_to_the_page_that_it_came_from(browser: Browser) -> None:
    answer = browser.ask("GET", browser.to_provider(redirectUri=OTHER_PAGE))
    assert answer.headers["location"].startswith(f"{OTHER_PAGE}&code=")
    assert told(answer.headers["location"])["from"] == "google"


def test_an_app_needs_no_cookie_but_its_verifier(house: House, provider: LyingProvider) -> None:
    verifier = "v" * 43
    app, browser = house.another(), Browser(house, provider)
    begun = app.post("/api/auth/oauth/google", {"redirectUri": PAGE, "challenge": challenge_of(verifier)})
    assert begun.status == 200
    said = browser.come_back(provider.agree(begun.data["authorizationUrl"]))
    stolen = [browser.exchange(said["code"]), browser.exchange(said["code"], verifier="w" * 43)]
    assert [(each.status, each.code) for each in stolen] == [(400, "CODE_INVALID")] * 2
    assert browser.exchange(said["code"], verifier=verifier).status == 200


def test_a_verifier_that_nobody_asked_for_opens_nothing(browser: Browser) -> None:
    code = browser.sign_in()["code"]
    assert browser.exchange(code, verifier="v" * 43).code == "CODE_INVALID"
    assert browser.exchange(code).status == 200


def test_an_app_without_a_challenge_is_bound_to_its_cookie(house: House, provider: LyingProvider) -> None:
    begun = house.post("/api/auth/oauth/google", {})
    assert begun.status == 200
    said = Browser(house, provider).come_back(provider.agree(begun.data["authorizationUrl"]))
    assert said == {"error": "state_invalid"}


def test_a_code_is_good_once_and_for_a_minute(house: House, browser: Browser) -> None:
    code = browser.sign_in()["code"]
    assert browser.exchange(code).status == 200
    assert browser.exchange(code).code == "CODE_INVALID"
    late = browser.sign_in()["code"]
    house.clock.advance(seconds=60)
    assert browser.exchange(late).code == "CODE_INVALID"


@pytest.mark.parametrize(("policy", "status"), [(CONTRACT, 200), (STRICT, 401)])
def test_a_code_that_comes_again_ends_what_it_gave_under_the_strict_profile(
    policy: AuthPolicy, status: int, provider: LyingProvider
) -> None:
    verifier = "v" * 43
    with a_house_with(provider, policy=policy) as house:
        browser = Browser(house, provider)
        code = browser.sign_in(challenge=challenge_of(verifier))["code"]
        house.token = browser.exchange(code, verifier=verifier).data["token"]
        # Without the verifier nobody signs the owner out.
        assert browser.exchange(code).code == "CODE_INVALID"
        assert browser.exchange(code, verifier="w" * 43).code == "CODE_INVALID"
        assert house.get("/api/auth/me").status == 200
        assert browser.exchange(code, verifier=verifier).code == "CODE_INVALID"
        assert house.get("/api/auth/me").status == status
        assert (SecurityEventKind.SESSIONS_REVOKED in house.log.kinds()) == (status == 401)


def test_a_provider_may_change_its_keys_and_sign_by_curves(browser: Browser, provider: LyingProvider) -> None:
    for key in (Key("first", rsa_key(0)), Key("second", rsa_key(1)), ec_key(), Key(None, rsa_key(2))):
        provider.key = key
        assert set(browser.sign_in()) == {"code"}, key.kid
    assert provider.count("/jwks") == 4
    assert provider.count("/.well-known/openid-configuration") == 1


def test_keys_are_not_fetched_for_every_unknown_one(browser: Browser, provider: LyingProvider) -> None:
    provider.published = [Key("other", rsa_key(1)).public]
    for _ in range(9):
        assert browser.sign_in() == {"error": "provider_error"}
    assert provider.count("/jwks") <= 6


def test_names_are_made_by_the_rules_of_the_house_and_numbered(house: House, provider: LyingProvider) -> None:
    house.another().signed_in("Sung_Jinwoo")
    names = []
    for number, name in enumerate(["Sung Jinwoo", "Sung Jinwoo", "admin", None, 7, "ß" * 40, "x"]):
        provider.user.subject, provider.user.email = f"{number + 1}", f"{number}@gmail.example"
        provider.user.name = name
        names.append(Browser(house, provider).signed_in("google").me()["hunterName"])
    assert names == [
        "Sung_Jinwoo2", "Sung_Jinwoo3", "Hunter2", "Hunter3", "Hunter4", "ß" * 24, "Hunter5",
    ]  # fmt: skip


def test_a_picture_that_is_no_link_is_left_out(house: House, provider: LyingProvider) -> None:
    pictures = ["http://pictures.example/x", "javascript:alert(1)", 5, "https://x/" + "y" * 2048, "", None]
    for number, picture in enumerate(pictures):
        provider.user.picture = picture
        provider.user.subject, provider.user.email = f"{number}", f"{number}@gmail.example"
        assert Browser(house, provider).signed_in().me()["avatarUrl"] is None, picture


def test_whoever_does_not_agree_is_told_so(browser: Browser) -> None:
    back = browser.to_provider().replace("code=", "error=access_denied&was=")
    assert browser.come_back(back) == {"error": "access_denied"}
    again = browser.to_provider().replace("code=", "error=server_error&was=")
    assert browser.come_back(again) == {"error": "provider_error"}


# --- what is not taken -------------------------------------------------------------------------------------------


@BOTH
def test_a_provider_that_is_not_set_up_is_not_there(name: str) -> None:
    with a_house() as house:
        for answer in (
            house.get(f"/api/auth/oauth/{name}"), house.post(f"/api/auth/oauth/{name}", {}),
            house.get(f"/api/auth/oauth/{name}/callback", state="x", code="y"),
        ):  # fmt: skip
            assert (answer.status, answer.code) == (404, "NOT_FOUND")


@pytest.mark.parametrize("name", ["Google", "facebook", "google%00", "exchange", "..%2f..%2f", "g" * 3000])
def test_a_provider_that_nobody_knows_is_not_there(name: str, calm: tuple[House, LyingProvider]) -> None:
    house, _ = calm
    assert house.get(f"/api/auth/oauth/{name}").status in (404, 405)


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/", f"{PAGE}/", f"{PAGE}?x=1", PAGE.upper(), f"{PAGE}#", "//hunter.example/signed-in",
        PAGE.replace("https", "http"), f"https://hunter.example@evil.example/{PAGE}", "javascript:alert(1)", "",
        f"{PAGE}\\@evil.example", f" {PAGE}", f"{PAGE}\r\nSet-Cookie: x=y", "x" * 5000, "ü", PAGE + "%00",
    ],
)  # fmt: skip
def test_a_page_that_is_not_on_the_list_is_refused(target: str, calm: tuple[House, LyingProvider]) -> None:
    house, provider = calm
    browser = Browser(house, provider)
    signed_in = house if house.token else house.signed_in()
    for answer in (
        browser.begin(redirectUri=target),
        house.post("/api/auth/oauth/google", {"redirectUri": target}),
        signed_in.post("/api/auth/oauth/google/link", {"redirectUri": target, "password": PASSWORD}),
    ):
        assert (answer.status, answer.fields) == (422, {"redirectUri"}), answer
        assert "set-cookie" not in answer.headers
        assert "location" not in answer.headers
    assert provider.asked == []


@pytest.mark.parametrize("value", [None, 1, True, [], {}, "", "x" * 200, "short", "é" * 43, "a" * 42 + "\n"])
def test_bad_values_are_refused_by_name(value: object, calm: tuple[House, LyingProvider]) -> None:
    house, _ = calm

    def refused(path: str, field: str, body: object) -> None:
        answer = house.post(path, body)
        assert (answer.status, answer.fields) == (422, {field}), (path, field, answer)

    if value is not None:
        refused("/api/auth/oauth/google", "challenge", {"challenge": value})
        refused("/api/auth/oauth/google", "redirectUri", {"redirectUri": value})
        refused("/api/auth/oauth/exchange", "verifier", {"code": "x", "verifier": value})
    if not isinstance(value, str) or len(value) > 128 or not value:
        refused("/api/auth/oauth/exchange", "code", {"code": value})
    refused("/api/auth/oauth/exchange", "token", {"code": "x", "token": value})
    refused("/api/auth/oauth/exchange", "code", {})


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("", {"state"}), ("code=x", {"state"}), ("state=", {"state"}), (f"state={'x' * 600}", {"state"}),
        (f"state=x&code={'y' * 5000}", {"code"}), ("state=x&state=y", {"state"}), ("state=%ff", {"query"}),
        (f"state=x&error={'e' * 300}", {"error"}), ("state=x&code=%00", {"code"}), ("state=x&iss=", {"iss"}),
    ],
)  # fmt: skip
def test_a_way_back_that_is_none_is_refused(
    query: str, fields: set[str], calm: tuple[House, LyingProvider]
) -> None:
    house, _ = calm
    answer = house.get(f"/api/auth/oauth/google/callback?{query}")
    assert (answer.status, answer.fields) == (422, fields)


def test_a_state_that_nobody_gave_out_leads_nowhere(browser: Browser, provider: LyingProvider) -> None:
    code = browser.sign_in()["code"]
    for state in ("x", code, "é", "y" * 512):
        answer = browser.ask("GET", f"/api/auth/oauth/google/callback?state={state}&code=z")
        assert (answer.status, answer.code) == (400, "CODE_INVALID")
    assert provider.count("/token") == 1
    assert browser.exchange(code).status == 200


def test_looking_at_the_headers_uses_nothing_up(browser: Browser) -> None:
    back = browser.to_provider()
    assert browser.ask("HEAD", back).status == 405
    assert set(browser.come_back(back)) == {"code"}
