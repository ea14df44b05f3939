"""COMMIT's answer is lost: the server says that it does not know, and the client's key finds the truth."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.load import PER_DAY, at_length, in_parallel, paid, registered, zone_at_noon
from tests.servers.app import App
from tests.servers.books import Books
from tests.servers.client import Answer, Client
from tests.servers.postgres import PostgresServer
from tests.servers.proxy import AtCommit, Proxy


@pytest.fixture(scope="module")
def proxy(postgres_server: PostgresServer) -> Iterator[Proxy]:
    url = postgres_server.fresh_database()
    with Proxy(url) as wire:
        yield wire
    postgres_server.drop_database(url)


@pytest.fixture(scope="module")
def far_app(proxy: Proxy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with App(data_dir=tmp_path_factory.mktemp("far"), database_url=proxy.url) as running:
        yield running


@pytest.fixture
def hunter(far_app: App) -> Iterator[Client]:
    with Client(far_app.url) as client:
        yield client.register(zone=zone_at_noon())


def assert_unknown(answer: Answer) -> None:
    """Assert that *answer* says: it may have happened, ask again."""
    assert (answer.status, answer.code) == (503, "OUTCOME_UNKNOWN"), answer
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize("how", AtCommit, ids=lambda how: how.name)
def test_the_key_of_a_completion_tells_whether_it_happened(
    proxy: Proxy, hunter: Client, how: AtCommit
) -> None:
    quest = hunter.create_quest()

    proxy.lose.append(how)
    assert_unknown(hunter.complete(quest["id"], key="lost"))
    assert not proxy.lose

    told = hunter.complete(quest["id"], key="lost")
    assert told.status == 200, told
    assert told.is_replayed == (how is AtCommit.AFTER)
    assert hunter.me()["totalXP"] == paid([told])
    again = hunter.complete(quest["id"], key="lost")
    assert (again.status, again.body, again.is_replayed) == (told.status, told.body, True)
    assert hunter.complete(quest["id"], key="another").code == "COMPLETION_LIMIT_REACHED"


@pytest.mark.parametrize("how", AtCommit, ids=lambda how: how.name)
def test_the_key_of_a_quest_makes_it_once(proxy: Proxy, hunter: Client, how: AtCommit) -> None:
    body = {"title": "Lost and found", "type": "DAILY", "baseXP": 10}

    proxy.lose.append(how)
    assert_unknown(hunter.post("/api/quests", body, key="make"))

    assert hunter.post("/api/quests", body, key="make").status == 201
    assert hunter.get("/api/quests").data["pagination"]["total"] == 1


@pytest.mark.parametrize("how", AtCommit, ids=lambda how: how.name)
def test_a_void_whose_answer_was_lost_is_done_or_not_done_and_never_twice(
    proxy: Proxy, hunter: Client, how: AtCommit
) -> None:
    quest = hunter.create_quest()
    completion = hunter.complete(quest["id"]).data["completion"]

    proxy.lose.append(how)
    assert_unknown(hunter.void(quest["id"], completion["id"]))

    assert hunter.void(quest["id"], completion["id"]).status == (404 if how is AtCommit.AFTER else 200)
    assert hunter.me()["totalXP"] == 0


def test_the_server_does_not_ask_again_by_itself(far_app: App, proxy: Proxy, hunter: Client) -> None:
    quest = hunter.create_quest(completionsPerDay=2)

    # Asked again inside of the server, the second COMMIT would find the connection whole.
    proxy.lose.append(AtCommit.AFTER)
    assert_unknown(hunter.complete(quest["id"]))

    assert hunter.get(f"/api/quests/{quest['id']}").data["completionsToday"] == 1
    assert "Traceback" not in far_app.log, far_app.log


@pytest.mark.long
def test_commits_that_are_lost_under_load_pay_once(far_app: App, proxy: Proxy) -> None:
    (hunter,) = registered(far_app.url, 1)
    total = at_length(200, 50)
    quests = [hunter.create_quest(completionsPerDay=PER_DAY) for _ in range(total // PER_DAY)]
    jobs = [(quests[number // PER_DAY]["id"], f"load-{number}") for number in range(total)]
    before = proxy.lost
    proxy.lose.extend([AtCommit.BEFORE, AtCommit.AFTER] * (total // 10))

    answers = in_parallel(lambda job: hunter.complete_surely(job[0], key=job[1]), jobs, clients=16)

    assert proxy.lost - before == total // 10 * 2
    assert {answer.status for answer in answers} == {200}
    assert hunter.me()["totalXP"] == paid(answers)
    with Books(far_app.database_url) as books:
        assert books.unbalanced() == []
    assert far_app.audit().returncode == 0
    hunter.close()
