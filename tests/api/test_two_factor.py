"""Two-factor over HTTP: on, asked for, stepped up by, and off (issue 4, 7)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hunter_api.app import operations
from hunter_core.accounts.code import CodePurpose
from hunter_core.accounts.codes import issue
from hunter_core.accounts.second_factor import ask_for_ticket
from hunter_core.errors import TwoFactorRequired
from hunter_core.ids import AccountId
from hunter_core.limits.limit import LimitName
from tests.api.house import PASSWORD, Answer, House, a_gate
from tests.authenticator import Authenticator

AUTH = "/api/auth"
EMAIL = "Jinwoo@example.com"


class Phone(Authenticator):
    """An authenticator that goes by the house's clock, and shows no code twice."""

    def __init__(self, house: House, secret: str) -> None:
        super().__init__(secret)
        self._house = house

    def next(self) -> str:
        self._house.clock.advance(seconds=60)
        return self.code(self._house.clock.now())

    def wrong_now(self) -> str:
        return self.wrong(self._house.clock.now())


def turned_on(hunter: House, password: str | None = PASSWORD) -> tuple[Phone, list[str]]:
    begun = hunter.post(f"{AUTH}/two-factor", {} if password is None else {"password": password})
    assert begun.status == 201, begun
    phone = Phone(hunter, begun.data["secret"])
    confirmed = hunter.post(f"{AUTH}/two-factor/confirm", {"code": phone.next()})
    assert confirmed.status == 200, confirmed
    return phone, confirmed.data["recoveryCodes"]


def login(house: House, **more: Any) -> Answer:
    return house.another().post(f"{AUTH}/login", {"email": EMAIL, "password": PASSWORD, **more})


def a_ticket(house: House) -> str:
    """Return what a provider's sign-in would be told; the providers have tests of their own."""
    gate = a_gate()
    with house.store.write() as uow:
        account = uow.accounts.by_email(EMAIL.lower())
        assert account is not None
        asked = ask_for_ticket(
            uow=uow, gate=gate, account=uow.accounts.lock(AccountId(account.id)), now=house.clock.now()
        )
        uow.commit()
    with pytest.raises(TwoFactorRequired) as refused:
        asked.settle(gate=gate)
    return str(refused.value.ticket)


def test_the_whole_way_from_on_to_off(each_hunter: House) -> None:
    assert each_hunter.get(f"{AUTH}/two-factor").data == {
        "isOn": False,
        "since": None,
        "recoveryCodesLeft": 0,
    }
    begun = each_hunter.post(f"{AUTH}/two-factor", {"password": PASSWORD})
    assert begun.status == 201
    assert begun.data["otpauthUri"].startswith("otpauth://totp/Hunter%20System:Jinwoo%40example.com?secret=")
    assert begun.headers["cache-control"] == "no-store"
    phone = Phone(each_hunter, begun.data["secret"])
    assert login(each_hunter).status == 200

    codes = each_hunter.post(f"{AUTH}/two-factor/confirm", {"code": phone.next()}).data["recoveryCodes"]

    assert len(codes) == 10
    state = each_hunter.get(f"{AUTH}/two-factor").data
    assert (state["isOn"], state["recoveryCodesLeft"]) == (True, 10)
    assert login(each_hunter).code == "TWO_FACTOR_REQUIRED"
    assert login(each_hunter, code=phone.next()).status == 200
    assert login(each_hunter, code=codes[0]).status == 200
    assert each_hunter.ask("DELETE", f"{AUTH}/two-factor", {"password": PASSWORD}).code == "STEP_UP_REQUIRED"
    done = each_hunter.ask("DELETE", f"{AUTH}/two-factor", {"password": PASSWORD, "code": phone.next()})
    assert (done.status, done.body) == (204, b"")
    assert not each_hunter.get(f"{AUTH}/two-factor").data["isOn"]
    assert login(each_hunter).status == 200


