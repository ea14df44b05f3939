"""
A hunter's week, through a real process, on both databases: everything that a day can bring, and the books at its end.

The sums are worked out here from the numbers of SPEC 2, by hand and not by the program.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.servers import clock
from tests.servers.app import App
from tests.servers.books import Books
from tests.servers.client import Answer, Client
from tests.servers.clock import MovableClock
from tests.servers.served import DATABASES

BERLIN = ZoneInfo("Europe/Berlin")
MON, TUE, WED, THU, FRI, SAT, SUN = (date(2026, 11, day) for day in range(2, 9))
TOKYO = ZoneInfo("Asia/Tokyo")


class Week:
    """The hunter, the clock, and what both should have come to."""

    def __init__(self, app: App, time: MovableClock) -> None:
        self.app, self.time, self.client = app, time, Client(app.url)
        self.quests: dict[str, dict[str, Any]] = {}
        self.done: dict[str, Answer] = {}
        self.xp = 0

    def at(self, day: date, hour: int, minute: int = 0, zone: ZoneInfo = BERLIN) -> None:
        """Let it be that time of the hunter's clock."""
        self.time.set(datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone).astimezone(UTC))

    def quest(self, name: str, **fields: Any) -> None:
        """Create a quest."""
        self.quests[name] = self.client.create_quest(title=name, **fields)

    def path(self, name: str, more: str = "") -> str:
        """Return the path of a quest."""
        return f"/api/quests/{self.quests[name]['id']}{more}"

    def complete(self, name: str, *, pays: int, unlocks: dict[str, int] | None = None, **fields: Any) -> None:
        """Complete a quest, and hold the answer to what it should pay and unlock."""
        key = f"{name}-{len(self.done)}"
        answer = self.client.complete(self.quests[name]["id"], key=key, **fields)
        updates, completion = answer.data["userUpdates"], answer.data["completion"]
        rewards = unlocks or {}
        assert completion["xpBreakdown"]["totalXP"] == pays, answer
        assert {each["name"]: each["xpReward"] for each in answer.data["achievements"]} == rewards
        assert updates["achievementXP"] == sum(rewards.values())
        self.xp += pays + sum(rewards.values())
        assert updates["newTotalXP"] == self.xp
        self.done[key] = answer

    def state(self, name: str, day: date) -> str:
        """Return what became of a quest on a day."""
        (found,) = self.client.get(self.path(name, "/calendar"), **{"from": str(day), "to": str(day)}).data[
            "days"
        ]
        assert found["date"] == str(day)
        return str(found["state"])

    def snapshot(self) -> tuple[Any, ...]:
        """Return everything a hunter can see of themselves, but when it was last changed."""
        me = self.client.me()
        me.pop("updatedAt")
        quests = self.client.get("/api/quests", limit=100).data["quests"]
        for quest in quests:
            quest.pop("updatedAt")
        achievements = self.client.get("/api/achievements").data
        return me, quests, achievements


@pytest.fixture(params=DATABASES)
def week(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Week]:
    url = None if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    time = MovableClock(tmp_path / "now")
    time.set(datetime(2026, 11, 2, 8, tzinfo=UTC))
    settings = {clock.VARIABLE: str(time.path)}
    with App(data_dir=tmp_path / "d", database_url=url, settings=settings, command=clock.command()) as app:
        made = Week(app, time)
        yield made
        made.client.close()


def test_a_week_of_a_hunter(week: Week) -> None:
    _monday_begins(week)
    _tuesday_is_forgotten(week)
    _wednesday_mends_tuesday(week)
    _thursday_is_taken_back_and_the_server_restarts(week)
    _friday_moves_to_tokyo(week)
    _sunday_after_a_pause(week)
    _the_books_agree(week)


