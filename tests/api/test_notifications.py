"""Notifications and push targets over HTTP (SPEC 4, Notifications)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from hunter_adapters.outbound import Outbound
from hunter_adapters.push.apprise import ApprisePusher
from hunter_core.accounts.security_log import SecurityEventKind
from hunter_core.export.ports import Section
from hunter_core.ids import AccountId, HunterId
from hunter_core.live.fan_out import LocalFanOut
from hunter_core.mail.mail import MailTemplate
from hunter_core.notifications.consumer import NotificationConsumer
from hunter_core.relay.relay import Relay
from tests.api.house import House, a_house

TOPIC = "ntfys://user:geheim@ntfy.sh/jinwoos-quests"


def told(house: House) -> list[Any]:
    """Let *house*'s hunter reach something; return what they were told of it, the latest first."""
    house.complete(house.quest(baseXP=400))
    relay = Relay(house.store, house.clock, consumers=[NotificationConsumer()], teller=LocalFanOut())
    while relay.run():
        pass
    found = house.get("/api/notifications").data["notifications"]
    assert len(found) > 2
    return list(found)


@pytest.fixture
def pushing() -> Iterator[House]:
    """A hunter at a server that can push."""
    with a_house(pusher=ApprisePusher(Outbound())) as opened:
        yield opened.signed_in()


def test_a_hunter_sees_what_they_were_told(each_hunter: House) -> None:
    found = told(each_hunter)

    answer = each_hunter.get("/api/notifications")
    assert answer.data["unreadCount"] == len(found) == answer.data["pagination"]["total"]
    (level,) = [each for each in found if each["type"] == "LEVEL_UP"]
    assert level == {
        "id": level["id"],
        "type": "LEVEL_UP",
        "title": "Level 3",
        "message": level["message"],
        "questId": None,
        "achievementId": None,
        "isRead": False,
        "isSent": True,
        "scheduledFor": "2026-11-22T12:00:00Z",
        "sentAt": "2026-11-22T12:00:00Z",
        "createdAt": "2026-11-22T12:00:00Z",
    }
    assert all(each["achievementId"] for each in found if each["type"] == "ACHIEVEMENT_UNLOCKED")


def test_a_list_can_be_asked_for_by_what_was_read_and_by_type(each_hunter: House) -> None:
    found = told(each_hunter)
    first = found[0]

    read = each_hunter.post(f"/api/notifications/{first['id']}/read")

    assert read.data == {**first, "isRead": True}
    assert each_hunter.post(f"/api/notifications/{first['id']}/read").data == read.data
    unread = each_hunter.get("/api/notifications", unread="true").data
    assert [each["id"] for each in unread["notifications"]] == [each["id"] for each in found[1:]]
    assert unread["unreadCount"] == len(found) - 1
    assert each_hunter.get("/api/notifications", unread="false").data["notifications"] == [read.data]
    levels = each_hunter.get("/api/notifications", type="LEVEL_UP").data
    assert [each["type"] for each in levels["notifications"]] == ["LEVEL_UP"]
    pages = [each_hunter.get("/api/notifications", page=page, limit=1).data for page in (1, 2)]
    assert [page["notifications"][0]["id"] for page in pages] == [found[0]["id"], found[1]["id"]]


def test_everything_can_be_marked_as_read(each_hunter: House) -> None:
    found = told(each_hunter)

    assert each_hunter.post("/api/notifications/read-all").data == {"read": len(found)}

    assert each_hunter.get("/api/notifications").data["unreadCount"] == 0
    assert each_hunter.post("/api/notifications/read-all").data == {"read": 0}


def test_one_that_is_removed_is_gone(each_hunter: House) -> None:
    first, *others = told(each_hunter)

    assert each_hunter.delete(f"/api/notifications/{first['id']}").status == 204

    left = each_hunter.get("/api/notifications").data
    assert [each["id"] for each in left["notifications"]] == [each["id"] for each in others]
    assert each_hunter.delete(f"/api/notifications/{first['id']}").status == 404


