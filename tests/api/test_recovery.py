"""Proving an address, and changing or resetting what opens an account, by codes from mails (SPEC 5)."""

from __future__ import annotations

import base64
import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hunter_adapters.sql import SqlStore
from hunter_core.accounts.identity import Identity
from hunter_core.accounts.policy import CONTRACT, STRICT
from hunter_core.accounts.security_log import SecurityEventKind
from hunter_core.accounts.step_up import FRESH
from hunter_core.accounts.two_factor import TwoFactor
from hunter_core.ids import IdentityId, new_id
from tests.api.house import PASSWORD, Answer, House, a_house

NEW = "Rise-out-of-the-dark-2!"
ADDRESS = {"email": "jinwoo@example.com"}
VERIFY, RESET, CONFIRM = "Confirm your e-mail", "Choose a new", "Confirm your new"


def login(house: House, email: str = "jinwoo@example.com", password: str = PASSWORD) -> Answer:
    return house.another().post("/api/auth/login", {"email": email, "password": password})


def signed_in_again(house: House, password: str = PASSWORD) -> House:
    other = house.another()
    other.token = login(house, password=password).data["token"]
    return other


def subjects(house: House) -> dict[str, list[str]]:
    """Send what is due, and return the subjects by their recipient."""
    found: dict[str, list[str]] = {}
    for message in house.delivered():
        found.setdefault(message.recipient, []).append(message.subject)
    return found


def reset_code(house: House) -> str:
    assert house.another().post("/api/auth/forgot-password", ADDRESS).status == 202
    return house.mailed_code(RESET)


def reset(house: House, code: str, password: str = NEW) -> Answer:
    return house.another().post("/api/auth/reset-password", {"code": code, "newPassword": password})


def kinds(house: House) -> list[SecurityEventKind]:
    return [event.kind for event in house.log.events]


# --- proving an address ------------------------------------------------------------------------------------------


def test_the_code_of_the_first_mail_proves_the_address_and_sessions_go_on(each_hunter: House) -> None:
    hunter = each_hunter
    assert hunter.me()["isVerified"] is False
    code = hunter.mailed_code(VERIFY)
    assert hunter.another().post("/api/auth/verify-email", {"code": code}).status == 204
    assert hunter.me()["isVerified"] is True
    assert SecurityEventKind.EMAIL_VERIFIED in kinds(hunter)
    again = hunter.post("/api/auth/verify-email", {"code": code})
    assert (again.status, again.code) == (400, "CODE_INVALID")


@pytest.mark.parametrize(("hours", "status"), [(24 - 1 / 3600, 204), (24, 400)])
def test_a_code_that_proves_an_address_is_good_for_a_day(hunter: House, hours: float, status: int) -> None:
    code = hunter.mailed_code(VERIFY)
    hunter.clock.advance(hours=hours)
    assert hunter.another().post("/api/auth/verify-email", {"code": code}).status == status


def test_a_code_sent_again_takes_the_place_of_the_first(hunter: House) -> None:
    first = hunter.mailed_code(VERIFY)
    assert hunter.another().post("/api/auth/verify-email/resend", ADDRESS).status == 202
    second = hunter.mailed_code(VERIFY)
    assert hunter.post("/api/auth/verify-email", {"code": first}).code == "CODE_INVALID"
    assert hunter.post("/api/auth/verify-email", {"code": second}).status == 204
    hunter.post("/api/auth/verify-email/resend", ADDRESS)
    assert hunter.delivered() == []


def test_a_code_is_good_for_one_purpose(hunter: House) -> None:
    verify, forgotten = hunter.mailed_code(VERIFY), reset_code(hunter)
    assert reset(hunter, verify).code == "CODE_INVALID"
    assert hunter.post("/api/auth/verify-email", {"code": forgotten}).code == "CODE_INVALID"
    assert hunter.post("/api/auth/change-email/confirm", {"code": verify}).code == "CODE_INVALID"
    assert hunter.post("/api/auth/verify-email", {"code": verify}).status == 204
    assert reset(hunter, forgotten).status == 204


