"""
Providers that lie, hang or flood, and people between the browser and us: nobody enters or links a foreign account.

Each story is told by somebody who would have been let in, had the last check been missing; after it, nothing of
the victim's changed: sessions, identities, address, and nobody new is there.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from hunter_adapters.oauth.http import LARGEST_ANSWER
from hunter_core.accounts.security_log import SecurityEventKind
from hunter_core.ids import AccountId
from tests.api.browser import PAGE, Browser, a_house_with, ways_to
from tests.api.house import PASSWORD, House
from tests.servers.provider import LEFT_OUT, Key, LyingProvider, drip, flood, hang, rsa_key, saying

VICTIM = "1001"
ADDRESS = "jin@gmail.example"


@pytest.fixture
def provider() -> Iterator[LyingProvider]:
    with LyingProvider() as running:
        yield running


@pytest.fixture
def house(provider: LyingProvider) -> Iterator[House]:
    with a_house_with(provider) as opened:
        yield opened


@pytest.fixture(scope="module")
def open_house() -> Iterator[tuple[House, LyingProvider]]:
    with LyingProvider() as running, a_house_with(running) as opened:
        yield opened, running


@pytest.fixture
def liar(open_house: tuple[House, LyingProvider]) -> tuple[House, LyingProvider]:
    """An application that many lies share, and its provider, of which it knows nothing yet."""
    house, provider = open_house
    provider.be_honest()
    known = house.ports.sign_in_with.providers.of
    assert isinstance(known, dict)
    known.update(ways_to(provider).providers.of)
    return open_house


@pytest.fixture
def victim(house: House, provider: LyingProvider) -> House:
    """Somebody who signs in with Google, as subject 1001."""
    return Browser(house, provider).signed_in("google")


def state_of(house: House) -> Any:
    """Return everything that a story could have changed, but for codes: they come and go."""
    with house.store.read() as uow:
        ids = uow.histories.hunter_ids()
        return (
            sorted(
                (
                    each,
                    uow.accounts.get(each),
                    uow.hunters.get(each),
                    tuple(uow.identities.of(each)),
                )
                for each in ids
            ),
            house.get("/api/auth/sessions").data if house.token else None,
        )


# --- a provider that lies in its ID token -------------------------------------------------------------------------

FOREIGN = Key("first", rsa_key(9))

LIES: dict[str, Callable[[LyingProvider], None]] = {
    "another issuer": lambda lie: lie.claims.update(iss="https://accounts.google.com"),
    "an issuer with a slash more": lambda lie: lie.claims.update(iss=f"{lie.url}/"),
    "no issuer": lambda lie: lie.claims.update(iss=LEFT_OUT),
    "for another client": lambda lie: lie.claims.update(aud="another-client"),
    "for two clients": lambda lie: lie.claims.update(aud=["hunter-client", "another-client"]),
    "for nobody": lambda lie: lie.claims.update(aud=[]),
    "given to another party": lambda lie: lie.claims.update(azp="another-client"),
    "over an hour ago": lambda lie: lie.claims.update(exp=lie.clock() - 1, iat=lie.clock() - 3601),
    "expired this moment": lambda lie: lie.claims.update(exp=lie.clock()),
    "without an end": lambda lie: lie.claims.update(exp=LEFT_OUT),
    "an end that is no number": lambda lie: lie.claims.update(exp="tomorrow"),
    "an end that is not finite": lambda lie: lie.claims.update(exp=float("inf")),
    "issued long ago": lambda lie: lie.claims.update(iat=lie.clock() - 601),
    "issued tomorrow": lambda lie: lie.claims.update(iat=lie.clock() + 86_400),
    "not good yet": lambda lie: lie.claims.update(nbf=lie.clock() + 3600),
    "another nonce": lambda lie: lie.claims.update(nonce="x" * 43),
    "no nonce": lambda lie: lie.claims.update(nonce=LEFT_OUT),
    "a nonce that is a list": lambda lie: lie.claims.update(nonce=["x"]),
    "another access token": lambda lie: lie.claims.update(at_hash="x" * 22),
    "no subject": lambda lie: lie.claims.update(sub=LEFT_OUT),
    "an empty subject": lambda lie: lie.claims.update(sub=""),
    "a subject that is a number": lambda lie: lie.claims.update(sub=1001),
    "a subject with a line end": lambda lie: lie.claims.update(sub="1001\n"),
    "a subject without an end": lambda lie: lie.claims.update(sub="1" * 256),
    "not signed": lambda lie: lie.header.update(alg="none"),
    "signed with a shared secret": lambda lie: lie.header.update(alg="HS256"),
    "signed by somebody else": lambda lie: lie.__setattr__("published", [FOREIGN.public]),
    "signed by a key that is not there": lambda lie: lie.header.update(kid="third"),
    "an extension that must be understood": lambda lie: lie.header.update(crit=["exp"]),
    "a key for something else": lambda lie: lie.__setattr__("published", [{**lie.key.public, "use": "enc"}]),
    "a key that is a secret": lambda lie: lie.__setattr__(
        "published", [{"kty": "oct", "kid": "first", "k": "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg"}]
    ),
    "a key that is none": lambda lie: lie.__setattr__(
        "published", [{"kty": "RSA", "kid": "first", "n": "!", "e": []}]
    ),
    "keys that are no list": lambda lie: lie.path.update({"/jwks": saying(200, b'{"keys": 5}')}),
    "no ID token": lambda lie: lie.answers.update(id_token=LEFT_OUT),
    "an ID token that is none": lambda lie: lie.answers.update(id_token="a.b.c"),
    "an ID token that is a list": lambda lie: lie.answers.update(id_token=["a"]),
    "no access token": lambda lie: lie.answers.update(access_token=LEFT_OUT),
    "an access token with a header in it": lambda lie: lie.answers.update(access_token="x\r\nHost: evil"),
    "a kind of token that nobody knows": lambda lie: lie.answers.update(token_type="mac"),
    "another issuer in its discovery": lambda lie: lie.discovery.update(issuer="https://evil.example"),
    "a token endpoint without https": lambda lie: lie.discovery.update(
        token_endpoint="http://169.254.169.254/latest"
    ),
    "a token endpoint that is a file": lambda lie: lie.discovery.update(token_endpoint="file:///etc/passwd"),
    "keys elsewhere without https": lambda lie: lie.discovery.update(jwks_uri="http://evil.example/jwks"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lying_id_token_lets_nobody_in(lie: str, liar: tuple[House, LyingProvider]) -> None:
    house, provider = liar
    before = state_of(house)
    browser = Browser(house, provider)
    LIES[lie](provider)
    answer = browser.begin()
    assert answer.status == 302
    if answer.headers["location"].startswith(PAGE):
        assert answer.headers["location"] == f"{PAGE}?error=provider_error"
    else:
        assert browser.come_back(provider.agree(answer.headers["location"])) == {"error": "provider_error"}
    assert state_of(house) == before


@pytest.mark.parametrize("verified", [False, "true", "false", 1, None, LEFT_OUT, ["true"], {}])
def test_an_address_that_is_not_plainly_verified_makes_no_account(
    verified: object, liar: tuple[House, LyingProvider]
) -> None:
    house, provider = liar
    before = state_of(house)
    provider.claims["email_verified"] = verified
    assert Browser(house, provider).sign_in() == {"error": "email_not_verified"}
    assert state_of(house) == before


@pytest.mark.parametrize(
    "email",
    [None, LEFT_OUT, "", "jin", "a@b@c", "jin@example.com\r\nBcc: x@y", 5, ["a@b.c"], "x" * 300 + "@y.z"],
)
def test_an_address_that_is_none_makes_no_account(email: object, liar: tuple[House, LyingProvider]) -> None:
    house, provider = liar
    before = state_of(house)
    provider.claims["email"] = email
    assert Browser(house, provider).sign_in() == {"error": "email_not_verified"}
    assert state_of(house) == before


# --- GitHub --------------------------------------------------------------------------------------------------------


def an_email(
    email: object = ADDRESS, *, primary: object = True, verified: object = True
) -> dict[str, object]:
    return {"email": email, "primary": primary, "verified": verified}


@pytest.mark.parametrize(
    "emails",
    [
        [],
        [an_email(verified=False)],
        [an_email(primary=False)],
        [an_email(verified="true")],
        [an_email(primary=1)],
        [an_email("foreign@example.com", verified=False), an_email(primary=False)],
        [{"email": ADDRESS}],
        ["x"],
        [an_email(None)],
    ],
)
def test_github_without_a_verified_primary_address_makes_no_account(
    emails: list[Any], liar: tuple[House, LyingProvider]
) -> None:
    house, provider = liar
    before = state_of(house)
    provider.user.emails = emails
    assert Browser(house, provider).sign_in("github") == {"error": "email_not_verified"}
    assert state_of(house) == before


@pytest.mark.parametrize("number", ["abc", 0, -1, True, 1.5, None, LEFT_OUT, 2**63, "1001"])
def test_a_github_user_is_a_number(number: object, liar: tuple[House, LyingProvider]) -> None:
    house, provider = liar
    before = state_of(house)
    said = {"login": "jin"} if number is LEFT_OUT else {"login": "jin", "id": number}
    provider.path["/user"] = saying(200, json.dumps(said).encode())
    assert Browser(house, provider).sign_in("github") == {"error": "provider_error"}
    assert state_of(house) == before


def test_the_same_number_at_another_provider_is_somebody_else(
    victim: House, house: House, provider: LyingProvider
) -> None:
    provider.user.subject, provider.user.email = VICTIM, "mallory@gmail.example"
    mallory = Browser(house, provider).signed_in("github")
    assert mallory.me()["id"] != victim.me()["id"]


# --- stories: somebody wants into the account of somebody else ---------------------------------------------------


def test_an_address_that_a_verified_account_holds_opens_nothing(
    victim: House, house: House, provider: LyingProvider
) -> None:
    before = state_of(victim)
    provider.user.subject = "6666"
    for name in ("google", "github"):
        provider.user.email = ADDRESS.upper() if name == "github" else ADDRESS
        assert Browser(house, provider).sign_in(name) == {"error": "account_exists"}
    assert state_of(victim) == before


def test_another_subject_is_another_account_whatever_it_calls_itself(
    victim: House, house: House, provider: LyingProvider
) -> None:
    provider.user.subject, provider.user.email = "1001 ", "mallory@gmail.example"
    before = state_of(victim)
    assert Browser(house, provider).sign_in() == {"error": "provider_error"}
    assert state_of(victim) == before
    provider.user.subject = "01001"
    assert Browser(house, provider).signed_in().me()["id"] != victim.me()["id"]


def test_a_foreign_unverified_address_opens_nothing(
    victim: House, house: House, provider: LyingProvider
) -> None:
    before = state_of(victim)
    provider.user.subject, provider.user.email_verified = "6666", False
    for name in ("google", "github"):
        assert Browser(house, provider).sign_in(name) == {"error": "email_not_verified"}
    assert state_of(victim) == before


def test_whoever_waits_in_an_unverified_account_loses_it_to_the_owner_of_the_address(
    house: House, provider: LyingProvider
) -> None:
    """Pre-hijacking: a trap is laid before the victim comes, with a password, sessions and a linked identity."""
    trap = house.another().signed_in("Trap", email=ADDRESS)
    provider.user.subject, provider.user.email = "6666", "mallory@gmail.example"
    mallory = Browser(house, provider)
    mallory.house.token = trap.token
    answer = mallory.ask("POST", "/api/auth/oauth/google/link", {"password": PASSWORD})
    assert mallory.come_back(provider.agree(answer.data["authorizationUrl"])) == {"linked": "google"}

    provider.user.subject, provider.user.email = VICTIM, ADDRESS
    owner = Browser(house, provider).signed_in()
    assert owner.me()["email"] == ADDRESS
    assert owner.me()["id"] != trap.user["id"]
    assert trap.get("/api/auth/me").status == 401
    assert house.post("/api/auth/refresh", {"refreshToken": trap.refresh_token}).status == 401
    login = {"email": ADDRESS, "password": PASSWORD}
    assert house.post("/api/auth/login", login).code == "INVALID_CREDENTIALS"
    provider.user.subject, provider.user.email = "6666", "mallory@gmail.example"
    assert Browser(house, provider).signed_in().me()["id"] == trap.user["id"]
    assert [each["email"] for each in owner.get("/api/auth/identities").data["identities"]] == [ADDRESS]


def test_a_provider_that_is_asked_cannot_answer_for_another(
    victim: House, house: House, provider: LyingProvider
) -> None:
    """Mix-up (RFC 9700, 4.4): what was begun at one provider comes back by the callback of the other."""
    before = state_of(victim)
    for name, other in (("google", "github"), ("github", "google")):
        browser = Browser(house, provider)
        back = browser.to_provider(name)
        count = len(provider.asked)
        assert browser.come_back(back.replace(f"/{name}/", f"/{other}/")) == {"error": "state_invalid"}
        assert len(provider.asked) == count  # the code was given to nobody
    browser = Browser(house, provider)
    back, cookies = browser.to_provider(), dict(browser.cookies)
    assert browser.come_back(f"{back}&iss=https%3A%2F%2Fevil.example") == {"error": "state_invalid"}
    # Only by the right way is it used up.
    browser.cookies = cookies
    assert set(browser.come_back(f"{back}&iss={provider.url}")) == {"code"}
    assert state_of(victim)[0][0][3] == before[0][0][3]


def test_a_way_back_that_is_handed_to_somebody_else_signs_them_in_to_nothing(
    house: House, provider: LyingProvider
) -> None:
    """Login CSRF: the victim's browser is made to follow the attacker's way back."""
    provider.user.subject, provider.user.email = "6666", "mallory@gmail.example"
    back = Browser(house, provider).to_provider()
    assert Browser(house, provider).come_back(back) == {"error": "state_invalid"}
    other = Browser(house, provider)
    other.to_provider()
    assert other.come_back(back) == {"error": "state_invalid"}
    # With a cookie of their own under the name of the attacker's, too.
    name = f"hunter-sign-in-{back.partition('state=')[2][:16]}"
    for value in ("", "x" * 43, next(iter(other.cookies.values()))):
        other.cookies[name.replace("_", "").replace("-", "")] = value
        other.cookies[name] = value
        assert other.come_back(back) == {"error": "state_invalid"}
    assert state_of(house)[0] == []


def test_a_way_back_is_good_once(victim: House, house: House, provider: LyingProvider) -> None:
    provider.forgets_codes = False
    browser = Browser(house, provider)
    back, cookies = browser.to_provider(), dict(browser.cookies)
    assert set(browser.come_back(back)) == {"code"}
    count = provider.count("/token")
    for _ in range(3):
        browser.cookies = dict(cookies)
        assert browser.come_back(back) == {"error": "state_invalid"}
    assert provider.count("/token") == count


def test_a_way_back_is_good_for_ten_minutes(house: House, provider: LyingProvider) -> None:
    browser = Browser(house, provider)
    back = browser.to_provider()
    house.clock.advance(minutes=10)
    assert browser.come_back(back) == {"error": "state_invalid"}
    assert state_of(house)[0] == []


def test_a_code_of_the_victims_is_nothing_in_the_attackers_browser(
    victim: House, house: House, provider: LyingProvider
) -> None:
    """Code injection (RFC 9700, 4.5): PKCE and nonce tie a code to the attempt that it was made for."""
    before = state_of(victim)
    stolen = Browser(house, provider).to_provider()
    code = stolen.partition("code=")[2].partition("&")[0]
    for name in ("google", "github"):
        attacker = Browser(house, provider)
        own = attacker.to_provider(name)
        own_code = own.partition("code=")[2].partition("&")[0]
        assert attacker.come_back(own.replace(own_code, code)) == {"error": "provider_error"}
    assert state_of(victim) == before


def test_a_provider_that_reuses_its_codes_is_caught_by_the_nonce(
    victim: House, house: House, provider: LyingProvider
) -> None:
    """The provider does not look at PKCE, and gives the victim's ID token to whoever brings the victim's code."""
    seen = provider.signed(
        {
            "iss": provider.url, "aud": "hunter-client", "sub": VICTIM, "iat": int(provider.clock()),
            "exp": int(provider.clock()) + 3600, "nonce": "the victim's", "email": ADDRESS, "email_verified": True,
        }
    )  # fmt: skip
    said = {"access_token": "x", "token_type": "bearer", "id_token": seen}
    provider.path["/token"] = saying(200, json.dumps(said).encode())
    before = state_of(victim)
    assert Browser(house, provider).sign_in() == {"error": "provider_error"}
    assert state_of(victim) == before


def test_a_deactivated_account_is_refused_after_the_proof(
    victim: House, house: House, provider: LyingProvider
) -> None:
    code = Browser(house, provider).sign_in()["code"]
    with house.store.write() as uow:
        account = uow.accounts.lock(AccountId(UUID(victim.user["id"])))
        uow.accounts.save(replace(account, is_active=False, deactivated_at=house.clock.now()))
        uow.commit()
    assert Browser(house, provider).sign_in() == {"error": "account_deactivated"}
    answer = house.post("/api/auth/oauth/exchange", {"code": code})
    assert (answer.status, answer.code) == (403, "FORBIDDEN")


# --- a provider that hangs, floods, or says what is no JSON -------------------------------------------------------

BROKEN: dict[str, tuple[Any, str]] = {
    "hangs": (hang, "provider_unavailable"),
    "sends a byte now and then": (drip, "provider_unavailable"),
    "is away for now": (saying(503, b"{}"), "provider_unavailable"),
    "asks to come again": (saying(429, b"{}"), "provider_unavailable"),
    "sends 50 MB": (flood, "provider_error"),
    "sends us elsewhere": (saying(302, b"", location="http://169.254.169.254/"), "provider_error"),
    "sends us elsewhere for good": (saying(308, b"", location="/elsewhere"), "provider_error"),
    "answers in HTML": (saying(200, b'{"id": 1001}', "text/html"), "provider_error"),
    "answers without a type": (saying(200, b'{"id": 1001}', ""), "provider_error"),
    "answers by nothing": (saying(200, b""), "provider_error"),
    "answers by half of it": (saying(200, b'{"id": 10'), "provider_error"),
    "answers by a list": (saying(200, b"[]"), "provider_error"),
    "answers by text": (saying(200, b'"x"'), "provider_error"),
    "nests deeply": (saying(200, b"[" * 200_000), "provider_error"),
    "refuses": (saying(400, b'{"error": "invalid_grant"}'), "provider_error"),
    "says what is no UTF-8": (saying(200, b'{"\xff": 1}'), "provider_error"),
    "has a number without an end": (saying(200, b'{"id": ' + b"9" * 5000 + b"}"), "provider_error"),
}


SHORT = 1.5
"""Seconds for a provider that is to use them up: what it is asked before has to be answered in them, too."""

PATIENCE = 10.0
"""Seconds in which everybody is given up; who hangs would hang for 60, and who drips for ever."""


@pytest.mark.parametrize("how", BROKEN)
@pytest.mark.parametrize(("name", "path"), [("google", "/token"), ("github", "/user")])
def test_a_broken_provider_sends_the_browser_back_with_a_word(
    how: str, name: str, path: str, provider: LyingProvider
) -> None:
    twist, word = BROKEN[how]
    with a_house_with(provider, seconds=SHORT if twist in (hang, drip) else 5) as house:
        browser = Browser(house, provider)
        back = browser.to_provider(name)
        provider.path[path] = twist
        began = time.monotonic()
        assert browser.come_back(back) == {"error": word}
        assert time.monotonic() - began < PATIENCE
        assert provider.flooded < 20  # of 50: we hung up
        assert provider.count("/elsewhere") == 0
        assert state_of(house)[0] == []


@pytest.mark.parametrize("how", ["hangs", "sends 50 MB", "sends us elsewhere", "answers in HTML"])
def test_a_provider_whose_discovery_is_broken_is_told_to_page_and_app(
    how: str, provider: LyingProvider
) -> None:
    twist, word = BROKEN[how]
    provider.path["/.well-known/openid-configuration"] = twist
    with a_house_with(provider, seconds=SHORT if twist is hang else 5) as house:
        answer = Browser(house, provider).begin()
        assert answer.headers["location"] == f"{PAGE}?error={word}"
        answer = house.post("/api/auth/oauth/google", {})
        assert (answer.status, answer.code) == (503, "SERVICE_UNAVAILABLE")
        assert answer.headers["retry-after"] == "10"
        assert provider.flooded * 1024 * 1024 < 40 * LARGEST_ANSWER


def test_a_provider_that_is_not_there_is_told_so(house: House, provider: LyingProvider) -> None:
    browser = Browser(house, provider)
    back = browser.to_provider("github")
    provider.__exit__(None, None, None)
    assert browser.come_back(back) == {"error": "provider_unavailable"}
    assert house.get("/health/ready").status == 200


def test_a_refusal_is_in_the_security_log_and_no_secret_is(
    house: House, provider: LyingProvider, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    provider.claims["aud"] = "somebody else"
    browser = Browser(house, provider)
    back = browser.to_provider()
    secrets = [
        *browser.cookies.values(),
        *(pair.partition("=")[2] for pair in urlsplit(back).query.split("&")),
    ]
    assert browser.come_back(back) == {"error": "provider_error"}
    (form,) = [form for path, form in provider.asked if path == "/token"]
    secrets += [form["code_verifier"], form["client_secret"], ADDRESS]

    (refused,) = [each for each in house.log.events if each.kind is SecurityEventKind.IDENTITY_REFUSED]
    assert dict(refused.details) == {"provider": "google", "reason": "provider_error"}
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("hunter")]
    assert any("for another client" in message for message in ours)
    written = f"{house.log.events!r} {ours}"
    assert [secret for secret in secrets if secret in written] == []