def _monday_begins(week: Week) -> None:
    week.at(MON, 10)
    client = week.client.register(zone="Europe/Berlin")
    assert client.me()["totalXP"] == 0
    week.quest("Push-ups", attributes=["strength", "constitution"])
    week.quest("Water", baseXP=10, completionsPerDay=3, difficulty="EASY")
    week.quest(
        "Gym", type="RECURRING", frequency="CUSTOM", schedule={"kind": "WEEKDAYS", "days": ["MON", "WED"]}
    )
    twice = {"kind": "TIMES", "times": 2, "period": "WEEK", "rolling": False}
    week.quest("Read", type="RECURRING", frequency="CUSTOM", schedule=twice, baseXP=90, difficulty="EASY")
    week.quest("Weekly", type="RECURRING", frequency="WEEKLY", baseXP=101, difficulty="HARD")
    week.quest("Dungeon", type="ONE_TIME", baseXP=500, deadline="2026-11-06T12:00:00Z", estimatedTime=3600)
    assert client.create_quest(title="Off", isActive=False)["isActive"] is False

    week.complete("Push-ups", pays=100, unlocks={"Awakening": 25})
    week.complete("Water", pays=7)
    # 9/10 of EASY 90 would be 62 for a float; it is 63
    week.complete("Read", pays=63)
    # 101 x 3/2 = 151.5, floored
    week.complete("Weekly", pays=151)

    assert client.complete(week.quests["Push-ups"]["id"]).code == "COMPLETION_LIMIT_REACHED"
    assert week.state("Push-ups", MON) == "DONE"
    assert week.state("Water", MON) == "PARTIAL"
    assert week.state("Gym", MON) == "PENDING"
    due = {quest["title"] for quest in client.get("/api/quests/today").data["quests"]}
    assert {"Push-ups", "Water", "Gym", "Dungeon"} <= due
    me = client.me()
    # 321 of completions and 25 of the achievement: level isqrt(346 // 100) + 1
    assert (me["totalXP"], me["level"], me["currentRank"], me["currentStreak"]) == (346, 2, "F", 1)
    assert 2 <= me["attributes"]["strength"] + me["attributes"]["constitution"] <= 6
    assert me["xpToNextLevel"] == 400 - 346


def _tuesday_is_forgotten(week: Week) -> None:
    week.at(TUE, 20)
    assert week.client.me()["currentStreak"] == 1
    skip = week.client.post(week.path("Water", "/skip"), {"day": str(TUE)}, key="skip")
    assert (skip.data["date"], skip.data["state"]) == (str(TUE), "SKIPPED")
    assert week.state("Gym", MON) == "MISSED"
    assert week.state("Gym", TUE) == "NOT_DUE"


def _wednesday_mends_tuesday(week: Week) -> None:
    week.at(WED, 9, 30)
    # Tuesday has passed without a completion
    assert week.client.me()["currentStreak"] == 0
    # 19:30 on Tuesday in Berlin, told a day late: it counts for Tuesday and mends the streak
    week.complete("Push-ups", pays=100, completedAt="2026-11-03T18:30:00Z", unlocks={"First Steps": 25})
    assert week.client.me()["currentStreak"] == 2
    assert week.state("Push-ups", TUE) == "DONE"
    assert week.state("Water", TUE) == "SKIPPED"
    too_late = week.client.complete(week.quests["Push-ups"]["id"], completedAt="2026-11-02T08:29:59Z")
    assert (too_late.status, too_late.fields) == (422, {"completedAt"})
    too_early = week.client.complete(week.quests["Push-ups"]["id"], completedAt="2026-11-04T08:32:00Z")
    assert (too_early.status, too_early.fields) == (422, {"completedAt"})

    week.complete("Gym", pays=100, unlocks={"Spark": 30})
    assert week.client.me()["currentStreak"] == 3
    # streak 3: 10 % of the base, floored; and 3600 s estimated over 2999 s spent is more than 6/5: 15 %
    week.complete("Dungeon", pays=500 + 50 + 75, timeSpent=2999, unlocks={"First Thousand": 50})
    done = week.client.complete(week.quests["Dungeon"]["id"])
    assert done.code == "QUEST_ALREADY_COMPLETED"
    assert week.client.get(week.path("Dungeon")).data["isCompleted"] is True


def _thursday_is_taken_back_and_the_server_restarts(week: Week) -> None:
    week.at(THU, 12)
    before = week.snapshot()
    quest = week.quests["Push-ups"]["id"]
    done = week.client.complete(quest, difficultyOverride="HARD", notes="too much").data
    # 100 x 3/2 + 10 %
    assert done["completion"]["xpBreakdown"]["totalXP"] == 160
    assert week.snapshot() != before
    back = week.client.void(quest, done["completion"]["id"]).data
    assert back["completion"]["xpBreakdown"]["totalXP"] == -160
    assert week.snapshot() == before
    assert week.client.void(quest, done["completion"]["id"]).status == 404

    week.app.kill()
    week.app.start()
    assert week.snapshot() == before
    week.complete("Push-ups", pays=110)
    assert week.app.terminate() == 0
    week.app.start()
    again = week.client.complete(quest, key="Push-ups-7")
    assert (again.status, again.is_replayed) == (200, True)
    assert again.body == week.done["Push-ups-7"].body
    assert week.client.me()["currentStreak"] == 4


