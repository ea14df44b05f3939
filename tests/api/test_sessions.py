"""Looking at sessions and ending them over HTTP (SPEC 4, Auth; issue 4, 2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from hunter_core.accounts.last_use import STEP, LastUse
from hunter_core.accounts.policy import CONTRACT
from hunter_core.accounts.security_log import SecurityEventKind
from tests.api.house import PASSWORD, House, a_house


def signed_in_again(hunter: House, device: str = "another device") -> House:
    other = hunter.another()
    body = {"email": "jinwoo@example.com", "password": PASSWORD}
    answer = other.ask("POST", "/api/auth/login", body, headers={"user-agent": device})
    other.token, other.refresh_token = answer.data["token"], answer.data["refreshToken"]
    return other


def sessions_of(hunter: House) -> list[Any]:
    return list(hunter.get("/api/auth/sessions").data["sessions"])


def test_the_list_says_of_each_session_where_since_when_and_how_lately(each_hunter: House) -> None:
    hunter = each_hunter
    hunter.clock.advance(hours=1)
    other = signed_in_again(hunter, "A phone/1.0 (of Jinwoo)")
    newest, oldest = sessions_of(other)
    assert set(newest) == {
        "id", "device", "address", "createdAt", "lastUsedAt", "expiresAt", "isCurrent",
    }  # fmt: skip
    assert (newest["isCurrent"], oldest["isCurrent"]) == (True, False)
    assert newest["createdAt"] == newest["lastUsedAt"] == "2026-11-22T13:00:00Z"
    assert newest["expiresAt"] == "2026-12-22T13:00:00Z"
    assert oldest["createdAt"] == "2026-11-22T12:00:00Z"
    assert (newest["device"], newest["address"]) == ("A phone/1.0 (of Jinwoo)", "testclient")
    assert [each["isCurrent"] for each in sessions_of(hunter)] == [False, True]


def test_nobody_sees_the_sessions_of_others(hunter: House) -> None:
    other = hunter.another().signed_in("Haein")
    assert len(sessions_of(hunter)) == len(sessions_of(other)) == 1
    assert sessions_of(hunter)[0]["id"] != sessions_of(other)[0]["id"]


def test_a_session_that_is_ended_is_gone_from_the_list_and_its_tokens_are_good_for_nothing(
    each_hunter: House,
) -> None:
    hunter = each_hunter
    other = signed_in_again(hunter)
    (ended,) = (each["id"] for each in sessions_of(hunter) if not each["isCurrent"])
    assert hunter.delete(f"/api/auth/sessions/{ended}").status == 204
    assert [each["isCurrent"] for each in sessions_of(hunter)] == [True]
    assert other.get("/api/auth/me").code == "UNAUTHENTICATED"
    assert other.post("/api/auth/refresh", {"refreshToken": other.refresh_token}).code == "UNAUTHENTICATED"
    again = hunter.delete(f"/api/auth/sessions/{ended}")
    assert (again.status, again.code) == (404, "NOT_FOUND")


def test_the_session_behind_the_request_can_be_ended_like_any_other(hunter: House) -> None:
    (current,) = sessions_of(hunter)
    assert hunter.delete(f"/api/auth/sessions/{current['id']}").status == 204
    assert hunter.get("/api/auth/me").status == 401


def test_the_session_of_somebody_else_is_answered_as_one_that_nobody_has(each_hunter: House) -> None:
    hunter, other = each_hunter, each_hunter.another().signed_in("Haein")
    (theirs,) = sessions_of(other)
    answers = [
        hunter.delete(f"/api/auth/sessions/{wanted}") for wanted in (theirs["id"], uuid4(), "no-id", "%00")
    ]
    for answer in answers:
        assert (answer.status, answer.code) == (404, "NOT_FOUND")
    assert len({answer.error["message"] for answer in answers}) == 1
    assert other.get("/api/auth/me").status == 200


def test_ending_all_others_leaves_this_one_and_those_of_other_accounts(each_hunter: House) -> None:
    hunter, stranger = each_hunter, each_hunter.another().signed_in("Haein")
    others = [signed_in_again(hunter) for _ in range(3)]
    assert hunter.delete("/api/auth/sessions").status == 204
    assert {each.get("/api/auth/me").status for each in others} == {401}
    assert {each.get("/api/auth/me").status for each in (hunter, stranger)} == {200}
    assert hunter.delete("/api/auth/sessions").status == 204


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_who_is_not_signed_in_sees_and_ends_nothing(house: House, method: str) -> None:
    assert house.ask(method, "/api/auth/sessions").code == "UNAUTHENTICATED"
    assert house.delete(f"/api/auth/sessions/{uuid4()}").code == "UNAUTHENTICATED"


def test_a_session_that_idled_too_long_is_not_listed() -> None:
    with a_house(policy=replace(CONTRACT, session_idles=timedelta(days=14))) as house:
        hunter = house.signed_in()
        house.clock.advance(days=10)
        other = signed_in_again(hunter)
        house.clock.advance(days=4)
        fresh = signed_in_again(hunter)
        assert len(sessions_of(fresh)) == 2
        assert other.post("/api/auth/refresh", {"refreshToken": other.refresh_token}).status == 200


# --- last use ----------------------------------------------------------------------------------------


def last_use_of(hunter: House) -> LastUse:
    return hunter.ports.last_use


def test_a_request_moves_the_last_use_but_only_after_a_few_minutes(each_hunter: House) -> None:
    hunter, last_use = each_hunter, last_use_of(each_hunter)
    hunter.clock.advance(seconds=STEP.total_seconds() - 1)
    hunter.me()
    assert last_use.write(hunter.store) is False
    assert sessions_of(hunter)[0]["lastUsedAt"] == "2026-11-22T12:00:00Z"

    hunter.clock.advance(seconds=1)
    hunter.me()
    assert sessions_of(hunter)[0]["lastUsedAt"] == "2026-11-22T12:00:00Z", "a request writes nothing itself"
    last_use.write(hunter.store)
    assert sessions_of(hunter)[0]["lastUsedAt"] == "2026-11-22T12:03:00Z"


def test_a_refresh_moves_the_last_use_at_once(hunter: House) -> None:
    hunter.clock.advance(hours=2)
    hunter.post("/api/auth/refresh", {"refreshToken": hunter.refresh_token})
    assert sessions_of(hunter)[0]["lastUsedAt"] == "2026-11-22T14:00:00Z"


def test_who_is_refused_has_not_used_a_session(hunter: House) -> None:
    hunter.clock.advance(hours=1)
    assert hunter.post("/api/auth/logout").status == 204
    last_use_of(hunter).write(hunter.store)
    hunter.clock.advance(hours=1)
    assert hunter.get("/api/auth/me").status == 401
    assert last_use_of(hunter).write(hunter.store) is False


def test_what_was_noted_is_kept_while_the_store_is_away(hunter: House) -> None:
    class Away(Exception):
        pass

    class Store:
        def run(self, work: object) -> None:
            raise Away

    hunter.clock.advance(minutes=30)
    hunter.me()
    with pytest.raises(Away):
        last_use_of(hunter).write(Store())  # type: ignore[arg-type]
    last_use_of(hunter).write(hunter.store)
    assert sessions_of(hunter)[0]["lastUsedAt"] == "2026-11-22T12:30:00Z"


# --- what the security log has -------------------------------------------------------------------------


def test_every_end_of_a_session_is_in_the_security_log(hunter: House) -> None:
    others = [signed_in_again(hunter) for _ in range(2)]
    (ended,) = (each["id"] for each in sessions_of(others[1])[1:2])
    hunter.log.events.clear()
    hunter.delete(f"/api/auth/sessions/{ended}")
    hunter.delete("/api/auth/sessions")
    hunter.post("/api/auth/logout-all")
    assert hunter.log.kinds() == [
        SecurityEventKind.SIGNED_OUT,
        SecurityEventKind.SESSIONS_REVOKED,
        SecurityEventKind.SESSIONS_REVOKED,
    ]
    assert [event.details.get("ended") for event in hunter.log.events] == [None, "1", "1"]
    assert {str(event.account_id) for event in hunter.log.events} == {hunter.user["id"]}
    assert str(hunter.log.events[0].session_id) == ended
