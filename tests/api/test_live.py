"""Live sockets through the application: who comes in, what they hear, by which codes they leave (SPEC 4, 6)."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

import attrs
import pytest
from litestar.exceptions import WebSocketDisconnect
from litestar.testing import TestClient, WebSocketTestSession

from hunter_adapters.memory import MemoryStore
from hunter_adapters.testing.clock import StillClock
from hunter_api.app import create_app
from hunter_api.live.room import MOST_OF_AN_ACCOUNT
from hunter_core.live.fan_out import LocalFanOut
from hunter_core.live.frames import TOO_MANY_SOCKETS
from hunter_core.live.tickets import TICKET_LASTS, Admitted, use_ticket
from hunter_core.relay.relay import Relay
from tests.api.house import PASSWORD, House, ports_over

PAGE = "https://hunter.example"
SECONDS = 10


class LiveHouse(House):
    """A house with sockets."""

    def ticket(self) -> str:
        answer = self.post("/api/ws/ticket")
        assert answer.status == 201, answer
        return str(answer.data["ticket"])

    def socket(
        self, *, ticket: str | None = None, origin: str | None = None, **query: Any
    ) -> AbstractContextManager[WebSocketTestSession]:
        ticket = self.ticket() if ticket is None else ticket
        headers = {} if origin is None else {"origin": origin}
        return self.http.websocket_connect("/api/ws", params={"ticket": ticket, **query}, headers=headers)


@pytest.fixture
def house() -> Iterator[LiveHouse]:
    store, clock, fan_out = MemoryStore(), StillClock(), LocalFanOut()
    ports = attrs.evolve(ports_over(store, clock), fan_out=fan_out)
    relay = Relay(store, clock, teller=fan_out)
    # In the thread of the request: what a test asks for is relayed when it is answered.
    store.after_events = relay.run
    app = create_app(ports, origins=[PAGE])
    with TestClient(app, raise_server_exceptions=False) as http:
        http.headers.clear()
        yield LiveHouse(http, ports, clock)


@pytest.fixture
def hunter(house: LiveHouse) -> LiveHouse:
    house.signed_in()
    return house


def frames(socket: WebSocketTestSession, count: int) -> list[Any]:
    return [json.loads(socket.receive_text(timeout=SECONDS)) for _ in range(count)]


def code_of(socket: WebSocketTestSession) -> int:
    """Return the code by which the server closes *socket*, whatever it says before."""
    try:
        while True:
            socket.receive_text(timeout=SECONDS)
    except WebSocketDisconnect as closed:
        return closed.code


# --- the ticket ------------------------------------------------------------------------------------------------


def test_a_ticket_says_until_when_it_is_good_and_after_which_number_nothing_is_missed(
    hunter: LiveHouse,
) -> None:
    hunter.quest()

    answer = hunter.post("/api/ws/ticket")

    assert answer.status == 201
    assert set(answer.data) == {"ticket", "expiresAt", "after"}
    assert answer.data["after"] == 1
    assert answer.headers["cache-control"] == "no-store"
    assert answer.data["expiresAt"] == (hunter.clock.now() + TICKET_LASTS).isoformat().replace("+00:00", "Z")


def test_what_happens_once_a_client_sees_its_socket_open_is_told_however_slowly_the_ticket_was_looked_at(
    hunter: LiveHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slowly(**what: Any) -> Admitted:
        time.sleep(0.3)
        return use_ticket(**what)

    monkeypatch.setattr("hunter_api.live.room.use_ticket", slowly)
    with hunter.socket() as socket:
        hunter.quest()
        assert frames(socket, 1)[0]["type"] == "quest.created"


def test_only_the_signed_in_get_one(house: LiveHouse) -> None:
    assert house.post("/api/ws/ticket").status == 401


def test_a_ticket_is_good_once(hunter: LiveHouse) -> None:
    ticket = hunter.ticket()
    with hunter.socket(ticket=ticket) as socket:
        socket.send_text('{"type":"ping"}')
        assert frames(socket, 1)[0]["type"] == "pong"

    with hunter.socket(ticket=ticket) as socket:
        assert code_of(socket) == 4401


@pytest.mark.parametrize("ticket", ["", "nonsense", "x" * 43, "ü", "x" * 5000])
def test_what_is_no_ticket_is_told_so_by_a_code_that_browsers_see(house: LiveHouse, ticket: str) -> None:
    with house.socket(ticket=ticket) as socket:
        assert code_of(socket) == 4401


def test_a_ticket_that_comes_late_lets_nobody_in(hunter: LiveHouse) -> None:
    ticket = hunter.ticket()
    hunter.clock.advance(seconds=TICKET_LASTS.total_seconds())

    with hunter.socket(ticket=ticket) as socket:
        assert code_of(socket) == 4401


def test_a_ticket_of_a_session_that_has_ended_lets_nobody_in(hunter: LiveHouse) -> None:
    ticket = hunter.ticket()
    assert hunter.post("/api/auth/logout").status == 204

    with hunter.socket(ticket=ticket) as socket:
        assert code_of(socket) == 4401


def test_without_an_upgrade_the_answer_says_what_it_is(house: LiveHouse) -> None:
    answer = house.get("/api/ws", ticket="x")

    assert (answer.status, answer.code) == (426, "UPGRADE_REQUIRED")
    assert answer.headers["upgrade"] == "websocket"


# --- origins ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "http://hunter.example", f"{PAGE}:444", f"{PAGE}.evil.example", "x"],
)
def test_a_page_of_a_foreign_origin_is_refused_and_its_ticket_not_used_up(
    hunter: LiveHouse, origin: str
) -> None:
    ticket = hunter.ticket()

    with pytest.raises(WebSocketDisconnect), hunter.socket(ticket=ticket, origin=origin) as socket:
        socket.receive(timeout=SECONDS)

    with hunter.socket(ticket=ticket, origin=PAGE) as socket:
        socket.send_text('{"type":"ping"}')
        assert frames(socket, 1)[0]["type"] == "pong"


def test_a_page_of_our_own_origin_comes_in(hunter: LiveHouse) -> None:
    with hunter.socket(origin="http://testserver.local") as socket:
        socket.send_text('{"type":"ping"}')
        assert frames(socket, 1)[0]["type"] == "pong"


# --- what they hear --------------------------------------------------------------------------------------------


def test_what_was_missed_comes_first_and_then_what_happens(hunter: LiveHouse) -> None:
    quest = hunter.quest(completionsPerDay=5)
    hunter.complete(quest)
    last = hunter.post("/api/ws/ticket").data["after"]

    with hunter.socket(after=1) as socket:
        missed = frames(socket, last - 1)
        hunter.complete(quest)
        now = frames(socket, 1)

    assert [frame["id"] for frame in missed] == list(range(2, last + 1))
    assert missed[0]["type"] == "quest.completed"
    assert (now[0]["id"], now[0]["type"]) == (last + 1, "quest.completed")
    assert now[0]["at"] == "2026-11-22T12:00:00Z"
    assert now[0]["data"]["questId"] == quest["id"]
    assert set(now[0]) == {"id", "type", "at", "data"}


def test_without_a_number_only_what_happens_is_heard(hunter: LiveHouse) -> None:
    quest = hunter.quest()

    with hunter.socket() as socket:
        hunter.complete(quest)
        assert frames(socket, 1)[0]["id"] == 2


def test_every_device_hears_and_nobody_else(hunter: LiveHouse) -> None:
    other = LiveHouse(hunter.http, hunter.ports, hunter.clock)
    other.signed_in("Jinah")

    with hunter.socket() as first, hunter.socket() as second, other.socket() as foreign:
        hunter.quest()
        assert frames(first, 1) == frames(second, 1)
        foreign.send_text('{"type":"ping"}')
        assert frames(foreign, 1)[0]["type"] == "pong"


@pytest.mark.parametrize(("after", "code"), [("2", 4416), (str(2**63 - 1), 4416)])
def test_a_number_from_the_future_is_out_of_reach(hunter: LiveHouse, after: str, code: int) -> None:
    hunter.quest()

    with hunter.socket(after=after) as socket:
        assert code_of(socket) == code


@pytest.mark.parametrize("after", ["-1", "x", "1.5", str(2**63), "9" * 400, ""])
def test_what_is_no_number_is_not_understood(hunter: LiveHouse, after: str) -> None:
    with hunter.socket(after=after) as socket:
        assert code_of(socket) == 4400


def test_the_boards_channel_tells_at_most_once_a_second_that_they_moved(hunter: LiveHouse) -> None:
    quest = hunter.quest(completionsPerDay=50)
    with hunter.socket() as listening, hunter.socket() as other:
        listening.send_text('{"type":"subscribe","channel":"leaderboard"}')
        assert frames(listening, 1)[0]["data"] == {"channel": "leaderboard"}
        # From before the first could be sent: what is heard late is not sent late.
        began = time.monotonic()
        for _ in range(3):
            for _ in range(5):
                hunter.complete(quest)
            while True:
                frame = frames(listening, 1)[0]
                if frame["type"] == "leaderboard.changed":
                    assert (frame["id"], frame["data"]) == (None, {})
                    break
        assert time.monotonic() - began > 1.9
        hunter.complete(quest)
        last = hunter.post("/api/ws/ticket").data["after"]
        numbers = []
        while last not in numbers:
            numbers.append(frames(other, 1)[0]["id"])
        assert None not in numbers, "who is not subscribed is not told"


# --- how it ends -----------------------------------------------------------------------------------------------


def test_a_logout_closes_the_sockets_of_its_session_within_a_second_and_no_others(hunter: LiveHouse) -> None:
    elsewhere = LiveHouse(hunter.http, hunter.ports, hunter.clock)
    body = {"email": "Jinwoo@example.com", "password": PASSWORD}
    elsewhere.token = elsewhere.post("/api/auth/login", body).data["token"]

    with hunter.socket() as socket, elsewhere.socket() as stays:
        hunter.post("/api/auth/logout")
        began = time.monotonic()
        assert code_of(socket) == 4401
        # A second, and what a busy machine takes.
        assert time.monotonic() - began < 5
        stays.send_text('{"type":"ping"}')
        assert frames(stays, 1)[0]["type"] == "pong"


def test_a_session_that_is_over_by_time_closes_its_sockets(hunter: LiveHouse) -> None:
    with hunter.socket() as socket:
        hunter.clock.advance(days=31)
        assert code_of(socket) == 4401


def test_one_account_holds_so_many_sockets_and_no_more(hunter: LiveHouse) -> None:
    stack = [hunter.socket() for _ in range(MOST_OF_AN_ACCOUNT)]
    held = [each.__enter__() for each in stack]
    try:
        for each in held:
            each.send_text('{"type":"ping"}')
            frames(each, 1)
        with hunter.socket() as socket, pytest.raises(WebSocketDisconnect) as refused:
            socket.receive_text(timeout=SECONDS)
        assert (refused.value.code, refused.value.detail) == (4429, TOO_MANY_SOCKETS)
    finally:
        for one in stack:
            one.__exit__(None, None, None)


def test_a_message_that_is_not_understood_closes_the_socket_and_the_next_one_is_served(
    hunter: LiveHouse,
) -> None:
    with hunter.socket() as socket:
        socket.send_text("{nope")
        assert code_of(socket) == 4400
    with hunter.socket() as socket:
        socket.send_bytes(b"binary")
        assert code_of(socket) == 4400
    with hunter.socket() as socket:
        hunter.quest()
        assert frames(socket, 1)[0]["type"] == "quest.created"
