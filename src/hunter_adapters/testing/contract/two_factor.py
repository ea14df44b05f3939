"""What the stores of second factors and recovery codes promise."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from hunter_adapters.testing.builders import NOW, an_account, an_id
from hunter_adapters.testing.contract.under_test import UnderTest
from hunter_core.accounts.two_factor import RecoveryCode, TwoFactor, Way
from hunter_core.ids import AccountId

LATER = NOW + timedelta(minutes=1)


def _two_accounts(under_test: UnderTest) -> tuple[AccountId, AccountId]:
    first, second = an_account("Jinwoo"), an_account("Jinah")
    with under_test.store.write() as uow:
        uow.accounts.add(first)
        uow.accounts.add(second)
        uow.commit()
    return first.id, second.id


def _codes(*labels: str) -> list[RecoveryCode]:
    return [RecoveryCode(an_id(label), label.encode().ljust(32, b"\0")) for label in labels]


class TwoFactorsContract:
    """`TwoFactors`."""

    def test_a_second_factor_comes_back_as_it_was_kept(self, under_test: UnderTest) -> None:
        account_id, _ = _two_accounts(under_test)
        waiting = TwoFactor(account_id=account_id, secret=bytes(range(256)), created_at=NOW)
        on = replace(
            waiting,
            confirmed_at=LATER,
            last_step=2**40,
            wrong_at_sign_in=(NOW, LATER + timedelta(microseconds=7)),
            wrong_in_session=(LATER,),
        )
        for factor in (waiting, on):
            with under_test.store.write() as uow:
                uow.accounts.lock(account_id)
                uow.two_factors.put(factor)
                uow.commit()

            with under_test.store.read() as uow:
                assert uow.two_factors.get(account_id) == factor

    def test_each_account_has_its_own(self, under_test: UnderTest) -> None:
        first, second = _two_accounts(under_test)
        of_first = TwoFactor(account_id=first, secret=b"1", created_at=NOW, confirmed_at=NOW)
        of_second = TwoFactor(account_id=second, secret=b"2", created_at=NOW)
        with under_test.store.write() as uow:
            for account_id in (first, second):
                uow.accounts.lock(account_id)
            uow.two_factors.put(of_first)
            uow.two_factors.put(of_second)
            uow.two_factors.remove(first)
            uow.two_factors.remove(first)
            uow.commit()

        with under_test.store.read() as uow:
            assert uow.two_factors.get(first) is None
            assert uow.two_factors.get(second) == of_second

    def test_wrong_codes_of_each_way_are_kept_apart(self, under_test: UnderTest) -> None:
        account_id, _ = _two_accounts(under_test)
        factor = TwoFactor(account_id=account_id, secret=b"1", created_at=NOW, confirmed_at=NOW)
        with under_test.store.write() as uow:
            uow.accounts.lock(account_id)
            uow.two_factors.put(factor.after_a_wrong_code(Way.SIGN_IN, NOW))
            uow.commit()

        with under_test.store.read() as uow:
            found = uow.two_factors.get(account_id)
        assert found is not None
        assert (found.wrong(Way.SIGN_IN, NOW), found.wrong(Way.SESSION, NOW)) == ((NOW,), ())

    def test_a_failed_commit_leaves_the_factor_as_it_was(self, under_test: UnderTest) -> None:
        account_id, _ = _two_accounts(under_test)
        with (
            under_test.failing_commits(),
            pytest.raises(Exception),  # noqa: B017, PT011 - whatever a commit fails with
            under_test.store.write() as uow,
        ):
            uow.accounts.lock(account_id)
            uow.two_factors.put(TwoFactor(account_id=account_id, secret=b"1", created_at=NOW))
            uow.commit()

        with under_test.store.read() as uow:
            assert uow.two_factors.get(account_id) is None


class RecoveryCodesContract:
    """`RecoveryCodes`."""

    def test_a_code_is_good_once_and_for_its_own_account(self, under_test: UnderTest) -> None:
        first, second = _two_accounts(under_test)
        codes = _codes("a", "b", "c")
        with under_test.store.write() as uow:
            uow.accounts.lock(first)
            uow.accounts.lock(second)
            uow.recovery_codes.put(first, codes, at=NOW)
            assert uow.recovery_codes.left(first) == 3
            assert not uow.recovery_codes.use(second, codes[0].code_hash, at=NOW)
            assert uow.recovery_codes.use(first, codes[0].code_hash, at=NOW)
            assert not uow.recovery_codes.use(first, codes[0].code_hash, at=LATER)
            assert not uow.recovery_codes.use(first, bytes(32), at=NOW)
            uow.commit()

        with under_test.store.read() as uow:
            assert (uow.recovery_codes.left(first), uow.recovery_codes.left(second)) == (2, 0)

    def test_a_new_set_takes_the_place_of_the_old_one(self, under_test: UnderTest) -> None:
        first, second = _two_accounts(under_test)
        old, new = _codes("a", "b"), _codes("c", "d", "e")
        with under_test.store.write() as uow:
            uow.accounts.lock(first)
            uow.accounts.lock(second)
            uow.recovery_codes.put(first, old, at=NOW)
            uow.recovery_codes.put(second, _codes("f"), at=NOW)
            uow.recovery_codes.put(first, new, at=LATER)
            uow.commit()

        with under_test.store.write() as uow:
            uow.accounts.lock(first)
            assert uow.recovery_codes.left(first) == 3
            assert not uow.recovery_codes.use(first, old[0].code_hash, at=LATER)
            assert uow.recovery_codes.use(first, new[0].code_hash, at=LATER)
            uow.recovery_codes.put(first, (), at=LATER)
            assert uow.recovery_codes.left(first) == 0
            assert uow.recovery_codes.left(second) == 1
            uow.commit()

    def test_what_was_not_committed_was_not_used(self, under_test: UnderTest) -> None:
        account_id, _ = _two_accounts(under_test)
        (code,) = _codes("a")
        with under_test.store.write() as uow:
            uow.accounts.lock(account_id)
            uow.recovery_codes.put(account_id, [code], at=NOW)
            uow.commit()
        with under_test.store.write() as uow:
            uow.accounts.lock(account_id)
            assert uow.recovery_codes.use(account_id, code.code_hash, at=NOW)

        with under_test.store.read() as uow:
            assert uow.recovery_codes.left(account_id) == 1
