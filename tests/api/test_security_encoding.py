"""Text is text: whatever language it looks like, it comes back as it was sent, and nothing interprets it on the way."""

from __future__ import annotations

import asyncio
import json
import socket
from typing import Any

import pytest

from tests.api.house import House

HOSTILE = [
    "<script>alert(1)</script>",
    '"}],"success":false,"x":["',
    "\\u0022\\",
    "\u2028\u2029\u202e\u200b\ufeff",
    "%s %d %n {0} {title} {{7*7}} ${7*7} #{7*7} <%= 7*7 %>",
    "{0.__class__.__mro__}",
    "=cmd|' /C calc'!A0",
    "../../../../etc/passwd",
    "jinwoo\r\nSet-Cookie: a=b\r\n\r\n<html>",
    "; rm -rf / # $(reboot) `reboot` | reboot",
    "${jndi:ldap://127.0.0.1/a}",
    "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x>&e;</x>",
    "\x1b[2J\x07\x08\x7f",
    "[click](javascript:alert(1))",
]
SQL = [
    "'; DROP TABLE accounts; --",
    "' OR '1'='1",
    "Robert'); DELETE FROM quests; --",
    "%' UNION SELECT password_hash FROM accounts --",
    "$1 :name ? %(name)s",
    "100%_\\%",
]


def status_of_path(house: House, path: str) -> int:
    """Ask for *path*, which has been decoded, and return the status."""
    said: list[Any] = []

    async def send(message: Any) -> None:
        said.append(message)

    async def ask() -> None:
        headers = [(b"authorization", f"Bearer {house.token}".encode())]
        scope: Any = {"type": "http", "scheme": "http", "method": "GET", "path": path, "query_string": b""}
        scope["headers"] = headers
        await house.http.app(scope, never, send)

    asyncio.run(ask())
    return int(said[0]["status"])


async def never() -> Any:
    await asyncio.sleep(60)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_comes_back_as_it_was_sent_and_changes_no_answer(each_hunter: House, text: str) -> None:
    quest = each_hunter.quest(title=text, description=text)
    assert (quest["title"], quest["description"]) == (text, text)

    answer = each_hunter.get("/api/quests")
    assert [each["title"] for each in answer.data["quests"]] == [text]
    assert answer.headers["content-type"] == "application/json"
    # One JSON value, and nothing after it: the encoder wrote all of it.
    assert json.loads(answer.body.decode("utf-8"))["success"] is True

    done = each_hunter.complete(quest, {"notes": text})
    assert done.data["completion"]["notes"] == text
    for head in (answer, done):
        assert "set-cookie" not in head.headers
        assert text not in head.headers.values()


@pytest.mark.parametrize("text", SQL)
def test_text_that_looks_like_sql_is_text(each_hunter: House, text: str) -> None:
    quest = each_hunter.quest(title=text)
    assert each_hunter.get(f"/api/quests/{quest['id']}").data["title"] == text
    each_hunter.patch(f"/api/quests/{quest['id']}", {"description": text})
    assert each_hunter.get("/api/quests").data["quests"][0]["description"] == text

    for path in (f"/api/users/{text}", f"/api/quests/{text}"):
        assert each_hunter.get(path.replace("%", "%25").replace("?", "%3F").replace("#", "%23")).status == 404
    assert each_hunter.get("/api/quests", sort=text).status == 422
    refused = each_hunter.another().post("/api/auth/login", {"email": text, "password": text})
    assert refused.status in (401, 422)
    assert each_hunter.me()["hunterName"] == "Jinwoo"


def test_what_still_looks_encoded_is_text(each_hunter: House) -> None:
    """Each way of encoding is undone once: `%2520` in a path is `%20`, and `\\\\u0041` in JSON is six characters."""
    quest = each_hunter.quest(title="%41 \\u0041 &#65; =?utf-8?q?=41?= QQ==")
    assert (
        each_hunter.get(f"/api/quests/{quest['id']}").data["title"]
        == "%41 \\u0041 &#65; =?utf-8?q?=41?= QQ=="
    )

    assert each_hunter.get("/api/users/%4Ainwoo").data["hunterName"] == "Jinwoo"
    # `%254A` as uvicorn hands it on; the client of the tests would undo it twice by itself.
    assert status_of_path(each_hunter, "/api/users/Jinwoo") == 200
    assert status_of_path(each_hunter, "/api/users/%4Ainwoo") == 404
    # What is one letter in NFKC was so before it was compared.
    assert each_hunter.get("/api/users/%EF%BC%AAinwoo").data["hunterName"] == "Jinwoo"
    assert each_hunter.another().register("\uff2ainwoo").code in ("HUNTER_NAME_TAKEN", "VALIDATION_ERROR")


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "http://hunter.example/a.png",
        "//hunter.example/a.png",
        "file:///etc/passwd",
        "https:hunter.example",
        "https://",
        " https://hunter.example/a.png",
        "https://hunter.example/\r\nX: y",
    ],
)
def test_only_https_makes_a_link(hunter: House, address: str) -> None:
    answer = hunter.patch("/api/users/me", {"avatarUrl": address})
    assert (answer.status, answer.fields) == (422, {"avatarUrl"})
    assert hunter.me()["avatarUrl"] is None


def test_an_address_that_a_user_sends_is_never_fetched(
    hunter: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def note(*address: Any, **_: Any) -> Any:
        asked.append(address)
        raise OSError("the test lets nobody out")

    for name in ("create_connection", "getaddrinfo", "gethostbyname"):
        monkeypatch.setattr(socket, name, note)
    monkeypatch.setattr(socket.socket, "connect", note)
    for address in (
        "https://127.0.0.1/a.png",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]:8000/",
    ):
        assert hunter.patch("/api/users/me", {"avatarUrl": address}).data["avatarUrl"] == address
        assert hunter.get("/api/users/Jinwoo").status == 200
        hunter.quest(title=address, description=address)
    assert asked == []
