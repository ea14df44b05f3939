"""The identities of an account over HTTP: linked and unlinked by its owner alone (SPEC 5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from hunter_core.accounts.identity import MOST_IDENTITIES, Identity
from hunter_core.accounts.policy import CONTRACT
from hunter_core.accounts.security_log import SecurityEventKind
from hunter_core.ids import AccountId, IdentityId, new_id
from hunter_core.mail.mail import MailTemplate
from tests.api.browser import Browser, a_house_with
from tests.api.house import PASSWORD, Answer, House
from tests.api.test_two_factor import turned_on
from tests.servers.provider import LyingProvider


@pytest.fixture
def provider() -> Iterator[LyingProvider]:
    with LyingProvider() as running:
        yield running


@pytest.fixture
def house(provider: LyingProvider) -> Iterator[House]:
    with a_house_with(provider) as opened:
        yield opened


class Owner(Browser):
    """Somebody with a password, in a browser."""

    def __init__(self, house: House, provider: LyingProvider, name: str = "Owner", **more: str) -> None:
        super().__init__(house, provider)
        self.house.signed_in(name, **more)

    @property
    def id(self) -> AccountId:
        return AccountId(UUID(self.house.user["id"]))

    def begin_link(self, name: str = "google", **proofs: Any) -> Answer:
        return self.ask("POST", f"/api/auth/oauth/{name}/link", proofs or {"password": PASSWORD})

    def link(self, name: str = "google", **proofs: Any) -> dict[str, str]:
        answer = self.begin_link(name, **proofs)
        assert answer.status == 200, answer
        return self.come_back(self.provider.agree(answer.data["authorizationUrl"]))

    def identities(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.house.get("/api/auth/identities").data["identities"]
        return found

    def unlink(self, identity_id: object, **proofs: Any) -> Answer:
        return self.ask("DELETE", f"/api/auth/identities/{identity_id}", proofs or {"password": PASSWORD})


@pytest.fixture
def owner(house: House, provider: LyingProvider) -> Owner:
    return Owner(house, provider)


def mails(house: House) -> list[tuple[MailTemplate, str]]:
    with house.store.write() as uow:
        now = house.clock.now()
        return [(mail.template, mail.recipient) for mail in uow.mails.lock_due(now, 1000)]


def test_under_the_strict_profile_an_unproved_account_is_linked_to_nobody_of_another_address(
    provider: LyingProvider,
) -> None:
    with a_house_with(provider, policy=replace(CONTRACT, secures_proved_only=True)) as house:
        owner = Owner(house, provider)
        provider.user.email = "squatter@example.org"
        assert owner.link("google") == {"error": "email_not_verified"}
        assert owner.identities() == []
        # The provider that has verified the account's own address proves it; then there may be others.
        provider.user.email = owner.house.user["email"]
        assert owner.link("google") == {"linked": "google"}
        provider.user.email = "squatter@example.org"
        assert owner.link("github") == {"linked": "github"}


def test_an_owner_links_both_and_comes_in_by_either(
    owner: Owner, house: House, provider: LyingProvider
) -> None:
    assert owner.link("google") == {"linked": "google"}
    assert owner.link("github") == {"linked": "github"}
    assert [each["provider"] for each in owner.identities()] == ["google", "github"]
    listed = owner.house.get("/api/auth/identities").data
    assert listed["hasPassword"] is True
    assert set(listed["identities"][0]) == {"id", "provider", "issuer", "email", "createdAt"}
    for name in ("google", "github"):
        assert Browser(house, provider).signed_in(name).me()["id"] == str(owner.id)
    told = [each for each in mails(house) if each[0] is MailTemplate.IDENTITY_LINKED]
    assert told == [(MailTemplate.IDENTITY_LINKED, "Owner@example.com")] * 2
    assert house.log.kinds().count(SecurityEventKind.IDENTITY_LINKED) == 2


def test_linking_twice_is_linking_once(owner: Owner, house: House) -> None:
    assert owner.link() == owner.link() == {"linked": "google"}
    assert len(owner.identities()) == 1
    assert [each[0] for each in mails(house)].count(MailTemplate.IDENTITY_LINKED) == 1


def test_an_address_that_a_verified_account_holds_is_linked_after_its_login(
    house: House, provider: LyingProvider
) -> None:
    owner = Owner(house, provider, email="jin@gmail.example")
    with house.store.write() as uow:
        uow.accounts.save(replace(uow.accounts.lock(owner.id), is_verified=True))
        uow.commit()
    stranger = Browser(house, provider)
    assert stranger.sign_in() == {"error": "account_exists"}
    assert owner.identities() == []
    assert owner.link() == {"linked": "google"}
    assert stranger.signed_in().me()["id"] == str(owner.id)


def test_a_provider_that_has_verified_the_accounts_own_address_verifies_it(
    house: House, provider: LyingProvider
) -> None:
    owner = Owner(house, provider, email="JIN@gmail.example")
    assert owner.house.me()["isVerified"] is False
    provider.user.email_verified = False
    assert owner.link("github") == {"linked": "github"}
    assert owner.house.me()["isVerified"] is False
    assert owner.identities()[0]["email"] is None
    provider.user.email_verified = True
    assert owner.link("google") == {"linked": "google"}
    assert owner.house.me()["isVerified"] is True


def test_an_identity_of_somebody_else_is_not_linked(
    owner: Owner, house: House, provider: LyingProvider
) -> None:
    other = Browser(house, provider).signed_in("google")
    assert owner.link() == {"error": "identity_taken"}
    assert owner.identities() == []
    assert Browser(house, provider).signed_in("google").me()["id"] == other.me()["id"]


def test_a_link_that_was_begun_by_somebody_else_links_nothing(
    owner: Owner, house: House, provider: LyingProvider
) -> None:
    """The victim is sent to the attacker's authorization address, and agrees."""
    url = owner.begin_link().data["authorizationUrl"]
    victim = Browser(house, provider)
    assert victim.come_back(provider.agree(url)) == {"error": "state_invalid"}
    assert owner.identities() == []


