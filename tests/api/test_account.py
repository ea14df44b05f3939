"""Taking everything along, and leaving, over HTTP; and what an admin's word does to the next request (issue 4, 9)."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import jsonschema_rs
import pytest

from hunter_api.app import operations
from hunter_api.docs_page import DocsPage
from hunter_api.schemas.export.document import FORMAT, ExportView
from hunter_core.accounts.account import Role
from hunter_core.accounts.administration import Admin
from hunter_core.accounts.deletion import GRACE
from hunter_core.accounts.erasure import erase_due
from hunter_core.accounts.security_log import SecurityEventKind
from hunter_core.export.history import history_of
from hunter_core.export.ports import Section
from hunter_core.ids import AccountId
from hunter_core.ledger.audit import differences
from hunter_core.limits.limit import Limit
from hunter_core.rules.toml import load_rulebook
from tests.api.house import PASSWORD, Answer, House
from tests.api.test_limits import limited

DOCUMENT: dict[str, Any] = json.loads(DocsPage(operations(), load_rulebook("classic")).document)
HOSTILE: tuple[Any, ...] = (
    [],
    "text",
    17,
    True,
    {"unknown": 1},
    {"password": 17},
    {"password": ["a"]},
    {"password": {}},
    {"password": ""},
    {"password": "x" * 1025},
    {"password": PASSWORD, "hunterName": "Jinah"},
    {"password": PASSWORD, "code": 123456},
    {"password": PASSWORD, "code": ""},
    {"password": PASSWORD, "code": "9" * 5000},
    {"password": "\ud800"},
    {"__proto__": {}, "password": None},
)


def leave(house: House, body: Any = None) -> Answer:
    return house.ask("DELETE", "/api/users/me", {"password": PASSWORD} if body is None else body)


def login(house: House, name: str = "Jinwoo") -> Answer:
    answer = house.post("/api/auth/login", {"email": f"{name}@example.com", "password": PASSWORD})
    if answer.status == 200:
        house.token = answer.data["token"]
    return answer


def id_of(house: House) -> AccountId:
    return AccountId(UUID(house.user["id"]))


def names_on_the_board(house: House) -> list[str]:
    return [row["hunterName"] for row in house.get("/api/leaderboard").data["leaderboard"]]


def logged(house: House) -> list[SecurityEventKind]:
    return [event.kind for event in house.log.events]


# --- the export ----------------------------------------------------------------------------------------------


def played(house: House) -> Any:
    """Let a hunter do some of everything, and return the quest."""
    quest = house.quest(attributes=["luck", "strength"], completionsPerDay=3, description="Üben 💪")
    assert house.complete(quest, {"timeSpent": 60, "notes": "a\u2028b"}, key="one").status == 200
    voided = house.complete(quest).data["completion"]["id"]
    assert house.delete(f"/api/quests/{quest['id']}/completions/{voided}").status == 200
    other = house.quest(title="Read", schedule={"kind": "WEEKDAYS", "days": ["MON"]}, type="RECURRING")
    assert house.post(f"/api/quests/{other['id']}/skip", {"day": "2026-11-23"}).status in (200, 201, 204)
    assert house.patch("/api/users/me/settings", {"restDays": ["SUN"], "theme": "light"}).status == 200
    pause = {"from": "2026-11-24", "until": "2026-11-25"}
    assert house.post("/api/users/me/pauses", pause).status == 201
    house.clock.advance(days=1)
    assert house.patch("/api/users/me/settings", {"timezone": "Asia/Kathmandu"}).status == 200
    assert house.complete(quest, {"difficultyOverride": "HARD"}).status == 200
    return quest


def test_everything_comes_along(each_hunter: House) -> None:
    quest = played(each_hunter)
    me = each_hunter.me()

    answer = each_hunter.get("/api/users/me/export")

    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-length"] == str(len(answer.body))
    data = answer.data
    assert data["format"] == FORMAT
    assert data["exportedAt"] == "2026-11-23T12:00:00Z"
    assert data["account"]["email"] == "Jinwoo@example.com"
    assert data["account"]["hasPassword"] is True
    assert data["hunter"]["hunterName"] == "Jinwoo"
    assert data["hunter"]["totalXP"] == me["totalXP"]
    assert [zone["timezone"] for zone in data["hunter"]["calendar"]["zones"]] == ["UTC", "Asia/Kathmandu"]
    assert data["hunter"]["calendar"]["pauses"][0]["from"] == "2026-11-24"
    assert data["settings"]["theme"] == "light"
    assert {each["title"] for each in data["quests"]} == {"Push-ups", "Read"}
    assert data["quests"][0]["description"] == "Üben 💪"
    assert [each["day"] for each in data["skips"]] == ["2026-11-23"]
    assert {each["questId"] for each in data["completions"]} == {quest["id"]}
    assert sorted(each["voidedAt"] is None for each in data["completions"]) == [False, True, True]
    assert "a\u2028b" in {each["notes"] for each in data["completions"]}
    assert [each["seq"] for each in data["ledger"]] == list(range(1, len(data["ledger"]) + 1))
    assert data["ledger"][-1]["balanceAfter"] == me["totalXP"]
    assert all(each["key"] and each["name"] for each in data["unlocks"])
    assert [day["date"] for day in data["dailyStats"]] == ["2026-11-22", "2026-11-23"]
    assert len(data["sessions"]) == 1
    assert SecurityEventKind.EXPORTED in logged(each_hunter)


def test_it_is_what_the_document_says(each_hunter: House) -> None:
    played(each_hunter)
    data = each_hunter.get("/api/users/me/export").data

    schema = {"$ref": "#/components/schemas/ExportView", "components": DOCUMENT["components"]}
    jsonschema_rs.validator_for(schema, validate_formats=True).validate(data)

    # In the order of the document, every part there, and none that it does not name.
    assert list(data) == list(DOCUMENT["components"]["schemas"]["ExportView"]["properties"])
    assert list(data)[-len(Section) :] == [section.value for section in Section]
    assert set(data) == set(ExportView.__annotations__)


def test_a_stranger_makes_every_figure_again(each_hunter: House) -> None:
    played(each_hunter)
    told = json.loads(each_hunter.get("/api/users/me/export").body)["data"]

    history = history_of(told)

    assert list(differences(history, load_rulebook("classic"))) == []
    told["hunter"]["totalXP"] += 1
    assert [each.column for each in differences(history_of(told), load_rulebook("classic"))] == [
        "hunters.total_xp"
    ]


def test_it_is_of_nobody_else(each_hunter: House) -> None:
    played(each_hunter)
    other = each_hunter.another().signed_in("Jinah")

    said = other.get("/api/users/me/export")

    assert b"Jinwoo" not in said.body
    assert said.data["quests"] == said.data["completions"] == said.data["ledger"] == []


def test_no_secret_comes_along(each_hunter: House) -> None:
    """The house itself looks for every token, password and code that it gave out, in every answer."""
    wish = {"name": "home", "scope": "READ", "expiresInDays": 90}
    made = each_hunter.post("/api/auth/api-tokens", wish)
    assert made.status == 201, made
    said = each_hunter.get("/api/users/me/export")

    (token,) = said.data["apiTokens"]
    assert (token["name"], token["scope"]) == ("home", "READ")
    for secret in (made.data["token"], each_hunter.token, each_hunter.refresh_token, PASSWORD, "$2b$"):
        assert str(secret).encode() not in said.body
    with each_hunter.store.read() as uow:
        account = uow.accounts.get(id_of(each_hunter))
    assert account.password_hash is not None
    assert account.password_hash.encode() not in said.body


def test_an_api_token_takes_nothing_along_and_deletes_nothing(hunter: House) -> None:
    wish = {"name": "home", "scope": "WRITE", "expiresInDays": 90}
    hunter.token = hunter.post("/api/auth/api-tokens", wish).data["token"]
    assert hunter.get("/api/quests").status == 200

    for answer in (hunter.get("/api/users/me/export"), leave(hunter)):
        assert (answer.status, answer.code) == (403, "FORBIDDEN")
    assert hunter.get("/api/quests").status == 200


def test_nobody_takes_anything_along_without_a_session(house: House) -> None:
    for method, path in (("GET", "/api/users/me/export"), ("DELETE", "/api/users/me")):
        assert house.ask(method, path).code == "UNAUTHENTICATED"
    assert house.log.events == []


def test_a_head_is_told_how_long_it_is(hunter: House) -> None:
    said = hunter.ask("HEAD", "/api/users/me/export")
    assert (said.status, said.body) == (200, b"")
    assert int(said.headers["content-length"]) > 1000


def test_exports_count_as_signing_in_does() -> None:
    with limited(auth=Limit(3, 60)) as house:
        house.signed_in()
        found = [house.get("/api/users/me/export").status for _ in range(4)]
        assert found == [200, 200, 200, 429]


# --- leaving -------------------------------------------------------------------------------------------------


def test_whoever_leaves_is_out_of_sight_at_once(each_hunter: House) -> None:
    other = each_hunter.another().signed_in("Jinah")
    assert names_on_the_board(other) == ["Jinwoo", "Jinah"]
    refresh = {"refreshToken": each_hunter.refresh_token}

    answer = leave(each_hunter)

    assert (answer.status, answer.data) == (200, {"deleteAt": "2026-11-29T12:00:00Z"})
    for said in (
        each_hunter.get("/api/auth/me"),
        each_hunter.post("/api/auth/refresh", refresh),
        leave(each_hunter),
    ):
        assert (said.status, said.code) == (401, "UNAUTHENTICATED")
    assert names_on_the_board(other) == ["Jinah"]
    hidden, nobody = other.get("/api/users/Jinwoo"), other.get("/api/users/Nobody_There")
    assert (hidden.status, hidden.code) == (nobody.status, nobody.code) == (404, "NOT_FOUND")
    mail = each_hunter.delivered()[-1]
    assert mail.subject == "Your account will be deleted"
    assert "2026-11-29 12:00 UTC" in mail.text
    assert SecurityEventKind.DELETION_PLANNED in logged(each_hunter)


def test_signing_in_takes_it_back(each_hunter: House) -> None:
    other = each_hunter.another().signed_in("Jinah")
    played(each_hunter)
    before, board = each_hunter.me(), names_on_the_board(other)
    leave(each_hunter)
    each_hunter.clock.advance(days=6)
    other_me = login(other, "Jinah")
    assert other_me.status == 200

    answer = login(each_hunter)

    assert answer.status == 200
    assert answer.data["user"]["isActive"] is True
    after = each_hunter.me()
    kept = ("id", "level", "totalXP", "currentRank", "maxStreak", "attributes", "createdAt", "settings")
    assert [after[name] for name in kept] == [before[name] for name in kept]
    assert names_on_the_board(other) == board
    assert each_hunter.delivered()[-1].subject == "Your account will not be deleted"
    assert SecurityEventKind.DELETION_CANCELLED in logged(each_hunter)


def test_after_the_grace_there_is_nothing_and_everything_is_free_again(each_hunter: House) -> None:
    played(each_hunter)
    leave(each_hunter)
    each_hunter.clock.advance(days=GRACE.days)
    before = login(each_hunter)
    assert (before.status, before.code) == (401, "INVALID_CREDENTIALS")

    assert erase_due(store=each_hunter.store, log=each_hunter.log, clock=each_hunter.clock) == 1

    after = login(each_hunter)
    assert json.loads(after.body)["error"]["message"] == json.loads(before.body)["error"]["message"]
    again = each_hunter.another().signed_in("Jinwoo")
    assert again.get("/api/users/me/export").data["completions"] == []
    assert again.user["id"] != each_hunter.user["id"]


@pytest.mark.parametrize("body", HOSTILE, ids=repr)
def test_what_is_no_proof_deletes_nothing(hunter: House, body: Any) -> None:
    answer = leave(hunter, body)

    assert answer.status in (401, 422), answer
    assert hunter.get("/api/auth/me").status == 200
    if answer.status == 422:
        assert answer.fields


def test_a_wrong_password_deletes_nothing(hunter: House) -> None:
    answer = leave(hunter, {"password": "Wr0ng!Wr0ng!Wr0ng!"})

    assert (answer.status, answer.code) == (401, "INVALID_CREDENTIALS")
    assert hunter.get("/api/auth/me").status == 200
    assert SecurityEventKind.DELETION_PLANNED not in logged(hunter)


def test_a_session_just_opened_will_do_and_an_old_one_needs_the_password(hunter: House) -> None:
    hunter.clock.advance(minutes=6)
    answer = hunter.ask("DELETE", "/api/users/me")
    assert (answer.status, answer.code) == (403, "STEP_UP_REQUIRED")
    assert hunter.get("/api/auth/me").status == 200

    login(hunter)
    assert hunter.ask("DELETE", "/api/users/me").status == 200


@pytest.mark.parametrize("raw", [b"{", b"null", b"[1", b"\xff", b'{"password": NaN}'])
def test_a_body_that_is_none_deletes_nothing(hunter: House, raw: bytes) -> None:
    answer = hunter.ask("DELETE", "/api/users/me", raw=raw)

    assert answer.status in (400, 422), answer
    assert hunter.get("/api/auth/me").status == 200


# --- what an admin says --------------------------------------------------------------------------------------


def an_admin(house: House) -> Admin:
    return Admin(store=house.store, log=house.log, by="cli:test")


def test_a_ban_acts_on_the_next_request_of_sessions_refreshes_and_tokens(each_hunter: House) -> None:
    wish = {"name": "home", "scope": "READ", "expiresInDays": 90}
    script = each_hunter.another()
    script.token = each_hunter.post("/api/auth/api-tokens", wish).data["token"]
    assert script.get("/api/quests").status == 200
    account_id = id_of(each_hunter)

    an_admin(each_hunter).deactivate(account_id, now=each_hunter.clock.now())

    refresh = {"refreshToken": each_hunter.refresh_token}
    for said in (
        each_hunter.get("/api/auth/me"),
        each_hunter.post("/api/auth/refresh", refresh),
        script.get("/api/quests"),
    ):
        assert (said.status, said.code) == (401, "UNAUTHENTICATED")
    refused = login(each_hunter)
    assert (refused.status, refused.code) == (403, "FORBIDDEN")
    assert each_hunter.delivered()[-1].subject == "Your account was deactivated"

    an_admin(each_hunter).reactivate(account_id, now=each_hunter.clock.now())

    assert script.get("/api/quests").status == 200
    assert login(each_hunter).status == 200


def test_a_role_is_read_at_every_request_whatever_the_token_says(each_hunter: House) -> None:
    assert each_hunter.me()["role"] == "USER"
    account_id = id_of(each_hunter)

    an_admin(each_hunter).change_role(account_id, Role.ADMIN, now=each_hunter.clock.now())
    assert each_hunter.me()["role"] == "ADMIN"

    an_admin(each_hunter).change_role(account_id, Role.USER, now=each_hunter.clock.now())
    assert each_hunter.me()["role"] == "USER"
