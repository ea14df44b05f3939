"""News over a real Redis: each number of it by itself, and believed only where it is sealed with our key."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from threading import Event

import pytest
import redis

from hunter_adapters.redis import pubsub
from hunter_adapters.redis.connection import RedisConnection
from hunter_adapters.redis.pubsub import RedisFanOut, channel_of
from hunter_adapters.testing.builders import a_hunter, an_event
from hunter_core.events import OutboxEvent
from hunter_core.live.news import to_bytes
from tests.servers.redis import RedisServer

HUNTER = a_hunter()
KEY, ANOTHER_KEY = b"k" * 32, b"x" * 32
PATIENCE_SECONDS = 60

Process = Callable[..., "Listening"]


class Listening:
    """The fan-out of a process, and what was heard in it."""

    def __init__(self, url: str, key: bytes) -> None:
        self.connection = RedisConnection(url)
        self.channel = channel_of(self.connection)
        self.fan_out = RedisFanOut(self.connection, key)
        self.heard: list[int] = []
        self._more = Event()
        self.fan_out.listen(self._hear)
        self.fan_out.start()

    def _hear(self, events: Sequence[OutboxEvent]) -> None:
        self.heard += [event.seq for event in events]
        self._more.set()

    def tell(self, seq: int) -> None:
        self.fan_out.tell([an_event(HUNTER, seq)])

    def until(self, seq: int) -> list[int]:
        """Return all that was heard when *seq* was."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while seq not in self.heard:
            assert self._more.wait(deadline - time.monotonic()), f"{seq} was not heard: {self.heard}"
            self._more.clear()
        return self.heard

    def close(self) -> None:
        self.fan_out.close()
        self.connection.close()


@pytest.fixture
def process(shared_redis: RedisServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Process]:
    """Starts a process on a number of Redis, which no other test has; it listens when it is returned."""
    # So that it ends soon; nothing is measured by it.
    monkeypatch.setattr(pubsub, "QUIET_SECONDS", 0.05)
    with ExitStack() as stack:
        admin = stack.enter_context(shared_redis.client())

        def start(number: int, key: bytes = KEY) -> Listening:
            url = f"{shared_redis.url}?db={number}"
            listening = Listening(url, key)
            stack.callback(listening.close)
            channel = listening.channel
            before = started.setdefault(channel, 0)
            deadline = time.monotonic() + PATIENCE_SECONDS
            while admin.pubsub_numsub(channel)[0][1] <= before:
                assert time.monotonic() < deadline, "it does not listen"
                time.sleep(0.01)
            started[channel] += 1
            return listening

        started: dict[str, int] = {}
        yield start


@pytest.fixture
def stranger(shared_redis: RedisServer) -> Iterator[redis.Redis]:
    """Somebody who may publish and subscribe."""
    with shared_redis.client() as client:
        yield client


def overheard(stranger: redis.Redis, channel: str, tell: Callable[[], None]) -> bytes:
    """Return the message that goes over *channel* when *tell* is called."""
    with stranger.pubsub() as subscription:  # type: ignore[no-untyped-call]
        subscription.subscribe(channel)
        deadline = time.monotonic() + PATIENCE_SECONDS
        told = False
        while time.monotonic() < deadline:
            message = subscription.get_message(timeout=1)
            if message is not None and message["type"] == "message":
                data: bytes = message["data"]
                return data
            if message is not None and not told:
                told = True
                tell()
    raise AssertionError("nothing was published")


def test_processes_of_one_number_hear_each_other_and_those_of_another_number_nothing(
    process: Process, stranger: redis.Redis
) -> None:
    ours, of_ours, theirs = process(3), process(3), process(4)

    # The message has gone by before ours is told.
    overheard(stranger, theirs.channel, lambda: theirs.tell(12))
    of_ours.tell(11)

    assert ours.until(11) == [11]
    assert theirs.heard == [12]


def test_a_url_without_a_number_means_the_first(shared_redis: RedisServer) -> None:
    channels = []
    for url in (shared_redis.url, f"{shared_redis.url}?db=0", f"{shared_redis.url}?db=7"):
        connection = RedisConnection(url)
        channels.append(channel_of(connection))
        connection.close()

    assert channels == ["hunter:live:0", "hunter:live:0", "hunter:live:7"]


def test_what_somebody_else_publishes_is_not_heard_and_said_so_once(
    process: Process, stranger: redis.Redis, caplog: pytest.LogCaptureFixture
) -> None:
    ours, of_ours, other_keys = process(5), process(5), process(5, ANOTHER_KEY)
    body = to_bytes([an_event(HUNTER, 2)])

    true = overheard(stranger, ours.channel, lambda: of_ours.tell(1))
    for forged in (b"", b"7", body, b"\0" * 48 + body, true[:48] + body, true[:-1], true + b" "):
        stranger.publish(ours.channel, forged)
    # Nor what the same processes told elsewhere, nor those who have other keys.
    elsewhere = process(6)
    stranger.publish(ours.channel, overheard(stranger, elsewhere.channel, lambda: elsewhere.tell(3)))
    overheard(stranger, ours.channel, lambda: other_keys.tell(4))
    of_ours.tell(5)

    assert ours.until(5) == [1, 5]
    warnings = [each for each in caplog.records if "Somebody else writes" in each.message]
    # One each of the three processes on the channel.
    assert 1 <= len(warnings) <= 3
