"""Handshakes of live sockets: counted by address before anything in them is looked at (SPEC 4, Rate limits; Live)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from litestar.exceptions import WebSocketDisconnect

from hunter_adapters.memory.limits import MemoryLimiter
from hunter_api.addresses import Proxies
from hunter_api.limits import HEADERS, RateLimits
from hunter_core.accounts.security_log import SecurityEventKind
from hunter_core.errors import StoreUnavailable
from hunter_core.limits.limit import Limit, LimitName
from tests.api.house import NO_LIMIT, House, a_house

LIMIT = 3
SECONDS = 10


@contextmanager
def limited(*proxies: str) -> Iterator[House]:
    """Open an application that lets three requests under the limit `other` pass in half a minute."""
    found = dict.fromkeys(LimitName, NO_LIMIT) | {LimitName.OTHER: Limit(LIMIT, 30)}
    rates = RateLimits(limiter=MemoryLimiter(), limits=found, proxies=Proxies(proxies))
    with a_house(limits=rates) as house:
        yield house


@pytest.fixture
def house() -> Iterator[House]:
    with limited() as opened:
        yield opened


def closed_by(
    house: House, params: Mapping[str, Any] | str, headers: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """Return the code and the reason by which a handshake with this query ends."""
    query = (
        params if isinstance(params, str) else "&".join(f"{name}={value}" for name, value in params.items())
    )
    socket = house.http.websocket_connect(f"/api/ws?{query}", headers=dict(headers or {}))
    with pytest.raises(WebSocketDisconnect) as closed, socket as opened:
        opened.receive_text(timeout=SECONDS)
    return closed.value.code, str(closed.value.detail)


def test_handshakes_count_under_their_limit_by_address_before_the_ticket_is_looked_at(house: House) -> None:
    house.signed_in()
    ticket = house.post("/api/ws/ticket").data["ticket"]
    assert [closed_by(house, {"ticket": "x"})[0] for _ in range(LIMIT)] == [4401] * LIMIT

    refused = closed_by(house, {"ticket": ticket})

    assert refused == (4429, "Too many requests. Please try again in 30 seconds.")
    house.clock.advance(seconds=30)
    with house.http.websocket_connect(f"/api/ws?ticket={ticket}") as socket:
        socket.send_text('{"type":"ping"}')
        assert json.loads(socket.receive_text(timeout=SECONDS))["type"] == "pong", "the ticket is good still"


def test_handshakes_count_together_with_all_else_that_an_address_asks(house: House) -> None:
    assert [house.get("/api/auth/me").status for _ in range(LIMIT)] == [401] * LIMIT
    assert closed_by(house, {"ticket": "x"})[0] == 4429


def test_handshakes_of_an_address_do_not_touch_who_is_signed_in_there(house: House) -> None:
    house.signed_in()
    assert [closed_by(house, {"ticket": "x"})[0] for _ in range(LIMIT + 1)] == [4401] * LIMIT + [4429]
    assert house.post("/api/ws/ticket").status == 201


def test_behind_a_proxy_each_client_is_counted_and_what_a_client_claims_is_not_believed() -> None:
    def by(house: House, forwarded: str) -> int:
        return closed_by(house, {"ticket": "x"}, {"X-Forwarded-For": forwarded})[0]

    with limited("127.0.0.1") as house:
        house.http.app = _from("127.0.0.1", house.http.app)
        assert [by(house, f"192.0.2.{n}, 198.51.100.1") for n in range(LIMIT + 1)] == [4401] * LIMIT + [4429]
        assert by(house, "198.51.100.2") == 4401
    with limited() as house:
        house.http.app = _from("127.0.0.1", house.http.app)
        assert [by(house, f"198.51.100.{n}") for n in range(LIMIT + 1)] == [4401] * LIMIT + [4429]


def _from(address: str, app: Any) -> Any:
    async def enter(scope: Any, receive: Any, send: Any) -> None:
        await app(scope | {"client": (address, 1)}, receive, send)

    return enter


@pytest.mark.parametrize("origin", ["https://evil.example", "http://[x", "null"])
def test_a_page_of_a_foreign_origin_does_not_use_up_the_limit_of_whoever_reads_it(
    house: House, origin: str
) -> None:
    sent: list[Any] = []
    app, house.http.app = house.http.app, _answering(house.http.app, sent)
    for _ in range(LIMIT + 1):
        closed_by(house, {"ticket": "x"}, {"Origin": origin})
    assert [message["status"] for message in sent if "status" in message] == [403] * (LIMIT + 1)
    house.http.app = app
    assert closed_by(house, {"ticket": "x"})[0] == 4401


def test_where_the_server_can_a_handshake_too_many_is_answered_by_429_with_all_that_a_limit_says(
    house: House,
) -> None:
    for _ in range(LIMIT):
        closed_by(house, {"ticket": "x"})
    sent: list[Any] = []
    house.http.app = _answering(house.http.app, sent)

    closed_by(house, {"ticket": "x"})

    start, body = sent
    headers = {name.decode().lower(): value.decode() for name, value in start["headers"]}
    assert (start["status"], headers["retry-after"]) == (429, "30")
    assert headers["ratelimit"] == '"other";r=0;t=30'
    assert {name.lower() for name in HEADERS} <= set(headers)
    assert headers["x-content-type-options"] == "nosniff"
    error = json.loads(body["body"])["error"]
    assert (error["code"], error["requestId"]) == ("RATE_LIMIT_EXCEEDED", headers["x-request-id"])


def _answering(app: Any, sent: list[Any]) -> Any:
    """Return *app* on a server that lets a handshake be answered over HTTP; what it answers is in *sent*."""

    async def enter(scope: Any, receive: Any, send: Any) -> None:
        async def send_on(message: Any) -> None:
            if not message["type"].startswith("websocket.http.response"):
                await send(message)
                return
            sent.append(message)
            if message["type"] == "websocket.http.response.body":
                await send({"type": "websocket.close"})

        await app(scope | {"extensions": {"websocket.http.response": {}}}, receive, send_on)

    return enter


def test_a_handshake_that_passes_is_told_what_remains(house: House) -> None:
    with house.http.websocket_connect("/api/ws?ticket=x") as socket:
        headers = {name.decode(): value.decode() for name, value in socket.extra_headers or ()}
    assert headers["ratelimit"] == f'"other";r={LIMIT - 1};t=30'


def test_the_security_log_is_told_of_an_address_that_asks_too_often(house: House) -> None:
    for _ in range(LIMIT + 1):
        closed_by(house, {"ticket": "x"})
    told = [event for event in house.log.events if event.kind is SecurityEventKind.LIMIT_EXCEEDED]
    assert [event.details for event in told] == [{"operation": "openSocket", "limit": "other"}]


@pytest.mark.parametrize(
    ("query", "code", "reason"),
    [
        ("ticket=x", 4401, "the ticket is not good"),
        ("", 4401, "the ticket is not good"),
        ("after=0", 4401, "the ticket is not good"),
        (f"ticket={'x' * 43}&after=x", 4400, "after: "),
        (f"ticket={'x' * 43}&after=-1", 4400, "after: "),
        (f"ticket={'x' * 43}&ticket={'x' * 43}", 4400, "ticket: must be given once"),
        ("after=1&after=1", 4400, "after: must be given once"),
        ("ticket=%ff", 4400, "query: must be UTF-8"),
        ("&".join(f"{'ü' * 60}{n}=1&{'ü' * 60}{n}=1" for n in range(9)), 4400, "ü"),
    ],
)
def test_a_handshake_that_cannot_be_good_is_told_what_is_wrong_with_it_and_costs_no_statement(
    monkeypatch: pytest.MonkeyPatch, query: str, code: int, reason: str
) -> None:
    def asked(*_: Any, **__: Any) -> Any:
        raise StoreUnavailable

    with a_house() as house, monkeypatch.context() as patched:
        for name in ("run", "read"):
            patched.setattr(house.store, name, asked)
        told = closed_by(house, query)
        patched.undo()
    assert told[0] == code
    assert told[1].startswith(reason)
    assert len(told[1].encode()) <= 123, "what a close frame can hold"
