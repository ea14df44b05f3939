"""API tokens over HTTP: made once, used by scripts, held to their scope, and gone at once (issue 4, 8)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hunter_adapters.memory.limits import MemoryLimiter
from hunter_api.limits import RateLimits
from hunter_core.accounts.api_token import MOST_TOKENS
from hunter_core.accounts.code import CodePurpose
from hunter_core.accounts.codes import issue
from hunter_core.ids import AccountId
from hunter_core.limits.limit import Limit, LimitName
from tests.api.house import NO_LIMIT, PASSWORD, Answer, House, a_gate, a_house

TOKENS = "/api/auth/api-tokens"


def made(hunter: House, **fields: Any) -> Answer:
    return hunter.post(TOKENS, {"name": "Home Assistant", "scope": "WRITE", **fields})


def script(hunter: House, scope: str = "WRITE", **fields: Any) -> House:
    """Return somebody who comes with a new token of the hunter's."""
    answer = made(hunter, scope=scope, **fields)
    assert answer.status == 201, answer
    other = hunter.another()
    other.token, other.user = answer.data["token"], answer.data
    return other


# --- making, listing, revoking ---------------------------------------------------------------------------------


def test_a_token_is_shown_once_and_never_again(each_hunter: House) -> None:
    answer = made(each_hunter)

    assert answer.status == 201
    assert answer.headers["cache-control"] == "no-store"
    token = answer.data["token"]
    assert token.startswith("hst_")
    assert (answer.data["name"], answer.data["scope"]) == ("Home Assistant", "WRITE")
    listed = each_hunter.get(TOKENS)
    (shown,) = listed.data["tokens"]
    assert shown == {name: value for name, value in answer.data.items() if name != "token"}
    assert token.encode() not in listed.body
    assert shown["lastUsedAt"] is None


def test_a_token_lasts_90_days_or_as_long_as_is_asked(hunter: House) -> None:
    usual = script(hunter)
    short = script(hunter, expiresInDays=1)

    hunter.clock.advance(days=1)
    assert short.get("/api/quests").status == 401
    assert usual.get("/api/quests").status == 200
    hunter.clock.advance(days=89)
    assert usual.get("/api/quests").status == 401


def test_twenty_stand_at_one_time_and_those_that_are_over_do_not_count(hunter: House) -> None:
    short = made(hunter, expiresInDays=1)
    for number in range(MOST_TOKENS - 1):
        assert made(hunter, name=f"Script {number}").status == 201

    refused = made(hunter)

    assert (refused.status, refused.code) == (409, "API_TOKEN_LIMIT_REACHED")
    assert len(hunter.get(TOKENS).data["tokens"]) == MOST_TOKENS
    assert hunter.delete(f"{TOKENS}/{short.data['id']}").status == 204
    assert made(hunter).status == 201
    hunter.clock.advance(days=1)
    assert made(hunter, password=PASSWORD).code == "API_TOKEN_LIMIT_REACHED"


def test_a_revoked_token_is_good_for_nothing_from_the_next_request_on(each_hunter: House) -> None:
    other = script(each_hunter)
    kept = script(each_hunter)
    assert other.get("/api/quests").status == 200

    assert each_hunter.delete(f"{TOKENS}/{other.user['id']}").status == 204

    assert other.get("/api/quests").status == 401
    assert kept.get("/api/quests").status == 200
    assert [each["id"] for each in each_hunter.get(TOKENS).data["tokens"]] == [kept.user["id"]]
    assert each_hunter.delete(f"{TOKENS}/{other.user['id']}").status == 404


def test_nobody_lists_or_revokes_anothers_token(hunter: House) -> None:
    other = script(hunter)
    stranger = hunter.another().signed_in("Jinah")

    theirs = stranger.delete(f"{TOKENS}/{other.user['id']}")
    nobodys = stranger.delete(f"{TOKENS}/019c2e5a-0000-7000-8000-000000000000")

    assert theirs.status == nobodys.status == 404
    assert {**theirs.error, "requestId": ""} == {**nobodys.error, "requestId": ""}
    assert stranger.get(TOKENS).data == {"tokens": []}
    assert other.get("/api/quests").status == 200