def test_a_session_that_was_just_opened_turns_it_on_by_the_password_only(hunter: House) -> None:
    refused = hunter.post(f"{AUTH}/two-factor", {})

    assert (refused.status, refused.code, refused.fields) == (403, "STEP_UP_REQUIRED", {"password"})
    assert hunter.post(f"{AUTH}/two-factor", {"password": "Wr0ng-password!"}).status == 401
    assert hunter.post(f"{AUTH}/two-factor/confirm", {"code": "000000"}).code == "TWO_FACTOR_NOT_ON"


def test_a_right_password_alone_is_told_what_is_missing_and_a_wrong_one_nothing(hunter: House) -> None:
    phone, _ = turned_on(hunter)

    right, wrong = login(hunter), login(hunter, password="Wr0ng-password!", code=phone.next())

    assert (right.status, right.code, right.fields) == (401, "TWO_FACTOR_REQUIRED", {"code"})
    assert right.headers["www-authenticate"] == "Bearer"
    assert (wrong.status, wrong.code, wrong.fields) == (401, "INVALID_CREDENTIALS", set())


def test_a_code_that_nobody_asked_for_is_no_harm(hunter: House) -> None:
    assert login(hunter, code="123456").status == 200


def test_a_code_is_good_once(hunter: House) -> None:
    phone, _ = turned_on(hunter)
    code = phone.next()

    assert login(hunter, code=code).status == 200
    again = login(hunter, code=code)

    assert (again.status, again.code) == (400, "CODE_INVALID")


def test_wrong_codes_are_bounded_and_leave_the_session_of_the_owner_alone(hunter: House) -> None:
    phone, _ = turned_on(hunter)
    ticket = a_ticket(hunter)
    sent = [
        hunter.another().post(f"{AUTH}/two-factor/verify", {"ticket": ticket, "code": phone.wrong_now()})
        for _ in range(12)
    ]

    assert [each.code for each in sent] == ["CODE_INVALID"] * 10 + ["RATE_LIMIT_EXCEEDED"] * 2
    assert sent[-1].status == 429
    assert 0 < int(sent[-1].headers["retry-after"]) <= 300
    closed = hunter.another().post(f"{AUTH}/two-factor/verify", {"ticket": ticket, "code": phone.next()})
    assert closed.status == 429
    assert hunter.get(f"{AUTH}/me").status == 200
    assert hunter.post(f"{AUTH}/step-up", {"password": PASSWORD, "code": phone.next()}).status == 200


def test_a_ticket_and_a_code_sign_in(hunter: House) -> None:
    phone, _ = turned_on(hunter)
    ticket = a_ticket(hunter)

    answer = hunter.another().post(f"{AUTH}/two-factor/verify", {"ticket": ticket, "code": phone.next()})

    assert answer.status == 200
    assert answer.data["user"]["hunterName"] == "Jinwoo"
    somebody = hunter.another()
    somebody.token = answer.data["token"]
    assert somebody.me()["email"] == EMAIL
    again = hunter.another().post(f"{AUTH}/two-factor/verify", {"ticket": ticket, "code": phone.next()})
    assert (again.status, again.code) == (400, "CODE_INVALID")


def test_a_step_up_is_good_for_the_requests_of_five_minutes(hunter: House) -> None:
    phone, _ = turned_on(hunter)
    assert hunter.post(f"{AUTH}/two-factor/recovery-codes", {}).fields == {"code"}

    stepped = hunter.post(f"{AUTH}/step-up", {"password": PASSWORD, "code": phone.next()})

    assert stepped.status == 200
    assert stepped.data["freshUntil"] > hunter.clock.now().isoformat()
    renewed = hunter.post(f"{AUTH}/two-factor/recovery-codes", {})
    assert renewed.status == 201
    assert len(renewed.data["recoveryCodes"]) == 10
    hunter.clock.advance(minutes=5)
    refused = hunter.post(f"{AUTH}/two-factor/recovery-codes", {})
    assert (refused.status, refused.code) == (403, "STEP_UP_REQUIRED")
    assert refused.fields == {"password", "code"}


def test_a_step_up_with_nothing_says_what_it_takes(hunter: House) -> None:
    answer = hunter.post(f"{AUTH}/step-up", {})

    assert (answer.status, answer.fields) == (422, {"password"})


