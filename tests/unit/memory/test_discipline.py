"""What the store in memory tells of a use case that a database would let pass (SPEC 7: the hunter is locked first)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from hunter_adapters.memory import MemoryStore, NotLocked
from hunter_core.errors import StoreUnavailable
from tests.builders import NOW, a_completion, a_day, a_hunter, a_quest, an_entry, an_event, registered

HUNTER = a_hunter()
QUEST = a_quest(HUNTER)


def a_store() -> MemoryStore:
    store = MemoryStore(lock_timeout=0.01)
    registered(store, HUNTER, QUEST)
    return store


def test_who_writes_without_the_hunters_lock_is_told() -> None:
    store = a_store()
    completion = a_completion(QUEST)
    with store.write() as uow:
        writes: list[Callable[[], None]] = [
            lambda: uow.hunters.save(HUNTER),
            lambda: uow.completions.add(completion),
            lambda: uow.completions.void(completion),
            lambda: uow.ledger.append([an_entry(completion)]),
            lambda: uow.days.save(HUNTER.id, [a_day()]),
            lambda: uow.outbox.add([an_event(HUNTER)]),
            lambda: uow.quests.save(QUEST),
            lambda: uow.settings.save(uow.settings.get(HUNTER.id)),
            lambda: uow.histories.restore(HUNTER, []),
        ]
        for write in writes:
            with pytest.raises(NotLocked):
                write()


def test_who_writes_while_only_reading_is_told() -> None:
    store = a_store()
    with store.read() as uow:
        with pytest.raises(RuntimeError):
            uow.hunters.lock(HUNTER.id)
        with pytest.raises(RuntimeError):
            uow.quests.add(a_quest(HUNTER, "other"))
        with pytest.raises(RuntimeError):
            uow.commit()


def test_a_port_that_outlives_its_transaction_writes_nowhere() -> None:
    store = a_store()
    with store.write() as uow:
        hunters = uow.hunters
        hunters.lock(HUNTER.id)

    with pytest.raises(RuntimeError):
        hunters.save(replace(HUNTER, total_xp=100, level=2))


def test_a_transaction_in_a_transaction_is_refused_instead_of_waiting_for_itself() -> None:
    store = a_store()
    with store.write(), pytest.raises(StoreUnavailable), store.write():
        raise AssertionError("two writers")
    assert store.open_transactions == 0


def test_moments_are_kept_as_they_are() -> None:
    store = a_store()
    with store.read() as uow:
        assert uow.hunters.get(HUNTER.id).created_at == NOW