def test_a_code_that_is_refused_is_in_the_security_log_without_the_code(hunter: House) -> None:
    for path, more in (
        ("verify-email", {}),
        ("reset-password", {"newPassword": NEW}),
        ("change-email/confirm", {}),
    ):
        answer = hunter.another().post(f"/api/auth/{path}", {"code": "guessed-code", **more})
        assert (answer.status, answer.code) == (400, "CODE_INVALID")
        event = hunter.log.events[-1]
        assert event.kind is SecurityEventKind.CODE_REFUSED
        assert "guessed" not in repr(event)


# --- asking for a mail -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/api/auth/forgot-password", "/api/auth/verify-email/resend"])
def test_whoever_asks_for_a_mail_cannot_tell_whether_there_is_an_account(
    each_hunter: House, path: str
) -> None:
    hunter = each_hunter
    answers = [
        hunter.another().ask("POST", path, {"email": email}, headers={"x-request-id": "same"})
        for email in ("jinwoo@example.com", "JINWOO@example.com", "nobody@example.com")
    ]
    assert [(each.status, each.body) for each in answers] == [(202, b'{"success":true,"data":{}}')] * 3
    assert len({tuple(sorted(each.headers)) for each in answers}) == 1
    assert set(subjects(hunter)) == {"Jinwoo@example.com"}


@pytest.mark.parametrize("path", ["/api/auth/forgot-password", "/api/auth/verify-email/resend"])
def test_asking_does_the_same_statements_for_every_address(path: str, tmp_path: Any) -> None:
    from hunter_adapters.sql.store import open_store

    said: list[str] = []
    store = open_store(f"sqlite:///{tmp_path / 'hunter.db'}", observer=said.append)
    store.migrate()
    with a_house(store) as house:
        house.signed_in()
        told = []
        for email in ("jinwoo@example.com", "nobody@example.com"):
            said.clear()
            assert house.another().post(path, {"email": email}).status == 202
            told.append(list(said))
    store.close()
    assert told[0] == told[1]
    assert len(told[0]) == 3


def test_an_address_is_sent_three_such_mails_an_hour(hunter: House) -> None:
    hunter.delivered()
    sent: Counter[str] = Counter()
    for _ in range(12):
        assert hunter.another().post("/api/auth/forgot-password", ADDRESS).status == 202
        sent.update(message.subject for message in hunter.delivered())
        hunter.clock.advance(minutes=1)
    assert sent == {"Choose a new password": 3}
    hunter.clock.advance(hours=1)
    assert reset_code(hunter)


# --- a forgotten password ----------------------------------------------------------------------------------------


def test_a_reset_sets_the_password_ends_all_sessions_proves_the_address_and_tells(each_hunter: House) -> None:
    hunter = each_hunter
    other = signed_in_again(hunter)
    code = reset_code(hunter)
    assert reset(hunter, code).status == 204
    for each in (hunter, other):
        assert each.get("/api/auth/me").code == "UNAUTHENTICATED"
    assert hunter.another().post("/api/auth/refresh", {"refreshToken": hunter.refresh_token}).status == 401
    assert login(hunter).code == "INVALID_CREDENTIALS"
    assert login(hunter, password=NEW).data["user"]["isVerified"] is True
    assert subjects(hunter) == {"Jinwoo@example.com": ["Your password was changed"]}
    assert reset(hunter, code).code == "CODE_INVALID"
    assert SecurityEventKind.PASSWORD_RESET in kinds(hunter)