def test_an_old_session_begins_nothing_without_a_password(hunter: House) -> None:
    hunter.clock.advance(minutes=5)

    refused = hunter.post(f"{AUTH}/two-factor", {})
    wrong = hunter.post(f"{AUTH}/two-factor", {"password": "Wr0ng-password!"})

    assert (refused.status, refused.code, refused.fields) == (403, "STEP_UP_REQUIRED", {"password"})
    assert (wrong.status, wrong.code) == (401, "INVALID_CREDENTIALS")
    assert hunter.post(f"{AUTH}/two-factor/confirm", {"code": "123456"}).code == "TWO_FACTOR_NOT_ON"


@pytest.fixture
def guarded(hunter: House) -> tuple[House, Phone]:
    phone, _ = turned_on(hunter)
    return hunter, phone


GUARDED: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", f"{AUTH}/change-password", {"currentPassword": PASSWORD, "newPassword": "Another-one-7!"}),
    ("POST", f"{AUTH}/change-email", {"email": "jin@example.org", "password": PASSWORD}),
    ("POST", f"{AUTH}/api-tokens", {"name": "Script", "scope": "READ", "password": PASSWORD}),
    ("POST", f"{AUTH}/two-factor/recovery-codes", {"password": PASSWORD}),
    ("DELETE", f"{AUTH}/two-factor", {"password": PASSWORD}),
    ("DELETE", f"{AUTH}/identities/019c2e5a-0000-7000-8000-000000000000", {"password": PASSWORD}),
    ("DELETE", "/api/users/me", {"password": PASSWORD}),
]


@pytest.mark.parametrize(("method", "path", "body"), GUARDED, ids=lambda value: str(value)[-24:])
def test_what_could_lose_the_account_asks_for_the_code_again(
    guarded: tuple[House, Phone], method: str, path: str, body: dict[str, Any]
) -> None:
    hunter, phone = guarded

    without = hunter.ask(method, path, body)
    wrong = hunter.ask(method, path, {**body, "code": phone.wrong_now()})
    right = hunter.ask(method, path, {**body, "code": phone.next()})

    assert (without.status, without.code, without.fields) == (403, "STEP_UP_REQUIRED", {"code"})
    assert (wrong.status, wrong.code) == (400, "CODE_INVALID")
    # There is no such identity to unlink, which whoever has proved nothing is not told.
    assert right.status == 404 if "identities" in path else right.status < 300, right


def test_a_recovery_code_turns_it_off(guarded: tuple[House, Phone]) -> None:
    hunter, phone = guarded
    codes = hunter.post(
        f"{AUTH}/two-factor/recovery-codes", {"password": PASSWORD, "code": phone.next()}
    ).data["recoveryCodes"]

    answer = hunter.ask("DELETE", f"{AUTH}/two-factor", {"password": PASSWORD, "code": codes[9].lower()})

    assert answer.status == 204
    assert login(hunter).status == 200


def test_a_reset_of_the_password_by_mail_leaves_the_second_factor_on(guarded: tuple[House, Phone]) -> None:
    hunter, phone = guarded
    with hunter.store.write() as uow:
        account = uow.accounts.by_email(EMAIL.lower())
        assert account is not None
        # From an account whose address was never proved, a reset takes everything: another may have made it.
        uow.accounts.save(replace(uow.accounts.lock(account.id), is_verified=True))
        _, code = issue(
            uow=uow,
            secrets=a_gate().codes,
            purpose=CodePurpose.RESET_PASSWORD,
            account_id=account.id,
            now=hunter.clock.now(),
        )
        uow.commit()
    new = "Another-shadow-7!"

    reset = hunter.another().post(f"{AUTH}/reset-password", {"code": code, "newPassword": new})

    assert reset.status < 300, reset
    assert login(hunter, password=new).code == "TWO_FACTOR_REQUIRED"
    assert login(hunter, password=new, code=phone.next()).status == 200


