"""Quests over HTTP: the shapes of the contract, and what each operation changes (SPEC 4, Quests)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.house import House

EVERYTHING = {
    "title": "Morning run 🏃",
    "description": "By the river\nwith\ttabs",
    "type": "RECURRING",
    "difficulty": "HARD",
    "baseXP": 120,
    "attributes": ["constitution", "strength"],
    "reminderTime": "06:30",
    "frequency": "CUSTOM",
    "schedule": {"kind": "EVERY_N_DAYS", "n": 2, "from": "2026-11-22"},
    "deadline": "2027-01-01T00:00:00+01:00",
    "completionsPerDay": 3,
    "estimatedTime": 1800,
    "isActive": True,
}
FIELDS = {
    *EVERYTHING, "id", "isCompleted", "isAIGenerated", "aiConfidence", "completionsToday", "completionsTotal",
    "currentStreak", "dueToday", "archivedAt", "createdAt", "updatedAt",
}  # fmt: skip


def test_a_quest_comes_back_as_it_was_sent(each_hunter: House) -> None:
    made = each_hunter.quest(**EVERYTHING)
    assert set(made) == FIELDS
    assert {name: made[name] for name in EVERYTHING} == {
        **EVERYTHING,
        "attributes": ["strength", "constitution"],
        "deadline": "2026-12-31T23:00:00Z",
    }
    assert (made["isAIGenerated"], made["aiConfidence"], made["archivedAt"]) == (False, None, None)
    assert made["createdAt"] == made["updatedAt"] == "2026-11-22T12:00:00Z"
    assert each_hunter.get(f"/api/quests/{made['id']}").data == made


def test_what_is_left_out_or_null_takes_its_default(hunter: House) -> None:
    least = hunter.quest()
    with_nulls = hunter.quest(**dict.fromkeys(set(EVERYTHING) - {"title", "type", "baseXP"}))
    for made in (least, with_nulls):
        assert (made["difficulty"], made["completionsPerDay"], made["isActive"]) == ("NORMAL", 1, True)
        assert made["schedule"] == {"kind": "EVERY_DAY"}
        assert made["attributes"] == []
        for name in ("description", "reminderTime", "frequency", "deadline", "estimatedTime"):
            assert made[name] is None


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"type": "RECURRING"}, ("WEEKLY", {"kind": "WEEKDAYS", "days": ["SUN"]})),
        ({"type": "RECURRING", "frequency": "DAILY"}, ("DAILY", {"kind": "EVERY_DAY"})),
        (
            {"type": "RECURRING", "schedule": {"kind": "TIMES", "times": 3, "period": "WEEK"}},
            ("CUSTOM", {"kind": "TIMES", "times": 3, "period": "WEEK", "rolling": False}),
        ),
        ({"type": "ONE_TIME"}, (None, {"kind": "ONCE"})),
    ],
)
def test_frequency_and_schedule_follow_from_each_other(hunter: House, sent: Any, kept: Any) -> None:
    made = hunter.quest(**sent)
    assert (made["frequency"], made["schedule"]) == kept


@pytest.mark.parametrize(
    "sent",
    [
        {"type": "DAILY", "frequency": "WEEKLY"},
        {"type": "ONE_TIME", "frequency": "DAILY"},
        {"type": "RECURRING", "frequency": "CUSTOM"},
        {"type": "DAILY", "schedule": {"kind": "ONCE"}},
    ],
)
def test_a_frequency_that_contradicts_the_type_is_422(hunter: House, sent: Any) -> None:
    answer = hunter.post("/api/quests", {"title": "x", "baseXP": 1, **sent})
    assert (answer.status, answer.code) == (422, "VALIDATION_ERROR")


def test_a_reminder_that_is_an_instant_is_kept_as_the_hunters_wall_clock(house: House) -> None:
    seoul = house.signed_in(timezone="Asia/Seoul")
    assert seoul.quest(reminderTime="2026-11-22T21:30:00Z")["reminderTime"] == "06:30"


def test_a_completion_has_the_shape_of_the_contract(each_hunter: House) -> None:
    quest = each_hunter.quest(attributes=["luck", "strength"], estimatedTime=1800, completionsPerDay=2)
    body = {"timeSpent": 1000, "difficultyOverride": "HARD", "notes": "soaked"}
    answer = each_hunter.complete(quest, body)

    assert answer.status == 200
    assert set(answer.data) == {"completion", "userUpdates", "achievements"}
    done, updates = answer.data["completion"], answer.data["userUpdates"]
    gains = updates["attributeGains"]
    assert set(gains) == {"luck", "strength"}
    assert all(2 <= gained <= 5 for gained in gains.values())
    assert done == {
        "id": done["id"],
        "questId": quest["id"],
        "completedAt": "2026-11-22T12:00:00Z",
        "localDay": "2026-11-22",
        "xpBreakdown": {
            "baseXP": 100,
            "difficultyMultiplier": 1.5,
            "streakBonus": 0,
            "timeBonus": 15,
            "totalXP": 165,
        },
        "attributeGains": gains,
        **body,
    }
    (first,) = (each for each in answer.data["achievements"] if each["name"] == "Awakening")
    assert set(first) == {"id", "name", "rarity", "xpReward"}
    rewards = sum(each["xpReward"] for each in answer.data["achievements"])
    assert updates == {
        "newLevel": 2,
        "newTotalXP": 165 + rewards,
        "newRank": "F",
        "didLevelUp": True,
        "didRankUp": False,
        "newStreak": 1,
        "attributeGains": gains,
        "achievementXP": rewards,
    }
    me = each_hunter.me()
    assert (me["totalXP"], me["level"], me["currentStreak"]) == (updates["newTotalXP"], 2, 1)
    seen = each_hunter.get(f"/api/quests/{quest['id']}").data
    assert (seen["completionsToday"], seen["completionsTotal"], seen["isCompleted"]) == (1, 1, False)
    listed = each_hunter.get(f"/api/quests/{quest['id']}/completions").data
    assert listed == {"completions": [done], "pagination": {"page": 1, "limit": 20, "total": 1, "pages": 1}}


def test_a_void_has_the_same_shape_with_negative_changes(each_hunter: House) -> None:
    quest = each_hunter.quest(attributes=["luck"])
    before = each_hunter.me()
    done = each_hunter.complete(quest).data

    answer = each_hunter.delete(f"/api/quests/{quest['id']}/completions/{done['completion']['id']}")

    assert answer.status == 200
    gone = answer.data
    assert {name: type(value) for name, value in gone["completion"].items()} == {
        name: type(value) for name, value in done["completion"].items()
    }
    assert set(gone["userUpdates"]) == set(done["userUpdates"])
    paid, taken = done["completion"]["xpBreakdown"], gone["completion"]["xpBreakdown"]
    assert (taken["totalXP"], taken["baseXP"]) == (-paid["totalXP"], -paid["baseXP"])
    assert gone["userUpdates"]["attributeGains"] == {"luck": -done["userUpdates"]["attributeGains"]["luck"]}
    assert gone["userUpdates"]["achievementXP"] == -done["userUpdates"]["achievementXP"]
    assert gone["achievements"] == [
        {**each, "xpReward": -each["xpReward"]} for each in reversed(done["achievements"])
    ] or {each["id"] for each in gone["achievements"]} == {each["id"] for each in done["achievements"]}
    assert (gone["userUpdates"]["newTotalXP"], gone["userUpdates"]["newStreak"]) == (0, 0)
    after = each_hunter.me()
    assert {**after, "updatedAt": ""} == {**before, "updatedAt": ""}
    again = each_hunter.delete(f"/api/quests/{quest['id']}/completions/{done['completion']['id']}")
    assert (again.status, again.code) == (404, "NOT_FOUND")


def test_a_completion_can_be_voided_for_seven_days(each_hunter: House) -> None:
    first, second = each_hunter.quest(), each_hunter.quest()
    paths = [
        f"/api/quests/{quest['id']}/completions/{each_hunter.complete(quest).data['completion']['id']}"
        for quest in (first, second)
    ]
    each_hunter.clock.advance(days=6)
    assert each_hunter.delete(paths[0]).status == 200
    each_hunter.clock.advance(days=1)
    refreshed = each_hunter.post("/api/auth/refresh", {"refreshToken": each_hunter.refresh_token})
    each_hunter.token = refreshed.data["token"]
    answer = each_hunter.delete(paths[1])
    assert (answer.status, answer.code) == (409, "VOID_WINDOW_PASSED")


@pytest.mark.parametrize(
    ("fields", "twice", "code"),
    [
        ({}, True, "COMPLETION_LIMIT_REACHED"),
        ({"type": "ONE_TIME"}, True, "QUEST_ALREADY_COMPLETED"),
        ({"deadline": "2026-11-22T11:59:59Z"}, False, "QUEST_EXPIRED"),
        ({"isActive": False}, False, "QUEST_INACTIVE"),
    ],
)
def test_a_quest_that_cannot_be_completed_says_why(
    each_hunter: House, fields: Any, twice: bool, code: str
) -> None:
    quest = each_hunter.quest(**fields)
    if twice:
        assert each_hunter.complete(quest).status == 200
    before = each_hunter.me()
    answer = each_hunter.complete(quest)
    assert (answer.status, answer.code) == (409, code)
    assert each_hunter.me() == before


def test_a_change_keeps_what_it_does_not_name_and_null_clears(each_hunter: House) -> None:
    quest = each_hunter.quest(**EVERYTHING)
    path = f"/api/quests/{quest['id']}"
    each_hunter.clock.advance(seconds=5)

    changed = each_hunter.patch(
        path, {"title": "Evening run", "description": None, "deadline": None, "attributes": None}
    )

    assert changed.status == 200
    assert changed.data == {
        **quest,
        "title": "Evening run",
        "description": None,
        "deadline": None,
        "attributes": [],
        "updatedAt": "2026-11-22T12:00:05Z",
    }
    assert each_hunter.get(path).data == changed.data
    assert each_hunter.patch(path, {}).data == changed.data
    for needed in ("title", "type", "baseXP"):
        assert each_hunter.patch(path, {needed: None}).fields == {needed}


def test_an_archived_quest_is_gone_from_lists_and_can_be_read_and_voided(each_hunter: House) -> None:
    quest = each_hunter.quest(completionsPerDay=2)
    done = each_hunter.complete(quest).data["completion"]["id"]
    path = f"/api/quests/{quest['id']}"

    for _ in range(2):
        assert each_hunter.delete(path).status == 204

    assert each_hunter.get("/api/quests").data["quests"] == []
    assert each_hunter.get("/api/quests/today").data["quests"] == []
    seen = each_hunter.get(path)
    assert (seen.status, seen.data["isActive"], seen.data["archivedAt"]) == (
        200,
        False,
        "2026-11-22T12:00:00Z",
    )
    for answer in (
        each_hunter.complete(quest),
        each_hunter.post(f"{path}/skip", {"day": "2026-11-22"}),
        each_hunter.patch(path, {"title": "Back"}),
    ):
        assert (answer.status, answer.code) == (409, "QUEST_INACTIVE")
    assert each_hunter.get(f"{path}/completions").data["pagination"]["total"] == 1
    assert each_hunter.delete(f"{path}/completions/{done}").status == 200


def test_lists_are_filtered_sorted_and_paged(each_hunter: House) -> None:
    hunter = each_hunter
    kinds: list[dict[str, Any]] = [
        {"type": "DAILY", "attributes": ["luck"], "difficulty": "EASY"},
        {"type": "ONE_TIME", "isActive": False},
        {"type": "RECURRING", "schedule": {"kind": "WEEKDAYS", "days": ["MON"]}},
        {"type": "DAILY", "attributes": ["strength", "luck"], "difficulty": "HARD"},
    ]
    for number, fields in enumerate(kinds):
        hunter.clock.advance(seconds=1)
        hunter.quest(**fields, title=f"quest {number}", baseXP=100 - number)

    def listed(**query: Any) -> list[str]:
        return [quest["title"][-1] for quest in hunter.get("/api/quests", **query).data["quests"]]

    assert listed() == ["3", "2", "1", "0"]
    assert listed(sort="createdAt") == ["0", "1", "2", "3"]
    assert listed(sort="baseXP") == ["3", "2", "1", "0"]
    assert listed(type="DAILY") == ["3", "0"]
    assert listed(isActive="false") == ["1"]
    assert listed(difficulty="HARD") == ["3"]
    assert listed(attribute="luck") == ["3", "0"]
    assert listed(due="today") == ["3", "0"]
    assert listed(due="false") == ["2", "1"]
    assert listed(type="DAILY", attribute="strength") == ["3"]
    assert listed(limit=3) == ["3", "2", "1"]
    assert listed(limit=3, page=2) == ["0"]
    assert listed(limit=3, page=9) == []
    page = hunter.get("/api/quests", limit=3, page=2).data["pagination"]
    assert page == {"page": 2, "limit": 3, "total": 4, "pages": 2}


def test_today_shows_what_is_due_on_the_hunters_own_day(house: House) -> None:
    hunter = house.signed_in(timezone="Pacific/Kiritimati")
    monday = hunter.quest(type="RECURRING", schedule={"kind": "WEEKDAYS", "days": ["MON"]})
    hunter.quest(type="RECURRING", schedule={"kind": "WEEKDAYS", "days": ["SUN"]})
    today = hunter.get("/api/quests/today").data
    assert today["date"] == "2026-11-23"
    assert [quest["id"] for quest in today["quests"]] == [monday["id"]]


def test_a_calendar_has_every_day_with_its_state(each_hunter: House) -> None:
    quest = each_hunter.quest()
    path = f"/api/quests/{quest['id']}"
    each_hunter.complete(quest)
    each_hunter.clock.advance(days=3)
    skipped = each_hunter.post(f"{path}/skip", {"day": "2026-11-24"})
    assert (skipped.status, skipped.data) == (
        200,
        {"date": "2026-11-24", "state": "SKIPPED", "completions": 0},
    )

    days = each_hunter.ask("GET", f"{path}/calendar?from=2026-11-21&to=2026-11-26").data["days"]

    assert [(day["date"], day["state"], day["completions"]) for day in days] == [
        ("2026-11-21", "NOT_DUE", 0),
        ("2026-11-22", "DONE", 1),
        ("2026-11-23", "MISSED", 0),
        ("2026-11-24", "SKIPPED", 0),
        ("2026-11-25", "PENDING", 0),
        ("2026-11-26", "PENDING", 0),
    ]


def test_there_are_at_most_500_active_quests(hunter: House) -> None:
    for _ in range(500):
        hunter.quest()
    answer = hunter.post("/api/quests", {"title": "One more", "type": "DAILY", "baseXP": 1})
    assert (answer.status, answer.code) == (409, "QUEST_LIMIT_REACHED")
    assert (
        hunter.post("/api/quests", {"title": "x", "type": "DAILY", "baseXP": 1, "isActive": False}).status
        == 201
    )
    assert len(hunter.get("/api/quests/today").data["quests"]) == 500
