"""Keyed requests other than completions: one effect, one answer (SPEC 4, Idempotency)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hunter_adapters.memory import MemoryStore
from hunter_core.errors import IdempotencyKeyReused, InvalidInput, NotFound
from hunter_core.keys import KEPT_FOR, KeyedRequest, StoredAnswer
from hunter_core.once import once
from tests.builders import NOW, a_hunter, a_quest, a_request, registered

HUNTER = a_hunter()


class Desk:
    """Creates a quest under a key, and counts how often it really did."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.now = NOW
        self.made = 0
        registered(self.store, HUNTER)

    def create(self, request: KeyedRequest | None) -> str | StoredAnswer:
        with self.store.write() as uow:

            def effect() -> str:
                self.made += 1
                quest = a_quest(HUNTER, f"quest {self.made}")
                uow.quests.add(quest)
                return quest.title

            result = once(
                uow=uow,
                request=request,
                now=self.now,
                effect=effect,
                answer=lambda title: (201, title.encode()),
            )
            uow.commit()
        return result

    def quests(self) -> int:
        with self.store.read() as uow:
            return uow.quests.count_open(HUNTER.id)


def test_the_second_request_gets_the_first_answer() -> None:
    desk = Desk()
    assert desk.create(a_request(HUNTER)) == "quest 1"

    again = desk.create(a_request(HUNTER))

    assert isinstance(again, StoredAnswer)
    assert (again.status, again.body, again.stored_at) == (201, b"quest 1", NOW)
    assert (desk.made, desk.quests()) == (1, 1)


def test_without_a_key_every_request_has_its_effect() -> None:
    desk = Desk()

    assert [desk.create(None), desk.create(None)] == ["quest 1", "quest 2"]


def test_another_key_is_another_request() -> None:
    desk = Desk()
    desk.create(a_request(HUNTER, "a"))

    assert desk.create(a_request(HUNTER, "b")) == "quest 2"


def test_a_key_with_another_body_is_refused() -> None:
    desk = Desk()
    desk.create(a_request(HUNTER, body=b"{}"))

    with pytest.raises(IdempotencyKeyReused):
        desk.create(a_request(HUNTER, body=b"{ }"))

    assert desk.quests() == 1


def test_an_answer_is_kept_for_a_day() -> None:
    desk = Desk()
    desk.create(a_request(HUNTER))
    desk.now += KEPT_FOR - timedelta(microseconds=1)
    assert isinstance(desk.create(a_request(HUNTER)), StoredAnswer)
    desk.now += timedelta(microseconds=1)

    assert desk.create(a_request(HUNTER)) == "quest 2"


def test_a_refusal_stores_nothing() -> None:
    desk = Desk()

    def refuse() -> str:
        raise InvalidInput("title", "is missing")

    with pytest.raises(InvalidInput), desk.store.write() as uow:
        once(uow=uow, request=a_request(HUNTER), now=NOW, effect=refuse, answer=lambda _: (201, b""))

    assert desk.create(a_request(HUNTER)) == "quest 1"


def test_an_effect_that_was_not_committed_leaves_the_key_free() -> None:
    desk = Desk()
    with desk.store.write() as uow:
        once(uow=uow, request=a_request(HUNTER), now=NOW, effect=str, answer=lambda _: (201, b""))

    assert desk.create(a_request(HUNTER)) == "quest 1"


def test_an_account_that_is_gone_is_not_found() -> None:
    desk = Desk()

    with pytest.raises(NotFound):
        desk.create(a_request(a_hunter("Nobody")))
