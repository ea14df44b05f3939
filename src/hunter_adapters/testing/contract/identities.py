"""What the store of identities promises."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from hunter_adapters.testing.builders import NOW, an_account, an_id
from hunter_adapters.testing.contract.under_test import UnderTest
from hunter_core.accounts.account import Account
from hunter_core.accounts.identity import LONGEST_SUBJECT, Identity
from hunter_core.errors import IdentityTaken
from hunter_core.ids import IdentityId

GOOGLE = "https://accounts.google.com"


def _identity(account: Account, subject: str = "1001", issuer: str = GOOGLE) -> Identity:
    return Identity(
        id=IdentityId(an_id(f"identity {issuer} {subject}")),
        account_id=account.id,
        issuer=issuer,
        subject=subject,
        email=account.email,
        created_at=NOW,
    )


def _kept(under_test: UnderTest, accounts: list[Account], *identities: Identity) -> None:
    with under_test.store.write() as uow:
        for account in accounts:
            uow.accounts.add(account)
        for identity in identities:
            uow.identities.add(identity)
        uow.commit()


class IdentitiesContract:
    """`Identities`."""

    def test_an_identity_comes_back_as_it_was_kept(self, under_test: UnderTest) -> None:
        account = an_account("Jinwoo")
        longest = replace(
            _identity(account, "ü" * LONGEST_SUBJECT), email=None, created_at=NOW + timedelta(microseconds=7)
        )
        _kept(under_test, [account], _identity(account), longest)

        with under_test.store.read() as uow:
            assert uow.identities.find(GOOGLE, "1001") == _identity(account)
            assert uow.identities.find(GOOGLE, "ü" * LONGEST_SUBJECT) == longest

    def test_an_identity_is_found_by_both_parts_and_by_every_letter(self, under_test: UnderTest) -> None:
        account = an_account("Jinwoo")
        _kept(under_test, [account], _identity(account, "abc"))

        with under_test.store.read() as uow:
            for issuer, subject in (
                (GOOGLE, "ABC"), (GOOGLE, "abc "), (GOOGLE, "ab"), (GOOGLE, "%"), ("https://github.com", "abc"),
                (GOOGLE.upper(), "abc"),
            ):  # fmt: skip
                assert uow.identities.find(issuer, subject) is None, (issuer, subject)

    def test_an_account_has_those_that_are_its_own_the_first_linked_first(
        self, under_test: UnderTest
    ) -> None:
        account, other = an_account("Jinwoo"), an_account("Jinah")
        mine = sorted((_identity(account, str(n)) for n in range(3)), key=lambda each: each.id)
        _kept(under_test, [account, other], *reversed(mine), _identity(other, "theirs"))

        with under_test.store.read() as uow:
            assert list(uow.identities.of(account.id)) == mine
            assert [each.subject for each in uow.identities.of(other.id)] == ["theirs"]

    def test_issuer_and_subject_belong_to_one_account(self, under_test: UnderTest) -> None:
        account, other = an_account("Jinwoo"), an_account("Jinah")
        _kept(under_test, [account, other], _identity(account))
        again = replace(_identity(other), id=IdentityId(an_id("again")))

        with pytest.raises(IdentityTaken), under_test.store.write() as uow:
            uow.identities.add(again)
            uow.commit()

        with under_test.store.read() as uow:
            assert uow.identities.of(other.id) == []
            assert uow.identities.find(GOOGLE, "1001") == _identity(account)

    def test_an_identity_that_is_removed_is_free_again(self, under_test: UnderTest) -> None:
        account, other = an_account("Jinwoo"), an_account("Jinah")
        _kept(under_test, [account, other], _identity(account), _identity(account, "stays"))

        with under_test.store.write() as uow:
            uow.accounts.lock(account.id)
            uow.identities.remove(_identity(account).id)
            uow.identities.add(_identity(other))
            uow.commit()

        with under_test.store.read() as uow:
            assert [each.subject for each in uow.identities.of(account.id)] == ["stays"]
            assert uow.identities.find(GOOGLE, "1001") == _identity(other)
            assert uow.identities.of(an_account("Nobody").id) == []

    def test_an_identity_needs_an_account(self, under_test: UnderTest) -> None:
        with pytest.raises(under_test.broken), under_test.store.write() as uow:
            uow.identities.add(_identity(an_account("Nobody")))
            uow.commit()
