"""Everything that hunters can do, by many at one time, over days and kills: the audit finds nothing."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.faults.load import assert_audit, at_length, in_parallel, registered
from tests.servers import clock
from tests.servers.app import App
from tests.servers.books import Books
from tests.servers.client import Answer, Client
from tests.servers.clock import MovableClock
from tests.servers.length import LONG
from tests.servers.served import DATABASES

ZONES = [
    "UTC",
    "Europe/Berlin",
    "Africa/Cairo",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "America/New_York",
]
DIFFICULTIES = ["EASY", "NORMAL", "HARD"]
SCHEDULES: list[dict[str, Any]] = [
    {"type": "DAILY", "completionsPerDay": 3},
    {"type": "RECURRING", "frequency": "WEEKLY"},
    {"type": "RECURRING", "schedule": {"kind": "TIMES", "times": 2, "period": "WEEK", "rolling": True}},
    {"type": "ONE_TIME"},
]
ATTRIBUTES = ["strength", "intelligence", "constitution", "dexterity", "charisma", "luck"]
# What the state may refuse while others act on the same hunter at the same time.
REFUSALS = {404, 409, 422}


class Actor:
    """Acts for one hunter, by chance, together with others that act for the same one."""

    def __init__(self, client: Client, time: MovableClock, seed: int) -> None:
        self._client, self._time, self._random = client, time, random.Random(seed)
        self._keys = (f"actor-{seed}-{number}" for number in itertools.count())
        self.seen: Counter[str] = Counter()

    def act(self, times: int) -> None:
        """Do something so many times, and see that each answer is one that the state allows."""
        for _ in range(times):
            self._act()

    def _act(self) -> None:
        actions = [self.complete] * 8 + [self.complete_late] * 3 + [self.void] * 3 + [self.create] * 2
        actions += [self.skip, self.change, self.archive, self.pause, self.move]
        action = self._random.choice(actions)
        answer = action()
        if answer is not None:
            assert answer.status < 300 or answer.status in REFUSALS, answer
            self.seen[f"{action.__name__} {answer.status // 100}xx"] += 1

    def create(self) -> Answer:
        body = {
            "title": "Story",
            "baseXP": self._random.randint(1, 500),
            "difficulty": self._random.choice(DIFFICULTIES),
            "attributes": self._random.sample(ATTRIBUTES, self._random.randint(0, 3)),
            "estimatedTime": 600,
            **self._random.choice(SCHEDULES),
        }
        return self._client.surely("POST", "/api/quests", body, key=next(self._keys))

    def complete(self, **fields: Any) -> Answer | None:
        quest = self._quest()
        if quest is None:
            return None
        fields["difficultyOverride"] = self._random.choice([None, *DIFFICULTIES])
        fields["timeSpent"] = self._random.choice([None, 300, 600])
        return self._client.complete_surely(quest, key=next(self._keys), **fields)

    def complete_late(self) -> Answer | None:
        at = self._time.now() - timedelta(hours=self._random.uniform(1, 47))
        return self.complete(completedAt=at.isoformat())

    def void(self) -> Answer | None:
        quest = self._quest()
        if quest is None:
            return None
        path = f"/api/quests/{quest}/completions"
        done = self._client.surely("GET", path, key="read").data["completions"]
        if not done:
            return None
        return self._client.surely("DELETE", f"{path}/{self._random.choice(done)['id']}", key="void")

    def skip(self) -> Answer | None:
        quest = self._quest()
        day = self._time.now().date() + timedelta(days=self._random.randint(-2, 2))
        path = f"/api/quests/{quest}/skip"
        return quest and self._client.surely("POST", path, {"day": str(day)}, key=next(self._keys))

    def change(self) -> Answer | None:
        quest = self._quest()
        body = {"baseXP": self._random.randint(1, 500), "completionsPerDay": self._random.randint(1, 5)}
        return quest and self._client.surely("PATCH", f"/api/quests/{quest}", body, key="change")

    def archive(self) -> Answer | None:
        quest = self._quest() if self._random.random() < 0.3 else None
        return quest and self._client.surely("DELETE", f"/api/quests/{quest}", key="archive")

    def pause(self) -> Answer:
        start = self._time.now().date() + timedelta(days=self._random.randint(1, 4))
        body = {"from": str(start), "until": str(start + timedelta(days=self._random.randint(0, 2)))}
        return self._client.surely("POST", "/api/users/me/pauses", body, key=next(self._keys))

    def move(self) -> Answer:
        body: dict[str, Any] = {"timezone": self._random.choice(ZONES)}
        if self._random.random() < 0.5:
            body = {"restDays": self._random.sample(["MON", "WED", "SUN"], self._random.randint(0, 2))}
        return self._client.surely("PATCH", "/api/users/me/settings", body, key="move")

    def _quest(self) -> Any:
        found = self._client.surely("GET", "/api/quests?limit=100", key="read").data["quests"]
        return self._random.choice(found)["id"] if found else None


@pytest.fixture(params=DATABASES if LONG else DATABASES[1:])
def story_app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[App]:
    """A server that goes by the clock `now` beside its data; in the ordinary suite where most happens at one time."""
    url = None if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    time = MovableClock(tmp_path / "now")
    time.set(datetime(2026, 4, 20, 9, tzinfo=UTC))
    settings = {clock.VARIABLE: str(time.path)}
    with App(
        data_dir=tmp_path / "d", database_url=url, settings=settings, command=clock.command()
    ) as running:
        yield running


@pytest.mark.long
def test_whatever_hunters_do_at_one_time_the_books_are_right(story_app: App, tmp_path: Path) -> None:
    time = MovableClock(tmp_path / "now")
    hunters = registered(story_app.url, at_length(4, 2))
    actors = [Actor(hunters[seed % len(hunters)], time, seed) for seed in range(at_length(16, 6))]
    days, acts = at_length(12, 3), at_length(12, 6)
    for day in range(days):
        in_parallel(lambda actor: actor.act(acts), actors, clients=len(actors))
        if day % 4 == 2:
            story_app.kill()
            story_app.start()
        # Across Cairo's missing midnight of 24 April, and at another hour each day.
        time.advance(timedelta(hours=random.Random(day).uniform(7, 30)))
        for hunter in hunters:
            hunter.login(hunter.user["email"])

    seen = sum((actor.seen for actor in actors), Counter[str]())
    print(dict(seen))
    assert seen["complete 2xx"] > 0
    assert seen["void 2xx"] > 0
    assert "Traceback" not in story_app.log, story_app.log
    with Books(story_app.database_url) as books:
        assert books.unbalanced() == []
    assert_audit(story_app)
    for hunter in hunters:
        hunter.close()
