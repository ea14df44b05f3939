"""What answers ask of browsers: nothing is loaded, run, framed, guessed at or read from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from hunter_core.accounts.policy import STRICT
from tests.api.house import Answer, House, a_house

YEAR = 31_536_000


def answers(house: House) -> Iterator[tuple[str, Answer]]:
    """Yield an answer of every kind: granted, empty, known already, refused in each way, routed nowhere, a page."""
    quest = house.quest()
    yield "granted", house.get("/api/auth/me")
    yield "created", house.post("/api/quests", {"title": "x", "type": "DAILY", "baseXP": 1})
    yield "empty", house.delete(f"/api/quests/{quest['id']}")
    listed = house.get("/api/quests")
    yield "list", listed
    yield "known", house.ask("GET", "/api/quests", headers={"if-none-match": listed.headers["etag"]})
    yield "refused", house.post("/api/quests", {})
    yield "malformed", house.ask("POST", "/api/quests", raw=b"{")
    yield "not signed in", house.another().get("/api/auth/me")
    yield "nowhere", house.get("/nothing/here")
    yield "method", house.ask("TRACE", "/api/quests")
    yield "health", house.get("/health/live")
    yield "preflight", house.ask("OPTIONS", "/api/quests")
    for path in ("", "/openapi.json", "/page.js", "/swagger-ui.css", "/favicon-32x32.png"):
        yield path or "page", house.get(f"/schema{path}")


def directives(answer: Answer) -> dict[str, str]:
    policies = answer.headers.get_list("content-security-policy")
    assert len(policies) == 1, "two policies are both obeyed"
    return {
        name: value for name, _, value in (part.strip().partition(" ") for part in policies[0].split(";"))
    }


def test_no_answer_is_run_framed_guessed_at_or_told_about(hunter: House) -> None:
    for kind, answer in answers(hunter):
        policy = directives(answer)
        for directive in ("default-src", "object-src", "base-uri", "form-action", "frame-ancestors"):
            assert policy[directive] == "'none'", kind
        assert answer.headers["x-content-type-options"] == "nosniff", kind
        assert answer.headers["referrer-policy"] == "no-referrer", kind
        assert answer.headers["cross-origin-resource-policy"] == "same-origin", kind
        assert answer.headers["cross-origin-opener-policy"] == "same-origin", kind


def test_data_that_is_opened_in_a_browser_runs_nothing(hunter: House) -> None:
    for kind, answer in answers(hunter):
        if answer.headers.get("content-type", "").startswith("text/html"):
            assert kind == "page"
            continue
        assert directives(answer)["sandbox"] == "", kind
        assert "script-src" not in directives(answer), kind


def test_the_page_runs_what_comes_from_here_and_nothing_that_stands_in_it(house: House) -> None:
    policy = directives(house.get("/schema"))
    assert (policy["script-src"], policy["connect-src"]) == ("'self'", "'self'")
    assert "unsafe-inline" not in policy["script-src"]
    assert b"<script>" not in house.get("/schema").body


def test_browsers_are_held_to_tls_for_a_year(hunter: House) -> None:
    for kind, answer in answers(hunter):
        assert answer.headers.get_list("strict-transport-security") == [f"max-age={YEAR}"], kind


def test_the_strict_profile_holds_the_names_below_to_tls_too() -> None:
    with a_house(policy=STRICT) as house:
        for path in ("/api/auth/me", "/health/live", "/schema", "/nothing"):
            said = house.get(path).headers["strict-transport-security"]
            assert said == f"max-age={YEAR}; includeSubDomains"


def test_every_answer_with_a_body_says_what_it_is(hunter: House) -> None:
    for kind, answer in answers(hunter):
        said = answer.headers.get("content-type")
        if not answer.body:
            assert said is None or kind == "preflight", kind
            continue
        assert said is not None, kind
        if said == "application/json":
            assert answer.json, kind
        elif said != "image/png":
            assert said.endswith("; charset=utf-8"), kind


def test_nothing_is_redirected_to_tls_in_silence(hunter: House) -> None:
    answer = hunter.ask("GET", "/api/auth/me", headers={"x-forwarded-proto": "http"})
    assert answer.status == 200
    assert "location" not in answer.headers
