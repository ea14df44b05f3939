"""Every way in asks for the same, and no token or code passes for another (ASVS 6.3.4, 9.2.2, 12.3.2)."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from hunter_adapters.oauth.http import Deadline, JsonHttp
from hunter_core.accounts.code import CodePurpose
from hunter_core.accounts.codes import issue
from hunter_core.accounts.policy import STRICT
from hunter_core.errors import ProviderUnavailable
from tests.api.browser import Browser, a_house_with
from tests.api.house import PASSWORD, House, a_house
from tests.api.test_two_factor import turned_on
from tests.servers.mail import Certificates
from tests.servers.provider import LyingProvider

AUTH = "/api/auth"


@pytest.fixture
def provider() -> Iterator[LyingProvider]:
    """A provider that tells the truth."""
    with LyingProvider() as running:
        yield running


def test_a_provider_is_one_factor_and_the_second_one_is_asked_for(provider: LyingProvider) -> None:
    """Whatever the provider says of how it asked: `acr` and `amr` are not looked at."""
    provider.claims.update(amr=["mfa", "otp", "hwk"], acr="3")
    with a_house_with(provider) as house:
        owner = Browser(house, provider).signed_in("google")
        phone, _ = turned_on(owner, password=None)

        browser = Browser(house, provider)
        refused = browser.exchange(browser.sign_in("google")["code"])
        assert (refused.status, refused.code) == (401, "TWO_FACTOR_REQUIRED")
        assert b"refreshToken" not in refused.body
        (ticket,) = (each["message"] for each in refused.error["details"] if each["field"] == "ticket")
        wrong = {"ticket": ticket, "code": phone.wrong_now()}
        assert browser.house.post(f"{AUTH}/two-factor/verify", wrong).code == "CODE_INVALID"
        verified = browser.house.post(f"{AUTH}/two-factor/verify", {"ticket": ticket, "code": phone.next()})
        assert verified.status == 200


def one_code(house: House, purpose: CodePurpose) -> str:
    """Return what a mail would bring."""
    with house.store.write() as uow:
        account = uow.accounts.by_email("jinwoo@example.com")
        assert account is not None
        account = uow.accounts.lock(account.id)
        _, code = issue(
            uow=uow,
            secrets=house.ports.gate.codes,
            purpose=purpose,
            account_id=account.id,
            now=house.clock.now(),
        )
        uow.commit()
    return code


def test_a_reset_of_the_password_leaves_the_second_factor_on(hunter: House) -> None:
    assert (
        hunter.post(f"{AUTH}/verify-email", {"code": one_code(hunter, CodePurpose.VERIFY_EMAIL)}).status < 300
    )
    phone, _ = turned_on(hunter)
    new = "Another-shadow-rises-2!"
    code = one_code(hunter, CodePurpose.RESET_PASSWORD)
    answer = hunter.another().post(f"{AUTH}/reset-password", {"code": code, "newPassword": new})
    assert answer.status in (200, 204)
    assert b"oken" not in answer.body
    assert hunter.get(f"{AUTH}/me").status == 401

    credentials = {"email": "jinwoo@example.com", "password": new}
    assert hunter.another().post(f"{AUTH}/login", credentials).code == "TWO_FACTOR_REQUIRED"
    code = phone.next()
    assert hunter.another().post(f"{AUTH}/login", {**credentials, "code": code}).status == 200


def test_under_the_strict_profile_a_second_factor_takes_a_proved_address() -> None:
    """Else a reset would take it off: who made an account without owning its address must not keep the owner out."""
    with a_house(policy=STRICT) as house:
        house.register()
        owner = house.another()
        credentials = {"email": "jinwoo@example.com", "password": PASSWORD}
        owner.token = owner.post(f"{AUTH}/login", credentials).data["token"]
        refused = owner.post(f"{AUTH}/two-factor", {"password": PASSWORD})
        assert (refused.status, refused.code) == (403, "NOT_VERIFIED")
        assert owner.get(f"{AUTH}/two-factor").data["isOn"] is False
        code = one_code(house, CodePurpose.VERIFY_EMAIL)
        assert owner.post(f"{AUTH}/verify-email", {"code": code}).status < 300
        turned_on(owner)


def test_no_token_passes_for_another(hunter: House) -> None:
    """Access, refresh and API token, ticket and one-time code: each is good in its own place alone."""
    made = hunter.post(f"{AUTH}/api-tokens", {"name": "script", "scope": "WRITE", "password": PASSWORD})
    assert made.status == 201, made
    tokens = {
        "access": hunter.token or "",
        "refresh": hunter.refresh_token,
        "api": made.data["token"],
        "ticket": hunter.post("/api/ws/ticket").data["ticket"],
    }
    for kind, token in tokens.items():
        as_bearer = hunter.ask("GET", f"{AUTH}/me", headers={"authorization": f"Bearer {token}"}).status
        assert (as_bearer == 200) == (kind == "access"), kind
        other = hunter.another()
        if kind != "refresh":
            assert other.post(f"{AUTH}/refresh", {"refreshToken": token}).status in (401, 422), kind
        for path, field in (
            ("verify-email", "code"),
            ("oauth/exchange", "code"),
            ("change-email/confirm", "code"),
        ):
            assert other.post(f"{AUTH}/{path}", {field: token}).code in (
                "CODE_INVALID",
                "VALIDATION_ERROR",
            ), path
        reset = other.post(f"{AUTH}/reset-password", {"code": token, "newPassword": "Another-shadow-2!"})
        assert reset.code in ("CODE_INVALID", "VALIDATION_ERROR")
    assert hunter.get(f"{AUTH}/me").status == 200


@pytest.mark.parametrize("wrong", ["another authority", "another name"])
def test_a_provider_without_a_certificate_that_holds_is_told_nothing(
    wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Certificates("other.example" if wrong == "another name" else "localhost")
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with (
                        suppress(OSError),
                        authority.server().wrap_socket(connection, server_side=True) as line,
                    ):
                        heard.append(line.recv(4096))

        threading.Thread(target=serve, daemon=True).start()
        http = JsonHttp()
        if wrong == "another name":
            monkeypatch.setattr(JsonHttp, "_trusted", authority.client())
        with pytest.raises(ProviderUnavailable) as refused:
            http.post(f"https://localhost:{listener.getsockname()[1]}/token", {"code": "secret"}, Deadline(5))
    causes: list[BaseException | None] = [refused.value.__cause__]
    while causes[-1] is not None:
        causes.append(causes[-1].__cause__ or causes[-1].__context__)
    assert any("CERTIFICATE_VERIFY_FAILED" in repr(each) for each in causes)
    assert [each for each in heard if each] == []


def test_certificates_of_providers_are_checked_by_name_and_authority() -> None:
    trusted = JsonHttp()._trusted
    assert trusted.verify_mode is ssl.CERT_REQUIRED
    assert trusted.check_hostname
