"""One socket by itself: order, slowness, and messages that are not understood."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from hunter_adapters.testing.builders import NOW, a_hunter, a_session, an_account, an_event
from hunter_adapters.testing.clock import StillClock
from hunter_api.live import sockets
from hunter_api.live.sockets import MOST_A_SECOND, MOST_QUEUED, Socket
from hunter_core.accounts.session import SignedIn
from hunter_core.events import OutboxEvent
from hunter_core.ids import HunterId
from hunter_core.live.frames import Channel, CloseCode, frame_of
from hunter_core.live.hub import Hub
from hunter_core.live.ports import Look, Seen
from hunter_core.live.position import Position
from hunter_core.live.replay import OutOfReach

HUNTER = a_hunter()


class Wire:
    """A client that takes what it is sent when the test lets it."""

    def __init__(self) -> None:
        self.taken: list[Any] = []
        self.open = asyncio.Event()
        self.open.set()
        self.kept: list[int] = []
        self.damaged: list[int] = []
        self.reads = 0
        self.hung_up: list[int] = []
        self.reasons: list[str] = []

    async def send(self, message: Any) -> None:
        await self.open.wait()
        # As a server does, so that what cannot be encoded fails here, too.
        message["text"].encode()
        self.taken.append(json.loads(message["text"]))

    async def read(self, hunter_id: HunterId, after: int) -> list[OutboxEvent]:
        self.reads += 1
        # As a thread's answer, it comes a turn later.
        await asyncio.sleep(0)
        if after not in (0, *self.kept):
            raise OutOfReach
        return [
            an_event(HUNTER, seq, unreadable="damaged" if seq in self.damaged else None)
            for seq in self.kept
            if seq > after
        ]

    def hang_up(self, code: int, reason: str) -> None:
        assert len(reason.encode()) <= 123, "what a close frame can hold"
        self.hung_up.append(code)
        self.reasons.append(reason)

    def socket(self, after: int = 0) -> Socket:
        return Socket(
            signed_in=SignedIn.of(a_session(), an_account()),
            position=Position(after),
            clock=StillClock(),
            send=self.send,
            read=self.read,
            hang_up=self.hang_up,
        )

    @property
    def numbers(self) -> list[int]:
        return [frame["id"] for frame in self.taken]


def played(story: Callable[[Wire], Awaitable[None]]) -> Wire:
    """Play *story* on a loop of its own."""

    async def play() -> Wire:
        wire = Wire()
        await story(wire)
        return wire

    return asyncio.run(play())


async def turns(count: int = 50) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


def test_what_is_queued_is_sent_before_what_is_read_from_the_store() -> None:
    async def story(wire: Wire) -> None:
        socket = wire.socket()
        socket.catch_up()
        await turns()
        wire.open.clear()
        for seq in (1, 2):
            socket.position.hear(seq)
            socket.push(frame_of(an_event(HUNTER, seq)))
        wire.kept = [1, 2, 3, 4]
        socket.position.hear(4)
        socket.catch_up()
        await turns()
        wire.open.set()
        await turns()
        await socket.end()

    assert played(story).numbers == [1, 2, 3, 4]


def test_a_client_that_takes_nothing_is_dropped_with_a_code() -> None:
    async def story(wire: Wire) -> None:
        socket = wire.socket()
        wire.open.clear()
        socket.push("{}")
        await turns()
        for _ in range(MOST_QUEUED):
            socket.push("{}")
        assert wire.hung_up == []
        socket.push("{}")
        socket.push("{}")
        await socket.end()

    assert played(story).hung_up == [CloseCode.TOO_SLOW]


def test_a_client_that_takes_too_long_for_one_frame_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "SEND_SECONDS", 0.01)

    async def story(wire: Wire) -> None:
        socket = wire.socket()
        wire.open.clear()
        socket.push("{}")
        await asyncio.sleep(0.1)
        await socket.end()

    assert played(story).hung_up == [CloseCode.TOO_SLOW]


def test_where_nobody_can_tell_what_was_missed_the_socket_is_closed() -> None:
    async def story(wire: Wire) -> None:
        socket = wire.socket(after=9)
        socket.catch_up()
        await turns()
        await socket.end()

    assert played(story).hung_up == [CloseCode.OUT_OF_REACH]


def test_false_news_costs_a_read_and_true_news_is_heard_after_it() -> None:
    async def story(wire: Wire) -> None:
        socket = wire.socket()
        hub = Hub()
        hub.add(socket)
        socket.catch_up()
        await turns()
        assert wire.reads == 1
        hub.hear([an_event(HUNTER, 99)])
        await turns()
        assert wire.reads == 2
        wire.kept = [1]
        hub.hear([an_event(HUNTER, 1)])
        await turns()
        assert wire.reads == 2
        await socket.end()

    assert played(story).numbers == [1]


def test_a_socket_that_was_told_more_than_the_store_has_is_out_of_reach() -> None:
    async def story(wire: Wire) -> None:
        socket = wire.socket()
        hub = Hub()
        hub.add(socket)
        socket.catch_up()
        await turns()
        hub.hear([an_event(HUNTER, 1)])
        who = SignedIn.of(a_session(), an_account())
        hub.look([socket.session_id], Look([Seen(who, 0)], None), NOW)
        await turns()
        await socket.end()

    wire = played(story)
    assert (wire.numbers, wire.hung_up) == ([1], [CloseCode.OUT_OF_REACH])


def test_an_event_that_cannot_be_read_ends_the_socket_after_those_before_it() -> None:
    async def story(wire: Wire) -> None:
        wire.kept, wire.damaged = [1, 2, 3], [2]
        socket = wire.socket()
        socket.catch_up()
        await turns()
        await socket.end()

    wire = played(story)
    assert (wire.numbers, wire.hung_up) == ([1], [CloseCode.FAILED])


def test_a_store_that_answers_with_what_nobody_foresaw_ends_the_socket() -> None:
    async def story(wire: Wire) -> None:
        async def broken(hunter_id: HunterId, after: int) -> list[OutboxEvent]:
            raise ZeroDivisionError

        wire.read = broken  # type: ignore[method-assign]
        socket = wire.socket()
        socket.catch_up()
        await turns()
        await socket.end()

    assert played(story).hung_up == [CloseCode.FAILED]


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "{nope",
        "[]",
        "7",
        '"ping"',
        "null",
        "{}",
        '{"type":"what"}',
        '{"type":"ping","more":1}',
        '{"type":"subscribe"}',
        '{"type":"subscribe","channel":"everything"}',
        '{"type":"subscribe","channel":["leaderboard"]}',
        '{"type":"subscribe","channel":"leaderboard","more":1}',
        "[" * 5000,
        '{"type":NaN}',
    ],
)
def test_what_is_not_understood_closes_the_socket(text: str | None) -> None:
    async def story(wire: Wire) -> None:
        socket = wire.socket()
        socket.take({"type": "websocket.receive", "text": text})
        await turns()
        await socket.end()

    wire = played(story)
    assert (wire.hung_up, wire.taken) == ([CloseCode.BAD_MESSAGE], [])


def test_a_text_with_half_a_pair_of_surrogates_is_told_as_it_is() -> None:
    async def story(wire: Wire) -> None:
        socket = wire.socket()
        socket.push(frame_of(an_event(HUNTER, 1, data={"title": "\ud83d — 剣"})))
        socket.push(frame_of(an_event(HUNTER, 2)))
        await turns()
        await socket.end()

    wire = played(story)
    assert (wire.numbers, wire.hung_up) == ([1, 2], [])
    assert wire.taken[0]["data"] == {"title": "\ud83d — 剣"}


def test_a_frame_that_cannot_be_sent_closes_the_socket_rather_than_leave_a_hole() -> None:
    async def story(wire: Wire) -> None:
        socket = wire.socket()
        for frame in (frame_of(an_event(HUNTER, 1)), "\ud83d", frame_of(an_event(HUNTER, 3))):
            socket.push(frame)
        await turns()
        socket.push(frame_of(an_event(HUNTER, 4)))
        await turns()
        await socket.end()

    wire = played(story)
    assert (wire.numbers, wire.hung_up) == ([1], [CloseCode.FAILED])


def test_channels_are_subscribed_to_and_left_and_a_guild_nobody_is_in_is_refused() -> None:
    async def story(wire: Wire) -> None:
        socket = wire.socket()
        for text in (
            '{"type":"subscribe","channel":"leaderboard"}',
            '{"type":"subscribe","channel":"guild"}',
            '{"type":"ping"}',
        ):
            socket.take({"type": "websocket.receive", "text": text})
        assert socket.channels == {Channel.LEADERBOARD}
        socket.take({"type": "websocket.receive", "text": '{"type":"unsubscribe","channel":"leaderboard"}'})
        assert socket.channels == set()
        await turns()
        await socket.end()

    wire = played(story)
    assert [(frame["id"], frame["type"], frame["data"].get("code")) for frame in wire.taken] == [
        (None, "channel.subscribed", None),
        (None, "channel.refused", "FORBIDDEN"),
        (None, "pong", None),
        (None, "channel.unsubscribed", None),
    ]
    assert wire.taken[1]["data"] == {
        "channel": "guild",
        "code": "FORBIDDEN",
        "message": "You are in no guild, and only its members hear of it.",
    }
    assert wire.hung_up == []


def test_more_messages_in_a_second_than_are_allowed_close_the_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hunter_api.live.sockets.time.monotonic", lambda: 100.0)

    async def story(wire: Wire) -> None:
        socket = wire.socket()
        for _ in range(MOST_A_SECOND):
            socket.take({"type": "websocket.receive", "text": '{"type":"ping"}'})
        assert wire.hung_up == []
        socket.take({"type": "websocket.receive", "text": '{"type":"ping"}'})
        await socket.end()

    wire = played(story)
    assert (wire.hung_up, wire.reasons) == (
        [CloseCode.TOO_MANY],
        ["too many messages in a second: slow down"],
    )
