"""Every field of every request with what it must not be: the field is named, and nothing is stored (issue 2)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.house import House

LONE = "\ud800"
WRONG_TYPES: dict[str, list[Any]] = {
    "text": [1, 1.5, True, [], {}],
    "whole": ["5", 1.5, True, [], {}, 2**63, -(2**63) - 1, 10**400],
    "flag": ["true", 1, 0, [], {}],
    "word": ["", "daily", "NONE", 1, True, [], {}, "\0", LONE],
    "instant": [
        "",
        "now",
        "2026-11-22",
        "2026-11-22T08:00:00",
        "2026-02-30T00:00:00Z",
        "22.11.2026",
        1795600000,
        True,
        [],
        "2026-11-22T25:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "\0",
        LONE,
        "2026-11-22T08:00:00+25:00",
    ],
    "day": ["", "today", "2026-02-30", "20261122", "2026-W47-7", "0000-01-01", 1, True, [], "\0", LONE],
    "words": ["strength", {}, 1, [1], [[]], ["luck", "luck"], ["wit"], [LONE], ["\0"], [None]],
}


def text(least: int, most: int, *more: Any, null: bool = False) -> list[Any]:
    """Return what a text of *least* to *most* characters must not be."""
    wrong = [*WRONG_TYPES["text"], "x" * (most + 1), "a\0b", f"a{LONE}b", *more]
    return [*wrong, *([""] if least else []), *([] if null else [None])]


def whole(least: int, most: int, *, null: bool = False) -> list[Any]:
    return [*WRONG_TYPES["whole"], least - 1, most + 1, *([] if null else [None])]


def kind(name: str, *, null: bool = False) -> list[Any]:
    return [*WRONG_TYPES[name], *([] if null else [None])]


REGISTER = {
    "email": text(1, 254, "x", "@", "a@", "@b", "a@b@c", "a b@c.de", "a@b..c", "a@b\n"),
    "password": text(
        1,
        1024,
        "short1!",
        "all-lower-case-1!",
        "ALL-UPPER-CASE-1!",
        "No-Digits!!",
        "NoSymbol11",
        "Password1!",
    ),
    "hunterName": text(1, 96, "ab", "x" * 25, "a b", "a.b", "me", "ADMIN", "ÿ", "a\tb"),
    "timezone": text(1, 64, "Mars/Olympus", "europe/paris", "CET-1CEST"),
}
QUEST = {
    "title": text(1, 120),
    "type": kind("word"),
    "baseXP": whole(1, 500),
    "description": text(0, 2000, null=True),
    "difficulty": kind("word", null=True),
    "attributes": kind("words", null=True),
    "reminderTime": text(1, 40, "7:30", "24:00", "07:60", "noon", "2026-11-22T08:00:00", null=True),
    "frequency": kind("word", null=True),
    "schedule": [
        "EVERY_DAY",
        1,
        [],
        {},
        {"kind": "NEVER"},
        {"kind": 1},
        {"kind": "WEEKDAYS"},
        {"kind": "WEEKDAYS", "days": []},
        {"kind": "WEEKDAYS", "days": ["MON", "MON"]},
        {"kind": "EVERY_N_DAYS", "n": 0, "from": "2026-11-22"},
        {"kind": "EVERY_N_DAYS", "n": 2, "from": "2026-02-30"},
        {"kind": "TIMES", "times": 8, "period": "WEEK"},
        {"kind": "EVERY_DAY", "extra": 1},
        {"kind": LONE},
        {"kind": "EVERY_DAY", LONE: 1},
    ],
    "deadline": kind("instant", null=True),
    "completionsPerDay": whole(1, 50, null=True),
    "estimatedTime": whole(1, 86_400, null=True),
    "isActive": kind("flag", null=True),
    "unknown": [1],
    "id": ["00000000-0000-0000-0000-000000000000"],
    "hunterId": [None],
    "isAIGenerated": [True],
    "__class__": ["Quest"],
}
COMPLETION = {
    "timeSpent": whole(1, 86_400, null=True),
    "difficultyOverride": kind("word", null=True),
    "notes": text(0, 2000, null=True),
    "completedAt": [*kind("instant", null=True), "2026-11-20T11:59:59Z", "2026-11-22T12:01:01Z"],
    "xp": [1_000_000],
}
PROFILE = {
    "hunterName": REGISTER["hunterName"],
    "avatarStyle": text(1, 50),
    "avatarUrl": text(
        1,
        2048,
        "http://example.com/a.png",
        "https://",
        "javascript:alert(1)",
        "https://a b",
        "//x",
        null=True,
    ),
    "level": [99],
    "role": ["ADMIN"],
}
SETTINGS = {
    **{
        name: kind("flag")
        for name in (
            "questReminders",
            "streakWarnings",
            "achievementAlerts",
            "emailNotifications",
            "pushNotifications",
            "dailyDigest",
            "animationsEnabled",
            "showOnLeaderboard",
            "allowFriendRequests",
        )
    },
    "theme": kind("word"),
    "fontSize": kind("word"),
    "profileVisibility": kind("word"),
    "language": text(1, 35, "e", "en_GB", "deutsch und englisch"),
    "timezone": REGISTER["timezone"],
    "dayStart": text(1, 5, "4:00", "12:01", "24:00", "04:60", "04:00\n"),
    "restDays": ["SAT", 1, {}, ["SAT", "SAT"], ["SUN", "SAT", "FRI"], ["sat"], [0], [LONE], None],
    "pending": [None],
}
PAUSE = {
    "from": [*kind("day"), "2026-11-21", "2400-01-01"],
    "until": [*kind("day"), "2026-11-21", "2027-11-22"],
    "id": ["x"],
}
SKIP = {"day": [*kind("day"), "2026-11-15", "2026-11-30", "1969-12-31"], "reason": ["rain"]}
LOGIN = {"email": REGISTER["email"][:8], "password": text(1, 1024), "remember": [True]}
REFRESH = {"refreshToken": text(1, 512)}


def cases(table: dict[str, list[Any]]) -> list[Any]:
    """Return a case for each field: an application takes longer to build than a hundred refusals."""
    return [pytest.param(name, values, id=name) for name, values in table.items()]


def sent(hunter: House, method: str, path: str, good: dict[str, Any], name: str, wrong: list[Any]) -> None:
    """Send *good* with *name* as each of *wrong*, and see that it is refused in the field's name."""
    for value in wrong:
        answer = hunter.ask(method, path, raw=json.dumps({**good, name: value}).encode())
        assert (answer.status, answer.code) == (422, "VALIDATION_ERROR"), (value, answer)
        assert any(field == name or field.startswith((f"{name}.", f"{name}[")) for field in answer.fields), (
            value,
            answer,
        )


