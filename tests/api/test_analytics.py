"""Analytics over HTTP: the shapes of the contract, by the hunter's own local days (SPEC 4, Analytics)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.api.house import PASSWORD, House
from tests.unit.analytics.loop import by_loop

SIX = ("strength", "intelligence", "constitution", "dexterity", "charisma", "luck")
SPANS = {"7days": 7, "30days": 30, "90days": 90, "1year": 365}
TODAY = date(2026, 11, 22)


def pass_days(house: House, days: int) -> None:
    """Let days pass, and sign in again: a token does not last that long."""
    house.clock.advance(days=days)
    body = {"email": house.user["email"], "password": PASSWORD}
    house.token = house.post("/api/auth/login", body).data["token"]


def analytics(house: House, path: str, **query: Any) -> Any:
    answer = house.get(f"/api/analytics/{path}", **query)
    assert answer.status == 200, answer
    return answer.data


@pytest.mark.parametrize(("period", "days"), SPANS.items())
def test_xp_history_has_every_day_of_the_period(each_hunter: House, period: str, days: int) -> None:
    found = analytics(each_hunter, "xp-history", period=period)

    assert set(found) == {"history", "summary"}
    dates = [date.fromisoformat(day["date"]) for day in found["history"]]
    assert dates == [TODAY - timedelta(days=back) for back in reversed(range(days))]
    assert all(set(day) == {"date", "xpGained", "questsCompleted"} for day in found["history"])
    assert found["summary"] == {"totalXP": 0, "avgDailyXP": 0.0, "bestDay": None}


def test_xp_history_counts_completions_and_rewards_on_their_days(each_hunter: House) -> None:
    quest = each_hunter.quest(completionsPerDay=5)
    first = each_hunter.complete(quest).data
    each_hunter.clock.advance(days=2)
    each_hunter.complete(quest)
    second = each_hunter.complete(quest, {"completedAt": "2026-11-23T08:00:00Z"})
    assert second.status == 200, second

    found = analytics(each_hunter, "xp-history", period="7days")
    ledger = each_hunter.get("/api/users/me/ledger", limit=100).data["entries"]

    paid = {day["date"]: 0 for day in found["history"]}
    for entry in ledger:
        paid[entry["localDay"]] += entry["amount"]
    assert {day["date"]: day["xpGained"] for day in found["history"]} == paid
    assert first["achievements"]
    assert found["history"][4]["xpGained"] > first["completion"]["xpBreakdown"]["totalXP"]
    assert [day["questsCompleted"] for day in found["history"]] == [0, 0, 0, 0, 1, 1, 1]
    best = max(paid.values())
    assert found["summary"] == {
        "totalXP": sum(paid.values()),
        "avgDailyXP": round(sum(paid.values()) / 7, 2),
        "bestDay": {"date": next(day for day in paid if paid[day] == best), "xpGained": best},
    }
    assert found["summary"]["totalXP"] == each_hunter.me()["totalXP"]


def test_a_void_takes_its_xp_out_of_its_day(each_hunter: House) -> None:
    quest = each_hunter.quest()
    done = each_hunter.complete(quest).data["completion"]
    each_hunter.clock.advance(days=1)
    each_hunter.delete(f"/api/quests/{quest['id']}/completions/{done['id']}")

    assert analytics(each_hunter, "xp-history", period="7days")["summary"]["totalXP"] == 0


def test_without_a_period_it_is_30_days_and_all_begins_with_the_hunter(each_hunter: House) -> None:
    assert len(analytics(each_hunter, "xp-history")["history"]) == 30
    assert len(analytics(each_hunter, "xp-history", period="all")["history"]) == 1
    pass_days(each_hunter, 399)
    assert len(analytics(each_hunter, "xp-history", period="all")["history"]) == 400
    assert len(analytics(each_hunter, "attributes", period="all")["history"]) == 400


def test_days_are_those_of_the_hunter(house: House) -> None:
    house.clock.instant = datetime(2026, 11, 22, 17, tzinfo=UTC)
    seoul = house.another().signed_in("Jinah", timezone="Asia/Seoul")
    seoul.complete(seoul.quest())

    assert analytics(seoul, "xp-history")["history"][-1]["date"] == "2026-11-23"
    assert analytics(seoul, "xp-history")["summary"]["bestDay"]["date"] == "2026-11-23"
    assert analytics(seoul, "quests")["quests"][0]["bestHour"] == 2
    assert analytics(seoul, "summary")["date"] == "2026-11-23"


def test_attributes_are_running_sums_up_to_what_the_hunter_has(each_hunter: House) -> None:
    quest = each_hunter.quest(attributes=["strength", "luck"], completionsPerDay=3)
    first = each_hunter.complete(quest).data["completion"]["attributeGains"]
    each_hunter.clock.advance(days=3)
    each_hunter.complete(quest)

    found = analytics(each_hunter, "attributes", period="7days")

    assert [set(day) for day in found["history"]] == [{"date", *SIX}] * 7
    assert [day["strength"] for day in found["history"][:3]] == [0, 0, 0]
    assert [day["luck"] for day in found["history"][3:6]] == [first["luck"]] * 3
    today = {name: found["history"][-1][name] for name in SIX}
    assert today == found["gained"] == each_hunter.me()["attributes"]


def test_the_heat_map_is_a_year_of_levels(each_hunter: House) -> None:
    quest = each_hunter.quest(completionsPerDay=9)
    for done in (1, 4, 2):
        for _ in range(done):
            each_hunter.complete(quest)
        each_hunter.clock.advance(days=1)

    found = analytics(each_hunter, "heatmap")
    days = {day["date"]: day for day in found["days"]}

    assert (found["year"], found["levels"], len(days)) == (2026, [1, 2, 3, 4], 365)
    assert [days[f"2026-11-{day}"]["level"] for day in range(21, 26)] == [0, 1, 4, 2, 0]
    assert days["2026-11-23"]["questsCompleted"] == 4
    assert sum(day["xpGained"] for day in found["days"]) == each_hunter.me()["totalXP"]
    assert {day["level"] for day in analytics(each_hunter, "heatmap", year=2025)["days"]} == {0}
    assert len(analytics(each_hunter, "heatmap", year=2028)["days"]) == 366


@pytest.mark.parametrize("year", [1970, 9999])
def test_the_first_and_the_last_year_that_are_shown(each_hunter: House, year: int) -> None:
    found = analytics(each_hunter, "heatmap", year=year)

    assert (found["days"][0]["date"], found["days"][-1]["date"]) == (f"{year}-01-01", f"{year}-12-31")


def test_quests_in_figures(each_hunter: House) -> None:
    daily = each_hunter.quest(title="Run")
    once = each_hunter.quest(title="Tax", type="ONE_TIME")
    archived = each_hunter.quest(title="Gone")
    each_hunter.delete(f"/api/quests/{archived['id']}")
    for day in range(4):
        if day != 1:
            each_hunter.complete(daily)
        each_hunter.clock.advance(days=1)
    each_hunter.complete(once)

    found = analytics(each_hunter, "quests")
    run, tax = found["quests"]

    assert found["pagination"] == {"page": 1, "limit": 20, "total": 2, "pages": 1}
    assert (run["questId"], run["title"], run["type"], run["isActive"]) == (daily["id"], "Run", "DAILY", True)
    assert (run["since"], run["completions"], run["bestHour"]) == ("2026-11-22", 3, 12)
    assert (run["successRate"], run["success"]) == (0.75, {"due": 4, "done": 3, "rate": 0.75})
    assert run["lately"] == run["success"]
    multiplier = 0.5 ** (1 / 13)
    expected = 0.0
    for value in (1, 0, 1, 1):
        expected = expected * multiplier + value * (1 - multiplier)
    assert run["strength"] == pytest.approx(expected, abs=1e-4)
    assert sum(run["hours"]) == run["hours"][12] == 3
    weekdays = {each.pop("weekday"): each for each in run["weekdays"]}
    assert list(weekdays) == ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"]
    assert weekdays["MON"] == {"completions": 0, "due": 1, "done": 0, "rate": 0.0}
    assert weekdays["SUN"] == {"completions": 1, "due": 1, "done": 1, "rate": 1.0}
    assert weekdays["FRI"] == {"completions": 0, "due": 0, "done": 0, "rate": None}
    assert (tax["strength"], tax["success"]) == (None, {"due": 1, "done": 1, "rate": 1.0})


def test_two_of_three_times_in_any_7_days_are_two_thirds(each_hunter: House) -> None:
    schedule = {"kind": "TIMES", "times": 3, "period": "WEEK", "rolling": True}
    done, _ = (
        each_hunter.quest(title=title, type="RECURRING", frequency="CUSTOM", schedule=schedule)
        for title in ("Run", "Row")
    )
    for _ in range(4):
        for days in (3, 4):
            assert each_hunter.complete(done).status == 200
            pass_days(each_hunter, days)

    run, row = analytics(each_hunter, "quests")["quests"]

    assert run["success"] == {"due": 12, "done": 8, "rate": 0.6667}
    assert row["success"] == {"due": 12, "done": 0, "rate": 0.0}
    assert run["successRate"] == run["success"]["rate"]
    assert sum(each["due"] for each in run["weekdays"]) == 12
    assert run["strength"] == pytest.approx(by_loop("x..x..." * 4, 3, 7), abs=1e-4)
    assert row["strength"] == 0


def test_what_was_done_once_long_ago_is_still_done(each_hunter: House) -> None:
    quest = each_hunter.quest(type="ONE_TIME", deadline="2028-01-05T12:00:00Z")
    each_hunter.complete(quest)
    pass_days(each_hunter, 413)  # the deadline is four days past

    (found,) = analytics(each_hunter, "quests")["quests"]

    assert found["success"] == {"due": 0, "done": 0, "rate": None}


def test_quests_in_figures_come_in_pages(each_hunter: House) -> None:
    made = [each_hunter.quest(title=f"Quest {number}")["id"] for number in range(5)]

    pages = [analytics(each_hunter, "quests", page=page, limit=2) for page in (1, 2, 3, 4)]

    assert [[each["questId"] for each in page["quests"]] for page in pages] == [
        made[:2], made[2:4], made[4:], [],
    ]  # fmt: skip
    assert pages[0]["pagination"] == {"page": 1, "limit": 2, "total": 5, "pages": 3}


def test_the_summary_agrees_with_what_it_sums_up(each_hunter: House) -> None:
    run, read = each_hunter.quest(title="Run"), each_hunter.quest(title="Read")
    for _ in range(8):
        each_hunter.complete(run, {"timeSpent": 60})
        pass_days(each_hunter, 1)
    each_hunter.complete(read)

    found = analytics(each_hunter, "summary")
    history = analytics(each_hunter, "xp-history", period="all")
    me = each_hunter.me()

    assert (found["date"], found["since"]) == ("2026-11-30", "2026-11-22")
    assert found["totals"] == {
        "totalXP": me["totalXP"],
        "questsCompleted": 9,
        "questsCreated": 2,
        "timeSpent": 480,
        "days": 9,
        "activeDays": 9,
        "avgDailyXP": history["summary"]["avgDailyXP"],
    }
    assert found["bestDay"] == history["summary"]["bestDay"]
    assert found["streak"] == {"current": 9, "best": 9, "bestUntil": "2026-11-30"}
    of_day = {day["date"]: day["xpGained"] for day in history["history"]}
    assert (found["thisWeek"]["from"], found["thisWeek"]["to"]) == ("2026-11-30", "2026-12-06")
    assert found["thisWeek"]["xpGained"] == found["today"]["xpGained"] == of_day["2026-11-30"]
    assert (found["lastWeek"]["questsCompleted"], found["lastWeek"]["activeDays"]) == (7, 7)
    assert found["lastWeek"]["timeSpent"] == 420
    so_far = found["lastWeekSoFar"]
    assert (so_far["from"], so_far["to"], so_far["xpGained"]) == (
        "2026-11-23", "2026-11-23", of_day["2026-11-23"],
    )  # fmt: skip
    assert found["change"] == {
        "xpGained": of_day["2026-11-30"] - of_day["2026-11-23"],
        "questsCompleted": 0,
    }
    assert [each["weekday"] for each in found["weekdays"]] == [
        "MON",
        "TUE",
        "WED",
        "THU",
        "FRI",
        "SAT",
        "SUN",
    ]
    assert sum(each["xpGained"] for each in found["weekdays"]) == me["totalXP"]
    assert found["bestWeekday"] == max(found["weekdays"], key=lambda each: int(each["xpGained"]))["weekday"]
    assert [(each["title"], each["completions"]) for each in found["mostDone"]] == [("Run", 8), ("Read", 1)]


def test_a_new_hunter_has_a_summary(each_hunter: House) -> None:
    found = analytics(each_hunter, "summary")

    assert (found["bestDay"], found["bestWeekday"], found["mostDone"]) == (None, None, [])
    assert found["streak"] == {"current": 0, "best": 0, "bestUntil": None}


def test_nobody_sees_what_others_did(house: House) -> None:
    jinwoo = house.signed_in()
    jinwoo.complete(jinwoo.quest())
    jinah = house.another().signed_in("Jinah")

    assert analytics(jinah, "xp-history")["summary"]["totalXP"] == 0
    assert analytics(jinah, "quests")["quests"] == []
    assert analytics(jinah, "summary")["totals"]["questsCompleted"] == 0


@pytest.mark.parametrize("path", ["xp-history", "attributes"])
@pytest.mark.parametrize("period", ["", "7", "8days", "7DAYS", "1years", "All", "30days ", "null"])
def test_an_unknown_period_is_422(hunter: House, path: str, period: str) -> None:
    answer = hunter.get(f"/api/analytics/{path}", period=period)
    assert (answer.status, answer.code, answer.fields) == (422, "VALIDATION_ERROR", {"period"})


@pytest.mark.parametrize(
    "year", ["", "0", "1", "-1", "1969", "10000", "99999999999999999999", "2026.0", "now"]
)
def test_a_year_out_of_range_is_422(hunter: House, year: str) -> None:
    answer = hunter.get("/api/analytics/heatmap", year=year)
    assert (answer.status, answer.code, answer.fields) == (422, "VALIDATION_ERROR", {"year"})


@pytest.mark.parametrize("query", [{"page": "0"}, {"limit": "101"}, {"page": "x"}])
def test_a_page_of_quests_that_cannot_be_is_422(hunter: House, query: dict[str, str]) -> None:
    answer = hunter.get("/api/analytics/quests", **query)
    assert (answer.status, answer.fields) == (422, set(query))


def test_a_period_given_twice_is_422_and_what_is_not_known_is_not_looked_at(hunter: House) -> None:
    assert hunter.get("/api/analytics/xp-history?period=7days&period=all").status == 422
    assert hunter.get("/api/analytics/xp-history", utm="x", year="1").status == 200


@pytest.mark.parametrize("path", ["xp-history", "attributes", "heatmap", "quests", "summary"])
def test_analytics_are_for_the_signed_in(house: House, path: str) -> None:
    assert house.get(f"/api/analytics/{path}").status == 401