def test_an_old_session_makes_none_without_the_password_and_may_still_revoke(hunter: House) -> None:
    other = script(hunter)
    hunter.clock.advance(minutes=5)

    refused = made(hunter)

    assert (refused.status, refused.code, refused.fields) == (403, "STEP_UP_REQUIRED", {"password"})
    assert made(hunter, password="Wr0ng-password!").code == "INVALID_CREDENTIALS"
    assert len(hunter.get(TOKENS).data["tokens"]) == 1
    assert made(hunter, password=PASSWORD).status == 201
    assert hunter.delete(f"{TOKENS}/{other.user['id']}").status == 204


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"name": ""}, "name"),
        ({"name": "   "}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"name": "a\u202eb"}, "name"),
        ({"name": "\x00"}, "name"),
        ({"name": 7}, "name"),
        ({"name": None}, "name"),
        ({"scope": "ADMIN"}, "scope"),
        ({"scope": "read"}, "scope"),
        ({"scope": ["READ", "WRITE"]}, "scope"),
        ({"scope": None}, "scope"),
        ({"expiresInDays": 0}, "expiresInDays"),
        ({"expiresInDays": 367}, "expiresInDays"),
        ({"expiresInDays": -1}, "expiresInDays"),
        ({"expiresInDays": 10**30}, "expiresInDays"),
        ({"expiresInDays": 1.5}, "expiresInDays"),
        ({"expiresInDays": "90"}, "expiresInDays"),
        ({"expiresInDays": None}, "expiresInDays"),
        ({"expiresInDays": True}, "expiresInDays"),
        ({"token": "hst_mine"}, "token"),
        ({"accountId": "019c2e5a-0000-7000-8000-000000000000"}, "accountId"),
    ],
    ids=repr,
)
def test_what_no_token_may_be_is_named_and_none_is_made(
    hunter: House, fields: dict[str, Any], named: str
) -> None:
    answer = made(hunter, **fields)

    assert (answer.status, answer.code, answer.fields) == (422, "VALIDATION_ERROR", {named})
    assert hunter.get(TOKENS).data == {"tokens": []}


def test_missing_fields_are_named(hunter: House) -> None:
    assert hunter.post(TOKENS, {}).fields == {"name", "scope"}


# --- coming with one -------------------------------------------------------------------------------------------


def test_a_script_plays_with_a_token_as_its_hunter(each_hunter: House) -> None:
    assistant = script(each_hunter)

    quest = assistant.quest(title="Water the plants", completionsPerDay=3)
    done = assistant.complete(quest, key="morning")
    again = assistant.complete(quest, key="morning")

    assert done.status == 200
    assert again.body == done.body
    assert again.headers["idempotency-replayed"] == "true"
    assert assistant.get("/api/users/me").data["totalXP"] == done.data["userUpdates"]["newTotalXP"]
    (shown,) = each_hunter.get("/api/quests").data["quests"]
    assert (shown["id"], shown["completionsToday"]) == (quest["id"], 1)
    board = assistant.get("/api/leaderboard").data["leaderboard"]
    assert [each["isCurrentUser"] for each in board] == [True]


def test_a_key_is_the_accounts_whether_a_session_or_a_token_sends_it(hunter: House) -> None:
    assistant = script(hunter)
    quest = hunter.quest(completionsPerDay=3)

    by_session = hunter.complete(quest, key="one")
    by_token = assistant.complete(quest, key="one")

    assert by_token.body == by_session.body
    assert by_token.headers["idempotency-replayed"] == "true"
    assert hunter.get(f"/api/quests/{quest['id']}").data["completionsToday"] == 1


def test_a_token_that_reads_changes_nothing(hunter: House) -> None:
    reader = script(hunter, "READ")
    quest = hunter.quest()

    refused = reader.complete(quest)

    assert (refused.status, refused.code) == (403, "FORBIDDEN")
    assert "WRITE" in refused.error["message"]
    assert reader.post("/api/quests", {"title": "Mine", "type": "DAILY", "baseXP": 500}).status == 403
    assert reader.delete(f"/api/quests/{quest['id']}").status == 403
    assert hunter.me()["totalXP"] == 0
    assert [each["title"] for each in reader.get("/api/quests").data["quests"]] == ["Push-ups"]


def test_a_refusal_for_the_scope_comes_before_the_body_is_looked_at(hunter: House) -> None:
    reader = script(hunter, "READ")

    assert reader.post("/api/quests", {"nonsense": True}).status == 403


def test_the_last_use_shows_to_the_minute(each_hunter: House) -> None:
    assistant = script(each_hunter)
    each_hunter.clock.advance(minutes=3, seconds=41)

    assert assistant.get("/api/quests").status == 200
    each_hunter.clock.advance(seconds=10)
    assert assistant.get("/api/quests").status == 200

    (shown,) = each_hunter.get(TOKENS).data["tokens"]
    assert shown["lastUsedAt"] == "2026-11-22T12:03:00Z"


