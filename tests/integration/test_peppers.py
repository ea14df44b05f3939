"""A database knows which peppers it was used with: who comes with others is told, and nothing is made with them."""

from __future__ import annotations

import hmac
import threading
from collections.abc import Callable

import pytest

from hunter_adapters.crypto.check_values import LABEL, check_values
from hunter_adapters.crypto.keys import KeyRing
from hunter_adapters.sql.peppers import OtherPeppers, agree_on_peppers, forget_peppers
from hunter_adapters.sql.statements import Statement
from hunter_adapters.sql.store import SqlStore
from hunter_adapters.sql.tables import meta
from hunter_core.errors import StoreUnavailable

AT_ONCE = 8


def ring(**keys: int) -> KeyRing:
    """Return a ring of keys by name, each made of its number."""
    return KeyRing((kid, bytes(range(number, number + 32))) for kid, number in keys.items())


def agree(store: SqlStore, **keys: int) -> None:
    agree_on_peppers(store, check_values(ring(**keys)))


def kept(store: SqlStore) -> dict[str, str]:
    with store.read() as uow:
        rows = uow.sql.rows(Statement(meta.select()))
    return {name: value for name, value in rows if name.startswith("pepper:")}


def test_a_key_is_changed_with_the_new_one_in_front_and_the_old_one_taken_out_later(store: SqlStore) -> None:
    agree(store, old=1)
    agree(store, old=1)
    agree(store, new=2, old=1)
    agree(store, new=2)
    assert kept(store).keys() == {"pepper:old", "pepper:new"}


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"old": 2}, id="another key of the same name"),
        pytest.param({"new": 2}, id="none of those that are known"),
        pytest.param({"new": 3, "old": 2}, id="another one behind a new one"),
    ],
)
def test_other_peppers_are_refused_and_not_recorded(store: SqlStore, other: dict[str, int]) -> None:
    agree(store, old=1)
    before = kept(store)
    with pytest.raises(OtherPeppers, match="'old'"):
        agree(store, **other)
    assert kept(store) == before
    agree(store, old=1)


def test_peppers_that_are_lost_are_forgotten_on_purpose_and_nothing_else_is(store: SqlStore) -> None:
    with store.write() as uow:
        uow.histories.set_rulebook("a hash")
        uow.commit()
    agree(store, old=1)
    assert forget_peppers(store) == 1
    agree(store, old=2)
    with store.read() as uow:
        assert uow.histories.rulebook() == "a hash"


@pytest.mark.parametrize("same_name", [True, False])
def test_of_several_that_start_at_one_moment_on_an_empty_database_one_is_first_and_the_others_are_held_to_it(
    url: str, opened: Callable[..., SqlStore], same_name: bool
) -> None:
    store, ready, agreed = opened(url, pool_size=AT_ONCE), threading.Barrier(AT_ONCE), []

    def start(number: int) -> None:
        name = "development" if same_name else f"k{number}"
        ready.wait(30)
        while True:
            try:
                agree(store, **{name: number})
            except OtherPeppers:
                return
            except StoreUnavailable:
                continue
            agreed.append(number)
            return

    threads = [threading.Thread(target=start, args=(number,)) for number in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    (first,) = agreed
    name = "development" if same_name else f"k{first}"
    assert kept(store) == {f"pepper:{name}": check_values(ring(**{name: first}))[name]}


def test_a_check_value_is_no_key_and_none_can_be_made_for_a_purpose_that_is_one() -> None:
    keys = ring(k=1)
    assert check_values(keys) == {"k": hmac.digest(keys.first[1], LABEL, "sha256").hex()}
    assert not LABEL.startswith(b"hunter-system/")
    assert keys.for_purpose("").first[1] == hmac.digest(keys.first[1], b"hunter-system/", "sha256")