def test_a_link_ends_with_the_session_that_began_it(owner: Owner, provider: LyingProvider) -> None:
    url = owner.begin_link().data["authorizationUrl"]
    owner.house.post("/api/auth/logout")
    assert owner.come_back(provider.agree(url)) == {"error": "session_ended"}
    owner.house.token = owner.house.post(
        "/api/auth/login", {"email": "owner@example.com", "password": PASSWORD}
    ).data["token"]
    assert owner.identities() == []


def test_a_stale_session_alone_links_and_unlinks_nothing(
    owner: Owner, house: House, provider: LyingProvider
) -> None:
    assert owner.link() == {"linked": "google"}
    (identity,) = owner.identities()
    house.clock.advance(minutes=6)
    asked = len(provider.asked)
    for proofs, status, code in (
        ({"redirectUri": None}, 403, "STEP_UP_REQUIRED"),
        ({"password": "Wrong-1-Wrong"}, 401, "INVALID_CREDENTIALS"),
    ):
        answer = owner.begin_link("github", **proofs)
        assert (answer.status, answer.code) == (status, code)
        proofs.pop("redirectUri", None)
        answer = owner.ask("DELETE", f"/api/auth/identities/{identity['id']}", proofs)
        assert (answer.status, answer.code) == (status, code)
    assert len(provider.asked) == asked
    assert owner.identities() == [identity]
    assert owner.link("github", password=PASSWORD) == {"linked": "github"}


def test_unlinking_ends_that_way_in_and_is_told(owner: Owner, house: House, provider: LyingProvider) -> None:
    owner.link()
    (identity,) = owner.identities()
    code = Browser(house, provider).sign_in()["code"]
    assert owner.unlink(identity["id"]).status == 204
    assert owner.identities() == []
    assert house.post("/api/auth/oauth/exchange", {"code": code}).code == "CODE_INVALID"
    assert (MailTemplate.IDENTITY_UNLINKED, "Owner@example.com") in mails(house)
    assert SecurityEventKind.IDENTITY_UNLINKED in house.log.kinds()
    # The address is the provider's own, so a new account begins, and not the owner's.
    assert Browser(house, provider).signed_in().me()["id"] != str(owner.id)


def test_a_ticket_of_an_identity_that_was_unlinked_meanwhile_opens_nothing(
    owner: Owner, house: House, provider: LyingProvider
) -> None:
    owner.link()
    (identity,) = owner.identities()
    phone, recovery = turned_on(owner.house)
    asked = Browser(house, provider)
    waiting = asked.exchange(asked.sign_in()["code"])
    assert waiting.code == "TWO_FACTOR_REQUIRED"
    (ticket,) = [each["message"] for each in waiting.error["details"] if each["field"] == "ticket"]
    assert owner.unlink(identity["id"], password=PASSWORD, code=phone.next()).status == 204

    opened = house.another().post("/api/auth/two-factor/verify", {"ticket": ticket, "code": recovery[0]})

    assert (opened.status, opened.code) == (400, "CODE_INVALID")
    # The code is not spent.
    state = owner.house.get("/api/auth/two-factor").data
    assert state["recoveryCodesLeft"] == len(recovery)


