"""What a store and its transactions promise: all or nothing, one moment for a reader, one after the other on a row."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from hunter_adapters.testing.builders import (
    NOW,
    a_completion,
    a_day,
    a_hunter,
    a_quest,
    a_request,
    an_account,
    an_answer,
    an_entry,
    an_event,
    registered,
)
from hunter_adapters.testing.contract.under_test import (
    CommitFailed,
    UnderTest,
    gain_xp,
)
from hunter_core.errors import NotFound
from hunter_core.hunters.hunter import Hunter
from hunter_core.ports import Store, UnitOfWork


class StoreContract:
    """`Store` and `UnitOfWork`."""

    def test_what_was_committed_is_there(self, under_test: UnderTest) -> None:
        hunter = registered(under_test.store, a_hunter(total_xp=1600))

        with under_test.store.read() as uow:
            assert uow.hunters.get(hunter.id) == hunter

    def test_leaving_without_commit_changes_nothing_in_any_table(self, under_test: UnderTest) -> None:
        hunter = registered(under_test.store, a_hunter())
        before = _everything(under_test.store, hunter)

        with under_test.store.write() as uow:
            _write_everything(uow, hunter)

        assert _everything(under_test.store, hunter) == before

    def test_an_error_on_the_way_changes_nothing_in_any_table(self, under_test: UnderTest) -> None:
        hunter = registered(under_test.store, a_hunter())
        before = _everything(under_test.store, hunter)

        with pytest.raises(ZeroDivisionError), under_test.store.write() as uow:
            _write_everything(uow, hunter)
            raise ZeroDivisionError

        assert _everything(under_test.store, hunter) == before

    def test_a_failed_commit_changes_nothing_in_any_table(self, under_test: UnderTest) -> None:
        hunter = registered(under_test.store, a_hunter())
        before = _everything(under_test.store, hunter)

        with (
            under_test.failing_commits(),
            pytest.raises(CommitFailed),
            under_test.store.write() as uow,
        ):
            _write_everything(uow, hunter)
            uow.commit()

        assert _everything(under_test.store, hunter) == before
        assert under_test.open_transactions() == 0

    def test_after_a_failed_commit_the_next_one_passes(self, under_test: UnderTest) -> None:
        with under_test.failing_commits(), pytest.raises(CommitFailed):
            registered(under_test.store, a_hunter())

        hunter = registered(under_test.store, a_hunter())

        with under_test.store.read() as uow:
            assert uow.hunters.get(hunter.id) == hunter

    def test_a_transaction_sees_what_it_wrote_itself(self, under_test: UnderTest) -> None:
        hunter = registered(under_test.store, a_hunter())

        with under_test.store.write() as uow:
            richer = replace(uow.hunters.lock(hunter.id), total_xp=400, level=3)
            uow.hunters.save(richer)

            assert uow.hunters.get(hunter.id) == richer

    def test_nobody_sees_what_is_not_committed(self, under_test: UnderTest) -> None:
        hunter = registered(under_test.store, a_hunter())

        with under_test.store.write() as uow:
            uow.hunters.save(replace(uow.hunters.lock(hunter.id), total_xp=400, level=3))
            with under_test.store.read() as reader:
                assert reader.hunters.get(hunter.id) == hunter
            uow.commit()

    def test_a_reader_sees_one_moment_throughout(self, under_test: UnderTest) -> None:
        hunter = registered(under_test.store, a_hunter())
        with under_test.store.read() as reader:
            assert reader.hunters.get(hunter.id) == hunter

            with under_test.store.write() as uow:
                uow.hunters.save(replace(uow.hunters.lock(hunter.id), total_xp=400, level=3))
                uow.commit()

            assert reader.hunters.get(hunter.id) == hunter
        with under_test.store.read() as reader:
            assert reader.hunters.get(hunter.id).total_xp == 400

    def test_a_transaction_is_over_with_its_commit(self, under_test: UnderTest) -> None:
        hunter = registered(under_test.store, a_hunter())
        with under_test.store.write() as uow:
            locked = uow.hunters.lock(hunter.id)
            uow.commit()

            with pytest.raises(RuntimeError):
                uow.hunters.save(replace(locked, total_xp=400, level=3))
            with pytest.raises(RuntimeError):
                uow.commit()

        with under_test.store.read() as reader:
            assert reader.hunters.get(hunter.id) == hunter

    def test_a_transaction_that_did_nothing_commits(self, under_test: UnderTest) -> None:
        with under_test.store.write() as uow:
            uow.commit()

    def test_run_commits_and_returns(self, under_test: UnderTest) -> None:
        hunter = registered(under_test.store, a_hunter())

        level = under_test.store.run(lambda uow: gain_xp(uow, hunter, 100))

        assert level == 100
        with under_test.store.read() as uow:
            assert uow.hunters.get(hunter.id).total_xp == 100

    def test_run_undoes_what_fails(self, under_test: UnderTest) -> None:
        hunter = registered(under_test.store, a_hunter())

        def fails(uow: UnitOfWork) -> None:
            gain_xp(uow, hunter, 100)
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            under_test.store.run(fails)

        with under_test.store.read() as uow:
            assert uow.hunters.get(hunter.id) == hunter

    def test_transactions_let_go_of_what_they_hold(self, under_test: UnderTest) -> None:
        hunter = registered(under_test.store, a_hunter())
        for _ in range(40):
            with under_test.store.read() as uow:
                uow.hunters.get(hunter.id)
            with under_test.store.write() as uow:
                uow.hunters.lock(hunter.id)
            with pytest.raises(NotFound), under_test.store.write() as uow:
                uow.hunters.lock(a_hunter("Nobody").id)

        assert under_test.open_transactions() == 0


def _write_everything(uow: UnitOfWork, hunter: Hunter) -> None:
    """Write a row, or another value, into every table."""
    quest = a_quest(hunter)
    completion = a_completion(quest)
    request = a_request(hunter)
    locked = uow.hunters.lock(hunter.id)
    uow.hunters.save(replace(locked, total_xp=100, level=2, updated_at=NOW + timedelta(minutes=1)))
    uow.settings.save(replace(uow.settings.get(hunter.id), language="fr"))
    account = uow.accounts.lock(hunter.id)
    uow.accounts.save(replace(account, is_verified=True))
    uow.accounts.add(an_account("Somebody"))
    uow.quests.add(quest)
    uow.skips.add(hunter.id, quest.id, completion.local_day, at=NOW)
    uow.completions.add(completion)
    uow.ledger.append([an_entry(completion)])
    uow.days.save(hunter.id, [a_day()])
    uow.outbox.add([an_event(hunter)])
    uow.keys.store(request, an_answer(request))
    uow.histories.set_rulebook("0123456789abcdef")


def _everything(store: Store, hunter: Hunter) -> list[object]:
    """Read what `_write_everything` writes."""
    quest = a_quest(hunter)
    with store.read() as uow:
        return [
            uow.histories.read(hunter.id),
            uow.accounts.get(hunter.id),
            uow.accounts.by_email("somebody@example.org"),
            uow.settings.get(hunter.id),
            uow.quests.open(hunter.id),
            dict(uow.skips.since(hunter.id, [quest.id], since=None)),
            uow.outbox.last_seq(hunter.id),
            uow.keys.find(hunter.id, "key-1"),
            uow.histories.rulebook(),
        ]
