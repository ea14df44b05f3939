"""Limits are held by locks and constraints: as many requests at one time as there like, as many as allowed pass."""

from __future__ import annotations

from collections import Counter

from tests.faults.load import at_length, in_parallel, zone_at_noon
from tests.servers.app import App
from tests.servers.books import Books
from tests.servers.client import Client

PARALLEL = 50
ALLOWED = 3


def test_of_fifty_completions_at_one_time_exactly_the_allowed_three_pass(
    client: Client, books: Books
) -> None:
    client.register(zone=zone_at_noon())
    quest = client.create_quest(completionsPerDay=ALLOWED)

    answers = in_parallel(lambda _: client.complete(quest["id"]), range(PARALLEL), clients=PARALLEL)

    assert Counter(answer.status for answer in answers) == {200: ALLOWED, 409: PARALLEL - ALLOWED}
    assert {answer.code for answer in answers if answer.status == 409} == {"COMPLETION_LIMIT_REACHED"}
    assert client.get(f"/api/quests/{quest['id']}").data["completionsToday"] == ALLOWED
    assert books.unbalanced() == []


def test_a_one_time_quest_is_done_once_however_many_ask(client: Client, books: Books) -> None:
    client.register(zone=zone_at_noon())
    quest = client.create_quest(type="ONE_TIME")

    answers = in_parallel(lambda _: client.complete(quest["id"]), range(PARALLEL), clients=PARALLEL)

    assert Counter(answer.status for answer in answers) == {200: 1, 409: PARALLEL - 1}
    assert {answer.code for answer in answers if answer.status == 409} == {"QUEST_ALREADY_COMPLETED"}
    assert books.unbalanced() == []


def test_an_achievement_is_unlocked_and_paid_once(client: Client, books: Books) -> None:
    client.register(zone=zone_at_noon())
    quests = [client.create_quest(title=f"Quest {number}") for number in range(20)]

    answers = in_parallel(lambda quest: client.complete(quest["id"]), quests, clients=20)

    assert {answer.status for answer in answers} == {200}
    unlocked = [each for answer in answers for each in answer.data["achievements"]]
    assert max(Counter(each["name"] for each in unlocked).values()) == 1
    assert "Awakening" in {each["name"] for each in unlocked}
    entries = client.get("/api/users/me/ledger", limit=100).data["entries"]
    rewards = [entry["amount"] for entry in entries if entry["kind"] == "ACHIEVEMENT"]
    assert sum(rewards) == sum(each["xpReward"] for each in unlocked)
    assert sorted(entry["seq"] for entry in entries) == list(range(1, len(entries) + 1))
    assert books.unbalanced() == []


def test_one_key_sent_twenty_times_at_one_time_has_one_effect_and_one_answer(
    client: Client, books: Books
) -> None:
    client.register(zone=zone_at_noon())
    quest = client.create_quest(completionsPerDay=50)

    for number in range(at_length(20, 3)):
        answers = in_parallel(
            lambda _, key=f"the-same-{number}": client.complete(quest["id"], key=key, notes="once"),  # type: ignore[misc]
            range(20),
            clients=20,
        )
        assert {(answer.status, answer.body) for answer in answers} == {(200, answers[0].body)}
        assert sum(not answer.is_replayed for answer in answers) == 1
        assert len({answer.headers["x-request-id"] for answer in answers}) == 20

    assert client.me()["totalXP"] == books.one(
        "SELECT sum(amount) FROM xp_entries WHERE hunter_id = :id", id=_stored(books, client)
    )
    assert client.get(f"/api/quests/{quest['id']}").data["completionsToday"] == at_length(20, 3)


def test_one_key_creates_one_quest(client: Client) -> None:
    client.register()
    body = {"title": "Once", "type": "DAILY", "baseXP": 10}

    answers = in_parallel(lambda _: client.post("/api/quests", body, key="make"), range(20), clients=20)

    assert {(answer.status, answer.body) for answer in answers} == {(201, answers[0].body)}
    assert client.get("/api/quests").data["pagination"]["total"] == 1


def test_a_completion_is_taken_back_once_however_many_ask(client: Client, books: Books) -> None:
    client.register(zone=zone_at_noon())
    quest = client.create_quest()
    completion = client.complete(quest["id"]).data["completion"]

    answers = in_parallel(lambda _: client.void(quest["id"], completion["id"]), range(20), clients=20)

    assert Counter(answer.status for answer in answers) == {200: 1, 404: 19}
    assert client.me()["totalXP"] == 0
    assert books.unbalanced() == []


def test_one_name_and_one_address_make_one_account(app: App) -> None:
    clients = [Client(app.url) for _ in range(6)]
    name = f"race-{id(clients)}"[:24]
    body = {"email": f"{name}@example.com", "password": "Arise-from-the-shadows-1!", "hunterName": name}

    answers = in_parallel(lambda client: client.post("/api/auth/register", body), clients, clients=6)

    assert Counter(answer.status for answer in answers) == {201: 1, 400: 5}
    assert {answer.code for answer in answers if answer.status == 400} <= {"EMAIL_TAKEN", "HUNTER_NAME_TAKEN"}
    for client in clients:
        client.close()


def _stored(books: Books, client: Client) -> object:
    """Return the hunter's id as the database spells it."""
    return books.one("SELECT id FROM hunters WHERE name = :name", name=client.user["hunterName"])
