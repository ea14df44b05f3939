"""What the stores of ledger entries, of days and of whole histories promise."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from hunter_adapters.testing.builders import (
    NOW,
    TODAY,
    a_completion,
    a_day,
    a_hunter,
    a_quest,
    an_entry,
    an_unlock,
    registered,
)
from hunter_adapters.testing.contract.under_test import UnderTest
from hunter_core.errors import NotFound
from hunter_core.ledger.days import DayRow
from hunter_core.ledger.entry import reversal_of
from hunter_core.words import Attributes, Rank

HUNTER = a_hunter()
OTHER = a_hunter("Jinah")
QUEST = a_quest(HUNTER)
YESTERDAY = TODAY - timedelta(days=1)


class LedgerContract:
    """`Ledger`."""

    def test_entries_come_back_as_they_were_kept_newest_first(self, under_test: UnderTest) -> None:
        registered(under_test.store, HUNTER, QUEST)
        registered(under_test.store, OTHER, a_quest(OTHER))
        completion = a_completion(QUEST, gains=Attributes(1, 2, 3, 4, 5, 6))
        paid = an_entry(completion, amount=2**62, balance=2**62, recorded_at=NOW.replace(microsecond=9))
        taken = reversal_of(paid, seq=2, recorded_at=NOW, rulebook="0123456789abcdef", balance=2**62)
        with under_test.store.write() as uow:
            uow.hunters.lock(HUNTER.id)
            uow.ledger.append([paid, taken])
            uow.hunters.lock(OTHER.id)
            uow.ledger.append([an_entry(a_completion(a_quest(OTHER)))])
            uow.commit()

        with under_test.store.read() as uow:
            assert uow.ledger.page(HUNTER.id, page=1, limit=10) == ([taken, paid], 2)
            assert list(uow.histories.read(HUNTER.id).entries) == [paid, taken]

    def test_pages_go_back_to_the_first_entry(self, under_test: UnderTest) -> None:
        registered(under_test.store, HUNTER, QUEST)
        entries = [an_entry(a_completion(QUEST, n), seq=n, balance=100 * n) for n in range(1, 6)]
        with under_test.store.write() as uow:
            uow.hunters.lock(HUNTER.id)
            uow.ledger.append(entries)
            uow.commit()

        with under_test.store.read() as uow:
            pages = [uow.ledger.page(HUNTER.id, page=page, limit=2) for page in (1, 2, 3, 4)]
            nothing = uow.ledger.page(OTHER.id, page=1, limit=2)

        newest_first = entries[::-1]
        assert [(list(some), total) for some, total in pages] == [
            (newest_first[:2], 5),
            (newest_first[2:4], 5),
            (newest_first[4:], 5),
            ([], 5),
        ]
        assert (list(nothing[0]), nothing[1]) == ([], 0)

    def test_nothing_is_paid_twice(self, under_test: UnderTest) -> None:
        registered(under_test.store, HUNTER, QUEST)
        paid = an_entry(a_completion(QUEST))
        twice = replace(paid, id=an_entry(a_completion(QUEST, "other")).id, seq=2, balance_after=200)

        with pytest.raises(under_test.broken), under_test.store.write() as uow:
            uow.hunters.lock(HUNTER.id)
            uow.ledger.append([paid, twice])
            uow.commit()

        with under_test.store.read() as uow:
            assert uow.ledger.page(HUNTER.id, page=1, limit=10) == ([], 0)

    def test_a_number_is_given_once(self, under_test: UnderTest) -> None:
        registered(under_test.store, HUNTER, QUEST)
        entries = [an_entry(a_completion(QUEST, n), seq=1) for n in range(2)]

        with pytest.raises(under_test.broken), under_test.store.write() as uow:
            uow.hunters.lock(HUNTER.id)
            uow.ledger.append(entries)
            uow.commit()


class DaysContract:
    """`Days`."""

    def test_a_day_comes_back_as_it_was_kept(self, under_test: UnderTest) -> None:
        registered(under_test.store, HUNTER)
        row = DayRow(
            local_day=TODAY,
            created=1,
            completed=2,
            xp=-(2**40),
            time_spent=86_400 * 50,
            streak=7,
            max_streak=9,
            freezes=2,
            points=Attributes(6, -5, 4, 3, 2, 1),
        )
        with under_test.store.write() as uow:
            uow.hunters.lock(HUNTER.id)
            uow.days.save(HUNTER.id, [row])
            uow.commit()

        with under_test.store.read() as uow:
            assert uow.days.get(HUNTER.id, TODAY) == row
            assert uow.days.get(HUNTER.id, YESTERDAY) is None
            assert uow.days.get(OTHER.id, TODAY) is None

    def test_saving_again_takes_the_rows_place_and_an_empty_row_is_not_kept(
        self, under_test: UnderTest
    ) -> None:
        registered(under_test.store, HUNTER)
        with under_test.store.write() as uow:
            uow.hunters.lock(HUNTER.id)
            uow.days.save(HUNTER.id, [a_day(YESTERDAY), a_day(TODAY)])
            uow.commit()
        with under_test.store.write() as uow:
            uow.hunters.lock(HUNTER.id)
            uow.days.save(HUNTER.id, [DayRow(local_day=YESTERDAY), a_day(TODAY, xp=7)])
            uow.days.save(HUNTER.id, [])
            uow.commit()

        with under_test.store.read() as uow:
            assert uow.days.get(HUNTER.id, YESTERDAY) is None
            assert uow.days.get(HUNTER.id, TODAY) == a_day(TODAY, xp=7)
            assert list(uow.histories.read(HUNTER.id).days) == [a_day(TODAY, xp=7)]

    def test_rows_between_two_days_ascend_and_include_both(self, under_test: UnderTest) -> None:
        registered(under_test.store, HUNTER)
        rows = [a_day(TODAY + timedelta(days=n), xp=n + 1) for n in (3, 0, 1, 7)]
        with under_test.store.write() as uow:
            uow.hunters.lock(HUNTER.id)
            uow.days.save(HUNTER.id, rows)
            uow.commit()

        with under_test.store.read() as uow:
            found = uow.days.between(HUNTER.id, TODAY, TODAY + timedelta(days=3))

        assert list(found) == [rows[1], rows[2], rows[0]]


class HistoriesContract:
    """`Histories`."""

    def test_a_history_is_everything_of_one_hunter(self, under_test: UnderTest) -> None:
        old = a_quest(HUNTER, "old", created_day=date(2026, 11, 1))
        quests = [a_quest(HUNTER, "new"), a_quest(HUNTER, "newer"), old]
        registered(under_test.store, HUNTER, *quests)
        registered(under_test.store, OTHER, a_quest(OTHER))
        completion = a_completion(quests[0])
        unlock = an_unlock(completion)
        with under_test.store.write() as uow:
            uow.hunters.lock(HUNTER.id)
            uow.completions.add(completion)
            uow.ledger.append([an_entry(completion)])
            uow.unlocks.add([unlock])
            uow.days.save(HUNTER.id, [a_day()])
            uow.commit()

        with under_test.store.read() as uow:
            history = uow.histories.read(HUNTER.id)

        assert history.hunter == HUNTER
        assert list(history.entries) == [an_entry(completion)]
        assert list(history.completions) == [completion]
        assert list(history.unlocks) == [unlock]
        assert dict(history.created) == {quests[0].created_day: 2, old.created_day: 1}
        assert [row.local_day for row in history.days] == [
            quests[0].created_day,
            old.created_day,
            TODAY,
        ]

    def test_a_history_of_nobody_is_not_found(self, under_test: UnderTest) -> None:
        with under_test.store.read() as uow, pytest.raises(NotFound):
            uow.histories.read(a_hunter("Nobody").id)

    def test_hunters_are_listed_by_id(self, under_test: UnderTest) -> None:
        hunters = [registered(under_test.store, a_hunter(f"Hunter{n}")) for n in range(5)]

        with under_test.store.read() as uow:
            assert list(uow.histories.hunter_ids()) == sorted(hunter.id for hunter in hunters)

    def test_restoring_keeps_exactly_what_is_given(self, under_test: UnderTest) -> None:
        registered(under_test.store, HUNTER, a_quest(HUNTER))
        registered(under_test.store, OTHER)
        with under_test.store.write() as uow:
            uow.hunters.lock(HUNTER.id)
            uow.days.save(HUNTER.id, [a_day(YESTERDAY), a_day(TODAY)])
            uow.hunters.lock(OTHER.id)
            uow.days.save(OTHER.id, [a_day(YESTERDAY)])
            uow.commit()
        mended = replace(HUNTER, total_xp=1600, level=5, rank=Rank.E, streak=2, max_streak=2, last_day=TODAY)
        rows = [a_day(TODAY, streak=2, max_streak=2), a_day(TODAY + timedelta(days=1))]

        with under_test.store.write() as uow:
            uow.hunters.lock(HUNTER.id)
            uow.histories.restore(mended, rows)
            uow.commit()

        with under_test.store.read() as uow:
            history = uow.histories.read(HUNTER.id)
            assert (history.hunter, list(history.days)) == (mended, rows)
            assert list(uow.histories.read(OTHER.id).days) == [a_day(YESTERDAY)]

    def test_the_rulebook_is_remembered(self, under_test: UnderTest) -> None:
        with under_test.store.read() as uow:
            assert uow.histories.rulebook() is None
        for rulebook_hash in ("0123456789abcdef", "fedcba9876543210"):
            with under_test.store.write() as uow:
                uow.histories.set_rulebook(rulebook_hash)
                uow.commit()

        with under_test.store.read() as uow:
            assert uow.histories.rulebook() == "fedcba9876543210"