def test_a_list_that_has_not_changed_is_not_sent_again(each_hunter: House) -> None:
    first = told(each_hunter)[0]
    etag = each_hunter.get("/api/notifications").headers["etag"]
    asked = {"if-none-match": etag}
    assert each_hunter.ask("GET", "/api/notifications", headers=asked).status == 304

    each_hunter.post(f"/api/notifications/{first['id']}/read")

    assert each_hunter.ask("GET", "/api/notifications", headers=asked).status == 200


def test_somebody_elses_is_not_found_and_nothing_changes(each_hunter: House) -> None:
    first = told(each_hunter)[0]
    other = each_hunter.another().signed_in("Jinah")

    theirs = [
        other.post(f"/api/notifications/{first['id']}/read"),
        other.delete(f"/api/notifications/{first['id']}"),
    ]
    nobodys = other.delete(f"/api/notifications/{uuid4()}")

    assert {answer.status for answer in theirs} == {404}
    assert {answer.error["message"] for answer in theirs} == {nobodys.error["message"]}
    assert other.get("/api/notifications").data["notifications"] == []
    assert each_hunter.get("/api/notifications").data["notifications"][0] == first


@pytest.mark.parametrize(("name", "value"), [("unread", "yes"), ("type", "GOSSIP"), ("limit", "101")])
def test_a_list_that_cannot_be_is_refused(hunter: House, name: str, value: str) -> None:
    answer = hunter.get("/api/notifications", **{name: value})
    assert (answer.status, answer.fields) == (422, {name})


def test_quiet_hours_are_a_setting(each_hunter: House) -> None:
    quiet = {"from": "22:00", "until": "07:00"}

    assert each_hunter.patch("/api/users/me/settings", {"quietHours": quiet}).data["quietHours"] == quiet
    assert each_hunter.patch("/api/users/me/settings", {"theme": "light"}).data["quietHours"] == quiet
    same = each_hunter.patch("/api/users/me/settings", {"quietHours": {"from": "07:00", "until": "07:00"}})
    assert (same.status, same.fields) == (422, {"quietHours"})
    assert each_hunter.get("/api/users/me/settings").data["quietHours"] == quiet
    assert each_hunter.patch("/api/users/me/settings", {"quietHours": None}).data["quietHours"] is None


@pytest.mark.parametrize("value", [{"from": "22:00"}, {"from": "24:00", "until": "07:00"}, "22:00-07:00", []])
def test_quiet_hours_that_are_none_are_refused(hunter: House, value: Any) -> None:
    answer = hunter.patch("/api/users/me/settings", {"quietHours": value})

    assert answer.status == 422
    assert hunter.get("/api/users/me/settings").data["quietHours"] is None


# --- push targets -----------------------------------------------------------------------------------------------


def test_a_push_target_is_kept_sealed_and_shown_without_its_secrets(pushing: House) -> None:
    added = pushing.post("/api/notifications/targets", {"url": TOPIC})

    assert (added.status, added.data["shown"]) == (201, "ntfys://ntfy.sh/…")
    listed = pushing.get("/api/notifications/targets")
    assert listed.data["targets"] == [added.data]
    for secret in (b"geheim", b"jinwoos"):
        assert secret not in added.body + listed.body
    with pushing.store.read() as uow:
        (kept,) = uow.push_targets.of(HunterId(AccountId(UUID(pushing.user["id"]))))
    assert b"geheim" not in kept.sealed
    assert "geheim" not in repr(kept)