def _friday_moves_to_tokyo(week: Week) -> None:
    week.at(FRI, 9)
    settings = "/api/users/me/settings"
    assert week.client.patch(settings, {"timezone": "Asia/Tokyo"}).data["pending"]["timezone"] == "Asia/Tokyo"
    assert week.client.patch(settings, {"timezone": "Asia/Seoul"}).code == "SETTINGS_CHANGE_TOO_SOON"
    week.complete("Push-ups", pays=110)
    assert week.client.me()["currentStreak"] == 5
    # the deadline of the dungeon has passed, and what was done in time stays done
    week.at(FRI, 14)
    assert week.client.get(week.path("Dungeon")).data["isCompleted"] is True
    # until midnight in Berlin, eight in the morning of Saturday in Tokyo, it is Friday
    week.at(SAT, 7, 59, zone=TOKYO)
    assert week.client.get("/api/quests/today").data["date"] == str(FRI)
    week.at(SAT, 8, 0, zone=TOKYO)
    assert week.client.get("/api/quests/today").data["date"] == str(SAT)
    paused = week.client.post("/api/users/me/pauses", {"from": str(SAT), "until": str(SAT)}, key="pause")
    assert paused.status == 201, paused
    assert [pause["until"] for pause in week.client.get("/api/users/me/pauses").data["pauses"]] == [str(SAT)]


def _sunday_after_a_pause(week: Week) -> None:
    week.at(SUN, 10, zone=TOKYO)
    assert week.client.me()["currentStreak"] == 5
    assert week.state("Push-ups", SAT) == "PAUSED"
    assert week.client.get("/api/users/me/pauses").data["pauses"] == []
    assert week.client.delete(week.path("Gym")).status == 204
    assert week.client.complete(week.quests["Gym"]["id"]).code == "QUEST_INACTIVE"
    assert "Gym" not in {quest["title"] for quest in week.client.get("/api/quests").data["quests"]}
    # The second time this week: EASY 90 and 10 %. It is the tenth completion, whose reward reaches 1 600 XP:
    # level 5 and rank E, which the next round of the check rewards in its turn.
    before = week.xp
    assert before + 72 < 1600 <= before + 72 + 50
    week.complete("Read", pays=63 + 9, unlocks={"Ten Gates": 50, "No Longer the Weakest": 100})
    me = week.client.me()
    assert (me["level"], me["currentRank"], me["currentStreak"], me["maxStreak"]) == (5, "E", 6, 6)


def _the_books_agree(week: Week) -> None:
    me = week.client.me()
    assert me["totalXP"] == week.xp
    first = week.client.get("/api/users/me/ledger", limit=5).data
    pages = [
        week.client.get("/api/users/me/ledger", limit=5, page=page).data["entries"]
        for page in range(1, first["pagination"]["pages"] + 1)
    ]
    entries = [entry for page in pages for entry in page]
    assert [entry["seq"] for entry in entries] == list(range(len(entries), 0, -1))
    assert sum(entry["amount"] for entry in entries) == week.xp
    assert entries[0]["balanceAfter"] == week.xp
    assert sum(entry["kind"] == "REVERSAL" for entry in entries) == 1
    points = {
        name: sum(entry["attributePoints"][name] for entry in entries)
        for name in entries[0]["attributePoints"]
    }
    assert points == me["attributes"]
    with Books(week.app.database_url) as books:
        assert books.unbalanced() == []
        assert books.one("SELECT count(*) FROM completions WHERE voided_at IS NULL") == len(week.done)

    audited = week.app.audit()
    assert audited.returncode == 0, audited.stdout + audited.stderr
    # in a week the token runs out, and the refresh token does not
    week.time.advance(timedelta(days=6))
    assert week.client.get("/api/auth/me").code == "UNAUTHENTICATED"
    pair = week.client.post("/api/auth/refresh", {"refreshToken": week.client.refresh_token}).data
    week.client.token = pair["token"]
    me = week.client.me()
    assert (me["totalXP"], me["currentStreak"], me["maxStreak"]) == (week.xp, 0, 6)
    assert week.client.post("/api/auth/logout").status == 204
    assert week.client.get("/api/auth/me").status == 401
    assert week.app.terminate() == 0
    assert "Traceback" not in week.app.log
