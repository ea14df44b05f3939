"""Webhooks over HTTP, from the request that adds one to the receiver (issue 5, 5)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import shutil
from collections.abc import Iterator
from datetime import datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from hunter_adapters.outbound import Outbound
from hunter_adapters.sql import open_store
from hunter_adapters.webhooks.http import HttpSender
from hunter_core.accounts.security_log import SecurityEventKind
from hunter_core.export.ports import Section
from hunter_core.ids import AccountId
from hunter_core.live.fan_out import LocalFanOut
from hunter_core.mail.mail import MailTemplate
from hunter_core.notifications.consumer import NotificationConsumer
from hunter_core.relay.ports import Consumer
from hunter_core.relay.relay import Relay
from hunter_core.webhooks.consumer import WebhookConsumer
from hunter_core.webhooks.courier import Courier
from hunter_core.webhooks.delivery import LEASE
from tests.api.house import PASSWORD, House, a_house
from tests.servers.webhooks import Received, Receiver, a_receiver

HERE = [ip_network("127.0.0.1/32")]
SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
DRAFT = {"url": "https://home.example/hooks/hunter?token=t", "events": ["quest.completed"]}


@pytest.fixture(params=["memory", "sqlite"])
def hooked(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """A hunter at a server that sends webhooks, to this machine too."""
    sender = HttpSender(Outbound(HERE), lan=HERE)
    if request.param == "memory":
        with a_house(sender=sender) as opened:
            yield opened.signed_in()
        return
    shutil.copyfile(request.getfixturevalue("new_file"), tmp_path / "hunter.db")
    store = open_store(f"sqlite:///{tmp_path / 'hunter.db'}")
    with a_house(store, sender=sender) as opened:
        yield opened.signed_in()
    store.close()


@pytest.fixture
def hunter() -> Iterator[House]:
    """A hunter at a server that sends nothing into its own network."""
    with a_house(sender=HttpSender(Outbound())) as opened:
        yield opened.signed_in()


def added(house: House, **more: Any) -> Any:
    answer = house.post("/api/webhooks", {**DRAFT, **more})
    assert answer.status == 201, answer
    return answer.data


def at(receiver: Receiver, path: str = "/hook") -> str:
    return f"http://127.0.0.1:{receiver.port}{path}"


def carried_out(house: House) -> None:
    """Relay what happened, and carry out what follows."""
    consumers: list[Consumer] = [NotificationConsumer(), WebhookConsumer()]
    relay = Relay(house.store, house.clock, consumers=consumers, teller=LocalFanOut())
    while relay.run():
        pass
    courier = Courier(
        store=house.store,
        sender=house.ports.sender,
        vault=house.ports.gate.vault,
        clock=house.clock,
    )
    while courier.run():
        pass


def deliveries(house: House, hook: Any) -> list[Any]:
    return list(house.get(f"/api/webhooks/{hook['id']}/deliveries").data["deliveries"])


def is_signed(got: Received, secret: str) -> bool:
    """Verify a message as docs/guides/webhooks.md says."""
    signed = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}.".encode() + got.body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    good = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(good, each) for each in got.headers["webhook-signature"].split(" "))


# --- adding, showing, changing, removing ------------------------------------------------------------------------


def test_a_webhook_is_added_and_its_secret_shown_once(hooked: House) -> None:
    made = added(hooked, events=["hunter.level_up", "quest.completed"])

    assert made["secret"].startswith("whsec_")
    assert len(base64.b64decode(made["secret"].removeprefix("whsec_"))) == 32
    (listed,) = hooked.get("/api/webhooks").data["webhooks"]
    assert listed == {**made, "secret": "whsec_…"}
    assert listed == {
        "id": made["id"],
        "url": DRAFT["url"],
        # In the order of the document, whatever order they came in.
        "events": ["quest.completed", "hunter.level_up"],
        "secret": "whsec_…",
        "oldSecretUntil": None,
        "isActive": True,
        "disabledAt": None,
        "failures": 0,
        "failingSince": None,
        "lastAt": None,
        "lastStatus": None,
        "lastError": None,
        "createdAt": "2026-11-22T12:00:00Z",
        "updatedAt": "2026-11-22T12:00:00Z",
    }
    assert deliveries(hooked, made) == []


def mails(house: House) -> list[tuple[MailTemplate, str, dict[str, str]]]:
    """What is on its way to owners of accounts about webhooks."""
    with house.store.read() as uow:
        uow_mails = uow.archive.rows(AccountId(UUID(house.user["id"])), Section.MAILS)
        found = [mail for page in uow_mails for mail in page]
    return [
        (mail.template, mail.recipient, dict(mail.details))
        for mail in found
        if mail.template in (MailTemplate.WEBHOOK_ADDED, MailTemplate.WEBHOOK_SECRET_CHANGED)
    ]


def logged(house: House) -> list[tuple[SecurityEventKind, dict[str, str]]]:
    """What the security log has of webhooks."""
    return [
        (event.kind, dict(event.details))
        for event in house.log.events
        if event.kind.value.startswith("webhook.")
    ]


def test_of_a_new_webhook_and_of_another_address_the_owner_is_told_and_the_log_has_it(hooked: House) -> None:
    made = added(hooked)
    path = f"/api/webhooks/{made['id']}"
    assert hooked.patch(path, {"events": ["hunter.level_up"], "isActive": True}).status == 200
    first = {"target": "https://home.example/…"}
    assert mails(hooked) == [(MailTemplate.WEBHOOK_ADDED, hooked.user["email"], first)]

    assert hooked.patch(path, {"url": "https://other.example/in?token=t"}).status == 200
    assert hooked.delete(path).status == 204

    second = {"target": "https://other.example/…"}
    assert mails(hooked) == [
        (MailTemplate.WEBHOOK_ADDED, hooked.user["email"], said) for said in (first, second)
    ]
    assert logged(hooked) == [
        (SecurityEventKind.WEBHOOK_ADDED, {"id": made["id"], **first}),
        (SecurityEventKind.WEBHOOK_MOVED, {"id": made["id"], **second}),
        (SecurityEventKind.WEBHOOK_REMOVED, {"id": made["id"]}),
    ]
    (event,) = {
        (event.account_id, event.session_id) for event in hooked.log.events if "webhook" in event.kind
    }
    assert str(event[0]) == hooked.user["id"]
    assert event[1] is not None


def test_of_a_webhook_that_was_refused_nobody_is_told(hooked: House) -> None:
    assert hooked.post("/api/webhooks", {**DRAFT, "url": "https://10.0.0.1/"}).status == 422
    assert hooked.patch(f"/api/webhooks/{uuid4()}", {"url": "https://other.example/"}).status == 404
    assert hooked.delete(f"/api/webhooks/{uuid4()}").status == 404

    assert mails(hooked) == []
    assert logged(hooked) == []


def test_neither_address_nor_secret_stands_in_the_store(hooked: House) -> None:
    made = added(hooked, secret=SECRET)
    assert made["secret"] == SECRET

    with hooked.store.read() as uow:
        (kept,) = uow.webhooks.active({uow.histories.hunter_ids()[0]})
    for sealed in (kept.sealed_url, kept.sealed_secret):
        assert b"home.example" not in sealed
        assert SECRET.encode() not in sealed
    assert kept.shown == "https://home.example/…"
    assert "token" not in repr(kept)


def test_each_part_can_be_changed_alone(hooked: House) -> None:
    path = f"/api/webhooks/{added(hooked)['id']}"
    before = hooked.get("/api/webhooks").data["webhooks"][0]
    hooked.clock.advance(minutes=1)

    assert hooked.patch(path, {"isActive": False}).data["isActive"] is False
    assert hooked.patch(path, {"events": ["streak.broken"]}).data["events"] == ["streak.broken"]
    changed = hooked.patch(path, {"url": "https://other.example/x"}).data

    assert changed == {
        **before,
        "isActive": False,
        "events": ["streak.broken"],
        "url": "https://other.example/x",
        "updatedAt": "2026-11-22T12:01:00Z",
    }
    assert hooked.get("/api/webhooks").data["webhooks"] == [changed]
    assert hooked.patch(path, {}).data == changed


def test_one_that_is_removed_is_gone(hooked: House) -> None:
    path = f"/api/webhooks/{added(hooked)['id']}"

    assert hooked.delete(path).status == 204
    assert hooked.get("/api/webhooks").data["webhooks"] == []
    for answer in (
        hooked.delete(path),
        hooked.patch(path, {"isActive": True}),
        hooked.post(f"{path}/test"),
        hooked.post(f"{path}/secret", {}),
        hooked.get(f"{path}/deliveries"),
    ):
        assert (answer.status, answer.code) == (404, "NOT_FOUND")


def test_somebody_elses_webhook_is_told_like_none(hooked: House) -> None:
    made = added(hooked)
    path = f"/api/webhooks/{made['id']}"
    other = hooked.another().signed_in("Jinah")

    for method, suffix, body in (
        ("PATCH", "", {"isActive": False}),
        ("DELETE", "", None),
        ("POST", "/test", None),
        ("POST", "/secret", {}),
        ("GET", "/deliveries", None),
    ):
        theirs = other.ask(method, path + suffix, body)
        nobodys = other.ask(method, f"/api/webhooks/{uuid4()}{suffix}", body)
        assert theirs.status == nobodys.status == 404
        assert theirs.error["message"] == nobodys.error["message"]
    assert other.get("/api/webhooks").data["webhooks"] == []
    assert hooked.get("/api/webhooks").data["webhooks"][0]["isActive"] is True


def test_there_are_at_most_ten(hunter: House) -> None:
    for _ in range(10):
        added(hunter)
    refused = hunter.post("/api/webhooks", DRAFT)
    assert (refused.status, refused.code) == (409, "WEBHOOK_LIMIT_REACHED")
    assert len(hunter.get("/api/webhooks").data["webhooks"]) == 10


# --- what must not be -----------------------------------------------------------------------------------------------

BAD: dict[str, list[Any]] = {
    "url": [
        None,
        1,
        True,
        [],
        {},
        "",
        "x" * 1025,
        "http://hooks.example/",
        "http://127.0.0.1/",
        "https://127.0.0.1/",
        "https://127.0.0.1./",
        "https://2130706433./",
        "https://api.localhost./",
        "https://localhost/",
        "https://[::1]/",
        "https://192.168.1.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://100.64.0.1/",
        "https://224.0.0.1/",
        "https://0x7f000001/",
        "https://user:pass@hooks.example/",
        "https://hooks.example/#x",
        "ftp://hooks.example/",
        "https://a\0b.example/",
        "https://a\ud800.example/",
        "https://hooks.example/a\nb",
    ],
    "events": [
        None,
        "quest.completed",
        1,
        {},
        [],
        ["quest.completed", "quest.completed"],
        ["*"],
        ["webhook.ping"],
        ["leaderboard.changed"],
        ["quest.completed", "x"],
        [1],
        [None],
        ["quest.completed"] * 100,
        ["\0"],
    ],
    "secret": [
        1,
        [],
        {},
        True,
        "",
        "whsec_",
        "secret",
        "whsec_" + base64.b64encode(b"x" * 23).decode(),
        "whsec_" + base64.b64encode(b"x" * 65).decode(),
        "whsec_not base64!",
        base64.b64encode(b"x" * 32).decode(),
        "whsec_" + "A" * 1000,
        "whsec_\0",
        "whsec_ü",
    ],
    "isActive": [None, "true", 1, 0, [], {}],
}


@pytest.mark.parametrize("field", ["url", "events", "secret"])
def test_a_draft_with_a_bad_field_is_refused_by_its_name(hunter: House, field: str) -> None:
    for value in BAD[field]:
        answer = hunter.post("/api/webhooks", {**DRAFT, field: value})
        assert answer.status == 422, (value, answer)
        assert answer.fields <= {field, *(f"{field}[{n}]" for n in range(100)), f"{field}.0"}, (value, answer)
    assert hunter.get("/api/webhooks").data["webhooks"] == []


@pytest.mark.parametrize("field", ["url", "events", "isActive"])
def test_a_change_to_a_bad_field_is_refused_by_its_name(hunter: House, field: str) -> None:
    made = {**added(hunter), "secret": "whsec_…"}
    for value in BAD[field]:
        answer = hunter.patch(f"/api/webhooks/{made['id']}", {field: value})
        assert answer.status == 422, (value, answer)
        assert any(each.startswith(field) for each in answer.fields), (value, answer)
    assert hunter.get("/api/webhooks").data["webhooks"] == [made]


def test_missing_and_unknown_fields_are_refused_by_their_names(hunter: House) -> None:
    made = added(hunter)
    assert hunter.post("/api/webhooks", {}).fields == {"url", "events"}
    assert hunter.post("/api/webhooks", {**DRAFT, "id": 1}).fields == {"id"}
    assert hunter.patch(f"/api/webhooks/{made['id']}", {"secret": SECRET}).fields == {"secret"}
    path = f"/api/webhooks/{made['id']}/deliveries"
    for limit in ("0", "101", "x", "-1", "1.5", "9" * 30):
        assert hunter.get(path, limit=limit).fields == {"limit"}
    for bad in ("x", "0", "%00"):
        assert hunter.get(f"/api/webhooks/{bad}/deliveries").status == 404


# --- what is sent -----------------------------------------------------------------------------------------------


def test_a_hunters_automation_hears_what_it_asked_for_signed_and_in_order(hooked: House) -> None:
    with a_receiver() as receiver:
        made = added(hooked, url=at(receiver), events=["quest.created", "quest.completed", "hunter.level_up"])
        hooked.complete(hooked.quest(baseXP=400, title="Read „Faust“"))
        carried_out(hooked)
        got = receiver.wait_for(3)

    told = [json.loads(each.body) for each in got]
    assert [each["type"] for each in told] == ["quest.created", "quest.completed", "hunter.level_up"]
    assert [each["seq"] for each in told] == sorted(each["seq"] for each in told)
    assert all(each["timestamp"] == "2026-11-22T12:00:00.000Z" for each in told)
    assert all(is_signed(each, made["secret"]) for each in got)
    assert not any(is_signed(each, SECRET) for each in got)
    shown = deliveries(hooked, made)
    assert [(each["type"], each["state"], each["status"]) for each in reversed(shown)] == [
        (each["type"], "DELIVERED", 204) for each in told
    ]
    assert {each["id"] for each in shown} == {each.headers["webhook-id"] for each in got}
    (listed,) = hooked.get("/api/webhooks").data["webhooks"]
    assert (listed["lastStatus"], listed["lastAt"], listed["failures"]) == (204, "2026-11-22T12:00:00Z", 0)


def test_an_event_that_is_relayed_twice_is_sent_once(hooked: House) -> None:
    with a_receiver() as receiver:
        made = added(hooked, url=at(receiver))
        hooked.complete(hooked.quest())
        with hooked.store.read() as uow:
            hunter_id = uow.histories.hunter_ids()[0]
            events = list(uow.outbox.since(hunter_id, 1, 100))
        for _ in range(2):
            hooked.store.run(lambda uow: WebhookConsumer().consume(uow, events, hooked.clock.now()))
        carried_out(hooked)
        carried_out(hooked)

    assert [json.loads(each.body)["type"] for each in receiver.got] == ["quest.completed"]
    assert len(deliveries(hooked, made)) == 1


def test_a_ping_goes_out_at_once_before_whatever_waits(hooked: House) -> None:
    with a_receiver(status=500) as receiver:
        made = added(hooked, url=at(receiver))
        hooked.complete(hooked.quest())
        carried_out(hooked)
        receiver.status = 200

        answer = hooked.post(f"/api/webhooks/{made['id']}/test")
        assert (answer.status, answer.data["type"], answer.data["state"]) == (202, "webhook.ping", "WAITING")
        carried_out(hooked)

        assert [json.loads(each.body)["type"] for each in receiver.got] == ["quest.completed", "webhook.ping"]
        assert json.loads(receiver.got[1].body)["data"] == {"webhookId": made["id"]}
        assert is_signed(receiver.got[1], made["secret"])
        states = {each["type"]: each["state"] for each in deliveries(hooked, made)}
        assert states == {"webhook.ping": "DELIVERED", "quest.completed": "WAITING"}


@pytest.mark.parametrize("changed", [{"isActive": True}, {"url": "/mended"}], ids=["switched on", "moved"])
def test_what_waits_to_be_tried_again_goes_out_when_its_webhook_is_put_right(
    hooked: House, changed: dict[str, Any]
) -> None:
    with a_receiver(status=500) as receiver:
        path = f"/api/webhooks/{added(hooked, url=at(receiver))['id']}"
        quests = [hooked.quest(title=f"Quest {n}") for n in range(3)]
        for quest in quests:
            hooked.complete(quest)
        for _ in range(10):
            carried_out(hooked)
            hooked.clock.advance(hours=1)
        carried_out(hooked)
        # It has just failed, and would be tried again in an hour.
        if "isActive" in changed:
            assert hooked.patch(path, {"isActive": False}).status == 200
        else:
            changed = {"url": at(receiver, changed["url"]), "password": PASSWORD}
        failed, receiver.status = len(receiver.got), 204
        carried_out(hooked)
        assert len(receiver.got) == failed

        assert hooked.patch(path, changed).status == 200
        carried_out(hooked)

        assert len(receiver.got) == failed + 3
        assert {each["state"] for each in deliveries(hooked, {"id": path.rpartition("/")[2]})} == {
            "DELIVERED"
        }


def test_another_secret_is_shown_once_and_the_one_before_signs_beside_it_for_a_day(hooked: House) -> None:
    with a_receiver() as receiver:
        made = added(hooked, url=at(receiver), secret=SECRET)
        path = f"/api/webhooks/{made['id']}"

        changed = hooked.post(f"{path}/secret", {})

        assert changed.status == 200, changed
        new = changed.data["secret"]
        assert changed.data == {**made, "secret": new, "oldSecretUntil": "2026-11-23T12:00:00Z"}
        assert len(base64.b64decode(new.removeprefix("whsec_"))) == 32
        assert new != SECRET
        assert hooked.get("/api/webhooks").data["webhooks"] == [{**changed.data, "secret": "whsec_…"}]
        for hours in (0, 23.99, 0.02, 1):
            hooked.clock.advance(hours=hours)
            assert hooked.post(f"{path}/test").status == 202
            carried_out(hooked)

        signed = [(is_signed(each, new), is_signed(each, SECRET)) for each in receiver.got]
        assert signed == [(True, True), (True, True), (True, False), (True, False)]
        assert len(receiver.got[0].headers["webhook-signature"].split(" ")) == 2
        with hooked.store.read() as uow:
            (kept,) = uow.webhooks.active({uow.histories.hunter_ids()[0]})
        assert (kept.sealed_old_secret, kept.old_secret_until) == (None, None), "and then is forgotten"


def test_a_secret_that_one_has_can_be_given_and_a_bad_one_changes_nothing(hooked: House) -> None:
    made = added(hooked)
    path = f"/api/webhooks/{made['id']}/secret"
    for value in BAD["secret"]:
        answer = hooked.post(path, {"secret": value})
        assert (answer.status, answer.fields) == (422, {"secret"}), (value, answer)
    assert hooked.get("/api/webhooks").data["webhooks"] == [{**made, "secret": "whsec_…"}]

    assert hooked.post(path, {"secret": SECRET}).data["secret"] == SECRET


def test_another_secret_takes_a_fresh_proof_and_its_owner_and_the_log_are_told(hooked: House) -> None:
    made = added(hooked)
    path = f"/api/webhooks/{made['id']}/secret"
    hooked.clock.advance(minutes=6)
    refused = hooked.post(path, {})
    assert (refused.status, refused.code) == (403, "STEP_UP_REQUIRED")
    assert hooked.get("/api/webhooks").data["webhooks"][0]["oldSecretUntil"] is None
    assert [kind for kind, _ in logged(hooked)] == [SecurityEventKind.WEBHOOK_ADDED]

    assert hooked.post(path, {"password": PASSWORD}).status == 200

    told = {"target": "https://home.example/…"}
    assert mails(hooked)[1:] == [(MailTemplate.WEBHOOK_SECRET_CHANGED, hooked.user["email"], told)]
    assert logged(hooked)[1:] == [(SecurityEventKind.WEBHOOK_SECRET_CHANGED, {"id": made["id"], **told})]


def test_what_somebody_is_just_sending_is_not_sent_twice_because_its_webhook_is_switched_off_and_on(
    hooked: House,
) -> None:
    made = added(hooked)
    hooked.complete(hooked.quest())
    with hooked.store.read() as uow:
        events = list(uow.outbox.since(uow.histories.hunter_ids()[0], 1, 100))
    now = hooked.clock.now()
    hooked.store.run(lambda uow: WebhookConsumer().consume(uow, events, now))

    def take(at: datetime) -> int:
        return len(hooked.store.run(lambda uow: uow.webhook_deliveries.take(at, until=at + LEASE, limit=10)))

    assert take(now) == 1
    for on in (False, True):
        assert hooked.patch(f"/api/webhooks/{made['id']}", {"isActive": on}).status == 200

    assert take(now) == 0
    assert take(now + LEASE) == 1


def test_a_ping_that_fails_is_not_sent_again(hooked: House) -> None:
    with a_receiver(status=503) as receiver:
        made = added(hooked, url=at(receiver))
        hooked.post(f"/api/webhooks/{made['id']}/test")
        carried_out(hooked)
        hooked.clock.advance(days=1)
        carried_out(hooked)
        assert len(receiver.got) == 1
    (ping,) = deliveries(hooked, made)
    assert (ping["state"], ping["status"], ping["error"]) == ("GIVEN_UP", 503, "answered 503")


def test_one_that_is_switched_off_is_told_nothing_and_takes_no_ping(hooked: House) -> None:
    with a_receiver() as receiver:
        made = added(hooked, url=at(receiver))
        hooked.patch(f"/api/webhooks/{made['id']}", {"isActive": False})
        hooked.complete(hooked.quest())
        carried_out(hooked)

        refused = hooked.post(f"/api/webhooks/{made['id']}/test")
        assert (refused.status, refused.code) == (409, "WEBHOOK_INACTIVE")
        hooked.patch(f"/api/webhooks/{made['id']}", {"isActive": True})
        carried_out(hooked)
        assert receiver.got == []
        assert deliveries(hooked, made) == []


def test_what_fails_is_tried_again_in_its_order_later_and_later(hooked: House) -> None:
    with a_receiver(status=500) as receiver:
        made = added(hooked, url=at(receiver), events=["quest.created", "quest.completed"])
        hooked.complete(hooked.quest())
        carried_out(hooked)
        carried_out(hooked)
        assert len(receiver.got) == 1
        for seconds, count in ((9, 1), (1, 2), (19, 2), (1, 3)):
            hooked.clock.advance(seconds=seconds)
            carried_out(hooked)
            assert len(receiver.got) == count
        (listed,) = hooked.get("/api/webhooks").data["webhooks"]
        assert (listed["failures"], listed["lastError"], listed["lastStatus"]) == (3, "answered 500", 500)
        assert listed["failingSince"] == "2026-11-22T12:00:00Z"

        receiver.status = 200
        hooked.clock.advance(seconds=40)
        carried_out(hooked)

    types = [json.loads(each.body)["type"] for each in receiver.got]
    assert types == ["quest.created"] * 4 + ["quest.completed"]
    # The same message each time, but for when it was signed.
    assert len({(each.headers["webhook-id"], each.body) for each in receiver.got[:4]}) == 1
    assert len({each.headers["webhook-timestamp"] for each in receiver.got[:4]}) == 4
    assert all(is_signed(each, made["secret"]) for each in receiver.got)
    assert hooked.get("/api/webhooks").data["webhooks"][0]["failures"] == 0


def test_after_a_day_of_failures_it_is_switched_off_and_its_owner_told_once(hooked: House) -> None:
    with a_receiver(status=500) as receiver:
        made = added(hooked, url=at(receiver, "/hooks/geheim"))
        quest = hooked.quest(completionsPerDay=50)
        hooked.complete(quest)
        for _ in range(30):
            hooked.clock.advance(hours=1)
            hooked.complete(quest)
            carried_out(hooked)
        tries = len(receiver.got)
        assert tries >= 10
        (listed,) = hooked.get("/api/webhooks").data["webhooks"]
        assert listed["isActive"] is False
        assert listed["disabledAt"] == "2026-11-23T13:00:00Z"
        told = hooked.get("/api/notifications", type="SYSTEM").data["notifications"]
        assert [each["title"] for each in told] == ["Your webhook was switched off"]
        assert "127.0.0.1" in told[0]["message"]
        assert "geheim" not in told[0]["message"]

        receiver.status = 200
        again = hooked.patch(f"/api/webhooks/{made['id']}", {"isActive": True}).data
        assert (again["isActive"], again["disabledAt"], again["failures"]) == (True, None, 0)
        carried_out(hooked)
        # What was queued while it was on goes out now; what happened while it was off does not.
        seqs = [json.loads(each.body)["seq"] for each in receiver.got[tries:]]
        assert seqs == sorted(seqs)
        assert 0 < len(seqs) < 30


def test_one_that_answers_gone_is_switched_off_at_once(hooked: House) -> None:
    with a_receiver(status=410) as receiver:
        added(hooked, url=at(receiver))
        hooked.complete(hooked.quest())
        carried_out(hooked)
    (listed,) = hooked.get("/api/webhooks").data["webhooks"]
    assert (listed["isActive"], listed["lastStatus"]) == (False, 410)


def test_what_is_removed_while_it_is_on_its_way_leaves_nothing(hooked: House) -> None:
    with a_receiver(status=500) as receiver:
        made = added(hooked, url=at(receiver))
        hooked.complete(hooked.quest())
        carried_out(hooked)
        hooked.delete(f"/api/webhooks/{made['id']}")
        hooked.clock.advance(hours=1)
        carried_out(hooked)
        assert len(receiver.got) == 1


def test_what_goes_on_telling_when_a_session_has_ended_takes_a_fresh_proof(hunter: House) -> None:
    hook = added(hunter)
    hunter.clock.advance(minutes=6)

    for answer in (
        hunter.post("/api/webhooks", DRAFT),
        hunter.ask("PATCH", f"/api/webhooks/{hook['id']}", {"url": "https://thief.example/"}),
        hunter.post("/api/notifications/targets", {"url": "ntfys://ntfy.sh/quests"}),
    ):
        assert (answer.status, answer.code, answer.fields) == (403, "STEP_UP_REQUIRED", {"password"})
    assert len(hunter.get("/api/webhooks").data["webhooks"]) == 1
    assert hunter.post("/api/webhooks", {**DRAFT, "password": "Wr0ng-password!"}).status == 401
    assert hunter.post("/api/webhooks", {**DRAFT, "password": PASSWORD}).status == 201
    assert hunter.ask("PATCH", f"/api/webhooks/{hook['id']}", {"isActive": False}).status == 200