def test_the_last_way_in_stays(house: House, provider: LyingProvider) -> None:
    alone = Browser(house, provider)
    alone.signed_in("google")
    (identity,) = alone.house.get("/api/auth/identities").data["identities"]
    answer = alone.ask("DELETE", f"/api/auth/identities/{identity['id']}", {})
    assert (answer.status, answer.code) == (409, "LAST_WAY_IN")
    linked = alone.ask("POST", "/api/auth/oauth/github/link", {})
    assert alone.come_back(provider.agree(linked.data["authorizationUrl"])) == {"linked": "github"}
    assert alone.ask("DELETE", f"/api/auth/identities/{identity['id']}", {}).status == 204
    assert Browser(house, provider).signed_in("github").me()["id"] == alone.house.user["id"]


def test_the_identity_of_somebody_else_is_not_there(
    owner: Owner, house: House, provider: LyingProvider
) -> None:
    owner.link()
    (identity,) = owner.identities()
    other = Owner(house, provider, "Other")
    theirs, nobodys, none = (other.unlink(each) for each in (identity["id"], uuid4(), "not-an-id"))
    for answer in (theirs, nobodys, none):
        assert (answer.status, answer.code, answer.error["message"]) == (
            404,
            "NOT_FOUND",
            nobodys.error["message"],
        )
    assert owner.identities() == [identity]


def test_an_account_has_so_many_identities(owner: Owner, house: House, provider: LyingProvider) -> None:
    with house.store.write() as uow:
        for number in range(MOST_IDENTITIES):
            uow.identities.add(
                Identity(
                    id=IdentityId(new_id(house.clock.now())),
                    account_id=owner.id,
                    issuer=provider.url,
                    subject=f"s{number}",
                    email=None,
                    created_at=house.clock.now(),
                )
            )
        uow.commit()
    assert owner.link() == {"error": "too_many_identities"}
    assert len(owner.identities()) == MOST_IDENTITIES


def test_an_account_with_a_second_factor_is_asked_for_it_after_the_provider(
    owner: Owner, house: House, provider: LyingProvider
) -> None:
    owner.link()
    phone, _ = turned_on(owner.house)
    browser = Browser(house, provider)
    answer = browser.exchange(browser.sign_in()["code"])
    assert (answer.status, answer.code) == (401, "TWO_FACTOR_REQUIRED")
    (ticket,) = [each["message"] for each in answer.error["details"] if each["field"] == "ticket"]
    assert "token" not in answer.json.get("data", {})
    verify = {"ticket": ticket, "code": phone.wrong_now()}
    assert house.post("/api/auth/two-factor/verify", verify).code == "CODE_INVALID"
    done = house.post("/api/auth/two-factor/verify", {"ticket": ticket, "code": phone.next()})
    assert done.status == 200
    assert done.data["user"]["id"] == str(owner.id)
    # And for linking and unlinking, beside the password.
    (identity,) = owner.identities()
    for answer in (owner.begin_link("github"), owner.unlink(identity["id"])):
        assert (answer.status, answer.code) == (403, "STEP_UP_REQUIRED")
    assert owner.link("github", password=PASSWORD, code=phone.next()) == {"linked": "github"}


def test_nobody_links_or_lists_without_a_session(house: House) -> None:
    for answer in (
        house.get("/api/auth/identities"), house.post("/api/auth/oauth/google/link", {}),
        house.delete(f"/api/auth/identities/{uuid4()}"),
    ):  # fmt: skip
        assert (answer.status, answer.code) == (401, "UNAUTHENTICATED")


@pytest.mark.parametrize("field", ["password", "code", "extra"])
def test_bad_values_are_refused_by_name(field: str, owner: Owner) -> None:
    ways = (("POST", "/api/auth/oauth/google/link"), ("DELETE", f"/api/auth/identities/{uuid4()}"))
    values: list[Any] = [1, True, [], {}, "", "x" * 2000, "\0", "\ud800"]
    for value in values:
        for method, path in ways:
            answer = owner.ask(method, path, {field: value})
            assert (answer.status, answer.fields) == (422, {field}), (answer, value)
    assert owner.identities() == []


def test_a_provider_that_nobody_knows_cannot_be_linked(owner: Owner) -> None:
    for name in ("facebook", "Google", "x" * 3000):
        assert owner.begin_link(name).status == 404
