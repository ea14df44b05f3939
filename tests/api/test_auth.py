"""Registering, signing in, refreshing and signing out over HTTP (SPEC 4, Auth; SPEC 5)."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from uuid import UUID

import pytest

from hunter_core.accounts.policy import CONTRACT, STRICT
from hunter_core.ids import AccountId
from tests.api.house import PASSWORD, House, a_house


def test_who_registers_is_signed_in(house: House) -> None:
    answer = house.register("Jinwoo", timezone="Asia/Seoul")
    assert answer.status == 201
    assert set(answer.data) == {"user", "token", "refreshToken"}
    user = answer.data["user"]
    assert user == {
        "id": user["id"],
        "email": "Jinwoo@example.com",
        "hunterName": "Jinwoo",
        "level": 1,
        "rank": "F",
    }
    house.token = answer.data["token"]
    me = house.me()
    assert (me["id"], me["settings"]["timezone"]) == (user["id"], "Asia/Seoul")


def test_an_access_token_says_who_and_for_how_long(hunter: House) -> None:
    header, claims, _ = (hunter.token or "").split(".")
    said = json.loads(base64.urlsafe_b64decode(claims + "=="))
    assert {"iss", "aud", "sub", "id", "email", "role", "sid", "jti", "iat", "nbf", "exp"} <= set(said)
    assert said["exp"] - said["iat"] == 7 * 86_400
    assert json.loads(base64.urlsafe_b64decode(header + "=="))["kid"] == "test"


def test_the_full_user_has_every_field_of_the_contract(hunter: House) -> None:
    login = hunter.another().post("/api/auth/login", {"email": "JINWOO@example.com", "password": PASSWORD})
    assert login.status == 200
    user = login.data["user"]
    assert set(user) == {
        "id", "email", "hunterName", "avatarStyle", "avatarUrl", "level", "totalXP", "currentRank", "currentStreak",
        "maxStreak", "attributes", "role", "isVerified", "isActive", "lastLogin", "createdAt", "updatedAt",
    }  # fmt: skip
    assert (user["avatarStyle"], user["avatarUrl"], user["role"]) == ("confident", None, "USER")
    assert user["attributes"] == dict.fromkeys(
        ("strength", "intelligence", "constitution", "dexterity", "charisma", "luck"), 0
    )
    me = hunter.me()
    assert set(me) == {*user, "xpToNextLevel", "nextRank", "xpToNextRank", "settings"}
    assert (me["xpToNextLevel"], me["nextRank"], me["xpToNextRank"]) == (100, "E", 1600)
    assert hunter.get("/api/users/me").data == me


def test_addresses_and_names_are_taken_whatever_their_case(hunter: House) -> None:
    other = hunter.another()
    body = {"email": "jinWOO@EXAMPLE.com", "password": PASSWORD, "hunterName": "Other"}
    answer = other.post("/api/auth/register", body)
    assert (answer.status, answer.code) == (400, "EMAIL_TAKEN")
    answer = other.post("/api/auth/register", {**body, "email": "new@example.com", "hunterName": "JINWOO"})
    assert (answer.status, answer.code) == (400, "HUNTER_NAME_TAKEN")


@pytest.mark.parametrize(
    ("email", "password"), [("Jinwoo@example.com", "Wrong-1-password"), ("nobody@example.com", PASSWORD)]
)
def test_who_may_not_come_in_cannot_tell_why(hunter: House, email: str, password: str) -> None:
    answer = hunter.another().post("/api/auth/login", {"email": email, "password": password})
    assert (answer.status, answer.code) == (401, "INVALID_CREDENTIALS")
    assert answer.error["message"] == "The e-mail address or the password is wrong."


def test_logout_ends_this_session_and_no_other(hunter: House) -> None:
    other = hunter.another()
    other.token = hunter.another().post(
        "/api/auth/login", {"email": "jinwoo@example.com", "password": PASSWORD}
    ).data["token"]  # fmt: skip
    assert hunter.post("/api/auth/logout").status == 204
    assert hunter.get("/api/auth/me").code == "UNAUTHENTICATED"
    assert hunter.post("/api/auth/refresh", {"refreshToken": hunter.refresh_token}).status == 401
    assert other.get("/api/auth/me").status == 200


def test_logout_all_ends_every_session(hunter: House) -> None:
    other = hunter.another()
    other.token = hunter.another().post(
        "/api/auth/login", {"email": "jinwoo@example.com", "password": PASSWORD}
    ).data["token"]  # fmt: skip
    assert hunter.post("/api/auth/logout-all").status == 204
    for each in (hunter, other):
        assert each.get("/api/auth/me").code == "UNAUTHENTICATED"


def test_a_refresh_token_is_good_once_and_a_moment_longer(each_hunter: House) -> None:
    hunter = each_hunter
    first = hunter.post("/api/auth/refresh", {"refreshToken": hunter.refresh_token})
    assert (first.status, set(first.data)) == (200, {"token", "refreshToken"})
    hunter.clock.advance(seconds=9)
    again = hunter.post("/api/auth/refresh", {"refreshToken": hunter.refresh_token})
    assert again.data["refreshToken"] == first.data["refreshToken"]

    hunter.clock.advance(seconds=2)
    stolen = hunter.post("/api/auth/refresh", {"refreshToken": hunter.refresh_token})
    assert (stolen.status, stolen.code) == (401, "REFRESH_TOKEN_REUSED")
    hunter.token = first.data["token"]
    assert hunter.get("/api/auth/me").code == "UNAUTHENTICATED"
    assert hunter.post("/api/auth/refresh", {"refreshToken": first.data["refreshToken"]}).status == 401


def test_a_refresh_token_that_is_refused_is_what_the_words_are_about(hunter: House) -> None:
    assert hunter.post("/api/auth/logout").status == 204
    for token in (hunter.refresh_token, "x"):
        refused = hunter.post("/api/auth/refresh", {"refreshToken": token})
        assert refused.code == "UNAUTHENTICATED"
        assert "refresh token" in refused.error["message"]


@pytest.mark.parametrize("token", ["x", "x" * 70, "A" * 70, "é" * 70])
def test_a_refresh_token_that_was_never_given_is_401(house: House, token: str) -> None:
    answer = house.post("/api/auth/refresh", {"refreshToken": token})
    assert (answer.status, answer.code) == (401, "UNAUTHENTICATED")


def test_an_access_token_ends_with_its_time(hunter: House) -> None:
    hunter.clock.advance(days=7)
    assert hunter.get("/api/auth/me").status == 401
    fresh = hunter.post("/api/auth/refresh", {"refreshToken": hunter.refresh_token})
    hunter.token = fresh.data["token"]
    assert hunter.get("/api/auth/me").status == 200


def test_only_a_verified_address_signs_in_where_that_is_asked_for() -> None:
    from dataclasses import replace

    with a_house(policy=replace(CONTRACT, requires_verified=True)) as house:
        assert (house.register().status, house.register("Jinah").data) == (202, {})
        for password, code in (("Wrong-1-password", "INVALID_CREDENTIALS"), (PASSWORD, "NOT_VERIFIED")):
            answer = house.post("/api/auth/login", {"email": "jinwoo@example.com", "password": password})
            assert answer.code == code


def test_the_strict_profile_asks_for_length_and_gives_a_quarter_of_an_hour() -> None:
    with a_house(policy=STRICT) as house:
        short = house.post(
            "/api/auth/register", {"email": "a@b.c", "password": "Arise-1!", "hunterName": "Short"}
        )
        assert (short.status, short.fields) == (422, {"password"})
        assert house.register().status == 202
        login = house.post("/api/auth/login", {"email": "jinwoo@example.com", "password": PASSWORD})
        house.token = login.data["token"]
        house.clock.advance(minutes=15)
        assert house.get("/api/auth/me").status == 401


def test_no_answer_and_no_word_of_a_refusal_repeats_a_password(house: House) -> None:
    body = {"email": "x", "password": "Secret-Word-1!", "hunterName": "Jin", "colour": 1}
    for path in ("/api/auth/register", "/api/auth/login"):
        assert b"Secret-Word" not in house.post(path, body).body


def test_the_eleventh_guess_is_told_to_wait_alike_for_a_known_and_an_unknown_address(hunter: House) -> None:
    told = []
    for email in ("jinwoo@example.com", "nobody@example.com"):
        guesser = hunter.another()
        body = {"email": email, "password": "Wrong-1-password"}
        assert {guesser.post("/api/auth/login", body).status for _ in range(10)} == {401}
        answer = guesser.post("/api/auth/login", {**body, "password": PASSWORD})
        said = {**answer.error, "requestId": ""}
        told.append((answer.status, said, {**answer.headers, "x-request-id": ""}))
        # Its count of requests is another matter, and the same for both.
        for name in ("x-ratelimit-remaining", "x-ratelimit-reset", "ratelimit"):
            told[-1][2].pop(name)
    assert told[0] == told[1]
    assert (told[0][0], told[0][1]["code"]) == (429, "RATE_LIMIT_EXCEEDED")
    assert told[0][2]["retry-after"] == "300"
    assert hunter.get("/api/auth/me").status == 200
    assert hunter.post("/api/auth/refresh", {"refreshToken": hunter.refresh_token}).status == 200
    hunter.clock.advance(minutes=5)
    body = {"email": "jinwoo@example.com", "password": PASSWORD}
    assert hunter.another().post("/api/auth/login", body).status == 200


@pytest.mark.parametrize("password", ["Wrong-1-password", PASSWORD])
def test_unknown_wrong_and_passwordless_are_answered_alike_but_for_the_id_of_the_request(
    hunter: House, password: str
) -> None:
    elsewhere = hunter.another().signed_in("Elsewhere")
    with hunter.store.write() as uow:
        account = uow.accounts.lock(AccountId(UUID(elsewhere.user["id"])))
        uow.accounts.save(replace(account, password_hash=None))
        uow.commit()
    addresses = ["nobody@example.com", "elsewhere@example.com"]
    if password != PASSWORD:
        addresses.append("jinwoo@example.com")
    told = []
    for email in addresses:
        answer = hunter.another().post("/api/auth/login", {"email": email, "password": password})
        said = {**answer.error, "requestId": ""}
        headers = {
            name: value
            for name, value in answer.headers.items()
            if name not in ("x-request-id", "x-ratelimit-remaining", "x-ratelimit-reset", "ratelimit")
        }
        told.append((answer.status, said, headers))
    assert all(each == told[0] for each in told)
    assert told[0][1]["code"] == "INVALID_CREDENTIALS"