def test_of_a_new_push_target_the_owner_is_told_once_and_the_log_has_it(pushing: House) -> None:
    target = pushing.post("/api/notifications/targets", {"url": TOPIC}, key="k").data
    assert pushing.post("/api/notifications/targets", {"url": TOPIC}, key="k").data == target
    assert pushing.post("/api/notifications/targets", {"url": "ntfys://10.0.0.1/topic"}).status == 422
    assert pushing.delete(f"/api/notifications/targets/{target['id']}").status == 204

    with pushing.store.read() as uow:
        pages = uow.archive.rows(AccountId(UUID(pushing.user["id"])), Section.MAILS)
        told = [mail for page in pages for mail in page if mail.template is MailTemplate.PUSH_TARGET_ADDED]
    assert [(mail.recipient, dict(mail.details)) for mail in told] == [
        (pushing.user["email"], {"target": "ntfys://ntfy.sh/…"})
    ]
    assert [
        (event.kind, dict(event.details))
        for event in pushing.log.events
        if event.kind.value.startswith("push_target.")
    ] == [
        (SecurityEventKind.PUSH_TARGET_ADDED, {"id": target["id"], "target": "ntfys://ntfy.sh/…"}),
        (SecurityEventKind.PUSH_TARGET_REMOVED, {"id": target["id"]}),
    ]


def test_a_push_target_can_be_removed_by_its_hunter_alone(pushing: House) -> None:
    target = pushing.post("/api/notifications/targets", {"url": TOPIC}).data
    other = pushing.another().signed_in("Jinah")

    assert other.delete(f"/api/notifications/targets/{target['id']}").status == 404
    assert pushing.get("/api/notifications/targets").data["targets"] == [target]
    assert pushing.delete(f"/api/notifications/targets/{target['id']}").status == 204
    assert pushing.get("/api/notifications/targets").data["targets"] == []


def test_there_are_at_most_five_push_targets(pushing: House) -> None:
    for number in range(5):
        assert pushing.post("/api/notifications/targets", {"url": f"ntfys://ntfy.sh/{number}"}).status == 201

    answer = pushing.post("/api/notifications/targets", {"url": "ntfys://ntfy.sh/6"})

    assert (answer.status, answer.code) == (409, "PUSH_TARGET_LIMIT_REACHED")
    assert len(pushing.get("/api/notifications/targets").data["targets"]) == 5


def test_a_key_adds_a_push_target_once(pushing: House) -> None:
    first = pushing.post("/api/notifications/targets", {"url": TOPIC}, key="k")
    again = pushing.post("/api/notifications/targets", {"url": TOPIC}, key="k")

    assert again.body == first.body
    assert len(pushing.get("/api/notifications/targets").data["targets"]) == 1


REFUSED = (
    "ntfy://ntfy.sh/plain-http",
    "json://example.com/",
    "jsons://example.com/",
    "mailto://user:password@example.com",
    "https://example.com/",
    "file:///etc/passwd",
    "ntfys://localhost/topic",
    "ntfys://127.0.0.1/topic",
    "ntfys://127.0.0.1./topic",
    "ntfys://api.localhost./topic",
    "ntfys://2130706433/topic",
    "ntfys://0x7f.1/topic",
    "ntfys://10.1.2.3:8443/topic",
    "ntfys://169.254.169.254/latest",
    "ntfys://[::1]/topic",
    "ntfys://[::ffff:10.0.0.1]/topic",
    "ntfys://user@192.168.1.1/topic",
    "gotifys://fe80::1/token",
    "ntfys://ntfy.sh/topic?verify=no",
    "ntfys://ntfy.sh/topic?rto=100000",
    "ntfys://",
    "discord://",
    "NTFYS://ntfy.sh/ topic",
)


def test_what_leads_inside_or_is_not_allowed_is_no_push_target(pushing: House) -> None:
    for url in REFUSED:
        answer = pushing.post("/api/notifications/targets", {"url": url})
        assert (answer.status, answer.fields) == (422, {"url"}), url

    assert pushing.get("/api/notifications/targets").data["targets"] == []


def test_a_server_without_pushes_says_so(hunter: House) -> None:
    answer = hunter.post("/api/notifications/targets", {"url": TOPIC})

    assert (answer.status, answer.fields) == (422, {"url"})
    assert 'extra "push"' in answer.error["details"][0]["message"]
