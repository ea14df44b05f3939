"""What a store promises of one-time codes: good once, for one purpose, until they expire."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hunter_adapters.testing.builders import NOW, a_hunter, an_id, registered
from hunter_adapters.testing.contract.under_test import UnderTest, at_once, refusals, stubborn
from hunter_core.accounts.code import CodePurpose, OneTimeCode
from hunter_core.accounts.codes import issue, issue_only, redeem
from hunter_core.errors import CodeInvalid
from hunter_core.ids import AccountId, CodeId
from hunter_core.ports import UnitOfWork

HUNTER = a_hunter()
OTHER = a_hunter("Jinah")
HOUR = timedelta(hours=1)


class PlainSecrets:
    """Derives codes that anybody could: for tests of what is kept of them."""

    def code(self, code_id: CodeId, purpose: CodePurpose, salt: bytes) -> str:
        """Return a code that follows from id, purpose and salt."""
        return hashlib.sha256(code_id.bytes + salt + purpose.value.encode()).hexdigest()

    def again(self, code_id: CodeId, purpose: CodePurpose, salt: bytes, code_hash: bytes) -> str | None:
        """Return the code of that hash."""
        code = self.code(code_id, purpose, salt)
        return code if self.digest(code) == code_hash else None

    def digest(self, code: str) -> bytes:
        """Return the hash of a code."""
        return hashlib.sha256(code.encode()).digest()


SECRETS = PlainSecrets()


def a_code(label: object = "code", **changes: Any) -> OneTimeCode:
    """Return an unused code of `HUNTER` that proves an address for 24 hours."""
    given: dict[str, Any] = {
        "id": CodeId(an_id(f"code:{label}")),
        "account_id": HUNTER.id,
        "purpose": CodePurpose.VERIFY_EMAIL,
        "code_hash": hashlib.sha256(str(label).encode()).digest(),
        "salt": b"\x05" * 16,
        "created_at": NOW,
        "expires_at": NOW + 24 * HOUR,
    }
    return OneTimeCode(**(given | changes))


class CodesContract:
    """`Codes`, and what is made of them by `issue` and `redeem`."""

    def test_a_code_comes_back_as_it_was_kept(self, under_test: UnderTest) -> None:
        registered(under_test.store, HUNTER)
        code = a_code(details={"email": "Übung@example.org"}, used_at=NOW.replace(microsecond=7))
        nobodys = a_code("nobody", account_id=None, purpose=CodePurpose.OAUTH_STATE)
        with under_test.store.write() as uow:
            uow.codes.add(code)
            uow.codes.add(nobodys)
            uow.commit()

        with under_test.store.read() as uow:
            assert [uow.codes.get(each.id) for each in (code, nobodys)] == [code, nobodys]
            assert uow.codes.by_hash(code.code_hash) == code
            assert uow.codes.by_hash(b"\0" * 32) is None
            assert uow.codes.get(a_code("other").id) is None

    def test_a_code_that_is_used_says_when(self, under_test: UnderTest) -> None:
        registered(under_test.store, HUNTER)
        code = a_code()
        with under_test.store.write() as uow:
            uow.codes.add(code)
            uow.commit()
        with under_test.store.write() as uow:
            assert uow.codes.lock_by_hash(b"\0" * 32) is None
            found = uow.codes.lock_by_hash(code.code_hash)
            assert found == code
            uow.codes.save(replace(code, used_at=NOW + HOUR))
            uow.commit()

        with under_test.store.read() as uow:
            assert uow.codes.get(code.id) == replace(code, used_at=NOW + HOUR)

    def test_two_codes_with_one_hash_are_not_kept(self, under_test: UnderTest) -> None:
        registered(under_test.store, HUNTER)
        with pytest.raises(under_test.broken), under_test.store.write() as uow:
            uow.codes.add(a_code())
            uow.codes.add(replace(a_code("other"), code_hash=a_code().code_hash))
            uow.commit()

    def test_only_the_accounts_unused_codes_for_the_purpose_are_used_up(self, under_test: UnderTest) -> None:
        registered(under_test.store, HUNTER)
        registered(under_test.store, OTHER)
        good, used = a_code("good"), a_code("used", used_at=NOW - HOUR)
        spared = [
            a_code("purpose", purpose=CodePurpose.RESET_PASSWORD),
            a_code("account", account_id=OTHER.id),
        ]
        with under_test.store.write() as uow:
            for code in (good, used, *spared):
                uow.codes.add(code)
            uow.accounts.lock(HUNTER.id)
            assert uow.codes.use_up(HUNTER.id, CodePurpose.VERIFY_EMAIL, at=NOW) == 1
            uow.commit()

        with under_test.store.read() as uow:
            found = [uow.codes.get(code.id) for code in (good, used, *spared)]
        assert found == [replace(good, used_at=NOW), used, *spared]

    def test_when_codes_for_a_purpose_were_issued_is_known_whatever_became_of_them(
        self, under_test: UnderTest
    ) -> None:
        registered(under_test.store, HUNTER)
        registered(under_test.store, OTHER)
        codes = [
            a_code("late", created_at=NOW),
            a_code("early", created_at=NOW - HOUR / 2, used_at=NOW),
            a_code("too early", created_at=NOW - HOUR),
            a_code("purpose", purpose=CodePurpose.RESET_PASSWORD),
            a_code("account", account_id=OTHER.id),
        ]
        with under_test.store.write() as uow:
            for code in codes:
                uow.codes.add(code)
            uow.commit()

        with under_test.store.read() as uow:
            found = uow.codes.issued(HUNTER.id, CodePurpose.VERIFY_EMAIL, since=NOW - HOUR)
        assert list(found) == [NOW - HOUR / 2, NOW]

    def test_a_code_is_good_once_for_one_purpose_and_expires_exactly(self, under_test: UnderTest) -> None:
        registered(under_test.store, HUNTER)
        purpose, last = CodePurpose.RESET_PASSWORD, NOW + timedelta(minutes=10)
        secrets = [_issued(under_test, HUNTER.id, purpose) for _ in range(2)]

        for wrong in (
            lambda uow: redeem(uow=uow, secrets=SECRETS, purpose=purpose, code=secrets[0], now=last),
            lambda uow: redeem(uow=uow, secrets=SECRETS, purpose=purpose, code="x", now=NOW),
            lambda uow: redeem(
                uow=uow, secrets=SECRETS, purpose=CodePurpose.VERIFY_EMAIL, code=secrets[0], now=NOW
            ),
        ):
            with pytest.raises(CodeInvalid):
                under_test.store.run(wrong)
        just = last - timedelta(microseconds=1)
        for secret in secrets:
            used = under_test.store.run(
                lambda uow, secret=secret: redeem(  # type: ignore[misc]
                    uow=uow, secrets=SECRETS, purpose=purpose, code=secret, now=just
                )
            )
            assert (used.account_id, used.used_at) == (HUNTER.id, just)
        with pytest.raises(CodeInvalid):
            under_test.store.run(
                lambda uow: redeem(uow=uow, secrets=SECRETS, purpose=purpose, code=secrets[0], now=just)
            )

    def test_a_new_code_of_a_purpose_uses_up_the_older_ones(self, under_test: UnderTest) -> None:
        registered(under_test.store, HUNTER)
        purpose = CodePurpose.VERIFY_EMAIL
        old = _issued(under_test, HUNTER.id, purpose)

        def anew(uow: UnitOfWork) -> str:
            uow.accounts.lock(HUNTER.id)
            return issue_only(uow=uow, secrets=SECRETS, purpose=purpose, account_id=HUNTER.id, now=NOW)[1]

        new = under_test.store.run(anew)
        with pytest.raises(CodeInvalid):
            under_test.store.run(
                lambda uow: redeem(uow=uow, secrets=SECRETS, purpose=purpose, code=old, now=NOW)
            )
        under_test.store.run(lambda uow: redeem(uow=uow, secrets=SECRETS, purpose=purpose, code=new, now=NOW))

    def test_of_many_who_send_one_code_at_once_one_wins(self, under_test: UnderTest) -> None:
        registered(under_test.store, HUNTER)
        secret = _issued(under_test, HUNTER.id, CodePurpose.RESET_PASSWORD)

        def use() -> OneTimeCode:
            return stubborn(
                under_test.store,
                lambda uow: redeem(
                    uow=uow, secrets=SECRETS, purpose=CodePurpose.RESET_PASSWORD, code=secret, now=NOW
                ),
            )

        results = at_once(*[use] * 12)

        assert {type(each) for each in refusals(results)} == {CodeInvalid}
        assert len(refusals(results)) == 11


def _issued(under_test: UnderTest, account_id: AccountId, purpose: CodePurpose) -> str:
    def work(uow: UnitOfWork) -> str:
        uow.accounts.lock(account_id)
        return issue(uow=uow, secrets=SECRETS, purpose=purpose, account_id=account_id, now=NOW)[1]

    return under_test.store.run(work)
