"""What the logs hold: lines that programs read, of whoever did what, and none that a client made up."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hunter_core.accounts.security_log import SecurityEventKind
from tests.api.house import House
from tests.servers.app import HOST, App
from tests.servers.client import Client

FORGED = '2026-11-22 12:00:00,000 INFO hunter.security: {"event": "account.role_changed"}'


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """A server on SQLite, shared by the tests of this file."""
    with App(data_dir=tmp_path_factory.mktemp("logs")) as running:
        yield running


def events_of(app: App) -> list[Any]:
    lines = [line for line in app.log.splitlines() if " hunter.security: " in line]
    return [json.loads(line.partition(" hunter.security: ")[2]) for line in lines]


def test_a_security_event_says_when_where_who_and_what_in_one_line_of_json(app: App) -> None:
    with Client(app.url) as client:
        client.register()
    event = next(each for each in events_of(app) if each["event"] == "account.registered")
    assert event["at"].endswith("Z")
    assert event["network"] == "127.0.0.0/24"
    assert len(event["account"]) == 36
    assert "@" not in json.dumps(event)


@pytest.mark.parametrize(
    "break_", ["\\r\\n", "\\n", "\\r", "\\u2028", "\\u0085", "\\x1b[2K\\r", "%0a"], ids=repr
)
def test_what_a_client_says_of_itself_makes_no_line_of_its_own(app: App, break_: str) -> None:
    said = f"curl{break_.encode().decode('unicode_escape')}{FORGED}".encode("utf-8", "replace")
    raw = b'{"email": "nobody@example.com", "password": "Not-the-password-1"}'
    head = [
        b"POST /api/auth/login HTTP/1.1",
        b"Host: x",
        b"Content-Type: application/json",
        b"User-Agent: " + said.replace(b"\r", b" ").replace(b"\n", b" ").replace(b"\x1b", b" "),
        b"X-Request-Id: " + said.replace(b"\r", b" ").replace(b"\n", b" ").replace(b"\x1b", b" "),
        b"X-Forwarded-For: " + FORGED.encode(),
        b"Content-Length: %d" % len(raw),
        b"Connection: close",
    ]
    with socket.create_connection((HOST, app.port), timeout=20) as line:
        line.sendall(b"\r\n".join([*head, b"", raw]))
        while line.recv(65536):
            pass
    # As it came, too: the parser refuses what would break its lines.
    with socket.create_connection((HOST, app.port), timeout=20) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nUser-Agent: " + said + b"\r\nConnection: close\r\n\r\n")
        while line.recv(65536):
            pass
    assert not any(line.startswith(FORGED[:30]) for line in app.log.splitlines())
    assert all(each["event"] != "account.role_changed" for each in events_of(app))
    assert "\x1b" not in app.log


def test_logs_go_to_standard_error_and_nowhere_else(app: App) -> None:
    with Client(app.url) as client:
        client.post("/api/auth/login", {"email": "nobody@example.com", "password": "Not-the-password-1"})
    assert any(each["event"] == "session.refused" for each in events_of(app))
    kept = {path.name for path in Path(app.data_dir).rglob("*") if path.is_file()}
    # `serve.log` is where the test keeps what came by standard error.
    assert {name for name in kept if name.endswith((".log", ".txt", ".json"))} == {"serve.log"}


def refused(house: House) -> list[tuple[str, str]]:
    return [
        (each.details["operation"], each.details["reason"])
        for each in house.log.events
        if each.kind is SecurityEventKind.INPUT_REFUSED
    ]


def test_a_broken_rule_is_in_the_security_log_without_what_was_sent(hunter: House) -> None:
    hunter.post("/api/quests", {"title": "a secret word", "baseXP": -1})
    assert refused(hunter) == [("postQuest", "VALIDATION_ERROR")]
    event = hunter.log.events[-1]
    assert str(event.account_id) == hunter.user["id"]
    assert "secret word" not in repr(event)


@pytest.mark.parametrize(
    ("raw", "headers", "reason"),
    [
        (b"{", {}, "MALFORMED_JSON"),
        (b"{}", {"content-type": "text/plain"}, "UNSUPPORTED_MEDIA_TYPE"),
        (b" " * 70_000, {}, "BODY_TOO_LARGE"),
        (b"{}", {"idempotency-key": "\u00e9".encode()}, "IDEMPOTENCY_KEY_INVALID"),
    ],
)
def test_every_kind_of_broken_rule_is_told_by_its_code(
    hunter: House, raw: bytes, headers: dict[str, str | bytes], reason: str
) -> None:
    answer = hunter.ask("POST", "/api/quests", raw=raw, headers=headers)
    assert answer.code == reason
    assert refused(hunter) == [("postQuest", reason)]


def test_a_limit_of_the_game_that_is_reached_is_told_too(hunter: House) -> None:
    quest = hunter.quest()
    hunter.complete(quest)
    assert hunter.complete(quest).code == "COMPLETION_LIMIT_REACHED"
    assert refused(hunter) == [("postCompletion", "COMPLETION_LIMIT_REACHED")]


def test_many_are_one_line_a_minute_that_says_how_many(hunter: House) -> None:
    for _ in range(50):
        hunter.post("/api/quests", {})
    assert len(refused(hunter)) == 1
    hunter.clock.advance(seconds=61)
    hunter.post("/api/quests", {})
    assert hunter.log.events[-1].details["unreported"] == "49"


def test_what_is_granted_or_not_there_is_no_broken_rule(hunter: House) -> None:
    hunter.quest()
    hunter.get("/api/quests/01900000-0000-7000-8000-000000000000")
    hunter.another().get("/api/auth/me")
    assert refused(hunter) == []
