"""A retry pays once: the stored answer, byte for byte (SPEC 4, Idempotency; SPEC 10, Keys)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from hunter_adapters.memory import MemoryStore
from hunter_api.app import operations
from hunter_api.door import way
from hunter_api.door.threads import KeysUnderWay
from hunter_core.ids import HunterId
from hunter_core.keys import KeyedRequest
from tests.api.house import Answer, House, a_house

KEYED: dict[str, dict[str, Any]] = {
    "/api/quests": {"title": "Read", "type": "DAILY", "baseXP": 5},
    "/api/quests/{id}/complete": {"notes": "done"},
    "/api/quests/{id}/skip": {"day": "2026-11-23"},
    "/api/users/me/pauses": {"from": "2026-11-25", "until": "2026-11-26"},
}


def test_every_signed_in_post_that_pays_or_creates_takes_a_key() -> None:
    takers = {each.path.replace("{quest_id}", "{id}") for each in operations() if each.keyed}
    # No push is installed here, so that none can be created: test_notifications.py has one.
    assert takers == {*KEYED, "/api/notifications/targets"}
    others = {
        each.path for each in operations() if each.method == "POST" and each.signed_in and not each.keyed
    }
    # What is read is not paid for, what holds a secret is never stored, and the rest is the same done twice.
    assert {path for path in others if not path.startswith("/api/auth/")} == {
        "/api/notifications/read-all",
        "/api/notifications/{notification_id}/read",
        "/api/webhooks",
        "/api/webhooks/{webhook_id}/secret",
        "/api/webhooks/{webhook_id}/test",
        "/api/ws/ticket",
    }


@pytest.mark.parametrize("path", KEYED)
def test_the_same_request_again_is_answered_byte_for_byte(each_hunter: House, path: str) -> None:
    hunter, body = each_hunter, KEYED[path]
    path = path.format(id=hunter.quest()["id"])

    first = hunter.post(path, body, key="a key!~".replace(" ", "-"))
    hunter.clock.advance(hours=23, minutes=59)
    again = hunter.post(path, body, key="a-key!~")

    assert first.status in (200, 201), first
    assert "idempotency-replayed" not in first.headers
    assert (again.status, again.body) == (first.status, first.body)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["x-request-id"] != first.headers["x-request-id"]


@pytest.mark.parametrize("path", KEYED)
def test_a_key_is_good_for_one_request_only(each_hunter: House, path: str) -> None:
    hunter, body = each_hunter, KEYED[path]
    path = path.format(id=hunter.quest()["id"])
    assert hunter.post(path, body, key="mine").status in (200, 201)
    for wanted, sent in (
        (path, {**body, "notes": "more"}),
        ("/api/quests", {**KEYED["/api/quests"], "title": "Else"}),
    ):
        if wanted == path and "notes" not in body:
            continue
        answer = hunter.post(wanted, sent, key="mine")
        assert (answer.status, answer.code) == (422, "IDEMPOTENCY_KEY_REUSED")


def test_the_same_json_in_other_bytes_is_another_request(hunter: House) -> None:
    quest = hunter.quest()
    path = f"/api/quests/{quest['id']}/complete"
    assert hunter.ask("POST", path, raw=b"{}", key="k").status == 200
    assert hunter.ask("POST", path, raw=b"{ }", key="k").code == "IDEMPOTENCY_KEY_REUSED"


def test_a_key_is_the_accounts_own(hunter: House) -> None:
    other = hunter.another().signed_in("Haein")
    for each in (hunter, other):
        assert each.complete(each.quest(), key="same").status == 200


def test_a_key_is_free_again_after_a_day(each_hunter: House) -> None:
    hunter = each_hunter
    quest = hunter.quest()
    first = hunter.complete(quest, key="daily")
    hunter.clock.advance(hours=24)
    second = hunter.complete(quest, key="daily")
    assert second.status == 200
    assert second.data["completion"]["id"] != first.data["completion"]["id"]
    assert hunter.complete(quest, key="daily").body == second.body


def test_a_refusal_leaves_the_key_free(each_hunter: House) -> None:
    hunter = each_hunter
    quest = hunter.quest(isActive=False)
    assert hunter.complete(quest, key="k").code == "QUEST_INACTIVE"
    assert (
        hunter.post(f"/api/quests/{quest['id']}/complete", {"timeSpent": 0}, key="k").code
        == "VALIDATION_ERROR"
    )
    hunter.patch(f"/api/quests/{quest['id']}", {"isActive": True})
    assert hunter.complete(quest, key="k").status == 200


def test_a_late_completion_is_replayed_though_it_would_be_too_late_now(each_hunter: House) -> None:
    hunter = each_hunter
    quest = hunter.quest()
    hunter.clock.advance(hours=40)
    body = {"completedAt": "2026-11-22T12:00:00Z"}
    first = hunter.complete(quest, body, key="late")
    hunter.clock.advance(hours=20)
    again = hunter.complete(quest, body, key="late")
    assert (first.status, again.body) == (200, first.body)


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 256, "tab\there"])
def test_a_malformed_key_is_400(hunter: House, key: str) -> None:
    quest = hunter.quest()
    answer = hunter.complete(quest, key=key)
    assert (answer.status, answer.code) == (400, "IDEMPOTENCY_KEY_INVALID")
    assert hunter.me()["totalXP"] == 0


def test_two_keys_are_none_for_nobody_knows_which_was_meant(hunter: House) -> None:
    quest = hunter.quest()
    headers = [
        ("authorization", f"Bearer {hunter.token}"),
        ("idempotency-key", "one"),
        ("idempotency-key", "another"),
    ]
    answer = Answer(hunter.http.post(f"/api/quests/{quest['id']}/complete", headers=headers))
    assert (answer.status, answer.code) == (400, "IDEMPOTENCY_KEY_INVALID")
    assert hunter.me()["totalXP"] == 0


def test_the_longest_key_is_taken(hunter: House) -> None:
    assert hunter.complete(hunter.quest(), key="~" * 255).status == 200


def test_twenty_requests_with_one_key_at_once_pay_once(each_hunter: House) -> None:
    hunter = each_hunter
    quest = hunter.quest(completionsPerDay=50)
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: hunter.complete(quest, key="storm"), range(20)))
    assert {answer.status for answer in answers} == {200}
    assert len({answer.body for answer in answers}) == 1
    assert sum("idempotency-replayed" not in answer.headers for answer in answers) == 1
    assert hunter.get(f"/api/quests/{quest['id']}").data["completionsToday"] == 1


def test_who_waits_too_long_for_the_first_is_told_that_it_is_under_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(way, "KEY_WAIT", 0.2)
    locked, under_way, held = threading.Event(), threading.Event(), threading.Event()
    holding = KeysUnderWay.holding

    @contextmanager
    def noticed(keys: KeysUnderWay, request: KeyedRequest) -> Iterator[None]:
        with holding(keys, request):
            under_way.set()
            yield

    monkeypatch.setattr(KeysUnderWay, "holding", noticed)
    with a_house(MemoryStore(lock_timeout=30)) as hunter:
        hunter.signed_in()
        quest = hunter.quest()

        def hold() -> None:
            with hunter.store.write() as uow:
                uow.hunters.lock(HunterId(uow.accounts.by_email("jinwoo@example.com").id))  # type: ignore[union-attr]
                locked.set()
                held.wait(30)

        holder = threading.Thread(target=hold)
        holder.start()
        assert locked.wait(30)
        with ThreadPoolExecutor(1) as pool:
            first = pool.submit(lambda: hunter.complete(quest, key="slow"))
            assert under_way.wait(30)
            second: Answer = hunter.complete(quest, key="slow")
            held.set()
            holder.join()
            assert (second.status, second.code) == (409, "IDEMPOTENCY_IN_PROGRESS")
            assert second.headers["retry-after"] == "1"
            assert first.result().status == 200
        assert hunter.complete(quest, key="slow").body == first.result().body
