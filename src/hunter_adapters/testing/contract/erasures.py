"""What a store promises of those who leave: out of sight at once, gone in parts, and nothing is left."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from hunter_adapters.testing.builders import NOW, a_hunter, a_session, registered
from hunter_adapters.testing.contract.leaving import (
    DAY,
    HUNTER,
    OTHER,
    a_code,
    a_token,
    leave,
    on_the_way_out,
    played,
    some,
)
from hunter_adapters.testing.contract.under_test import UnderTest, at_once, refusals, stubborn
from hunter_core.errors import NotFound
from hunter_core.hunters.hunter import Hunter
from hunter_core.ports import Store


class ErasuresContract:
    """`Erasures`."""

    def test_only_those_whose_moment_has_come_are_due_and_the_longest_first(
        self, under_test: UnderTest
    ) -> None:
        third = a_hunter("Baruka")
        for hunter in (HUNTER, OTHER, third):
            registered(under_test.store, hunter)
        with under_test.store.write() as uow:
            leave(uow, HUNTER, delete_at=NOW)
            leave(uow, OTHER, delete_at=NOW - DAY)
            leave(uow, third, delete_at=NOW + timedelta(microseconds=1))
            uow.commit()

        with under_test.store.read() as uow:
            assert list(uow.erasures.due(NOW, 10)) == [OTHER.id, HUNTER.id]
            assert list(uow.erasures.due(NOW, 1)) == [OTHER.id]
            assert list(uow.erasures.due(NOW - 2 * DAY, 10)) == []

    def test_whoever_is_being_erased_is_out_of_sight_at_once(self, under_test: UnderTest) -> None:
        store = under_test.store
        on_the_way_out(store, HUNTER)

        with store.read() as uow:
            assert uow.accounts.by_email("jinwoo@example.org") is None
            with pytest.raises(NotFound):
                uow.hunters.by_name("Jinwoo")
            assert uow.identities.find("https://accounts.google.com", "sub-Jinwoo") is None
            assert HUNTER.id not in uow.histories.hunter_ids()
            with pytest.raises(NotFound):
                uow.histories.read(HUNTER.id)
            assert uow.accounts.get(HUNTER.id).erased_at == NOW
            assert list(uow.roster.page(role=None, standing=None, limit=10)) == []
        # Address, name and identity are free again, though not all rows are gone.
        again = replace(HUNTER, id=a_hunter("another").id)
        registered(store, again)

    def test_it_goes_in_parts_and_leaves_nothing(self, under_test: UnderTest) -> None:
        store = under_test.store
        played(store, OTHER)
        with store.read() as uow:
            before = uow.histories.read(OTHER.id)
        on_the_way_out(store, HUNTER)

        rounds = 1
        while store.run(lambda uow: some(uow, HUNTER, 3)):
            rounds += 1

        assert rounds > 5
        assert _left(store, HUNTER) == 0
        with store.read() as uow:
            assert uow.histories.read(OTHER.id) == before
            assert uow.sessions.get(a_session("Jinah").id) is not None
            assert uow.api_tokens.check(a_token(OTHER).token_hash) is not None
            assert uow.identities.find("https://accounts.google.com", "sub-Jinah") is not None
            assert uow.keys.find(OTHER.id, "key-1") is not None
            assert list(uow.erasures.due(NOW, 10)) == []
            with pytest.raises(NotFound):
                uow.accounts.get(HUNTER.id)
        played(store, HUNTER)

    def test_whoever_was_interrupted_goes_on(self, under_test: UnderTest) -> None:
        store = under_test.store
        on_the_way_out(store, HUNTER)
        store.run(lambda uow: some(uow, HUNTER, 5))
        with store.write() as uow:
            some(uow, HUNTER, 5)
            # Not committed: as good as killed.

        with store.read() as uow:
            assert list(uow.erasures.due(NOW, 10)) == [HUNTER.id]
        while store.run(lambda uow: some(uow, HUNTER, 5)):
            pass
        assert _left(store, HUNTER) == 0

    def test_several_may_erase_the_same_account(self, under_test: UnderTest) -> None:
        store = under_test.store
        on_the_way_out(store, HUNTER)

        def erase() -> None:
            while stubborn(store, lambda uow: some(uow, HUNTER, 4)):
                pass

        assert not refusals(at_once(erase, erase, erase))
        assert _left(store, HUNTER) == 0


def _left(store: Store, hunter: Hunter) -> int:
    """Count what the ports still show of a hunter."""
    with store.read() as uow:
        quests = uow.quests.open(hunter.id)
        _, entries = uow.ledger.page(hunter.id, page=1, limit=1)
        return (
            len(quests)
            + entries
            + uow.outbox.last_seq(hunter.id)
            + len(uow.api_tokens.of(hunter.id))
            + len(uow.identities.of(hunter.id))
            + (uow.sessions.get(a_session(hunter.name).id) is not None)
            + (uow.keys.find(hunter.id, "key-1") is not None)
            + (uow.codes.get(a_code(hunter).id) is not None)
        )
