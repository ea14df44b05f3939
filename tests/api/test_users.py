"""Profile, settings, pauses, ledger and achievements over HTTP (SPEC 4, Me, Achievements)."""

from __future__ import annotations

import pytest

from tests.api.house import House

SETTINGS = {
    "questReminders": True, "streakWarnings": True, "achievementAlerts": True, "emailNotifications": True,
    "pushNotifications": True, "dailyDigest": False, "theme": "dark", "language": "en", "animationsEnabled": True,
    "fontSize": "medium", "profileVisibility": "public", "showOnLeaderboard": True, "allowFriendRequests": True,
    "timezone": "UTC", "dayStart": "00:00", "restDays": [], "quietHours": None, "pending": None,
}  # fmt: skip


def test_name_and_picture_change(each_hunter: House) -> None:
    hunter = each_hunter
    before = hunter.me()
    hunter.clock.advance(minutes=1)
    sent = {"hunterName": "ｓhadow", "avatarStyle": "fierce", "avatarUrl": "https://example.com/a.png"}
    changed = hunter.patch("/api/users/me", sent)
    assert changed.status == 200
    assert changed.data == {**before, **sent, "hunterName": "shadow", "updatedAt": "2026-11-22T12:01:00Z"}
    assert hunter.me() == changed.data
    assert hunter.patch("/api/users/me", {"avatarUrl": None}).data["avatarUrl"] is None


def test_a_name_that_another_has_is_400(each_hunter: House) -> None:
    each_hunter.another().signed_in("Haein")
    answer = each_hunter.patch("/api/users/me", {"hunterName": "HAEIN", "avatarStyle": "fierce"})
    assert (answer.status, answer.code) == (400, "HUNTER_NAME_TAKEN")
    assert each_hunter.me()["avatarStyle"] == "confident"


def test_settings_have_their_defaults_and_keep_what_is_chosen(each_hunter: House) -> None:
    hunter = each_hunter
    assert hunter.get("/api/users/me/settings").data == SETTINGS
    chosen = {"theme": "light", "dailyDigest": True, "language": "pt-BR", "restDays": ["SUN", "WED"]}
    changed = hunter.patch("/api/users/me/settings", chosen)
    assert changed.data == {**SETTINGS, **chosen, "restDays": ["WED", "SUN"]}
    assert hunter.get("/api/users/me/settings").data == changed.data
    assert hunter.me()["settings"]["restDays"] == ["WED", "SUN"]


def test_a_zone_changes_once_a_day_from_the_next_local_day_on(each_hunter: House) -> None:
    hunter, path = each_hunter, "/api/users/me/settings"
    changed = hunter.patch(path, {"timezone": "Asia/Tokyo", "dayStart": "04:00"}).data
    assert (changed["timezone"], changed["dayStart"]) == ("Asia/Tokyo", "04:00")
    assert changed["pending"] == {
        "timezone": "Asia/Tokyo",
        "dayStart": "04:00",
        "since": changed["pending"]["since"],
    }
    refused = hunter.patch(path, {"timezone": "Europe/Rome", "theme": "light"})
    assert (refused.status, refused.code) == (409, "SETTINGS_CHANGE_TOO_SOON")
    assert hunter.get(path).data["theme"] == "dark"
    taken_back = hunter.patch(path, {"timezone": "UTC", "dayStart": "00:00"})
    assert (taken_back.status, taken_back.data) == (200, SETTINGS)


def test_pauses_are_planned_listed_and_taken_back(each_hunter: House) -> None:
    hunter, path = each_hunter, "/api/users/me/pauses"
    later = hunter.post(path, {"from": "2026-12-24", "until": "2027-01-02"})
    sooner = hunter.post(path, {"from": "2026-11-22", "until": "2026-11-22"})
    assert (later.status, set(later.data)) == (201, {"id", "from", "until"})
    assert hunter.get(path).data == {"pauses": [sooner.data, later.data]}
    assert hunter.delete(f"{path}/{later.data['id']}").status == 204
    assert hunter.delete(f"{path}/{later.data['id']}").code == "NOT_FOUND"
    assert hunter.get(path).data == {"pauses": [sooner.data]}


