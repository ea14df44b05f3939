"""A real server tells its hunters what they reached, by itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from tests.servers.client import Client

PATIENCE = 60.0


def wait_for(what: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + PATIENCE
    while not (found := what()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)
    return found


def told(client: Client, **asked: Any) -> list[Any]:
    return list(client.get("/api/notifications", **asked).data["notifications"])


def test_what_was_reached_is_told_a_moment_later_once(client: Client) -> None:
    client.register()
    answer = client.complete(client.create_quest(baseXP=400)["id"])
    unlocked = {each["id"] for each in answer.data["achievements"]}

    found = wait_for(lambda: told(client, type="ACHIEVEMENT_UNLOCKED"))

    assert {each["achievementId"] for each in found} == unlocked
    assert len(found) == len(unlocked)
    everything = client.get("/api/notifications").data
    assert everything["unreadCount"] == len(everything["notifications"])
