"""What one completion over HTTP asks of the database: counted, the same on both, one transaction (issue 2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import attrs
import pytest
from litestar.testing import TestClient

from hunter_adapters.sql import SqlStore
from hunter_api.app import create_app
from hunter_api.settings import Settings
from hunter_api.wiring import open_world

READS, WRITES = 3, 8
PASSWORD = "Arise-from-the-shadows-1!"


class Counted:
    """A signed-in client of the whole application, and every statement that a request sends."""

    def __init__(self, client: TestClient[Any], seen: list[str]) -> None:
        self._client, self._seen = client, seen
        body = {"email": "jinwoo@example.com", "password": PASSWORD, "hunterName": "Jinwoo"}
        answer = client.post("/api/auth/register", json=body)
        assert answer.status_code == 201, answer.text
        self._headers = {"Authorization": f"Bearer {answer.json()['data']['token']}"}

    def quest(self, **fields: Any) -> str:
        body = {"title": "Push-ups", "type": "DAILY", "baseXP": 500, "attributes": ["strength"], **fields}
        answer = self._client.post("/api/quests", json=body, headers=self._headers)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["data"]["id"])

    def comes_with_a_token(self) -> None:
        """Play on with an API token in the place of the session."""
        body = {"name": "Script", "scope": "WRITE"}
        answer = self._client.post("/api/auth/api-tokens", json=body, headers=self._headers)
        assert answer.status_code == 201, answer.text
        self._headers = {"Authorization": f"Bearer {answer.json()['data']['token']}"}

    def complete(self, quest_id: str, key: str, **fields: Any) -> tuple[dict[str, Any], list[str]]:
        """Complete the quest; return the answer's data and the statements."""
        self._seen.clear()
        path, headers = f"/api/quests/{quest_id}/complete", {**self._headers, "Idempotency-Key": key}
        answer = self._client.post(path, json=fields, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"], list(self._seen)


@pytest.fixture
def counted(url: str, opened: Callable[..., SqlStore], tmp_path: Any) -> Iterator[Counted]:
    seen: list[str] = []
    store = opened(url, observer=seen.append)
    world = open_world(Settings(data_dir=tmp_path, database_url=url))
    ports = attrs.evolve(world.ports(), store=store)
    with TestClient(create_app(ports)) as client:
        yield Counted(client, seen)


def counts_of(statements: list[str]) -> tuple[int, int]:
    """Return how many statements read and how many write; what opens and ends a transaction is neither."""
    words = [statement.split(None, 1)[0].upper() for statement in statements]
    writes = sum(word in ("INSERT", "UPDATE", "DELETE") for word in words)
    reads = sum(word in ("SELECT", "WITH") for word in words)
    assert reads + writes + words.count("BEGIN") + words.count("COMMIT") == len(words), statements
    return reads, writes


def test_a_completion_reads_three_times_and_commits_once(counted: Counted) -> None:
    quest = counted.quest(completionsPerDay=50)

    for number in range(30):
        _, statements = counted.complete(quest, f"key-{number}", timeSpent=60, notes="again")

        reads, writes = counts_of(statements)
        assert reads == READS, statements
        assert writes <= WRITES, statements
        assert statements.count("COMMIT") == 1


def test_a_completion_by_an_api_token_costs_the_same_but_for_a_note_of_its_use_each_minute(
    counted: Counted,
) -> None:
    quest = counted.quest(completionsPerDay=50)
    counted.comes_with_a_token()

    found = [counted.complete(quest, f"key-{number}", timeSpent=60)[1] for number in range(12)]

    notes = [[each for each in statements if "api_tokens" in each.split("WHERE")[0]] for statements in found]
    # The first request of a minute notes it; the clock may turn once in between.
    assert len(notes[0]) == 2
    assert sum(len(each) == 2 for each in notes) <= 2
    for statements, noted in zip(found, notes, strict=True):
        reads, writes = counts_of(statements)
        assert reads == READS, statements
        assert writes <= WRITES + len(noted) - 1
        assert statements.count("COMMIT") == len(noted)


def test_the_first_completion_unlocks_several_achievements_by_one_insert(counted: Counted) -> None:
    quest = counted.quest(completionsPerDay=50, attributes=["strength", "luck"])

    answer, statements = counted.complete(quest, "first", difficultyOverride="HARD")

    assert len(answer["achievements"]) >= 2
    assert counts_of(statements) == (READS, 8)
    tables = [
        statement.split()[2].strip('"') for statement in statements if statement.upper().startswith("INSERT")
    ]
    assert sorted(tables) == sorted(set(tables)), "a table is written once, whatever unlocks"


def test_the_hunter_is_locked_by_a_statement_of_its_own_before_anything_is_read(counted: Counted) -> None:
    quest = counted.quest()

    _, statements = counted.complete(quest, "only")

    session, begin, lock, facts = statements[:4]
    assert "FROM sessions" in session.replace("\n", " ")
    assert begin.upper().startswith("BEGIN")
    assert "FROM hunters" in lock.replace("\n", " ")
    assert "quests" not in lock
    assert "quests" in facts
    assert statements[-1] == "COMMIT"


def test_both_databases_get_the_same_statements(
    request: pytest.FixtureRequest, opened: Callable[..., SqlStore], tmp_path: Any
) -> None:
    shapes = {}
    for name in ("postgres_migrated", "sqlite_migrated"):
        url, seen = request.getfixturevalue(name), []  # type: ignore[var-annotated]
        store = opened(url, observer=seen.append)
        world = open_world(Settings(data_dir=tmp_path, database_url=url))
        with TestClient(create_app(attrs.evolve(world.ports(), store=store))) as client:
            counted = Counted(client, seen)
            _, statements = counted.complete(counted.quest(), "one")
        shapes[name] = [
            " ".join(statement.split()[:3]).upper().partition(" IMMEDIATE")[0] for statement in statements
        ]

    assert shapes["postgres_migrated"] == shapes["sqlite_migrated"]