def test_there_are_at_most_50_pauses(hunter: House) -> None:
    body = {"from": "2026-11-25", "until": "2026-11-25"}
    for _ in range(50):
        assert hunter.post("/api/users/me/pauses", body).status == 201
    answer = hunter.post("/api/users/me/pauses", body)
    assert (answer.status, answer.code) == (409, "PAUSE_LIMIT_REACHED")


def test_the_ledger_tells_every_point_newest_first(each_hunter: House) -> None:
    hunter = each_hunter
    quest = hunter.quest(attributes=["charisma"])
    done = hunter.complete(quest).data
    hunter.delete(f"/api/quests/{quest['id']}/completions/{done['completion']['id']}")

    page = hunter.get("/api/users/me/ledger").data
    entries = page["entries"]

    assert set(entries[0]) == {
        "id", "seq", "kind", "sourceId", "amount", "attributePoints", "localDay", "recordedAt", "balanceAfter",
    }  # fmt: skip
    assert [entry["seq"] for entry in entries] == list(range(len(entries), 0, -1))
    assert entries[-1]["kind"] == "COMPLETION"
    assert entries[-1]["sourceId"] == done["completion"]["id"]
    assert entries[-1]["attributePoints"]["charisma"] == done["userUpdates"]["attributeGains"]["charisma"]
    assert {entry["kind"] for entry in entries} == {"COMPLETION", "ACHIEVEMENT", "REVERSAL"}
    assert (
        sum(entry["amount"] for entry in entries) == hunter.me()["totalXP"] == entries[0]["balanceAfter"] == 0
    )
    assert page["pagination"]["total"] == len(entries)
    second = hunter.get("/api/users/me/ledger", limit=1, page=2).data["entries"]
    assert second == [entries[1]]


def test_another_hunter_is_shown_as_they_wish(each_hunter: House) -> None:
    hunter = each_hunter
    other = hunter.another().signed_in("Haein")
    other.complete(other.quest())
    shown = hunter.get("/api/users/HAEIN")
    assert shown.status == 200
    assert set(shown.data) == {
        "id", "hunterName", "avatarStyle", "avatarUrl", "level", "totalXP", "currentRank", "currentStreak", "maxStreak",
        "attributes", "createdAt",
    }  # fmt: skip
    assert (shown.data["totalXP"], shown.data["currentStreak"]) == (125, 1)
    nobody = hunter.get("/api/users/Nobody")
    for visibility in ("friends", "private"):
        other.patch("/api/users/me/settings", {"profileVisibility": visibility})
        hidden = hunter.get("/api/users/Haein")
        assert (hidden.status, hidden.error["message"]) == (404, nobody.error["message"])
    assert other.get("/api/users/haein").status == 200


@pytest.mark.parametrize("name", ["%00", "a" * 500, "%ED%A0%80", "%FF", "..", "%20", "😀"])
def test_a_name_that_nobody_can_have_is_404(hunter: House, name: str) -> None:
    assert hunter.get(f"/api/users/{name}").status == 404


def test_achievements_show_progress_and_how_many_have_them(each_hunter: House) -> None:
    hunter = each_hunter
    hunter.another().signed_in("Haein")
    before = hunter.get("/api/achievements").data["achievements"]
    assert len(before) >= 40
    assert len({each["name"] for each in before}) == len(before)
    assert set(before[0]) == {
        "id", "name", "description", "rarity", "triggerType", "triggerValue", "triggerCondition", "xpReward", "icon",
        "badgeUrl", "unlockedAt", "unlocked", "progress", "share",
    }  # fmt: skip
    assert hunter.get("/api/achievements/unlocked").data == {"achievements": []}

    won = hunter.complete(hunter.quest()).data["achievements"]

    after = {each["id"]: each for each in hunter.get("/api/achievements").data["achievements"]}
    first = after[won[0]["id"]]
    assert (first["unlocked"], first["unlockedAt"]) == (True, "2026-11-22T12:00:00Z")
    assert (first["progress"]["percent"], first["share"]) == (100, 0.5)
    ten = next(
        each for each in after.values() if (each["triggerType"], each["triggerValue"]) == ("QUEST_COUNT", 10)
    )
    assert ten["progress"] == {"current": 1, "target": 10, "percent": 10}
    unlocked = hunter.get("/api/achievements/unlocked").data["achievements"]
    assert [each["id"] for each in unlocked] == [each["id"] for each in won]
    assert unlocked[0] == {name: first[name] for name in unlocked[0]}