@pytest.mark.parametrize("proved", [False, True])
def test_whoever_made_an_account_with_anothers_address_keeps_no_way_in(hunter: House, proved: bool) -> None:
    now, key = hunter.clock.now(), "jinwoo@example.com"
    if proved:
        hunter.post("/api/auth/verify-email", {"code": hunter.mailed_code(VERIFY)})
    token = hunter.post("/api/auth/api-tokens", {"name": "spy", "scope": "READ", "password": PASSWORD})
    assert token.status == 201, token
    with hunter.store.write() as uow:
        account = uow.accounts.by_email(key)
        assert account is not None
        uow.accounts.lock(account.id)
        uow.identities.add(
            Identity(
                id=IdentityId(new_id(now)),
                account_id=account.id,
                issuer="https://issuer.example",
                subject="spy",
                email=None,
                created_at=now,
            )
        )
        uow.two_factors.put(TwoFactor(account_id=account.id, secret=b"spy", created_at=now, confirmed_at=now))
        uow.commit()
    assert reset(hunter, reset_code(hunter)).status == 204
    with hunter.store.read() as uow:
        assert len(uow.identities.of(account.id)) == int(proved)
        assert (uow.two_factors.get(account.id) is not None) == proved
    spy = hunter.another()
    spy.token = token.data["token"]
    assert spy.get("/api/quests").status == 401


@pytest.mark.parametrize(("seconds", "status"), [(599, 204), (600, 400)])
def test_a_reset_code_is_good_for_ten_minutes(hunter: House, seconds: int, status: int) -> None:
    code = reset_code(hunter)
    hunter.clock.advance(seconds=seconds)
    assert reset(hunter, code).status == status


def test_only_the_last_reset_code_is_good(hunter: House) -> None:
    first, second = reset_code(hunter), reset_code(hunter)
    assert reset(hunter, first).code == "CODE_INVALID"
    assert reset(hunter, second).status == 204


def test_a_password_that_is_not_good_enough_leaves_the_code_good(hunter: House) -> None:
    code = reset_code(hunter)
    for password in ("short", "jinwoo@example.com", "Password1!"):
        answer = reset(hunter, code, password)
        assert (answer.status, answer.fields) == (422, {"newPassword"})
    assert login(hunter).status == 200
    assert hunter.another().post("/api/auth/reset-password", {"code": code, "password": NEW}).status == 204


@pytest.mark.parametrize("more", [{}, {"newPassword": NEW, "password": NEW}])
def test_a_reset_needs_one_new_password(hunter: House, more: dict[str, str]) -> None:
    answer = hunter.another().post("/api/auth/reset-password", {"code": reset_code(hunter), **more})
    assert answer.status == 422
    assert answer.fields < {"password", "newPassword"}


def test_a_hundred_who_reset_by_one_code_at_once_change_it_once(each_hunter: House) -> None:
    hunter = each_hunter
    code = reset_code(hunter)
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda n: reset(hunter, code, f"{NEW}{n}"), range(100)))
    told = Counter(each.status for each in answers)
    # Who finds the pool full is told to come again, and comes too late.
    assert told[204] == 1
    assert set(told) <= {204, 400, 503}
    winner = next(n for n, each in enumerate(answers) if each.status == 204)
    assert login(hunter, password=f"{NEW}{winner}").status == 200


