"""Something else under a key of the boards: they are made anew by themselves, and nobody else notices (SPEC 7)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
from redis import Redis

from hunter_adapters.redis import connection as redis_connection
from hunter_adapters.redis.boards import keys, reader
from hunter_adapters.redis.boards.reader import FROM_REDIS
from hunter_adapters.testing.builders import NOW
from hunter_adapters.testing.contract.boards import a_contestant
from hunter_core.ids import HunterId
from hunter_core.leaderboard.board import Asked
from hunter_core.leaderboard.windows import ALL_TIME, windows_at
from tests.contract.redis_boards import Kept, gain, right_answers

TODAY = windows_at(NOW).daily


@pytest.fixture(autouse=True)
def no_breaker_closes_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Redis were taken for away, let it not be asked again."""
    monkeypatch.setattr(redis_connection, "REST", 600.0)


MARKS = ("building", "evicted", "others", "giving", "comparing", "compared")


def another_type(name: str) -> Callable[[Redis], Any]:
    def put(client: Redis) -> None:
        key = f"hunter:board:{name}"
        # It is time to give a word, and to compare: so the marks are looked at.
        client.delete(key, keys.GIVING, keys.COMPARING)
        if name in MARKS:
            client.rpush(key, "x")
        else:
            client.set(key, "x")

    return put


def field(name: str, of: str, value: str) -> Callable[[Redis], Any]:
    return lambda client: client.hset(f"hunter:board:{name}", of, value)


def every_field(name: str) -> Callable[[Redis], Any]:
    def put(client: Redis) -> None:
        key = f"hunter:board:{name}"
        found: Any = client.hkeys(key)
        client.hset(key, mapping=dict.fromkeys(found, "x"))

    return put


KEYS = (
    "state",
    "applied",
    "cards",
    "fresh",
    "order:all",
    "members:all",
    f"order:{TODAY}",
    f"members:{TODAY}",
)
FOREIGN: dict[str, Callable[[Redis], Any]] = {
    **{name: another_type(name) for name in (*KEYS, *MARKS)},
    **{
        f"state's {of}": field("state", of, "x")
        for of in ("ticket", "looked", "lease", "hunter:board:order:all", "hunter:board:cards")
    },
    "every field of the state": every_field("state"),
    "every card": every_field("cards"),
    "every card of another shape": lambda client: client.hset(
        "hunter:board:cards", mapping=dict.fromkeys(hunters_in(client), '{"x": 1}')
    ),
    "every member": every_field("members:all"),
    "every reading": every_field("applied"),
}


def hunters_in(client: Redis) -> list[bytes]:
    found: Any = client.hkeys("hunter:board:cards")
    return list(found)


@pytest.mark.parametrize("foreign", FOREIGN)
def test_boards_under_whose_key_something_else_lies_are_made_anew_by_themselves(
    kept: Kept, foreign: str, caplog: pytest.LogCaptureFixture
) -> None:
    jinwoo, jinah = a_contestant("Jinwoo", 100), a_contestant("Jinah", 200)
    kept.under_test().fill([jinwoo, jinah])
    kept.settle()
    gain(kept, jinwoo, 400)
    expected: list[tuple[HunterId, int]] = [(jinwoo.hunter.id, 500), (jinah.hunter.id, 200)]
    right_answers(kept, expected)
    with kept.server.client() as client:
        FOREIGN[foreign](client)

    right_answers(kept, expected)
    # Whoever else asks Redis, such as the limits, goes on.
    assert kept.connection.ask(lambda client: client.ping())
    gain(kept, jinah, 50)
    expected[1] = (jinah.hunter.id, 250)
    right_answers(kept, expected)
    kept.settle()

    before = kept.boards.answers[FROM_REDIS]
    right_answers(kept, expected)
    assert kept.boards.answers[FROM_REDIS] == before + 1
    assert kept.connection.ask(lambda client: client.ping())
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
    with kept.server.client() as client:
        # The others are looked at where boards are made anew for another reason.
        assert {client.type(f"hunter:board:{name}") for name in MARKS[3:]} <= {b"string", b"none"}


def test_it_is_counted_and_said_once_and_boards_are_not_made_anew_again_and_again(
    kept: Kept, caplog: pytest.LogCaptureFixture
) -> None:
    jinwoo = a_contestant("Jinwoo", 100)
    kept.under_test().fill([jinwoo])
    kept.settle()
    caplog.clear()
    for comes_back in (True, False):
        with kept.server.client() as client:
            another_type("order:all")(client)
        tended = [kept.keeper.tend() for _ in range(3)]
        assert tended == [False, comes_back, comes_back]
        right_answers(kept, [(jinwoo.hunter.id, 100)])
    assert kept.connection.foreign.replaced == {"boards": 1}
    said = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert len([each for each in said if "WRONGTYPE" in each]) == 1


