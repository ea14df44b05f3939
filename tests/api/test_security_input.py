"""What can be read in two ways is refused: whoever looked at it before us may have read it in the other one."""

from __future__ import annotations

import pytest

from tests.api.house import House

QUEST = '"title": "x", "type": "DAILY"'


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (f'{{{QUEST}, "baseXP": 1, "baseXP": 500}}', {"baseXP"}),
        (f'{{{QUEST}, "baseXP": 1, "base\\u0058P": 1}}', {"baseXP"}),
        (f'{{{QUEST}, "baseXP": 1, "title": "y", "type": "DAILY"}}', {"title", "type"}),
        (f'{{{QUEST}, "baseXP": 1, "schedule": {{"kind": "ONCE", "kind": "EVERY_DAY"}}}}', {"kind"}),
    ],
)
def test_a_field_that_is_given_twice_is_refused_by_its_name(
    hunter: House, body: str, named: set[str]
) -> None:
    answer = hunter.ask("POST", "/api/quests", raw=body.encode())
    assert (answer.status, answer.fields) == (422, named)
    assert {each["message"] for each in answer.error["details"]} == {"must be given once"}
    assert hunter.get("/api/quests").data["quests"] == []


def test_one_name_in_two_objects_is_no_name_given_twice(hunter: House) -> None:
    body = f'{{{QUEST}, "baseXP": 1, "schedule": {{"kind": "EVERY_DAY"}}}}'
    assert hunter.ask("POST", "/api/quests", raw=body.encode()).status == 201


def test_what_is_no_json_is_malformed_even_where_it_names_something_twice(hunter: House) -> None:
    assert hunter.ask("POST", "/api/quests", raw=b'{"a": {"b": 1, "b": 1}').code == "MALFORMED_JSON"


def test_many_names_given_twice_are_told_in_an_answer_that_is_not_larger_than_the_request(
    hunter: House,
) -> None:
    body = "{" + ",".join(f'"n{at % 4000}":1' for at in range(8000)) + "}"
    assert len(body) < 64 * 1024 * 2
    answer = hunter.ask("POST", "/api/quests", raw=body[: 60 * 1024].rpartition(",")[0].encode() + b"}")
    assert answer.status == 422
    assert len(answer.error["details"]) == 100


def twice(house: House, name: str, first: str, second: str, path: str = "/api/auth/me") -> int:
    rows = [(name, first), (name, second)]
    return house.http.request("GET", path, headers=rows).status_code


def test_two_tokens_are_none(hunter: House) -> None:
    other = hunter.another().signed_in("Haein")
    mine, theirs = f"Bearer {hunter.token}", f"Bearer {other.token}"
    assert twice(hunter, "authorization", mine, theirs) == 401
    assert twice(hunter, "authorization", mine, mine) == 401
    assert hunter.get("/api/auth/me").status == 200


def test_a_body_that_is_declared_as_two_things_is_415(hunter: House) -> None:
    rows = [
        ("authorization", f"Bearer {hunter.token}"),
        ("content-type", "text/plain"),
        ("content-type", "application/json"),
    ]
    answer = hunter.http.request("POST", "/api/quests", content=b"{}", headers=rows)
    assert answer.status_code == 415


def test_a_parameter_is_read_from_where_it_belongs_and_from_nowhere_else(hunter: House) -> None:
    assert hunter.ask("POST", "/api/quests", {}, title="x", type="DAILY", baseXP=1).status == 422
    assert hunter.ask("GET", "/api/quests", {"limit": 1000}, limit=1).status == 200
    answer = hunter.ask("GET", "/api/auth/me", headers={"authorization": ""}, token=hunter.token)
    assert answer.status == 401
    answer = hunter.ask(
        "GET", "/api/auth/me", headers={"authorization": "", "cookie": f"token={hunter.token}"}
    )
    assert answer.status == 401


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_no_page_of_somebody_else_can_send_what_is_acted_on_without_asking_first(
    hunter: House, content_type: str
) -> None:
    """These are the types that a browser sends to other origins without a preflight (Fetch, 2.2.2)."""
    for method, path in (("POST", "/api/quests"), ("POST", "/api/auth/login"), ("POST", "/api/auth/refresh")):
        answer = hunter.ask(method, path, raw=b"{}", headers={"content-type": content_type})
        assert answer.code == "UNSUPPORTED_MEDIA_TYPE"
