"""What the store of API tokens promises."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hunter_adapters.testing.builders import NOW, an_account, an_id
from hunter_adapters.testing.contract.under_test import UnderTest
from hunter_core.accounts.api_token import ApiToken, Scope
from hunter_core.ids import AccountId, ApiTokenId

LATER = NOW + timedelta(minutes=1)


def a_token(label: str = "a", *, of: str = "Jinwoo", **changes: Any) -> ApiToken:
    """Return a token of the account *of*; its id follows from the label."""
    given: dict[str, Any] = {
        "id": ApiTokenId(an_id(label)),
        "account_id": AccountId(an_id(of)),
        "name": f"Token {label}",
        "scope": Scope.READ,
        "token_hash": label.encode().ljust(32, b"\0"),
        "created_at": NOW,
        "expires_at": NOW + timedelta(days=90),
    }
    return ApiToken(**(given | changes))


def _kept(under_test: UnderTest, *tokens: ApiToken) -> None:
    first, second = an_account("Jinwoo"), an_account("Jinah")
    with under_test.store.write() as uow:
        for account in (first, second):
            uow.accounts.add(account)
            uow.accounts.lock(account.id)
        for token in tokens:
            uow.api_tokens.add(token)
        uow.commit()


class ApiTokensContract:
    """`ApiTokens`."""

    def test_a_token_comes_back_as_it_was_kept_and_with_its_account(self, under_test: UnderTest) -> None:
        token = a_token(name="Ünï 🏠", scope=Scope.WRITE, last_used_at=NOW)
        _kept(under_test, token)

        with under_test.store.read() as uow:
            assert list(uow.api_tokens.of(token.account_id)) == [token]
            holder = uow.api_tokens.check(token.token_hash)
            assert uow.api_tokens.check(bytes(32)) is None
        assert holder is not None
        assert (holder.token_id, holder.account_id, holder.scope) == (token.id, token.account_id, Scope.WRITE)
        assert (holder.expires_at, holder.last_used_at, holder.revoked_at) == (token.expires_at, NOW, None)
        assert holder.is_active
        assert holder.stands(NOW)
        assert not holder.stands(token.expires_at)

    def test_what_happens_to_the_account_shows_in_the_next_check(self, under_test: UnderTest) -> None:
        token = a_token()
        _kept(under_test, token)
        with under_test.store.write() as uow:
            account = uow.accounts.lock(token.account_id)
            uow.accounts.save(replace(account, is_active=False))
            uow.commit()

        with under_test.store.read() as uow:
            holder = uow.api_tokens.check(token.token_hash)
        assert holder is not None
        assert not holder.stands(NOW)

    def test_the_newest_come_first_and_nobody_elses(self, under_test: UnderTest) -> None:
        tokens = sorted((a_token(label) for label in "abcd"), key=lambda token: token.id)
        _kept(under_test, *tokens, a_token("e", of="Jinah"))

        with under_test.store.read() as uow:
            assert list(uow.api_tokens.of(tokens[0].account_id)) == tokens[::-1]

    def test_a_token_is_revoked_once_and_by_its_owner(self, under_test: UnderTest) -> None:
        token, other = a_token("a"), a_token("b", of="Jinah")
        _kept(under_test, token, other)
        with under_test.store.write() as uow:
            assert not uow.api_tokens.revoke(other.account_id, token.id, at=LATER)
            assert not uow.api_tokens.revoke(token.account_id, ApiTokenId(an_id("none")), at=LATER)
            assert uow.api_tokens.revoke(token.account_id, token.id, at=LATER)
            assert not uow.api_tokens.revoke(token.account_id, token.id, at=LATER)
            uow.commit()

        with under_test.store.read() as uow:
            holder = uow.api_tokens.check(token.token_hash)
            assert list(uow.api_tokens.of(token.account_id)) == []
            assert list(uow.api_tokens.of(other.account_id)) == [other]
        assert holder is not None
        assert holder.revoked_at == LATER
        assert not holder.stands(LATER)

    def test_ending_all_spares_those_of_others(self, under_test: UnderTest) -> None:
        tokens = [a_token(label) for label in "abc"]
        other = a_token("d", of="Jinah")
        _kept(under_test, *tokens, other)
        with under_test.store.write() as uow:
            assert uow.api_tokens.revoke(tokens[0].account_id, tokens[0].id, at=NOW)
            assert uow.api_tokens.end_all(tokens[0].account_id, at=LATER) == 2
            assert uow.api_tokens.end_all(tokens[0].account_id, at=LATER) == 0
            uow.commit()

        with under_test.store.read() as uow:
            found = [uow.api_tokens.check(token.token_hash) for token in (*tokens, other)]
        assert [each and each.revoked_at for each in found] == [NOW, LATER, LATER, None]

    def test_the_last_use_only_moves_on(self, under_test: UnderTest) -> None:
        token, other = a_token("a"), a_token("b")
        _kept(under_test, token, other)
        for minute, seen in ((NOW, NOW), (LATER, LATER), (NOW, LATER)):
            with under_test.store.write() as uow:
                uow.api_tokens.mark_used(token.id, minute=minute)
                uow.commit()

            with under_test.store.read() as uow:
                holder = uow.api_tokens.check(token.token_hash)
                untouched = uow.api_tokens.check(other.token_hash)
            assert holder is not None
            assert holder.last_used_at == seen
            assert untouched is not None
            assert untouched.last_used_at is None

    def test_no_two_tokens_have_one_hash(self, under_test: UnderTest) -> None:
        token = a_token()
        _kept(under_test, token)

        with pytest.raises(under_test.broken), under_test.store.write() as uow:
            uow.accounts.lock(token.account_id)
            uow.api_tokens.add(replace(token, id=ApiTokenId(an_id("z"))))
            uow.commit()