def test_a_dead_code_costs_no_hash(hunter: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(self: object, password: str) -> str:
        raise AssertionError("a password was hashed for nobody")

    monkeypatch.setattr(type(hunter.ports.gate.passwords), "hash", never)
    assert reset(hunter, "x" * 43).code == "CODE_INVALID"


def test_a_deactivated_account_gets_no_code_and_its_code_opens_nothing(hunter: House) -> None:
    code = reset_code(hunter)
    with hunter.store.write() as uow:
        account = uow.accounts.by_email("jinwoo@example.com")
        assert account is not None
        uow.accounts.save(replace(uow.accounts.lock(account.id), is_active=False))
        uow.commit()
    assert reset(hunter, code).code == "CODE_INVALID"
    hunter.another().post("/api/auth/forgot-password", ADDRESS)
    assert hunter.delivered() == []


# --- changing the password ---------------------------------------------------------------------------------------


def change_password(house: House, old: str = PASSWORD, new: str = NEW) -> Answer:
    return house.post("/api/auth/change-password", {"currentPassword": old, "newPassword": new})


def test_a_new_password_ends_all_other_sessions_and_tells(each_hunter: House) -> None:
    hunter = each_hunter
    hunter.delivered()
    other = signed_in_again(hunter)
    forgotten = reset_code(hunter)
    assert change_password(hunter).status == 204
    assert hunter.get("/api/auth/me").status == 200
    assert other.get("/api/auth/me").code == "UNAUTHENTICATED"
    assert login(hunter).code == "INVALID_CREDENTIALS"
    assert login(hunter, password=NEW).status == 200
    assert subjects(hunter) == {"Jinwoo@example.com": ["Your password was changed"]}
    # What was asked for before would undo it.
    assert reset(hunter, forgotten).code == "CODE_INVALID"
    assert SecurityEventKind.PASSWORD_CHANGED in kinds(hunter)


def test_whoever_does_not_know_the_password_changes_nothing(each_hunter: House) -> None:
    hunter = each_hunter
    hunter.delivered()
    other = signed_in_again(hunter)
    answer = change_password(hunter, old="Wrong-1-password")
    assert (answer.status, answer.code) == (401, "INVALID_CREDENTIALS")
    assert login(hunter).status == 200
    assert other.get("/api/auth/me").status == 200
    assert hunter.delivered() == []
    assert hunter.another().post(
        "/api/auth/change-password", {"currentPassword": PASSWORD, "newPassword": NEW}
    ).code == "UNAUTHENTICATED"  # fmt: skip


def test_two_changes_by_the_same_old_password_do_not_both_pass(each_hunter: House) -> None:
    hunter = each_hunter
    houses = [signed_in_again(hunter) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda n: change_password(houses[n], new=f"{NEW}{n}"), range(4)))
    assert Counter(each.status == 204 for each in answers) == {True: 1, False: 3}
    assert {each.status for each in answers} <= {204, 401}


# --- changing the address ----------------------------------------------------------------------------------------


def ask_for(house: House, email: str = "sung@example.com", **more: Any) -> Answer:
    return house.post("/api/auth/change-email", {"email": email, "password": PASSWORD, **more})


def confirm(house: House, code: str) -> Answer:
    return house.another().post("/api/auth/change-email/confirm", {"code": code})


def test_an_address_changes_when_the_new_one_is_proved_and_both_are_told(each_hunter: House) -> None:
    hunter = each_hunter
    hunter.delivered()
    answer = ask_for(hunter)
    assert (answer.status, answer.data) == (202, {})
    mails = {message.recipient: message for message in hunter.delivered()}
    assert set(mails) == {"Jinwoo@example.com", "sung@example.com"}
    assert "about to be changed" in mails["Jinwoo@example.com"].subject
    code = next(line for line in mails["sung@example.com"].text.splitlines() if len(line) == 43)
    assert code not in mails["Jinwoo@example.com"].text
    assert hunter.me()["email"] == "Jinwoo@example.com"

    assert confirm(hunter, code).status == 204
    me = hunter.me()
    assert (me["email"], me["isVerified"]) == ("sung@example.com", True)
    assert subjects(hunter) == {
        "Jinwoo@example.com": ["Your e-mail address was changed"],
        "sung@example.com": ["Your e-mail address was changed"],
    }
    assert login(hunter).code == "INVALID_CREDENTIALS"
    assert login(hunter, "sung@example.com").status == 200
    assert confirm(hunter, code).code == "CODE_INVALID"
    fresh = hunter.post("/api/auth/refresh", {"refreshToken": hunter.refresh_token}).data["token"]
    claims = json.loads(base64.urlsafe_b64decode(fresh.split(".")[1] + "=="))
    assert claims["email"] == "sung@example.com"


def test_codes_that_were_mailed_to_the_old_address_are_good_for_nothing_after(hunter: House) -> None:
    forgotten = reset_code(hunter)
    hunter.another().post("/api/auth/verify-email/resend", ADDRESS)
    verify = hunter.mailed_code(VERIFY)
    ask_for(hunter)
    assert confirm(hunter, hunter.mailed_code(CONFIRM)).status == 204
    assert reset(hunter, forgotten).code == "CODE_INVALID"
    assert hunter.post("/api/auth/verify-email", {"code": verify}).code == "CODE_INVALID"


