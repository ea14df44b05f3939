"""What may be kept, and for how long; HEAD; and the lists that a client may ask for again (SPEC 10, Caches)."""

from __future__ import annotations

import pytest

from hunter_api.app import operations
from tests.api.house import House

LISTS = [
    "/api/quests",
    "/api/quests/today",
    "/api/quests/{id}/completions",
    "/api/quests/{id}/calendar",
    "/api/achievements",
    "/api/achievements/unlocked",
    "/api/users/me/ledger",
    "/api/analytics/xp-history",
    "/api/analytics/attributes",
    "/api/analytics/heatmap",
    "/api/analytics/quests",
    "/api/leaderboard",
    *(
        UNMOVED := [
            "/api/users/me/pauses",
            "/api/notifications",
            "/api/notifications/targets",
            "/api/webhooks",
        ]
    ),
]
"""`UNMOVED` are those in which a completion changes nothing."""
SINGLE = [
    "/api/quests/{id}",
    "/api/users/me",
    "/api/users/me/settings",
    "/api/auth/me",
    "/api/users/Jinwoo",
    "/api/analytics/summary",
    # Who may enter an account is kept by nobody, list or not.
    "/api/auth/identities",
    "/api/auth/sessions",
    "/api/auth/two-factor",
    "/api/auth/api-tokens",
    "/api/users/me/export",
]
OF_NOBODY_HERE = ["/api/webhooks/{webhook_id}/deliveries"]
"""Lists of what a hunter does not have who has only begun; the tests of their feature read them."""


def test_every_get_of_the_signed_in_is_a_list_or_a_single_thing() -> None:
    paths = {each.path.replace("{quest_id}", "{id}").replace("{hunter_name}", "Jinwoo"): each for each in operations()
             if each.method == "GET" and each.signed_in}  # fmt: skip
    assert set(paths) == {*LISTS, *SINGLE, *OF_NOBODY_HERE}
    assert {path for path, each in paths.items() if each.listed} == {*LISTS, *OF_NOBODY_HERE}


@pytest.mark.parametrize("path", LISTS)
def test_a_list_that_did_not_change_is_not_sent_again(hunter: House, path: str) -> None:
    quest = hunter.quest(attributes=["strength"])
    path = path.format(id=quest["id"])
    first = hunter.get(path)
    assert first.headers["cache-control"] == "private, no-cache"
    etag = first.headers["etag"]

    for sent in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        again = hunter.ask("GET", path, headers={"if-none-match": sent})
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", etag)
        assert again.headers["cache-control"] == "private, no-cache"
    assert hunter.ask("GET", path, headers={"if-none-match": '"other"'}).status == 200

    hunter.complete(quest)
    changed = hunter.ask("GET", path, headers={"if-none-match": etag})
    assert changed.status == (304 if path in UNMOVED else 200)


@pytest.mark.parametrize("path", SINGLE)
def test_everything_else_of_the_signed_in_is_not_kept(hunter: House, path: str) -> None:
    quest = hunter.quest()
    answer = hunter.get(path.format(id=quest["id"]))
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers
    assert hunter.complete(quest).headers["cache-control"] == "no-store"
    assert hunter.delete(f"/api/quests/{quest['id']}").headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", [*LISTS, *SINGLE, "/health/live", "/schema"])
def test_head_says_what_get_would_without_its_body(hunter: House, path: str) -> None:
    path = path.format(id=hunter.quest()["id"])
    got, told = hunter.get(path), hunter.ask("HEAD", path)
    assert (told.status, told.body) == (200, b"")
    for name in ("content-type", "content-length", "cache-control", "etag"):
        assert told.headers.get(name) == got.headers.get(name)


def test_an_answer_without_a_body_says_nothing_of_its_length_or_type(hunter: House) -> None:
    answer = hunter.delete(f"/api/quests/{hunter.quest()['id']}")
    assert (answer.status, answer.body) == (204, b"")
    assert "content-type" not in answer.headers