@pytest.mark.parametrize(
    "mangle",
    [
        lambda token: token[:-1],
        lambda token: token + "0",
        lambda token: token.upper(),
        lambda token: token[:10] + ("A" if token[10] != "A" else "B") + token[11:],
        lambda token: "hst_" + "A" * 51,
        lambda token: "hst_",
        lambda token: token.removeprefix("hst_"),
        lambda token: f"hst_{token}",
        lambda token: f"{token} {token}",
        lambda token: f"{token},{token}",
        lambda token: f"{token}\u00e9",
        lambda token: "hst_' OR 1=1 --",
        lambda token: "hst_" + "A" * 5000,
    ],
)
def test_a_mangled_or_invented_token_lets_nobody_in(hunter: House, mangle: Any) -> None:
    assistant = script(hunter)
    sent = f"Bearer {mangle(assistant.token)}".encode("latin-1")

    answer = hunter.another().ask("GET", "/api/quests", headers={"authorization": sent})

    assert (answer.status, answer.code) == (401, "UNAUTHENTICATED")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_token_is_taken_from_the_header_alone(hunter: House) -> None:
    token = script(hunter).token
    nobody = hunter.another()

    assert nobody.get("/api/quests", token=token).status == 401
    assert nobody.get("/api/quests", access_token=token).status == 401
    assert nobody.ask("GET", "/api/quests", headers={"cookie": f"token={token}"}).status == 401
    assert nobody.ask("GET", "/api/quests", headers={"authorization": f"Basic {token}"}).status == 401
    assert nobody.post("/api/auth/refresh", {"refreshToken": token}).status == 401


def test_requests_of_a_token_count_for_its_account() -> None:
    limits = dict.fromkeys(LimitName, NO_LIMIT) | {LimitName.QUESTS: Limit(3, 60)}
    with a_house(limits=_rate_limits(limits)) as house:
        hunter = house.signed_in()
        first, second = script(hunter), script(hunter, "READ")

        statuses = [each.get("/api/quests").status for each in (hunter, first, second, first, hunter)]

        assert statuses == [200, 200, 200, 429, 429]
        assert first.get("/api/users/me").status == 200


# --- what ends it ----------------------------------------------------------------------------------------------


def test_a_token_ends_with_the_password_that_it_was_made_under(each_hunter: House) -> None:
    assistant = script(each_hunter)
    body = {"currentPassword": PASSWORD, "newPassword": "Another-shadow-7!"}

    assert each_hunter.post("/api/auth/change-password", body).status < 300

    assert assistant.get("/api/quests").status == 401
    assert each_hunter.get(TOKENS).data == {"tokens": []}
    assert each_hunter.get("/api/quests").status == 200


def test_a_token_ends_with_a_reset_of_the_password(hunter: House) -> None:
    assistant = script(hunter)
    account_id = AccountId(_account_id(hunter))
    with hunter.store.write() as uow:
        uow.accounts.lock(account_id)
        _, code = issue(
            uow=uow,
            secrets=a_gate().codes,
            purpose=CodePurpose.RESET_PASSWORD,
            account_id=account_id,
            now=hunter.clock.now(),
        )
        uow.commit()

    reset = hunter.another().post(
        "/api/auth/reset-password", {"code": code, "newPassword": "Another-shadow-7!"}
    )

    assert reset.status < 300, reset
    assert assistant.get("/api/quests").status == 401
    assert hunter.get("/api/quests").status == 401


def test_signing_out_everywhere_ends_sessions_and_leaves_scripts(hunter: House) -> None:
    assistant = script(hunter)

    assert hunter.post("/api/auth/logout-all").status == 204

    assert hunter.get("/api/quests").status == 401
    assert assistant.get("/api/quests").status == 200


def test_a_token_of_an_account_that_is_not_active_lets_nobody_in(each_hunter: House) -> None:
    assistant = script(each_hunter)
    _set_active(each_hunter, is_active=False)
    assert assistant.get("/api/quests").status == 401

    _set_active(each_hunter, is_active=True)
    assert assistant.get("/api/quests").status == 200


def _account_id(hunter: House) -> Any:
    with hunter.store.read() as uow:
        account = uow.accounts.by_email("jinwoo@example.com")
    assert account is not None
    return account.id


def _set_active(hunter: House, *, is_active: bool) -> None:
    with hunter.store.write() as uow:
        uow.accounts.save(replace(uow.accounts.lock(_account_id(hunter)), is_active=is_active))
        uow.commit()


def _rate_limits(limits: dict[LimitName, Limit]) -> Any:
    return RateLimits(limiter=MemoryLimiter(), limits=limits)
