"""The client of the guide to live events, as it stands there, against a real server that is killed."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.docs.pages import ROOT, blocks_of
from tests.servers.app import App
from tests.servers.client import Client

PATIENCE_SECONDS = 60


def test_the_client_of_the_guide_misses_nothing_where_the_server_is_away_and_ends_with_its_session(
    tmp_path: Path,
) -> None:
    (program,) = [block for block in blocks_of(ROOT / "docs/guides/live.md") if block.language == "python"]
    names: dict[str, Any] = {}
    exec(compile(program.text, "live.md", "exec"), names)
    frames: list[dict[str, Any]] = []
    asked: list[str] = []
    tickets: list[dict[str, Any]] = []
    ticket_of = names["ticket_of"]

    def remembered(api: str, token: str) -> dict[str, Any]:
        asked.append(token)
        tickets.append(ticket_of(api, token))
        return tickets[-1]

    names["ticket_of"] = remembered
    # It waits as it does, but a tenth as long.
    names["random"] = SimpleNamespace(uniform=lambda low, high: (low + high) / 20)

    async def play(app: App, hunter: Client) -> None:
        token, numbers = hunter.token, list(range(1, 6))
        listening = asyncio.create_task(names["listen"](f"{app.url}/api", token, frames.append))
        await _until(lambda: bool(tickets), PATIENCE_SECONDS)
        for number in numbers:
            if number == 3:
                await asyncio.to_thread(app.kill)
                asked.clear()
                await _until(lambda: len(asked) > 1, PATIENCE_SECONDS)
                await asyncio.to_thread(app.start)
            await asyncio.to_thread(
                hunter.surely,
                "POST",
                "/api/quests",
                {"title": f"Quest {number}", "type": "DAILY", "baseXP": 10},
                key=f"quest-{number}",
            )
        await _until(lambda: bool(frames) and frames[-1]["id"] == 5, PATIENCE_SECONDS)
        await asyncio.to_thread(hunter.post, "/api/auth/logout")
        await asyncio.wait_for(listening, PATIENCE_SECONDS)

    with App(data_dir=tmp_path / "data") as app, Client(app.url) as hunter:
        hunter.register()
        asyncio.run(play(app, hunter))

    told = [frame["id"] for frame in frames]
    assert told == [1, 2, 3, 4, 5]
    assert len(tickets) > 1, "it came back"


async def _until(holds: Any, seconds: float) -> None:
    for _ in range(int(seconds / 0.05)):
        if holds():
            return
        await asyncio.sleep(0.05)