def test_a_new_password_calls_off_a_change_of_address_as_its_notice_says(each_hunter: House) -> None:
    owner = each_hunter
    thief = signed_in_again(owner)
    thief.post("/api/auth/change-email", {"email": "thief@example.com"})
    code = owner.mailed_code(CONFIRM)
    assert change_password(owner).status == 204
    assert confirm(owner, code).code == "CODE_INVALID"
    assert owner.me()["email"] == "Jinwoo@example.com"


def test_an_address_change_needs_a_fresh_proof(hunter: House) -> None:
    hunter.delivered()
    assert ask_for(hunter, password="Wrong-1-password").code == "INVALID_CREDENTIALS"
    hunter.clock.advance(seconds=FRESH / timedelta(seconds=1))
    stale = hunter.post("/api/auth/change-email", {"email": "sung@example.com"})
    assert (stale.status, stale.code) == (403, "STEP_UP_REQUIRED")
    assert hunter.delivered() == []
    assert ask_for(hunter).status == 202


def test_who_asks_for_an_address_that_is_taken_cannot_tell(each_hunter: House) -> None:
    hunter = each_hunter
    other = hunter.another().signed_in("Jinah")
    assert other.post("/api/auth/verify-email", {"code": other.mailed_code(VERIFY)}).status == 204
    free, taken = ask_for(hunter), ask_for(hunter, "jinah@example.com")
    assert (free.status, free.body) == (taken.status, taken.body)
    mails = [message for message in hunter.delivered() if message.recipient.lower() == "jinah@example.com"]
    assert [message.subject for message in mails] == ["Your address was asked for by another account"]
    assert not any(len(line) == 43 for line in mails[0].text.splitlines())
    assert other.me()["email"] == "Jinah@example.com"


def test_an_unproved_account_gives_its_address_up_to_whoever_proves_it(each_hunter: House) -> None:
    hunter = each_hunter
    squatter = hunter.another().signed_in("Squatter", email="sung@example.com")
    squatters_code = hunter.mailed_code(VERIFY)
    ask_for(hunter, "SUNG@example.com")
    assert confirm(hunter, hunter.mailed_code(CONFIRM)).status == 204
    assert hunter.me()["email"] == "SUNG@example.com"
    assert squatter.get("/api/auth/me").code == "UNAUTHENTICATED"
    assert squatter.post("/api/auth/refresh", {"refreshToken": squatter.refresh_token}).status == 401
    assert squatter.post("/api/auth/verify-email", {"code": squatters_code}).code == "CODE_INVALID"
    assert login(hunter, "sung@example.com").data["user"]["hunterName"] == "Jinwoo"


def test_of_two_who_prove_one_address_the_first_has_it(each_hunter: House) -> None:
    hunter = each_hunter
    other = hunter.another().signed_in("Jinah")
    codes = []
    for each in (hunter, other):
        ask_for(each)
        codes.append(hunter.mailed_code(CONFIRM))
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda code: confirm(hunter, code), codes))
    assert sorted(each.status for each in answers) == [204, 400]
    assert {each.code for each in answers if each.status == 400} == {"EMAIL_TAKEN"}
    assert "sung@example.com" in {hunter.me()["email"], other.me()["email"]}


def test_ones_own_address_is_refused_and_its_spelling_may_change(hunter: House) -> None:
    answer = ask_for(hunter, "Jinwoo@example.com")
    assert (answer.status, answer.fields) == (422, {"email"})
    assert ask_for(hunter, "JINWOO@example.com").status == 202
    assert confirm(hunter, hunter.mailed_code(CONFIRM)).status == 204
    assert hunter.me()["email"] == "JINWOO@example.com"


def test_nobody_is_flooded_by_changes_of_address(hunter: House) -> None:
    hunter.delivered()
    found: Counter[str] = Counter()
    for n in range(8):
        assert ask_for(hunter, "victim@example.com" if n % 2 else "Victim@example.com").status == 202
        found.update(message.recipient.lower() for message in hunter.delivered())
    assert found["victim@example.com"] <= 3
    assert found["jinwoo@example.com"] <= 3


# --- registering where addresses are hidden, or must be proved ---------------------------------------------------


