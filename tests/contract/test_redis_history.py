"""Boards in Redis are believed only where they are of this database, in a state that it was really in (SPEC 7)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from hunter_adapters.redis.boards import keys
from hunter_adapters.redis.boards.commands import state
from hunter_adapters.redis.boards.keeper import BoardKeeper
from hunter_adapters.redis.boards.reader import FROM_REDIS, WITHOUT_REDIS
from hunter_adapters.sql import SqlStore, open_store
from hunter_adapters.testing.builders import NOW
from hunter_adapters.testing.contract import Contestant
from hunter_adapters.testing.contract.boards import a_contestant, told
from hunter_core.errors import OutcomeUnknown
from hunter_core.ids import HunterId
from tests.contract.redis_boards import Kept, gain, right_answers
from tests.servers.copies import copy_of, put_back
from tests.servers.redis import RedisServer


@pytest.fixture
def server(redis_servers: dict[str, RedisServer], patient_with_a_hang: None) -> RedisServer:
    redis_servers["redis"].restart()
    return redis_servers["redis"]


@pytest.fixture
def kept(server: RedisServer, tmp_path: Path) -> Iterator[Kept]:
    opened = Kept(a_store(tmp_path / "hunter.db"), server)
    yield opened
    opened.close()
    opened.store.close()


def a_store(path: Path) -> SqlStore:
    """Return an empty store in a file of its own."""
    store = open_store(f"sqlite:///{path}")
    store.create_schema()
    return store


def file_of(kept: Kept) -> Path:
    """Return the file of the database."""
    path: Path = kept.store.database.path  # type: ignore[attr-defined]
    return path


def let_all_be_due(kept: Kept) -> None:
    """Let the next look give the database a word, and compare."""
    with kept.server.client() as client:
        client.delete(keys.GIVING, keys.COMPARING)


def keep(kept: Kept, whose: Contestant, **settings: object) -> None:
    """Change what a hunter lets others see."""
    with kept.store.write() as uow:
        hunter = uow.hunters.lock(whose.hunter.id)
        uow.hunters.save(replace(hunter, updated_at=NOW))
        uow.settings.save(replace(whose.settings, **settings))  # type: ignore[arg-type]
        uow.commit()


def word_of(kept: Kept) -> bytes | None:
    """Return the word that Redis keeps of the database."""
    with kept.server.client() as client:
        found: Any = client.hget(keys.STATE, keys.WORD)
    assert found is None or isinstance(found, bytes)
    return found


@pytest.mark.parametrize("goes_on", [False, True], ids=["a new process", "a process that goes on"])
@pytest.mark.parametrize("was_given_a_word", [False, True], ids=["a moment ago", "long ago"])
def test_the_boards_of_a_future_that_the_database_lost_are_not_shown(
    kept: Kept, tmp_path: Path, was_given_a_word: bool, goes_on: bool
) -> None:
    jinwoo, jinah, cha = a_contestant("Jinwoo", 100), a_contestant("Jinah", 200), a_contestant("Cha", 50)
    kept.under_test().fill([jinwoo, jinah, cha])
    keep(kept, cha, show_on_leaderboard=False)
    kept.settle()
    copy = copy_of(file_of(kept), tmp_path / "copy.db")
    if was_given_a_word:
        let_all_be_due(kept)
    gain(kept, jinwoo, 900)
    keep(kept, cha, show_on_leaderboard=True)
    kept.under_test().fill([a_contestant("Late", 5000)])
    kept.settle()
    assert [xp for _, xp in told(kept.under_test().read())] == [5000, 1000, 200, 50]

    kept.store.close()
    put_back(copy, file_of(kept))
    kept.boards.answers.clear()
    if not goes_on:
        kept.begin()
    # Whoever goes on notices by the connection that it opens.
    assert kept.store.holders() == {}
    right_answers(kept, [(jinah.hunter.id, 200), (jinwoo.hunter.id, 100)])
    assert kept.boards.answers == {WITHOUT_REDIS: 1}
    kept.boards.answers.clear()
    kept.settle()

    right_answers(kept, [(jinah.hunter.id, 200), (jinwoo.hunter.id, 100)])
    assert kept.boards.answers == {FROM_REDIS: 1}


def test_a_new_database_at_the_same_redis_shows_nobody_of_the_one_before(kept: Kept, tmp_path: Path) -> None:
    kept.under_test().fill([a_contestant("Jinwoo", 100)])
    kept.settle()

    other = Kept(a_store(tmp_path / "new.db"), kept.server)
    right_answers(other, [])
    other.settle()
    right_answers(other, [])
    assert other.boards.answers == {WITHOUT_REDIS: 1, FROM_REDIS: 1}

    other.close()
    other.store.close()


def test_two_databases_at_one_redis_never_see_each_other_and_do_not_fight_for_it(
    kept: Kept, tmp_path: Path
) -> None:
    jinwoo, cha = a_contestant("Jinwoo", 100), a_contestant("Cha", 70)
    kept.under_test().fill([jinwoo])
    kept.settle()
    other = Kept(a_store(tmp_path / "other.db"), kept.server)
    other.under_test().fill([cha])
    other.settle()

    # What was believed until a moment ago is not, although the lease is a new one.
    right_answers(kept, [(jinwoo.hunter.id, 100)])
    gain(kept, jinwoo, 10)
    right_answers(kept, [(jinwoo.hunter.id, 110)])
    assert kept.keeper.tend() is False
    assert kept.boards.answers == {WITHOUT_REDIS: 2}
    other.settle()
    right_answers(other, [(cha.hunter.id, 70)])
    assert other.boards.answers == {FROM_REDIS: 1}

    other.close()
    other.store.close()


def test_two_rulebooks_at_one_redis_do_not_fight_for_it(kept: Kept) -> None:
    jinwoo = a_contestant("Jinwoo", 100)
    kept.under_test().fill([jinwoo])
    kept.settle()
    made = [kept.connection.ask(state).generation]
    other = BoardKeeper(kept.connection, kept.source, kept.clock, fingerprint="another rulebook")
    for _ in range(5):
        other.tend()
        kept.keeper.tend()
        made.append(kept.connection.ask(state).generation)
    # Once for whoever comes, and then not for a minute.
    assert len(set(made)) == 2
    right_answers(kept, [(jinwoo.hunter.id, 100)])
    assert kept.boards.answers == {WITHOUT_REDIS: 1}
    other.close()


def test_a_process_that_ended_while_it_gave_the_database_a_word_costs_nothing(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    jinwoo = a_contestant("Jinwoo", 100)
    kept.under_test().fill([jinwoo])
    kept.settle()
    give = kept.source.give_word

    def give_and_end(word: str, instead_of: str | None) -> bool:
        assert give(word, instead_of)
        raise OutcomeUnknown

    for given in (give_and_end, lambda word, instead_of: False):
        before = generation_of(kept)
        let_all_be_due(kept)
        gain(kept, jinwoo, 10)
        with monkeypatch.context() as patched:
            patched.setattr(kept.source, "give_word", given)
            kept.settle()
        kept.begin()
        kept.settle()
        assert generation_of(kept) == before
    right_answers(kept, [(jinwoo.hunter.id, 120)])
    assert kept.boards.answers == {FROM_REDIS: 1}


def generation_of(kept: Kept) -> Any:
    """Return under which rebuild the boards are."""
    with kept.server.client() as client:
        return client.hget(keys.STATE, keys.GENERATION)


def test_the_database_is_given_a_word_only_where_something_changed(kept: Kept) -> None:
    jinwoo = a_contestant("Jinwoo", 100)
    kept.under_test().fill([jinwoo])
    kept.settle()
    first = word_of(kept)
    for _ in range(3):
        let_all_be_due(kept)
        kept.settle()
    # Whoever was filled in at NOW was brought over once more by the look that followed.
    assert (second := word_of(kept)) is not None
    let_all_be_due(kept)
    kept.settle()
    assert word_of(kept) == second
    assert kept.source.word() == second.decode()

    gain(kept, jinwoo, 10)
    let_all_be_due(kept)
    kept.settle()
    assert word_of(kept) not in (first, second)


def test_what_is_wrong_in_redis_though_nobody_changed_it_is_found_and_mended(kept: Kept) -> None:
    jinwoo, jinah, cha = a_contestant("Jinwoo", 100), a_contestant("Jinah", 200), a_contestant("Cha", 50)
    stranger = a_contestant("Stranger", 900)
    old = NOW.replace(year=NOW.year - 1)
    crowd = [replace(each, hunter=replace(each.hunter, updated_at=old)) for each in (jinwoo, jinah, cha)]
    kept.under_test().fill(crowd)
    kept.settle()
    expected = [(jinah.hunter.id, 200), (jinwoo.hunter.id, 100), (cha.hunter.id, 50)]
    id_, moment = jinwoo.hunter.id.bytes, keys.moment_bytes(NOW)
    theirs, gone = stranger.hunter.id.bytes, cha.hunter.id.bytes
    order, members = keys.order_of("all"), keys.members_of("all")

    with kept.server.client() as client:
        card: Any = client.hget(keys.CARDS, id_)
        client.zadd(order, {moment + id_: -5000})
        client.hset(keys.CARDS, id_, card.replace(b"Jinwoo", b"Somebody"))
        # One who is in all the right places, and in no row of the database.
        client.hset(keys.CARDS, theirs, card)
        client.hset(keys.APPLIED, theirs, "1")
        client.hset(members, theirs, moment)
        client.zadd(order, {moment + theirs: -900})
        # And one who is in none.
        for key in (keys.CARDS, keys.APPLIED, members):
            client.hdel(key, gone)
        client.zrem(order, moment + gone)
    assert [xp for _, xp in told(kept.under_test().read())] == [5000, 900, 200]

    # Everybody in the store, and everybody in Redis, are two parts.
    for _ in range(2):
        let_all_be_due(kept)
        kept.settle()

    assert kept.boards.mended == 3
    right_answers(kept, expected)
    assert [line.name for line in kept.under_test().read().lines] == ["Jinah", "Jinwoo", "Cha"]
    assert kept.boards.answers[WITHOUT_REDIS] == 0
    for _ in range(3):
        let_all_be_due(kept)
        kept.settle()
    assert kept.boards.mended == 3


def test_a_change_that_is_on_its_way_is_not_taken_for_a_mistake(kept: Kept) -> None:
    jinwoo = a_contestant("Jinwoo", 100)
    kept.under_test().fill([jinwoo])
    kept.settle()
    changed_since = kept.source.changed_since

    def look_and_change(moment: datetime) -> Sequence[tuple[HunterId, datetime]]:
        found = changed_since(moment)
        kept.store.after_commit = None
        gain(kept, jinwoo, 10)
        kept.source.changed_since = changed_since  # type: ignore[method-assign]
        return found

    kept.source.changed_since = look_and_change  # type: ignore[method-assign]
    let_all_be_due(kept)
    kept.settle()

    right_answers(kept, [(jinwoo.hunter.id, 110)])
    assert kept.boards.answers == {FROM_REDIS: 1}
    assert kept.boards.mended == 0
