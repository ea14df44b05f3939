"""The relay's thread: woken at once, quick to look again, at rest a look in five seconds."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from hunter_api.background import relay as room
from hunter_api.background.relay import RelayThread
from hunter_core.errors import StoreUnavailable


class Played:
    """A relay that takes what it is told to, and counts."""

    def __init__(self) -> None:
        self.waiting = 0
        self.looks, self.passes = 0, 0
        self.fails: list[Exception] = []
        self.empty = threading.Event()

    def is_any(self) -> bool:
        self.looks += 1
        return self.waiting > 0

    def run(self) -> bool:
        self.passes += 1
        if self.fails:
            raise self.fails.pop()
        took, self.waiting = self.waiting > 0, max(0, self.waiting - 1)
        if not self.waiting:
            self.empty.set()
        return took


@pytest.fixture
def played() -> Any:
    relay = Played()
    thread = RelayThread(relay)  # type: ignore[arg-type]
    yield relay, thread
    thread.close()


def until_it_has_looked(relay: Played, times: int) -> None:
    deadline = time.monotonic() + 60
    while relay.looks < times:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_what_waits_at_the_start_is_relayed_and_then_it_rests(
    played: tuple[Played, RelayThread], monkeypatch: pytest.MonkeyPatch
) -> None:
    # However late this test is woken, the next look has not come.
    monkeypatch.setattr(room, "REST", 3600.0)
    relay, thread = played
    relay.waiting = 3

    thread.start()

    assert relay.empty.wait(60)
    until_it_has_looked(relay, 3)
    time.sleep(0.5)
    assert relay.passes == 3
    # One look after each pass found more or nothing; since then nobody looked.
    assert relay.looks == 3


def test_a_commit_wakes_it_at_once(
    played: tuple[Played, RelayThread], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "REST", 3600.0)
    relay, thread = played
    thread.start()
    # It found nothing, and rests.
    until_it_has_looked(relay, 1)
    relay.empty.clear()
    relay.waiting = 1

    thread.wake()

    assert relay.empty.wait(60), "not only at its next look"


def test_it_outlives_a_store_that_is_away_and_what_nobody_foresaw(
    played: tuple[Played, RelayThread], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "REST", 0.05)
    relay, thread = played
    relay.waiting, relay.fails = 1, [ZeroDivisionError(), StoreUnavailable()]

    thread.start()

    assert relay.empty.wait(10)
    assert relay.fails == []