@pytest.mark.parametrize(
    "foreign",
    [
        b"garbage",
        b"",
        b"\xff",
        b"store:zz",
        b"store:" + b"0" * 33,
        b"store:\n",
        b"redis:",
        b"redis:-1",
        b"redis:%d" % 2**64,
        b"redis:" + b"9" * 24,
    ],
)
def test_what_does_not_say_how_far_boards_were_compared_lets_them_be_compared_from_the_beginning(
    kept: Kept, foreign: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    jinwoo = a_contestant("Jinwoo", 100)
    kept.under_test().fill([jinwoo])
    kept.settle()
    caplog.clear()
    with kept.server.client() as client:
        client.set(keys.COMPARED, foreign)
        for then in (b"redis:0", b"store:"):
            client.delete(keys.COMPARING)
            assert kept.keeper.tend()
            assert client.get(keys.COMPARED) == then
        # As far as a scan can be, and as far as ids go.
        for good in (b"redis:%d" % (2**64 - 1), b"store:" + b"f" * 32):
            client.set(keys.COMPARED, good)
            client.delete(keys.COMPARING)
            assert kept.keeper.tend()
            assert client.get(keys.COMPARED) != good
    right_answers(kept, [(jinwoo.hunter.id, 100)])
    assert kept.boards.answers == {FROM_REDIS: 1}
    assert kept.connection.foreign.replaced == {}
    assert caplog.records == []


def a_field_that_is_no_id(name: str) -> Callable[[Redis], Any]:
    def put(client: Redis) -> None:
        key = f"hunter:board:{name}"
        found: Any = client.hkeys(key)
        # As many as before, so that nothing seems to be evicted.
        client.hdel(key, found[0])
        client.hset(key, "x", "1")

    return put


def a_score_without_end(client: Redis) -> None:
    found: Any = client.zrange("hunter:board:order:all", 0, -1)
    client.zadd("hunter:board:order:all", dict.fromkeys(found, float("inf")))


def where_a_scan_begins(client: Redis) -> None:
    a_field_that_is_no_id("applied")(client)
    client.set(keys.COMPARED, b"redis:0")


BY_AND_BY: dict[str, Callable[[Redis], Any]] = {
    "a field of the readings": where_a_scan_begins,
    "a field of who is fresh": a_field_that_is_no_id("fresh"),
    "a score": a_score_without_end,
}


@pytest.mark.parametrize("foreign", BY_AND_BY)
def test_what_is_looked_at_only_by_and_by_is_found_there_and_boards_are_made_anew(
    kept: Kept, foreign: str, caplog: pytest.LogCaptureFixture
) -> None:
    jinwoo, jinah = a_contestant("Jinwoo", 100), a_contestant("Jinah", 200)
    kept.under_test().fill([jinwoo, jinah])
    kept.settle()
    gain(kept, jinwoo, 400)
    kept.settle()
    with kept.server.client() as client:
        gain(kept, jinwoo, 50)
        assert kept.keeper.flush()
        BY_AND_BY[foreign](client)
        client.delete(keys.COMPARING)
    if "fresh" in foreign:
        # Whoever begins looks at them before anything is believed.
        kept.begin()

    assert [kept.keeper.tend() for _ in range(2)] == [False, True]

    right_answers(kept, [(jinwoo.hunter.id, 550), (jinah.hunter.id, 200)])
    assert kept.boards.answers == {FROM_REDIS: 1}
    assert kept.connection.foreign.replaced == {"boards": 1}
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest.mark.parametrize("mark", ["building", "evicted"])
def test_a_mark_of_somebody_else_which_never_ends_keeps_boards_from_nothing(kept: Kept, mark: str) -> None:
    jinwoo = a_contestant("Jinwoo", 100)
    kept.under_test().fill([jinwoo])
    kept.settle()
    with kept.server.client() as client:
        client.delete("hunter:board:order:all")
        client.set(f"hunter:board:{mark}", "x")
    assert kept.keeper.tend()
    right_answers(kept, [(jinwoo.hunter.id, 100)])
    assert kept.boards.answers[FROM_REDIS] == 1


@pytest.mark.parametrize("mistake", [TypeError, AttributeError, LookupError, ValueError])
def test_a_mistake_of_ours_is_not_taken_for_what_somebody_else_wrote(
    kept: Kept, mistake: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    jinwoo = a_contestant("Jinwoo", 100)
    kept.under_test().fill([jinwoo])
    kept.settle()
    for name in ("_scores", "Reading"):

        def fail(*_: object, **__: object) -> Any:
            raise mistake

        with monkeypatch.context() as patched:
            patched.setattr(reader, name, fail)
            with pytest.raises(mistake):
                kept.boards.read(Asked(viewer=jinwoo.hunter.id, window=ALL_TIME, now=NOW, limit=10))
    right_answers(kept, [(jinwoo.hunter.id, 100)])
    assert kept.boards.answers == {FROM_REDIS: 1}
    assert kept.connection.foreign.replaced == {}