@pytest.fixture
def strict_houses(tmp_path: Any) -> Any:
    from hunter_adapters.sql.store import open_store

    store: SqlStore = open_store(f"sqlite:///{tmp_path / 'hunter.db'}")
    store.migrate()
    with a_house(policy=STRICT) as memory, a_house(store, policy=STRICT) as sql:
        yield memory, sql
    store.close()


def test_under_the_strict_profile_registering_says_the_same_for_a_taken_address(strict_houses: Any) -> None:
    for house in strict_houses:
        first, again = house.register("Jinwoo"), house.register("Jinah", email="JINWOO@example.com")
        assert [(each.status, each.body) for each in (first, again)] == [
            (202, b'{"success":true,"data":{}}')
        ] * 2
        assert sorted(first.headers) == sorted(again.headers)
        told = subjects(house)
        assert sorted(told["Jinwoo@example.com"]) == [
            "Confirm your e-mail address",
            "You already have an account",
        ]
        assert login(house).data["user"]["hunterName"] == "Jinwoo"
        # Names are public: the same words whoever has the address.
        taken = [
            house.ask(
                "POST",
                "/api/auth/register",
                {"email": email, "password": PASSWORD, "hunterName": "JINWOO"},
                headers={"x-request-id": "same"},
            )
            for email in ("jinwoo@example.com", "free@example.com")
        ]
        assert [(each.status, each.code) for each in taken] == [(400, "HUNTER_NAME_TAKEN")] * 2
    assert taken[0].body == taken[1].body


def test_under_the_strict_profile_a_taken_address_costs_a_hash_too(strict_houses: Any) -> None:
    house = strict_houses[0]
    house.register("Jinwoo")
    hashed: list[str] = []
    keeper = type(house.ports.gate.passwords)
    real = keeper.hash

    def counted(self: Any, password: str) -> str:
        hashed.append(password)
        return str(real(self, password))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keeper, "hash", counted)
        house.register("Jinah", email="jinwoo@example.com")
        house.register("Jinho")
    assert len(hashed) == 2


def test_the_owner_of_a_taken_address_is_told_three_times_an_hour(strict_houses: Any) -> None:
    house = strict_houses[0]
    house.register("Jinwoo")
    house.delivered()
    for n in range(6):
        assert house.register(f"Other{n}", email="jinwoo@example.com").status == 202
    assert len(house.delivered()) == 3


def test_where_only_proved_addresses_sign_in_the_code_opens_the_door() -> None:
    with a_house(policy=replace(CONTRACT, requires_verified=True)) as house:
        assert (house.register().status, house.register().code) == (202, "EMAIL_TAKEN")
        assert login(house, password="Wrong-1-password").code == "INVALID_CREDENTIALS"
        refused = login(house)
        assert (refused.status, refused.code) == (403, "NOT_VERIFIED")
        assert house.post("/api/auth/verify-email", {"code": house.mailed_code(VERIFY)}).status == 204
        assert login(house).status == 200


# --- what is never stored, said or waited for --------------------------------------------------------------------


def test_the_mail_server_is_never_waited_for(hunter: House) -> None:
    woken: list[str] = []
    object.__setattr__(hunter.ports, "wake", woken.append)
    hunter.another().post("/api/auth/forgot-password", ADDRESS)
    hunter.another().post("/api/auth/verify-email/resend", ADDRESS)
    hunter.another().register("Jinah")
    ask_for(hunter)
    change_password(hunter)
    assert woken == ["mail"] * 5


def test_no_code_and_no_password_is_stored(tmp_path: Any) -> None:
    from hunter_adapters.sql.store import open_store

    path = tmp_path / "hunter.db"
    store = open_store(f"sqlite:///{path}")
    store.migrate()
    with a_house(store) as house:
        house.signed_in()
        secrets = [house.mailed_code(VERIFY), reset_code(house), NEW, PASSWORD]
        reset(house, secrets[1])
        ask = signed_in_again(house, NEW)
        ask.post("/api/auth/change-email", {"email": "sung@example.com"})
        secrets.append(house.mailed_code(CONFIRM))
    store.close()
    stored = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"sung@example.com" in stored
    for secret in secrets:
        assert secret.encode() not in stored
