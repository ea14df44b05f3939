"""Who reaches what: what is open to all, what nobody reaches, and what the server alone decides."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from hunter_adapters.crypto.passwords import COST
from hunter_adapters.memory import MemoryStore
from hunter_api.app import operations
from hunter_api.operations import Operation
from hunter_api.settings import load
from hunter_api.wiring import open_world
from tests.api.house import House, a_house

OPEN = {
    "POST /api/auth/register",
    "POST /api/auth/login",
    "POST /api/auth/refresh",
    "POST /api/auth/verify-email",
    "POST /api/auth/verify-email/resend",
    "POST /api/auth/forgot-password",
    "POST /api/auth/reset-password",
    "POST /api/auth/change-email/confirm",
    "GET /api/auth/oauth/{provider}",
    "POST /api/auth/oauth/{provider}",
    "GET /api/auth/oauth/{provider}/callback",
    "POST /api/auth/oauth/exchange",
    "POST /api/auth/two-factor/verify",
    "GET /api/ws",
    "GET /health/live",
    "GET /health/ready",
}
"""What takes no session; a new line here is a new way in, and belongs into docs/security.md."""


def called(each: Operation) -> str:
    return f"{each.method} {each.path}"


def test_what_is_open_to_all_is_a_short_list() -> None:
    assert {called(each) for each in operations() if not each.signed_in} == OPEN


def names_of(kind: Any) -> Iterator[str]:
    for field in attrs.fields(kind):
        yield field.name


SECRETS = ("token", "password", "secret", "ticket", "key", "code", "verifier")
IN_A_URL = {
    # A browser can send no header with a socket: the ticket is good once, for 45 seconds, and opens nothing else.
    ("/api/ws", "ticket"),
    # The provider's answer, as OAuth has it: worth nothing without the cookie, the verifier and our secret.
    ("/api/auth/oauth/{provider}/callback", "code"),
}
"""What stands in a URL and is a secret for a moment; docs/security.md names them."""


def test_no_operation_takes_a_secret_in_its_path_or_query() -> None:
    found = {
        (each.path, name)
        for each in operations()
        for name in [*each.path_parameters, *(names_of(each.query) if each.query else ())]
        if any(word in name.lower() for word in SECRETS) and not name.endswith("_id")
    }
    assert found <= IN_A_URL


DECIDED_HERE = {
    "role",
    "isVerified",
    "isActive",
    "accountId",
    "hunterId",
    "userId",
    "totalXP",
    "level",
    "rank",
    "currentRank",
    "currentStreak",
    "maxStreak",
    "createdAt",
    "updatedAt",
    "lastLogin",
    "isAIGenerated",
    "emailKey",
    "passwordHash",
}
"""Fields that follow from something, and are in no request; `isActive` of quests and webhooks may be."""


def test_no_request_names_what_only_the_server_decides() -> None:
    for each in operations():
        if each.body is not None:
            named = set(names_of(each.body)) & DECIDED_HERE
            assert named <= ({"isActive"} if each.tag in ("Quests", "Webhooks") else set()), called(each)


@pytest.mark.parametrize("field", sorted(DECIDED_HERE))
def test_who_sends_it_all_the_same_is_refused_and_nothing_changes(hunter: House, field: str) -> None:
    before = hunter.me()
    value: Any = {"role": "ADMIN", "isVerified": True, "isActive": True, "totalXP": 10**6, "level": 99}.get(
        field, "x"
    )
    answer = hunter.patch("/api/users/me", {field: value})
    assert (answer.status, answer.fields) == (422, {field})
    assert hunter.another().register("Haein", **{field: value}).fields == {field}
    assert hunter.me() == before


def test_nothing_is_asked_that_others_may_know() -> None:
    """No question, hint, birthday or maiden name gets anybody in."""
    for each in operations():
        if each.body is not None and each.tag == "Auth":
            for name in names_of(each.body):
                assert not any(
                    word in name.lower() for word in ("hint", "question", "answer", "birth", "pet")
                ), name


def test_a_new_server_knows_nobody() -> None:
    with a_house() as house:
        for name in ("admin", "root", "sa", "test", "user", "hunter"):
            for password in ("admin", "Admin123!", "password", "hunter", "changeme"):
                body = {"email": f"{name}@example.com", "password": password}
                assert house.post("/api/auth/login", body).code == "INVALID_CREDENTIALS"
        assert isinstance(house.store, MemoryStore)
        with house.store.read() as uow:
            assert list(uow.histories.hunter_ids()) == []


def test_reading_changes_nothing(hunter: House) -> None:
    quest = hunter.quest(attributes=["luck"])
    hunter.complete(quest)
    # Nobody sends webhooks here, so there is none whose deliveries could be read.
    paths = [
        each.path
        for each in operations()
        if each.method == "GET" and each.signed_in and "{webhook_id}" not in each.path
    ]
    filled = [path.replace("{quest_id}", quest["id"]).replace("{hunter_name}", "Jinwoo") for path in paths]
    assert isinstance(hunter.store, MemoryStore)

    def everything() -> Any:
        return [hunter.get(path).body for path in filled]

    first = everything()
    for path in filled:
        for method in ("HEAD", "OPTIONS"):
            hunter.ask(method, path)
    assert everything() == first


@pytest.mark.parametrize(
    "path",
    [
        "/.git/HEAD",
        "/.git/config",
        "/.env",
        "/",
        "/api",
        "/api/",
        "/schema/..",
        "/schema/../pyproject.toml",
        "/schema/%2e%2e/%2e%2e/etc/passwd",
        "/schema/..%2f..%2fetc%2fpasswd",
        "/schema/..%5c..%5cwindows%5cwin.ini",
        "/schema/swagger-ui.css/../../__init__.py",
        "/schema/swagger-ui.css%00.txt",
        "/schema/__init__.py",
        "/schema/static/",
        "/static/",
        "/hunter.db",
        "/docs",
        "/metrics",
        "/debug",
        "/server-status",
        "//etc/passwd",
    ],
)
def test_no_path_leads_out_of_what_is_served(hunter: House, path: str) -> None:
    answer = hunter.get(path)
    assert (answer.status, answer.code) == (404, "NOT_FOUND")
    assert b"Index of" not in answer.body


def test_what_is_served_is_what_the_document_names(house: House) -> None:
    app: Any = house.http.app
    served = {route.path for route in app.routes}
    named = {each.path.replace("}", ":str}") for each in operations()}
    page = {path for path in served if path == "/schema" or path.startswith("/schema/")}
    assert served - page == named
    assert page == {"/schema"} | {
        f"/schema/{name}"
        for name in ("openapi.json", "page.js", "swagger-ui-bundle.js", "swagger-ui.css", "favicon-32x32.png")
    }


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "PUT", "DEBUG", "PROPFIND", "BREW"])
def test_trace_and_methods_that_nobody_declared_are_refused(hunter: House, method: str) -> None:
    for path in ("/api/auth/me", "/health/live", "/schema"):
        answer = hunter.ask(method, path, headers={"x-secret": "echoed"})
        assert (answer.status, answer.code) == (405, "METHOD_NOT_ALLOWED")
        assert b"echoed" not in answer.body


def test_health_and_the_page_say_nothing_of_what_is_behind_them(house: House) -> None:
    for path in ("/health/live", "/health/ready", "/schema", "/schema/openapi.json", "/nothing"):
        answer = house.get(path)
        said = answer.body.lower() + repr(sorted(answer.headers.items())).lower().encode()
        for word in (
            b"uvicorn",
            b"litestar",
            b"python",
            b"sqlite",
            b"postgres",
            b"redis",
            str(Path.home()).encode(),
        ):
            assert word not in said, path
        assert "server" not in answer.headers
        assert "x-powered-by" not in answer.headers


def test_passwords_are_hashed_at_the_cost_that_is_said(tmp_path: Path) -> None:
    assert COST >= 12
    world = open_world(load({"HUNTER_DATA_DIR": str(tmp_path)}))
    try:
        stored = world.gate.passwords.hash("Arise-from-the-shadows-1!")
        assert "$2b$12$" in stored
        assert world.gate.passwords.matches("Arise-from-the-shadows-1!", stored)
    finally:
        world.close()


def test_a_browser_is_told_to_forget_at_logout(house: House) -> None:
    for path in ("/api/auth/logout", "/api/auth/logout-all"):
        hunter = house.another().signed_in(f"Hunter-{path.count('-')}")
        answer = hunter.post(path)
        assert answer.status == 204
        assert answer.headers["clear-site-data"] == '"cache", "storage"'
        refused = hunter.post(path)
        assert refused.status == 401
        assert "clear-site-data" not in refused.headers


def test_no_operation_is_hidden_from_the_document() -> None:
    """Whatever the routes can do is declared: no handler takes what the document does not show."""
    for each in operations():
        taken = set(inspect.signature(each.handle).parameters) - {"call", *each.path_parameters}
        assert taken <= {"body", "query"}, called(each)