BODIES = [
    ("POST", f"{AUTH}/login", {"email": EMAIL, "password": PASSWORD, "code": "492039"}),
    ("POST", f"{AUTH}/two-factor", {"password": PASSWORD, "code": "492039"}),
    ("POST", f"{AUTH}/two-factor/confirm", {"code": "492039"}),
    ("DELETE", f"{AUTH}/two-factor", {"password": PASSWORD, "code": "492039"}),
    ("POST", f"{AUTH}/two-factor/recovery-codes", {"password": PASSWORD, "code": "492039"}),
    ("POST", f"{AUTH}/two-factor/verify", {"ticket": "A" * 43, "code": "492039"}),
    ("POST", f"{AUTH}/step-up", {"password": PASSWORD, "code": "492039"}),
]


def test_a_code_of_no_possible_form_is_422_with_its_field(hunter: House) -> None:
    values: list[Any] = ["", "9" * 65, "\0", "\ud800", 492039, 4.2, True, [], {}, ["492039"]]
    for method, path, body in BODIES:
        for value in values:
            answer = hunter.ask(method, path, {**body, "code": value})

            assert (answer.status, answer.code) == (422, "VALIDATION_ERROR"), (path, value, answer)
            assert answer.fields == {"code"}, (path, value, answer)


def test_a_hostile_code_is_refused_like_any_wrong_one(guarded: tuple[House, Phone]) -> None:
    hunter, _ = guarded
    for method, path, body in BODIES:
        for code in ("💥" * 16, "' OR 1=1 --", "<script>", "٤٩٢٠٣٩", "A" * 64):
            # Another five minutes, for there are ten wrong ones in each.
            hunter.clock.advance(minutes=6)
            answer = hunter.ask(method, path, {**body, "code": code})

            # What is on cannot be confirmed again: that is said before the code is looked at.
            expected = (409, "TWO_FACTOR_ALREADY_ON") if path.endswith("confirm") else (400, "CODE_INVALID")
            assert (answer.status, answer.code) == expected, (path, code)
    assert hunter.get(f"{AUTH}/two-factor").data["isOn"]


def test_unknown_fields_and_bodies_that_are_none_are_refused(hunter: House) -> None:
    for method, path, body in BODIES:
        extra = hunter.ask(method, path, {**body, "isAdmin": True})
        listed = hunter.ask(method, path, raw=b"[]")
        broken = hunter.ask(method, path, raw=b"{")
        huge = hunter.ask(method, path, {"code": "9" * 70_000})

        assert (extra.status, extra.fields) == (422, {"isAdmin"}), path
        assert (listed.status, listed.code) == (422, "VALIDATION_ERROR"), path
        assert (broken.status, broken.code) == (400, "MALFORMED_JSON"), path
        assert (huge.status, huge.code) == (413, "BODY_TOO_LARGE"), path


@pytest.mark.parametrize("path", ["two-factor/confirm", "two-factor/verify"])
def test_what_is_needed_is_named(hunter: House, path: str) -> None:
    answer = hunter.post(f"{AUTH}/{path}", {})

    assert answer.status == 422
    assert answer.fields == ({"code", "ticket"} if path.endswith("verify") else {"code"})


def test_nobody_but_the_owner_sees_or_changes_a_second_factor(hunter: House) -> None:
    turned_on(hunter)
    stranger = hunter.another()

    for method, path, body in BODIES:
        if path.split("/")[-1] not in ("login", "verify"):
            assert stranger.ask(method, path, body).status == 401, path
    assert stranger.get(f"{AUTH}/two-factor").status == 401
    other = hunter.another().signed_in("Jinah")
    assert other.get(f"{AUTH}/two-factor").data["isOn"] is False
    assert hunter.get(f"{AUTH}/two-factor").data["isOn"] is True


def test_whatever_looks_at_a_code_or_a_password_counts_under_the_limit_of_sign_ins() -> None:
    looking = {
        f"{each.method} {each.path}"
        for each in operations()
        if each.body is not None
        and {"code", "password", "currentPassword", "ticket"}
        & {field.name for field in each.body.__attrs_attrs__}
    }
    others = {
        f"{each.method} {each.path}"
        for each in operations()
        if each.limit is not LimitName.AUTH and f"{each.method} {each.path}" in looking
    }

    assert {f"{method} {path}" for method, path, _ in BODIES} <= looking
    assert others == set()
