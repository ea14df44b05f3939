"""Two processes on one PostgreSQL are one system: neither lets through what the other has used up, or ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.load import assert_audit, in_parallel, paid, zone_at_noon
from tests.servers.app import App
from tests.servers.client import Client

Pair = tuple[Client, Client]


@pytest.fixture(scope="module")
def apps(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[App, App]]:
    server = request.getfixturevalue("postgres_server")
    url = server.fresh_database()
    # one data folder: the keys that sign tokens lie in it
    data_dir: Path = tmp_path_factory.mktemp("pair")
    first, second = (App(data_dir=data_dir, database_url=url) for _ in range(2))
    # both migrate an empty database at the same time
    first.launch()
    second.launch()
    try:
        first.wait_until_ready()
        second.wait_until_ready()
        yield first, second
        assert_audit(first)
    finally:
        first.kill()
        second.kill()
    server.drop_database(url)


@pytest.fixture
def pair(apps: tuple[App, App]) -> Iterator[Pair]:
    """One hunter, signed in once, with a client at each process."""
    with Client(apps[0].url) as first, Client(apps[1].url) as second:
        first.register(zone=zone_at_noon())
        second.token, second.user = first.token, first.user
        yield first, second


def test_a_limit_holds_over_both(pair: Pair) -> None:
    quest = pair[0].create_quest(completionsPerDay=3)

    answers = in_parallel(lambda number: pair[number % 2].complete(quest["id"]), range(50), clients=50)

    assert Counter(answer.status for answer in answers) == {200: 3, 409: 47}


def test_a_key_is_good_for_one_time_over_both(pair: Pair) -> None:
    quest = pair[0].create_quest(completionsPerDay=50)

    for key in ("one", "two", "three"):
        answers = in_parallel(
            lambda number, key=key: pair[number % 2].complete(quest["id"], key=key),  # type: ignore[misc]
            range(20),
            clients=20,
        )
        assert {(answer.status, answer.body) for answer in answers} == {(200, answers[0].body)}
        assert sum(not answer.is_replayed for answer in answers) == 1


def test_no_xp_is_lost_between_them(pair: Pair) -> None:
    quest = pair[0].create_quest(completionsPerDay=50, attributes=["luck"])

    answers = in_parallel(lambda number: pair[number % 2].complete(quest["id"]), range(50), clients=16)

    assert pair[0].me()["totalXP"] == pair[1].me()["totalXP"] == paid(answers)


def test_who_signs_out_at_one_is_signed_out_at_the_other(pair: Pair) -> None:
    assert pair[1].get("/api/auth/me").status == 200
    assert pair[0].post("/api/auth/logout").status == 204
    assert pair[1].get("/api/auth/me").status == 401
