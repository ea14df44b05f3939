"""The client of the guide to live events, as it stands there, against a real server that is killed."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable, Coroutine
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from hunter_api.live.room import MOST_OF_AN_ACCOUNT
from tests.docs.pages import ROOT, blocks_of
from tests.servers.app import App
from tests.servers.client import Client
from tests.servers.live import opened

PATIENCE_SECONDS = 60
PAUSES = [0.5, 1, 2, 4, 8, 16, 30, 30]
"""Seconds between attempts that bring nothing."""


class Guided:
    """A hunter who listens by the guide's client; it waits as it does, but hardly any time."""

    def __init__(self, app: App, hunter: Client) -> None:
        self.app, self.hunter = app, hunter
        self.frames: list[dict[str, Any]] = []
        self.tickets: list[dict[str, Any]] = []
        self.pauses: list[float] = []
        self.asked = 0
        self.quests = 0
        # What happened in the order in which it did: tickets, reads, frames by their numbers.
        self.story: list[str] = []
        (program,) = [
            block for block in blocks_of(ROOT / "docs/guides/live.md") if block.language == "python"
        ]
        self._names: dict[str, Any] = {}
        exec(compile(program.text, "live.md", "exec"), self._names)
        self._ticket_of = self._names["ticket_of"]
        self._names["ticket_of"] = self._remembered
        self._names["random"] = SimpleNamespace(
            uniform=lambda low, high: _Pause((low + high) / 2, self.pauses)
        )

    def _remembered(self, api: str, token: str) -> dict[str, Any]:
        self.asked += 1
        self.tickets.append(self._ticket_of(api, token))
        self.story.append("ticket")
        return self.tickets[-1]

    def _hear(self, frame: dict[str, Any]) -> None:
        self.frames.append(frame)
        self.story.append(str(frame["id"]))

    async def read(self) -> None:
        """Read what is shown; meanwhile something happens."""
        self.story.append("read")
        await self.quest()

    async def quest(self) -> None:
        """Let something happen, and the server be away while it is asked for."""
        self.quests += 1
        body = {"title": f"Quest {self.quests}", "type": "DAILY", "baseXP": 10}
        key = f"quest-{self.quests}"
        made = await asyncio.to_thread(self.hunter.surely, "POST", "/api/quests", body, key=key)
        assert made.status == 201, made

    def listening(self) -> asyncio.Task[None]:
        """Begin to listen."""
        listen = self._names["listen"](f"{self.app.url}/api", self.hunter.token, self.read, self._hear)
        return asyncio.create_task(listen)

    async def heard(self, number: int) -> None:
        await _until(lambda: bool(self.frames) and self.frames[-1]["id"] == number)


class _Pause:
    """What a pause is multiplied by: notes how long it is, and makes it short."""

    def __init__(self, mean: float, pauses: list[float]) -> None:
        self._mean, self._pauses = mean, pauses

    def __rmul__(self, wait: float) -> float:
        self._pauses.append(wait * self._mean)
        return 0.02


def played(tmp_path: Path, play: Callable[[Guided], Coroutine[Any, Any, None]]) -> Guided:
    """Play a story with a server and a hunter of its own."""
    with App(data_dir=tmp_path / "data") as app, Client(app.url) as hunter:
        hunter.register()
        guided = Guided(app, hunter)
        asyncio.run(play(guided))
    return guided


def test_the_client_of_the_guide_misses_nothing_where_the_server_is_away_and_ends_with_its_session(
    tmp_path: Path,
) -> None:
    async def play(guided: Guided) -> None:
        listening = guided.listening()
        await guided.heard(1)
        await guided.quest()
        await guided.heard(2)
        await asyncio.to_thread(guided.app.kill)
        asked = guided.asked
        await _until(lambda: guided.asked > asked + 1)
        await asyncio.to_thread(guided.app.start)
        for _ in range(3):
            await guided.quest()
        await guided.heard(5)
        await asyncio.to_thread(guided.hunter.post, "/api/auth/logout")
        await asyncio.wait_for(listening, PATIENCE_SECONDS)

    guided = played(tmp_path, play)

    assert [frame["id"] for frame in guided.frames] == [1, 2, 3, 4, 5]
    assert guided.story[:3] == ["ticket", "read", "1"], "what happens during the first read is a frame"
    assert guided.story.count("read") == 1
    assert len(guided.tickets) > 1, "it came back"


def test_the_client_of_the_guide_reads_anew_between_ticket_and_socket_where_its_number_is_out_of_reach(
    tmp_path: Path,
) -> None:
    async def play(guided: Guided) -> None:
        listening = guided.listening()
        await guided.heard(1)
        for _ in range(3):
            await guided.quest()
        await guided.heard(4)
        await asyncio.to_thread(guided.app.kill)
        # The database is put back to an earlier day.
        with contextlib.closing(sqlite3.connect(tmp_path / "data" / "hunter.db")) as connection, connection:
            connection.execute("DELETE FROM outbox WHERE seq > 2")
        await asyncio.to_thread(guided.app.start)
        await guided.heard(3)
        listening.cancel()

    guided = played(tmp_path, play)

    assert [frame["id"] for frame in guided.frames] == [1, 2, 3, 4, 3]
    # The ticket of the socket that was told 4416, and the one before whose socket everything is read.
    assert guided.story[-4:] == ["ticket", "ticket", "read", "3"]


def test_the_client_of_the_guide_waits_longer_each_time_that_it_is_refused_and_not_after_a_frame(
    tmp_path: Path,
) -> None:
    async def play(guided: Guided) -> None:
        with contextlib.ExitStack() as stack:
            others = [
                stack.enter_context(await asyncio.to_thread(opened, guided.hunter))
                for _ in range(MOST_OF_AN_ACCOUNT)
            ]
            listening = guided.listening()
            await _until(lambda: len(guided.pauses) >= len(PAUSES))
            assert guided.pauses[: len(PAUSES)] == PAUSES
            assert guided.asked - len(guided.pauses) in (0, 1), "a ticket for each attempt"
            assert (guided.frames, guided.story.count("read")) == ([], 1)
            await asyncio.to_thread(others[0].close)
            await guided.heard(1)
            assert set(guided.pauses[len(PAUSES) :]) <= {30}
            paused = len(guided.pauses)
            await asyncio.to_thread(guided.app.kill)
            await _until(lambda: len(guided.pauses) > paused)
            assert guided.pauses[paused] == PAUSES[0]
            listening.cancel()

    played(tmp_path, play)


async def _until(holds: Callable[[], bool]) -> None:
    """Return when something holds."""
    for _ in range(int(PATIENCE_SECONDS / 0.05)):
        if holds():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it did not come to pass")
