"""What the store of password checks promises."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hunter_adapters.testing.builders import NOW
from hunter_adapters.testing.contract.under_test import UnderTest, at_once, refusals, stubborn
from hunter_core.accounts.attempts import MOST_CHECKS, WINDOW, Checks
from hunter_core.ports import UnitOfWork

SUBJECT, OTHER = bytes(range(32)), bytes(range(100, 132))


class PasswordChecksContract:
    """`PasswordChecks`."""

    def test_nothing_was_checked_for_who_was_never_asked_for(self, under_test: UnderTest) -> None:
        with under_test.store.read() as uow:
            assert uow.password_checks.get(SUBJECT) == Checks(subject=SUBJECT)
        with under_test.store.write() as uow:
            assert uow.password_checks.lock(SUBJECT, NOW) == Checks(subject=SUBJECT)

    def test_checks_come_back_as_they_were_kept(self, under_test: UnderTest) -> None:
        moments = tuple(NOW + timedelta(microseconds=7 * n) for n in range(MOST_CHECKS))
        kept = Checks(subject=SUBJECT, moments=moments, told_at=NOW + timedelta(microseconds=3))
        with under_test.store.write() as uow:
            uow.password_checks.lock(SUBJECT, NOW)
            uow.password_checks.save(kept, NOW)
            uow.commit()

        with under_test.store.read() as uow:
            assert uow.password_checks.get(SUBJECT) == kept
            assert uow.password_checks.get(OTHER) == Checks(subject=OTHER)
        with under_test.store.write() as uow:
            assert uow.password_checks.lock(SUBJECT, NOW + WINDOW) == kept
            uow.password_checks.save(replace(kept, moments=(), told_at=None), NOW)
            assert uow.password_checks.get(SUBJECT) == Checks(subject=SUBJECT)

    def test_what_was_not_committed_was_not_counted(self, under_test: UnderTest) -> None:
        with under_test.store.write() as uow:
            checks = uow.password_checks.lock(SUBJECT, NOW)
            uow.password_checks.save(checks.with_one_more(NOW), NOW)

        with under_test.store.read() as uow:
            assert uow.password_checks.get(SUBJECT) == Checks(subject=SUBJECT)

    def test_of_many_at_once_each_sees_what_those_before_it_counted(self, under_test: UnderTest) -> None:
        def count(uow: UnitOfWork) -> int:
            checks = uow.password_checks.lock(SUBJECT, NOW)
            uow.password_checks.save(checks.with_one_more(NOW), NOW)
            return len(checks.moments)

        seen = at_once(*[lambda: stubborn(under_test.store, count)] * 12)

        assert refusals(seen) == []
        assert sorted(seen) == list(range(12))  # type: ignore[type-var]

    def test_only_what_was_not_asked_for_lately_is_purged(self, under_test: UnderTest) -> None:
        for subject, at in ((SUBJECT, NOW), (OTHER, NOW + WINDOW)):
            with under_test.store.write() as uow:
                uow.password_checks.save(uow.password_checks.lock(subject, at).with_one_more(at), at)
                uow.commit()
        with under_test.store.write() as uow:
            assert uow.password_checks.purge(NOW, 10) == 0
            assert uow.password_checks.purge(NOW + WINDOW, 0) == 0
            assert uow.password_checks.purge(NOW + WINDOW, 10) == 1
            uow.commit()

        with under_test.store.read() as uow:
            assert uow.password_checks.get(SUBJECT).moments == ()
            assert uow.password_checks.get(OTHER).moments == (NOW + WINDOW,)
