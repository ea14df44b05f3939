"""Every way HTTP says no: which status, in which order, in which words."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

import hunter_api
import hunter_core
from hunter_api.app import operations
from hunter_api.door import BODY_LIMIT
from hunter_api.problems import STATUS, status_of
from hunter_core.errors import HunterError
from hunter_core.ids import new_id
from tests.api.house import SUNDAY_NOON, House

NOBODYS = "00000000-0000-7000-8000-000000000000"


def every_refusal() -> Iterator[type[HunterError]]:
    """Yield every refusal that any module of core and API defines."""
    for package in (hunter_core, hunter_api):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    waiting = [HunterError]
    while waiting:
        kind = waiting.pop()
        yield kind
        waiting.extend(
            each for each in kind.__subclasses__() if each.__module__.startswith(("hunter_c", "hunter_api"))
        )


def test_every_refusal_has_a_row_of_its_own() -> None:
    assert [kind for kind in every_refusal() if kind not in STATUS] == []


def test_one_code_has_one_status() -> None:
    by_code: dict[str, set[int]] = {}
    for kind in every_refusal():
        by_code.setdefault(kind.code, set()).add(status_of(kind).value)
    assert {code: statuses for code, statuses in by_code.items() if len(statuses) > 1} == {}


def test_no_route_declares_a_refusal_that_is_a_mistake_of_ours() -> None:
    for operation in operations():
        for refusal in operation.all_refusals:
            assert status_of(refusal) < 500 or status_of(refusal) == 503, (operation.name, refusal)


# --- what is not there -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/", "/api", "/api/nothing", "/api/quests/a/b/c/d", "/health", "/schema/x.js"]
)
def test_an_unknown_path_is_404_in_the_envelope(house: House, path: str) -> None:
    answer = house.get(path)
    assert (answer.status, answer.code) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/api/quests", {"GET", "HEAD", "POST", "OPTIONS"}),
        ("POST", "/api/quests/today", {"GET", "HEAD", "OPTIONS"}),
        ("POST", f"/api/quests/{NOBODYS}", {"GET", "HEAD", "PATCH", "DELETE", "OPTIONS"}),
        ("GET", f"/api/quests/{NOBODYS}/complete", {"POST", "OPTIONS"}),
        ("PUT", "/api/users/me", {"GET", "HEAD", "PATCH", "DELETE", "OPTIONS"}),
        ("BREW", "/health/live", {"GET", "HEAD", "OPTIONS"}),
    ],
)
def test_another_method_is_405_with_all_that_are_allowed(
    house: House, method: str, path: str, allowed: set[str]
) -> None:
    answer = house.ask(method, path)
    assert (answer.status, answer.code) == (405, "METHOD_NOT_ALLOWED")
    assert set(answer.headers["allow"].split(", ")) == allowed
    options = house.ask("OPTIONS", path)
    assert (options.status, set(options.headers["allow"].split(", "))) == (204, allowed)


def test_what_is_somebody_elses_is_answered_like_what_is_not_there(hunter: House) -> None:
    theirs = hunter.another().signed_in("Haein").quest()["id"]
    bodies = set()
    for wanted in (theirs, str(uuid4()), "no-uuid", "%00", theirs.upper(), "1" * 300):
        answer = hunter.get(f"/api/quests/{wanted}")
        assert (answer.status, answer.code) == (404, "NOT_FOUND")
        bodies.add(answer.body.replace(answer.headers["x-request-id"].encode(), b""))
    assert len(bodies) == 1


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/api/quests/{id}", None),
        ("PATCH", "/api/quests/{id}", {"title": "Mine now"}),
        ("DELETE", "/api/quests/{id}", None),
        ("POST", "/api/quests/{id}/complete", {}),
        ("POST", "/api/quests/{id}/skip", {"day": "2026-11-22"}),
        ("GET", "/api/quests/{id}/calendar", None),
        ("GET", "/api/quests/{id}/completions", None),
        ("DELETE", "/api/quests/{id}/completions/{done}", None),
    ],
)
def test_nothing_can_be_done_to_somebody_elses_quest(
    hunter: House, method: str, path: str, body: object
) -> None:
    other = hunter.another().signed_in("Haein")
    quest = other.quest()
    done = other.complete(quest).data["completion"]["id"]
    before = other.get(f"/api/quests/{quest['id']}").data

    answer = hunter.ask(method, path.format(id=quest["id"], done=done), body)

    assert (answer.status, answer.code) == (404, "NOT_FOUND")
    assert other.get(f"/api/quests/{quest['id']}").data == before
    assert other.me()["totalXP"] == 125


# --- who asks --------------------------------------------------------------------------------------------------

PROTECTED = [each for each in operations() if each.signed_in]


@pytest.mark.parametrize("sent", ["", "Bearer", "Bearer x.y.z", "Basic amluOnNlY3JldA==", "bearer  "])
def test_whoever_is_not_signed_in_gets_401_before_anything_else(house: House, sent: str) -> None:
    assert len(PROTECTED) > 40
    for operation in PROTECTED:
        method, path = operation.method, re.sub(r"\{\w+\}", "x", operation.path)
        wrong = b"{" if method in ("POST", "PATCH") else None
        answer = house.ask(method, path, raw=wrong, headers={"authorization": sent} if sent else {})
        assert (answer.status, answer.code) == (401, "UNAUTHENTICATED"), (method, path)
        assert answer.headers["www-authenticate"] == "Bearer", (method, path)


# --- the order -------------------------------------------------------------------------------------------------


def test_refusals_come_in_the_order_of_the_contract(hunter: House) -> None:
    quest = hunter.quest(type="ONE_TIME", deadline="2026-11-22T12:30:00Z", completionsPerDay=1)
    path = f"/api/quests/{quest['id']}/complete"
    large, no_json, wrong = b"[" * (BODY_LIMIT + 1), b"{", b'{"timeSpent": 0}'

    def refused(path: str, raw: bytes, *, key: str | None = None, signed_in: bool = True) -> tuple[int, str]:
        headers = {} if signed_in else {"authorization": "Bearer gone"}
        answer = hunter.ask("POST", path, raw=raw, key=key, headers=headers)
        return answer.status, answer.code

    assert refused("/api/quests/x/complete", large, key="two words", signed_in=False) == (
        401,
        "UNAUTHENTICATED",
    )
    assert refused("/api/quests/x/complete", large, key=" ") == (413, "BODY_TOO_LARGE")
    assert refused("/api/quests/x/complete", no_json, key=" ") == (400, "MALFORMED_JSON")
    assert refused("/api/quests/x/complete", wrong, key=" ") == (400, "IDEMPOTENCY_KEY_INVALID")
    assert refused("/api/quests/x/complete", wrong) == (422, "VALIDATION_ERROR")
    assert refused("/api/quests/x/complete", b"{}") == (404, "NOT_FOUND")
    assert hunter.complete(quest).status == 200
    hunter.clock.advance(hours=1)
    assert refused(path, b"{}") == (409, "QUEST_ALREADY_COMPLETED")
    assert hunter.delete(f"/api/quests/{quest['id']}").status == 204
    assert refused(path, b"{}") == (409, "QUEST_INACTIVE")
    # and what lies too far back is the request's fault before it is the state's
    assert refused(path, b'{"completedAt": "2026-11-01T00:00:00Z"}') == (422, "VALIDATION_ERROR")


# --- the body --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b'{"title": NaN}',
        b'{"title": Infinity}',
        b'{"title": -Infinity}',
        b"{'title': 1}",
        b'{"title": "\x00"}',
        b'{"title": "\xff"}',
        b"\xef\xbb\xbf{}",
        b"{}{}",
        b"[" * 30_000,
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        b"",
        b" ",
    ],
    ids=lambda raw: repr(raw[:20]),
)
def test_what_is_no_json_is_malformed(hunter: House, raw: bytes) -> None:
    answer = hunter.ask("POST", "/api/quests", raw=raw)
    assert (answer.status, answer.code) == (400, "MALFORMED_JSON")


@pytest.mark.parametrize("raw", [b"[]", b"null", b"1", b'"quest"', b"true", b"[[]]"])
def test_json_that_is_no_object_names_the_body(hunter: House, raw: bytes) -> None:
    answer = hunter.ask("POST", "/api/quests", raw=raw)
    assert (answer.status, answer.code, answer.fields) == (422, "VALIDATION_ERROR", {"body"})


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/xml",
        "application/json; charset=latin-1",
        "application/jsonp",
        "multipart/form-data",
        "json",
    ],
)
def test_a_body_that_is_not_declared_as_json_is_415(hunter: House, kind: str) -> None:
    answer = hunter.ask("POST", "/api/quests", raw=b"{}", headers={"content-type": kind})
    assert (answer.status, answer.code) == (415, "UNSUPPORTED_MEDIA_TYPE")


def test_a_body_without_a_declaration_is_415(hunter: House) -> None:
    answer = hunter.ask("POST", "/api/quests", raw=b"{}", headers={"content-type": ""})
    assert (answer.status, answer.code) == (415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize(
    "kind", ["application/json", "Application/JSON; charset=UTF-8", 'application/json;charset="utf-8"']
)
def test_json_in_utf_8_is_read_however_it_is_declared(hunter: House, kind: str) -> None:
    body = '{"title": "Läufe 🏃", "type": "DAILY", "baseXP": 1}'.encode()
    answer = hunter.ask("POST", "/api/quests", raw=body, headers={"content-type": kind})
    assert (answer.status, answer.data["title"]) == (201, "Läufe 🏃")


def test_a_body_of_the_largest_size_is_read_and_one_byte_more_is_not(hunter: House) -> None:
    def sized(size: int) -> bytes:
        body = json.dumps({"title": "x", "type": "DAILY", "baseXP": 1}).encode()
        return body + b" " * (size - len(body))

    assert hunter.ask("POST", "/api/quests", raw=sized(BODY_LIMIT)).status == 201
    answer = hunter.ask("POST", "/api/quests", raw=sized(BODY_LIMIT + 1))
    assert (answer.status, answer.code) == (413, "BODY_TOO_LARGE")


def test_an_empty_body_is_an_empty_object_where_nothing_is_needed(hunter: House) -> None:
    quest = hunter.quest()
    assert hunter.ask("POST", f"/api/quests/{quest['id']}/complete").status == 200


def test_every_problem_of_a_body_is_told_at_once(hunter: House) -> None:
    answer = hunter.post(
        "/api/quests",
        {
            "title": "",
            "type": "HOURLY",
            "baseXP": "5",
            "attributes": ["luck", "luck"],
            "colour": "red",
            "deadline": 5,
        },
    )
    assert answer.status == 422
    assert answer.fields == {"title", "type", "baseXP", "attributes", "colour", "deadline"}


def test_a_problem_in_a_list_names_its_place(hunter: House) -> None:
    answer = hunter.post(
        "/api/quests", {"title": "x", "type": "DAILY", "baseXP": 1, "attributes": ["luck", "wit"]}
    )
    assert answer.fields == {"attributes[1]"}


@pytest.mark.parametrize(
    ("method", "path", "body", "said"),
    [
        ("PATCH", "/api/users/me", {"hunterName": ""}, "hunterName must have 3 to 24 characters."),
        ("PATCH", "/api/users/me", {"hunterName": "x" * 97}, "hunterName must have 3 to 24 characters."),
        (
            "PATCH",
            "/api/users/me/settings",
            {"restDays": ["MON", "TUE", "WED"]},
            "restDays must have at most 2 items.",
        ),
        (
            "POST",
            "/api/quests",
            {"title": "x", "type": "DAILY", "baseXP": 1, "attributes": ["luck"] * 7},
            "attributes must name each attribute at most once.",
        ),
    ],
)
def test_what_is_said_of_a_length_is_the_rule(
    hunter: House, method: str, path: str, body: dict[str, Any], said: str
) -> None:
    refused = hunter.ask(method, path, body)
    assert (refused.status, refused.error["message"]) == (422, said)


def test_instants_in_the_words_of_a_refusal_are_written_like_all_others(hunter: House) -> None:
    quest = hunter.quest(deadline="2026-11-01T00:00:00+09:00")
    expired = hunter.complete(quest)
    assert (expired.code, "2026-10-31T15:00:00Z" in expired.error["message"]) == ("QUEST_EXPIRED", True)

    assert hunter.patch("/api/users/me/settings", {"timezone": "Asia/Seoul"}).status == 200
    too_soon = hunter.patch("/api/users/me/settings", {"dayStart": "04:00"})
    assert too_soon.code == "SETTINGS_CHANGE_TOO_SOON"
    assert "2026-11-23T12:00:00Z" in too_soon.error["message"]


def test_names_that_no_answer_could_hold_are_told_in_escapes(hunter: House) -> None:
    answer = hunter.ask("POST", "/api/quests", raw=b'{"title":"x","type":"DAILY","baseXP":1,"\\ud800":1}')
    assert answer.fields == {"\\ud800"}


def test_a_request_id_that_is_sane_comes_back_and_another_is_replaced(house: House) -> None:
    mine = str(new_id(SUNDAY_NOON))
    assert house.ask("GET", "/health/live", headers={"x-request-id": mine}).headers["x-request-id"] == mine
    for odd in ("", "a b", "x" * 129, "ö", "a\tb"):
        answer = house.ask("GET", "/health/live", headers={"x-request-id": odd.encode()})
        assert answer.headers["x-request-id"] not in ("", odd)


def test_what_nobody_foresaw_is_500_in_the_envelope_and_in_the_log_by_its_id(
    hunter: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> None:
        raise ZeroDivisionError("a secret of ours")

    monkeypatch.setattr(hunter.store, "read", broken)
    answer = hunter.get("/api/auth/me")
    assert (answer.status, answer.code) == (500, "INTERNAL_ERROR")
    assert b"secret of ours" not in answer.body
    assert answer.headers["x-request-id"] in caplog.text
    assert "ZeroDivisionError" in caplog.text