def stored(hunter: House) -> Any:
    """Return all that a request of these tests could change."""
    paths = (
        "/api/quests",
        "/api/users/me",
        "/api/users/me/settings",
        "/api/users/me/pauses",
        "/api/users/me/ledger",
    )
    return [hunter.get(path).data for path in paths]


@pytest.mark.parametrize(("name", "wrong"), cases(REGISTER))
def test_a_registration_with_a_bad_field_is_refused(house: House, name: str, wrong: list[Any]) -> None:
    good = {
        "email": "jin@example.com",
        "password": "Arise-from-1!",
        "hunterName": "Jinwoo",
        "timezone": "Asia/Seoul",
    }
    sent(house, "POST", "/api/auth/register", good, name, wrong)
    with house.store.read() as uow:
        assert list(uow.histories.hunter_ids()) == []


def test_all_that_is_wrong_by_itself_is_named_beside_what_is_missing(house: House) -> None:
    wrong = {"email": "<script>", "hunterName": "admin", "timezone": "Moon/Base", "rank": "S"}
    refused = house.post("/api/auth/register", wrong)
    assert (refused.status, refused.code) == (422, "VALIDATION_ERROR")
    assert refused.fields == {*wrong, "password"}


@pytest.mark.parametrize(("name", "wrong"), cases(LOGIN))
def test_a_sign_in_with_a_bad_field_is_refused(house: House, name: str, wrong: list[Any]) -> None:
    sent(
        house,
        "POST",
        "/api/auth/login",
        {"email": "jin@example.com", "password": "Arise-from-1!"},
        name,
        wrong,
    )


@pytest.mark.parametrize(("name", "wrong"), cases(REFRESH))
def test_a_refresh_with_a_bad_field_is_refused(house: House, name: str, wrong: list[Any]) -> None:
    sent(house, "POST", "/api/auth/refresh", {}, name, wrong)


@pytest.mark.parametrize(("name", "wrong"), cases(QUEST))
def test_a_quest_with_a_bad_field_is_refused(hunter: House, name: str, wrong: list[Any]) -> None:
    before = stored(hunter)
    sent(hunter, "POST", "/api/quests", {"title": "Run", "type": "RECURRING", "baseXP": 10}, name, wrong)
    assert stored(hunter) == before


