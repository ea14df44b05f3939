"""Boards over HTTP: shape, order, windows, privacy, pages, ETags and what is refused (SPEC 4, Leaderboard)."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import attrs
import pytest
from litestar.testing import TestClient

from hunter_adapters.memory import MemoryStore
from hunter_adapters.testing.clock import StillClock
from hunter_api.app import create_app
from hunter_core.ids import HunterId
from tests.api.house import Answer, House, ports_over

BOARD = "/api/leaderboard"


def a_day_of(house: House, name: str, *payments: int) -> House:
    """Return a new hunter who has done a quest of each of these base XP."""
    hunter = house.another().signed_in(name)
    for base_xp in payments:
        assert hunter.complete(hunter.quest(baseXP=base_xp)).status == 200
    return hunter


def names(data: Any) -> list[str]:
    return [line["hunterName"] for line in data["leaderboard"]]


def test_a_board_has_lines_in_order_the_hunters_own_place_and_statistics(each_hunter: House) -> None:
    jinah = a_day_of(each_hunter, "Jinah", 300)
    each_hunter.clock.advance(minutes=1)
    a_day_of(each_hunter, "Cha", 300)

    data = jinah.get(BOARD).data

    assert names(data) == ["Jinah", "Cha", "Jinwoo"]
    first, second, third = data["leaderboard"]
    assert first["totalXP"] == second["totalXP"] > third["totalXP"] == 0
    assert first == {
        "rank": 1,
        "userId": jinah.user["id"],
        "hunterName": "Jinah",
        "level": jinah.me()["level"],
        "totalXP": jinah.me()["totalXP"],
        "currentRank": jinah.me()["currentRank"],
        "currentStreak": 1,
        "isCurrentUser": True,
    }
    assert [line["isCurrentUser"] for line in data["leaderboard"]] == [True, False, False]
    assert data["currentUserRank"] == {"rank": 1, "totalUsers": 3, "percentile": 100.0, "xpToNext": 0}
    assert data["stats"] == {"totalHunters": 3, "activeToday": 2, "sRankHunters": 0}
    assert data["pagination"] == {"page": 1, "limit": 50, "total": 3, "pages": 1}
    told = each_hunter.get(BOARD).data["currentUserRank"]
    assert told == {"rank": 3, "totalUsers": 3, "percentile": 33.33, "xpToNext": first["totalXP"] + 1}


def test_no_answer_holds_an_address(each_hunter: House) -> None:
    a_day_of(each_hunter, "Jinah", 100)

    assert "@" not in json.dumps(each_hunter.get(BOARD).json)


def test_each_timeframe_has_the_xp_of_its_window_and_past_windows_stay_readable(each_hunter: House) -> None:
    each_hunter.complete(each_hunter.quest(baseXP=100))
    sunday = each_hunter.me()["totalXP"]
    each_hunter.clock.advance(days=1)
    each_hunter.complete(each_hunter.quest(title="Monday", baseXP=40))
    monday = each_hunter.me()["totalXP"] - sunday

    def xp(timeframe: str, **window: str) -> list[int]:
        data = each_hunter.get(BOARD, timeframe=timeframe, **window).data
        return [line["totalXP"] for line in data["leaderboard"]]

    assert xp("all-time") == xp("monthly") == [sunday + monday]
    assert xp("daily") == xp("weekly") == [monday]
    assert xp("daily", window="2026-11-22") == xp("weekly", window="2026-W47") == [sunday]
    assert xp("monthly", window="2026-11") == [sunday + monday]
    assert xp("daily", window="2026-11-21") == xp("monthly", window="2027-01") == []


def test_a_void_gives_back_the_xp_of_its_window_and_the_earlier_moment(each_hunter: House) -> None:
    quest = each_hunter.quest(baseXP=100, completionsPerDay=5)
    each_hunter.complete(quest)
    before = [
        each_hunter.get(BOARD, timeframe=each).data for each in ("all-time", "daily", "weekly", "monthly")
    ]
    each_hunter.clock.advance(seconds=30)
    made = each_hunter.complete(quest).data["completion"]["id"]

    assert each_hunter.delete(f"/api/quests/{quest['id']}/completions/{made}").status == 200

    after = [
        each_hunter.get(BOARD, timeframe=each).data for each in ("all-time", "daily", "weekly", "monthly")
    ]
    assert after == before


@pytest.mark.parametrize(
    "settings",
    [{"showOnLeaderboard": False}, {"profileVisibility": "private"}, {"profileVisibility": "friends"}],
    ids=str,
)
def test_who_hides_is_on_no_board_and_has_no_place(each_hunter: House, settings: dict[str, Any]) -> None:
    jinah = a_day_of(each_hunter, "Jinah", 100)
    assert jinah.patch("/api/users/me/settings", settings).status == 200

    for timeframe in ("all-time", "daily", "weekly", "monthly"):
        assert "Jinah" not in names(each_hunter.get(BOARD, timeframe=timeframe).data)
    data = jinah.get(BOARD, around="me").data
    assert data["currentUserRank"] == {"rank": None, "totalUsers": 1, "percentile": None, "xpToNext": None}
    assert data["leaderboard"] == []
    assert data["stats"] == {"totalHunters": 1, "activeToday": 0, "sRankHunters": 0}

    undone = {"showOnLeaderboard": True, "profileVisibility": "public"}
    assert jinah.patch("/api/users/me/settings", undone).status == 200
    assert names(jinah.get(BOARD, timeframe="daily").data) == ["Jinah"]


def test_a_board_of_one_rank_has_the_hunters_of_that_rank(each_hunter: House) -> None:
    jinah = a_day_of(each_hunter, "Jinah", 500, 500, 500, 500)
    assert jinah.me()["currentRank"] == "E"

    assert names(each_hunter.get(BOARD, rank="all").data) == ["Jinah", "Jinwoo"]
    assert names(each_hunter.get(BOARD, rank="E").data) == ["Jinah"]
    assert names(each_hunter.get(BOARD, rank="F").data) == ["Jinwoo"]
    assert names(each_hunter.get(BOARD, rank="E", timeframe="weekly").data) == ["Jinah"]
    assert each_hunter.get(BOARD, rank="S").data["leaderboard"] == []
    assert each_hunter.get(BOARD, rank="E").data["currentUserRank"]["rank"] is None


def test_around_me_has_the_hunter_in_the_middle_and_says_which_page_that_is(house: House) -> None:
    hunters = [a_day_of(house, f"Hunter{number}", 500 - 10 * number) for number in range(7)]

    data = hunters[4].get(BOARD, around="me", limit=3).data

    assert names(data) == ["Hunter3", "Hunter4", "Hunter5"]
    assert [line["rank"] for line in data["leaderboard"]] == [4, 5, 6]
    assert data["pagination"] == {"page": 2, "limit": 3, "total": 7, "pages": 3}
    assert names(hunters[0].get(BOARD, around="me", limit=3).data) == ["Hunter0", "Hunter1", "Hunter2"]
    assert names(hunters[6].get(BOARD, around="me", limit=3).data) == ["Hunter4", "Hunter5", "Hunter6"]


def test_the_streak_shown_is_the_one_that_still_counts(each_hunter: House) -> None:
    a_day_of(each_hunter, "Jinah", 100)
    each_hunter.clock.advance(days=3)

    assert each_hunter.get(BOARD).data["leaderboard"][0]["currentStreak"] == 0


def test_a_board_that_has_not_changed_is_not_sent_again(each_hunter: House) -> None:
    first = each_hunter.get(BOARD)
    assert first.headers["cache-control"] == "private, no-cache"

    again = each_hunter.ask("GET", BOARD, headers={"if-none-match": first.headers["etag"]})
    assert (again.status, again.body) == (304, b"")

    each_hunter.complete(each_hunter.quest())
    assert each_hunter.ask("GET", BOARD, headers={"if-none-match": first.headers["etag"]}).status == 200


def test_a_page_past_the_end_is_empty(each_hunter: House) -> None:
    data = each_hunter.get(BOARD, page=1_000_000_000, limit=100).data

    assert (data["leaderboard"], data["pagination"]["total"]) == ([], 1)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "101"}, "limit"),
        ({"limit": "0"}, "limit"),
        ({"page": "0"}, "page"),
        ({"page": "-1"}, "page"),
        ({"timeframe": "yearly"}, "timeframe"),
        ({"rank": "Z"}, "rank"),
        ({"scope": "friends"}, "scope"),
        ({"scope": "guild"}, "scope"),
        ({"around": "you"}, "around"),
        ({"window": "2026-W47"}, "window"),
        ({"timeframe": "weekly", "window": "2026-11"}, "window"),
        ({"timeframe": "weekly", "window": "2026-W54"}, "window"),
        ({"timeframe": "weekly", "window": "2025-W53"}, "window"),
        ({"timeframe": "daily", "window": "2026-02-30"}, "window"),
        ({"timeframe": "daily", "window": "٢٠٢٦-١١-٢٢"}, "window"),
        ({"timeframe": "monthly", "window": "2026-13"}, "window"),
        ({"timeframe": "monthly", "window": ""}, "window"),
        ({"timeframe": "monthly", "window": "all"}, "window"),
    ],
    ids=str,
)
def test_what_is_no_board_is_refused(hunter: House, query: dict[str, Any], field: str) -> None:
    answer = hunter.get(BOARD, **query)

    assert (answer.status, answer.code, answer.fields) == (422, "VALIDATION_ERROR", {field})


def test_a_board_is_for_the_signed_in(house: House) -> None:
    assert house.get(BOARD).status == 401


def test_the_answer_to_who_hides_waits_until_it_is_so_and_reads_and_others_do_not() -> None:
    left: dict[HunterId, float] = {}
    clock = StillClock()
    ports = attrs.evolve(ports_over(MemoryStore(), clock), hiding=lambda hunter_id: left.get(hunter_id, 0.0))
    with TestClient(create_app(ports), raise_server_exceptions=False) as http:
        http.headers.clear()
        house = House(http, ports, clock)
        hiding, other = house.another().signed_in("Jinwoo"), house.another().signed_in("Jinah")
        left[HunterId(UUID(hiding.user["id"]))] = 1.0

        def seconds(act: Callable[[], Answer]) -> float:
            began = time.monotonic()
            assert act().status == 200
            return time.monotonic() - began

        hide = {"showOnLeaderboard": False}
        assert seconds(lambda: hiding.patch("/api/users/me/settings", hide)) >= 1
        # Of three, so that a machine that stands still for a moment says nothing.
        assert min(seconds(lambda: other.patch("/api/users/me/settings", hide)) for _ in range(3)) < 1
        assert min(seconds(lambda: hiding.get("/api/users/me")) for _ in range(3)) < 1
