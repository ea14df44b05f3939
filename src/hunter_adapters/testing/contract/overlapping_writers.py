"""What transactions promise that write at the same time: no update is lost, and nobody waits for ever."""

from __future__ import annotations

import threading
from dataclasses import replace

from hunter_adapters.testing.builders import (
    a_hunter,
    an_account,
    registered,
)
from hunter_adapters.testing.contract.under_test import (
    PATIENCE,
    UnderTest,
    at_once,
    gain_xp,
    refusals,
    stubborn,
)
from hunter_core.errors import EmailTaken, HunterNameTaken, StoreUnavailable
from hunter_core.hunters.hunter import Hunter
from hunter_core.ports import UnitOfWork


class OverlappingWritersContract:
    """What holds when many write at once, from real threads."""

    def test_no_update_is_lost(self, under_test: UnderTest) -> None:
        hunter = registered(under_test.store, a_hunter())

        def gain_ten_times() -> None:
            for _ in range(10):
                stubborn(under_test.store, lambda uow: gain_xp(uow, hunter, 1))

        results = at_once(*[gain_ten_times] * 8)

        assert refusals(results) == []
        with under_test.store.read() as uow:
            assert uow.hunters.get(hunter.id).total_xp == 80

    def test_the_second_writer_reads_what_the_first_left(self, under_test: UnderTest) -> None:
        hunter = registered(under_test.store, a_hunter())
        locked, seen = threading.Event(), []

        def first() -> None:
            with under_test.store.write() as uow:
                mine = uow.hunters.lock(hunter.id)
                locked.set()
                uow.hunters.save(replace(mine, total_xp=100, level=2))
                uow.commit()

        def second() -> None:
            assert locked.wait(PATIENCE)
            with under_test.store.write() as uow:
                seen.append(uow.hunters.lock(hunter.id).total_xp)

        results = at_once(first, second)

        assert refusals(results) == []
        assert seen == [100]

    def test_a_lock_that_is_not_to_be_had_is_refused_and_nothing_hangs(self, under_test: UnderTest) -> None:
        hunter = registered(under_test.store, a_hunter())
        locked, refused = threading.Event(), threading.Event()

        def holder() -> None:
            with under_test.store.write() as uow:
                uow.hunters.lock(hunter.id)
                locked.set()
                assert refused.wait(PATIENCE)

        def other() -> None:
            assert locked.wait(PATIENCE)
            try:
                with under_test.store.write() as uow:
                    uow.hunters.lock(hunter.id)
            finally:
                refused.set()

        results = at_once(holder, other)

        assert [type(each) for each in refusals(results)] == [StoreUnavailable]
        assert under_test.open_transactions() == 0

    def test_of_many_who_want_one_address_one_gets_it(self, under_test: UnderTest) -> None:
        def register(number: int) -> None:
            account = an_account(f"Hunter{number}", email="One@Example.org", email_key="one@example.org")
            stubborn(under_test.store, lambda uow: uow.accounts.add(account))

        results = at_once(*[lambda number=number: register(number) for number in range(8)])

        assert results.count(None) == 1
        assert {type(each) for each in refusals(results)} == {EmailTaken}

    def test_of_many_who_want_one_name_one_gets_it(self, under_test: UnderTest) -> None:
        def register(number: int) -> None:
            hunter = a_hunter(f"Hunter{number}")
            account = an_account(f"Hunter{number}", id=hunter.id)

            def work(uow: UnitOfWork) -> None:
                uow.accounts.add(account)
                uow.hunters.add(replace(hunter, name="ONE" if number % 2 else "one"))

            stubborn(under_test.store, work)

        results = at_once(*[lambda number=number: register(number) for number in range(8)])

        assert results.count(None) == 1
        assert {type(each) for each in refusals(results)} == {HunterNameTaken}

    def test_hunters_do_not_stand_in_each_others_way_for_ever(self, under_test: UnderTest) -> None:
        hunters = [registered(under_test.store, a_hunter(f"Hunter{number}")) for number in range(4)]

        def gain(hunter: Hunter) -> None:
            for _ in range(10):
                stubborn(under_test.store, lambda uow: gain_xp(uow, hunter, 1))

        results = at_once(*[lambda hunter=hunter: gain(hunter) for hunter in hunters * 2])

        assert refusals(results) == []
        with under_test.store.read() as uow:
            assert [uow.hunters.get(hunter.id).total_xp for hunter in hunters] == [20] * 4
        assert under_test.open_transactions() == 0