@pytest.mark.parametrize(("name", "wrong"), cases(QUEST))
def test_a_change_of_a_quest_with_a_bad_field_is_refused(hunter: House, name: str, wrong: list[Any]) -> None:
    quest = hunter.quest(type="RECURRING")
    before = stored(hunter)
    sent(hunter, "PATCH", f"/api/quests/{quest['id']}", {"title": "Other"}, name, wrong)
    assert stored(hunter) == before


@pytest.mark.parametrize(("name", "wrong"), cases(COMPLETION))
def test_a_completion_with_a_bad_field_is_refused(hunter: House, name: str, wrong: list[Any]) -> None:
    quest = hunter.quest()
    before = stored(hunter)
    sent(hunter, "POST", f"/api/quests/{quest['id']}/complete", {"notes": "fine"}, name, wrong)
    assert stored(hunter) == before


@pytest.mark.parametrize(("name", "wrong"), cases(PROFILE))
def test_a_profile_with_a_bad_field_is_refused(hunter: House, name: str, wrong: list[Any]) -> None:
    before = stored(hunter)
    sent(hunter, "PATCH", "/api/users/me", {"avatarStyle": "shy"}, name, wrong)
    assert stored(hunter) == before


@pytest.mark.parametrize(("name", "wrong"), cases(SETTINGS))
def test_settings_with_a_bad_field_are_refused(hunter: House, name: str, wrong: list[Any]) -> None:
    before = stored(hunter)
    sent(hunter, "PATCH", "/api/users/me/settings", {"theme": "light"}, name, wrong)
    assert stored(hunter) == before


@pytest.mark.parametrize(("name", "wrong"), cases(PAUSE))
def test_a_pause_with_a_bad_field_is_refused(hunter: House, name: str, wrong: list[Any]) -> None:
    before = stored(hunter)
    good = {"from": "2026-11-22", "until": "2026-11-30"}
    for value in wrong:
        answer = hunter.ask("POST", "/api/users/me/pauses", raw=json.dumps({**good, name: value}).encode())
        assert answer.status == 422, (value, answer)
        # one end of a range may be wrong by the other
        assert answer.fields & {name, "until"}, (value, answer)
    assert stored(hunter) == before


@pytest.mark.parametrize(("name", "wrong"), cases(SKIP))
def test_a_skip_with_a_bad_field_is_refused(hunter: House, name: str, wrong: list[Any]) -> None:
    quest = hunter.quest()
    sent(hunter, "POST", f"/api/quests/{quest['id']}/skip", {"day": "2026-11-22"}, name, wrong)


@pytest.mark.parametrize(
    ("path", "name", "value"),
    [
        (path, name, value)
        for path in ("/api/quests", "/api/users/me/ledger", "/api/quests/{id}/completions")
        for name, values in {
            "page": ["0", "-1", "1.5", "x", "", "1e3", "٣", str(2**63), "9" * 5000, "true"],
            "limit": ["0", "101", "-5", "x", ""],
        }.items()
        for value in values
    ]
    + [
        ("/api/quests", "type", "DAYLY"),
        ("/api/quests", "isActive", "1"),
        ("/api/quests", "difficulty", ""),
        ("/api/quests", "attribute", "wit"),
        ("/api/quests", "due", "tomorrow"),
        ("/api/quests", "sort", "xp; drop table quests"),
        ("/api/quests/{id}/calendar", "from", "2026-02-30"),
        ("/api/quests/{id}/calendar", "to", "2029-01-01"),
        ("/api/quests/{id}/calendar", "to", "\0"),
    ],
)
def test_a_bad_query_parameter_is_named(hunter: House, path: str, name: str, value: str) -> None:
    quest = hunter.quest()
    answer = hunter.get(path.format(id=quest["id"]), **{name: value})
    assert (answer.status, answer.fields) == (422, {name}), answer


@pytest.mark.parametrize("raw", ["page=1&page=2", "page=%FF", "&".join(f"a{i}=1" for i in range(200))])
def test_a_query_that_cannot_be_understood_is_refused(hunter: House, raw: str) -> None:
    assert hunter.ask("GET", f"/api/quests?{raw}").status == 422


def test_a_query_parameter_that_nobody_knows_is_not_looked_at(hunter: House) -> None:
    assert hunter.get("/api/quests", utm_source="mail").status == 200
