from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator

import bcrypt
import pytest

from hunter_adapters.crypto.keys import KeyRing
from hunter_adapters.crypto.passwords import BcryptPasswords
from hunter_adapters.crypto.pool import BoundedPool
from hunter_core.errors import TooBusy

OLD, NEW = ("old", os.urandom(32)), ("new", os.urandom(32))


@pytest.fixture
def pool() -> Iterator[BoundedPool]:
    pool = BoundedPool(threads=1, waiting=1)
    yield pool
    pool.close()


@pytest.fixture
def passwords(pool: BoundedPool) -> BcryptPasswords:
    return BcryptPasswords(KeyRing([OLD]), pool, cost=4)


def test_the_right_password_matches_and_others_do_not(passwords: BcryptPasswords) -> None:
    stored = passwords.hash("Ar1se!Ar1se!")
    assert passwords.matches("Ar1se!Ar1se!", stored)
    assert not passwords.matches("Ar1se!Ar1se?", stored)
    assert not passwords.matches("", stored)


def test_a_stored_hash_is_short_printable_salted_and_names_its_pepper(passwords: BcryptPasswords) -> None:
    stored = passwords.hash("\u017bubr-77!" * 100)
    assert stored.isascii()
    assert stored.isprintable()
    assert len(stored) <= 200
    assert ":old:$2b$04$" in stored
    assert passwords.hash("same") != passwords.hash("same")


def test_every_character_of_a_long_password_counts(passwords: BcryptPasswords) -> None:
    stored = passwords.hash("x" * 1023 + "a")
    assert passwords.matches("x" * 1023 + "a", stored)
    assert not passwords.matches("x" * 1023 + "b", stored)
    assert not passwords.matches("x" * 1023, stored)


def test_a_digest_with_a_zero_byte_is_hashed_whole(passwords: BcryptPasswords) -> None:
    # One digest in nine holds a zero byte; base64 hides it from bcrypt.
    for number in range(40):
        stored = passwords.hash(f"p{number}")
        assert passwords.matches(f"p{number}", stored)
        assert not passwords.matches(f"q{number}", stored)


def test_the_database_alone_is_not_enough_to_try_passwords(
    passwords: BcryptPasswords, pool: BoundedPool
) -> None:
    stored = passwords.hash("Ar1se!Ar1se!")
    assert not bcrypt.checkpw(b"Ar1se!Ar1se!", stored.rpartition(":")[2].encode())
    other = BcryptPasswords(KeyRing([("old", os.urandom(32))]), pool, cost=4)
    assert not other.matches("Ar1se!Ar1se!", stored)


def test_no_account_no_password_and_an_unknown_pepper_are_compared_with_a_dummy(
    passwords: BcryptPasswords, pool: BoundedPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = BcryptPasswords(KeyRing([NEW]), pool, cost=4).hash("Ar1se!Ar1se!")
    compared = []
    check = bcrypt.checkpw

    def spy(password: bytes, hashed: bytes) -> bool:
        compared.append(hashed)
        return check(password, hashed)

    monkeypatch.setattr(bcrypt, "checkpw", spy)
    assert not passwords.matches("Ar1se!Ar1se!", None)
    assert not passwords.matches("Ar1se!Ar1se!", stored)
    assert not passwords.matches("Ar1se!Ar1se!", "")
    assert len(compared) == 3
    assert {len(hashed) for hashed in compared} == {60}
    assert all(hashed.startswith(b"$2b$04$") for hashed in compared)


def test_a_hash_of_another_cost_or_pepper_is_good_and_outdated(pool: BoundedPool) -> None:
    stored = BcryptPasswords(KeyRing([OLD]), pool, cost=4).hash("Ar1se!Ar1se!")
    rotated = BcryptPasswords(KeyRing([NEW, OLD]), pool, cost=4)
    dearer = BcryptPasswords(KeyRing([OLD, NEW]), pool, cost=5)
    for passwords in (rotated, dearer):
        assert passwords.matches("Ar1se!Ar1se!", stored)
        assert passwords.outdated(stored)
        assert not passwords.outdated(passwords.hash("Ar1se!Ar1se!"))


def test_the_pool_runs_what_fits_lets_some_wait_and_refuses_the_rest() -> None:
    pool = BoundedPool(threads=2, waiting=1, timeout=60)
    go_on, refused = threading.Event(), threading.Event()
    answers: list[str] = []

    def call() -> None:
        try:
            answers.append(pool.run(lambda: "done" if go_on.wait(60) else "never"))
        except TooBusy as refusal:
            answers.append(refusal.code)
            refused.set()

    callers = [threading.Thread(target=call) for _ in range(4)]
    for caller in callers:
        caller.start()
    assert refused.wait(60)
    assert answers == ["SERVICE_UNAVAILABLE"]
    go_on.set()
    for caller in callers:
        caller.join(60)
    assert sorted(answers) == ["SERVICE_UNAVAILABLE", "done", "done", "done"]
    assert pool.run(lambda: "room again") == "room again"
    pool.close()


def test_who_waits_too_long_is_turned_away_and_leaves_its_place() -> None:
    # For as long, the thread may take to begin.
    pool = BoundedPool(threads=1, waiting=1, timeout=1.0)
    go_on = threading.Event()
    ran: list[str] = []
    with pytest.raises(TooBusy):
        pool.run(lambda: go_on.wait(60))
    pool.timeout = 0.05
    with pytest.raises(TooBusy):
        pool.run(lambda: ran.append("too late"))
    go_on.set()
    pool.timeout = 60
    for _ in range(4):
        assert pool.run(lambda: "room again") == "room again"
    assert ran == []
    pool.close()


def test_a_pool_that_closes_turns_away_who_waits_and_lets_end_who_runs() -> None:
    pool = BoundedPool(threads=1, waiting=1, timeout=60)
    running, go_on = threading.Event(), threading.Event()
    answers: list[str] = []

    def call(work: Callable[[], str]) -> None:
        try:
            answers.append(pool.run(work))
        except TooBusy as refusal:
            answers.append(refusal.code)

    def work() -> str:
        running.set()
        return "done" if go_on.wait(60) else "never"

    runs = threading.Thread(target=call, args=(work,))
    runs.start()
    assert running.wait(60)
    waits = threading.Thread(target=call, args=(lambda: "too late",))
    waits.start()
    closes = threading.Thread(target=pool.close)
    closes.start()
    waits.join(60)
    go_on.set()
    for thread in (runs, closes):
        thread.join(60)
    assert sorted(answers) == ["SERVICE_UNAVAILABLE", "done"]


def test_what_the_work_raises_is_raised_and_leaves_room() -> None:
    pool = BoundedPool(threads=1, waiting=0)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            pool.run(lambda: 1 // 0)
    pool.close()


def test_a_closed_pool_turns_away() -> None:
    pool = BoundedPool(threads=1, waiting=1)
    pool.close()
    for _ in range(3):
        with pytest.raises(TooBusy):
            pool.run(lambda: None)
