"""What a store promises of everything that it keeps of an account."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hunter_adapters.testing.builders import (
    NOW,
    TODAY,
    a_completion,
    a_day,
    a_hunter,
    a_quest,
    a_session,
    an_entry,
    an_unlock,
    registered,
)
from hunter_adapters.testing.contract.leaving import a_code, a_mail, a_token, played
from hunter_adapters.testing.contract.under_test import UnderTest
from hunter_core.accounts.recovery_codes import new_recovery_codes, stored
from hunter_core.accounts.two_factor import TwoFactor
from hunter_core.errors import NotFound
from hunter_core.export.ports import PART, Section
from hunter_core.export.records import SecondFactor
from hunter_core.hunters.settings import Settings
from hunter_core.ids import AccountId, HunterId
from hunter_core.ports import UnitOfWork

HUNTER, OTHER = a_hunter(), a_hunter("Jinah")


def _all(uow: UnitOfWork, account_id: AccountId, section: Section) -> list[Any]:
    return [row for part in uow.archive.rows(account_id, section) for row in part]


class ArchiveContract:
    """`Archive`."""

    def test_what_there_is_one_of(self, under_test: UnderTest) -> None:
        played(under_test.store, HUNTER)
        with under_test.store.read() as uow:
            head = uow.archive.head(HUNTER.id)
            assert head.account == uow.accounts.get(HUNTER.id)
            assert head.hunter == uow.hunters.get(HUNTER.id)
        assert head.settings == Settings(hunter_id=HUNTER.id)
        assert head.second_factor is None
        assert head.pattern is None

    def test_nobody_has_nothing(self, under_test: UnderTest) -> None:
        with under_test.store.read() as uow:
            with pytest.raises(NotFound):
                uow.archive.head(HUNTER.id)
            assert [_all(uow, HUNTER.id, section) for section in Section] == [[]] * len(Section)

    def test_of_a_second_factor_only_that_there_is_one(self, under_test: UnderTest) -> None:
        registered(under_test.store, HUNTER)
        codes = stored(new_recovery_codes(), NOW)
        with under_test.store.write() as uow:
            uow.accounts.lock(HUNTER.id)
            uow.two_factors.put(
                TwoFactor(account_id=HUNTER.id, secret=b"sealed", created_at=NOW, confirmed_at=NOW)
            )
            uow.recovery_codes.put(HUNTER.id, codes, at=NOW)
            assert uow.recovery_codes.use(HUNTER.id, codes[0].code_hash, at=NOW)
            uow.commit()

        with under_test.store.read() as uow:
            factor = uow.archive.head(HUNTER.id).second_factor
        assert factor == SecondFactor(created_at=NOW, confirmed_at=NOW, recovery_codes_left=len(codes) - 1)

    def test_every_row_is_the_hunters_own_and_comes_once(self, under_test: UnderTest) -> None:
        played(under_test.store, HUNTER)
        played(under_test.store, OTHER)

        with under_test.store.read() as uow:
            found = {section: _all(uow, HUNTER.id, section) for section in Section}
            history = uow.histories.read(HUNTER.id)

        assert [each.id for each in found[Section.SESSIONS]] == [a_session("Jinwoo").id]
        assert found[Section.API_TOKENS] == [a_token(HUNTER)]
        assert found[Section.MAILS] == [a_mail(HUNTER)]
        assert [each.subject for each in found[Section.IDENTITIES]] == ["sub-Jinwoo"]
        assert found[Section.QUESTS] == [a_quest(HUNTER)]
        assert found[Section.LEDGER] == list(history.entries)
        assert sorted(found[Section.COMPLETIONS], key=_id) == sorted(history.completions, key=_id)
        assert [each.local_day for each in found[Section.COMPLETIONS]] == sorted(
            each.local_day for each in history.completions
        )
        assert sorted((each.unlock for each in found[Section.UNLOCKS]), key=_id) == sorted(
            history.unlocks, key=_id
        )
        assert found[Section.DAYS] == list(history.days)
        assert {score.window: score for score in found[Section.SCORES]} == history.scores
        assert a_code(HUNTER).code_hash not in repr(found).encode()

    def test_a_long_history_comes_in_parts(self, under_test: UnderTest) -> None:
        store, count = under_test.store, 2 * PART + 3
        quest = a_quest(HUNTER, completions_per_day=50)
        registered(store, HUNTER, quest)
        # Many of a day, so that parts begin in the middle of one.
        done = [a_completion(quest, n, at=NOW - timedelta(days=n // 300)) for n in range(count)]
        with store.write() as uow:
            uow.hunters.lock(HUNTER.id)
            for completion in done:
                uow.completions.add(completion)
            uow.ledger.append([an_entry(each, seq=seq) for seq, each in enumerate(done, start=1)])
            uow.unlocks.add([an_unlock(done[0])])
            days = [a_day(TODAY - timedelta(days=n)) for n in range(count)]
            uow.days.save(HUNTER.id, days)
            uow.commit()

        with store.read() as uow:
            parts = [list(part) for part in uow.archive.rows(HUNTER.id, Section.COMPLETIONS)]
            entries = _all(uow, HUNTER.id, Section.LEDGER)
            rows = _all(uow, HUNTER.id, Section.DAYS)
        assert [len(part) for part in parts] == [PART, PART, 3]
        found = [each for part in parts for each in part]
        assert sorted(found, key=_id) == sorted(done, key=_id)
        assert found == sorted(found, key=lambda each: (each.local_day, each.id))
        assert [entry.seq for entry in entries] == list(range(1, count + 1))
        assert [row.local_day for row in rows] == sorted(day.local_day for day in days)


def _id(row: Any) -> HunterId:
    identity: HunterId = row.id
    return identity
