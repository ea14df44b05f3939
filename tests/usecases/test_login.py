from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

import pytest

from hunter_adapters.crypto.keys import KeyRing
from hunter_adapters.memory import MemoryStore
from hunter_core.accounts.login import login
from hunter_core.accounts.policy import CONTRACT, MOST_SESSIONS, STRICT
from hunter_core.accounts.session import Client
from hunter_core.errors import (
    Forbidden,
    HunterError,
    InvalidCredentials,
    InvalidInput,
    NotVerified,
    TooBusy,
    Unauthenticated,
)
from tests.builders import NOW, a_rulebook
from tests.usecases.accounts_house import DAY, GATE, MINUTE, change_account, registered, signed_in, who
from tests.usecases.gates import PASSWORD, PEPPERS, a_gate


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


def test_whoever_knows_the_password_comes_in_by_any_spelling_of_the_address(store: MemoryStore) -> None:
    first = registered(store)
    later = NOW + DAY
    found = login(
        store=store,
        gate=GATE,
        rulebook=a_rulebook(),
        email="jinWOO@example.ORG",
        password="\uff21r1se!Ar1se!",
        now=later,
    )
    assert found.me.account.id == first.me.account.id
    assert found.me.account.last_login == later
    assert found.session.id != first.session.id
    assert who(store, found.tokens.token, now=later).session_id == found.session.id
    assert who(store, first.tokens.token, now=later).session_id == first.session.id


def test_a_session_keeps_where_it_was_opened(store: MemoryStore) -> None:
    registered(store)
    session = signed_in(store).session
    assert (session.device, session.address) == ("a browser", "192.0.2.7")
    assert Client.of("x" * 5000 + "\x1b[2J", "y" * 5000) == Client("x" * 200, "y" * 45)
    assert Client.of("\x1b\n", "") == Client(None, None)


def test_unknown_wrong_and_passwordless_are_told_the_same_after_one_comparison_each(
    store: MemoryStore,
) -> None:
    passwordless = registered(store, "Elsewhere")
    change_account(store, passwordless, password_hash=None)
    registered(store)
    compared: list[bool] = []

    class Counting:
        def hash(self, password: str) -> str:
            raise AssertionError("nothing is hashed for who does not come in")

        def matches(self, password: str, stored: str | None) -> bool:
            compared.append(stored is None)
            return GATE.passwords.matches(password, stored)

        def outdated(self, stored: str) -> bool:
            return True

    counting = replace(GATE, passwords=Counting())
    told = set()
    for name, password in (("Nobody", PASSWORD), ("Jinwoo", PASSWORD + "x"), ("Elsewhere", PASSWORD)):
        with pytest.raises(InvalidCredentials) as refusal:
            signed_in(store, name, gate=counting, password=password)
        told.add((refusal.value.code, str(refusal.value)))
    assert len(told) == 1
    assert compared == [True, False, True]


def test_a_form_that_no_address_or_password_has_is_refused_by_its_field(store: MemoryStore) -> None:
    with pytest.raises(InvalidInput) as refusal:
        login(store=store, gate=GATE, rulebook=a_rulebook(), email="\x00", password="", now=NOW)
    assert {field for field, _ in refusal.value.problems} == {"email", "password"}


def test_a_password_that_the_policy_would_no_longer_take_still_signs_in(store: MemoryStore) -> None:
    registered(store)
    signed_in(store, gate=a_gate(STRICT))


def test_only_a_right_password_learns_that_the_address_is_not_verified(store: MemoryStore) -> None:
    found = registered(store)
    gate = a_gate(replace(CONTRACT, requires_verified=True))
    with pytest.raises(InvalidCredentials):
        signed_in(store, gate=gate, password="Wr0ng!Wr0ng!")
    with pytest.raises(NotVerified):
        signed_in(store, gate=gate)
    change_account(store, found, is_verified=True)
    signed_in(store, gate=gate)


def test_only_a_right_password_learns_that_the_account_is_deactivated(store: MemoryStore) -> None:
    change_account(store, registered(store), is_active=False)
    with pytest.raises(InvalidCredentials):
        signed_in(store, password="Wr0ng!Wr0ng!")
    with pytest.raises(Forbidden):
        signed_in(store)


def test_a_hash_of_another_cost_or_pepper_is_renewed_at_sign_in(store: MemoryStore) -> None:
    old = registered(store).me.account.password_hash
    peppers = KeyRing([("p2", os.urandom(32)), *PEPPERS])
    gate = a_gate(peppers=peppers, cost=5)
    renewed = signed_in(store, gate=gate).me.account.password_hash
    assert renewed is not None
    assert renewed != old
    assert ":p2:$2b$05$" in renewed
    assert signed_in(store, gate=gate).me.account.password_hash == renewed


def test_a_hash_is_renewed_another_time_when_the_pool_is_full(store: MemoryStore) -> None:
    old = registered(store).me.account.password_hash

    class FullForHashing:
        def hash(self, password: str) -> str:
            raise TooBusy("full")

        def matches(self, password: str, stored: str | None) -> bool:
            return GATE.passwords.matches(password, stored)

        def outdated(self, stored: str) -> bool:
            return True

    assert signed_in(store, gate=replace(GATE, passwords=FullForHashing())).me.account.password_hash == old


def test_a_password_that_is_changed_while_it_is_checked_does_not_come_in(store: MemoryStore) -> None:
    found = registered(store)

    class Meanwhile:
        """Changes the password in the moment after it was found right."""

        done = False

        def hash(self, password: str) -> str:
            return GATE.passwords.hash(password)

        def matches(self, password: str, stored: str | None) -> bool:
            right = GATE.passwords.matches(password, stored)
            if not self.done:
                self.done = True
                change_account(store, found, password_hash=GATE.passwords.hash("An0ther!An0ther!"))
            return right

        def outdated(self, stored: str) -> bool:
            return False

    with pytest.raises(InvalidCredentials):
        signed_in(store, gate=replace(GATE, passwords=Meanwhile()))


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"email": "new@example.org", "email_key": "new@example.org"}, InvalidCredentials),
        ({"is_active": False}, Forbidden),
    ],
)
def test_what_changes_while_a_password_is_checked_is_seen_before_the_session_opens(
    store: MemoryStore, changes: dict[str, Any], refusal: type[HunterError]
) -> None:
    found = registered(store)

    class Meanwhile:
        def hash(self, password: str) -> str:
            return GATE.passwords.hash(password)

        def matches(self, password: str, stored: str | None) -> bool:
            change_account(store, found, **changes)
            return GATE.passwords.matches(password, stored)

        def outdated(self, stored: str) -> bool:
            return False

    with pytest.raises(refusal):
        signed_in(store, gate=replace(GATE, passwords=Meanwhile()))
    with store.read() as uow:
        assert uow.accounts.get(found.me.account.id).last_login == NOW


def test_a_hash_that_is_renewed_while_it_is_checked_does_come_in(store: MemoryStore) -> None:
    found = registered(store)

    class Meanwhile:
        times = 0

        def hash(self, password: str) -> str:
            return GATE.passwords.hash(password)

        def matches(self, password: str, stored: str | None) -> bool:
            self.times += 1
            if self.times == 1:
                right = GATE.passwords.matches(password, stored)
                change_account(store, found, password_hash=GATE.passwords.hash(PASSWORD))
                return right
            return GATE.passwords.matches(password, stored)

        def outdated(self, stored: str) -> bool:
            return False

    meanwhile = Meanwhile()
    signed_in(store, gate=replace(GATE, passwords=meanwhile))
    assert meanwhile.times == 2


def test_a_sign_in_too_many_ends_the_oldest_session(store: MemoryStore) -> None:
    first = registered(store)
    second = signed_in(store)
    cheap = replace(GATE, passwords=_AlwaysRight())
    for number in range(MOST_SESSIONS - 2):
        # Slowly: more than ten in five minutes are refused.
        signed_in(store, gate=cheap, now=NOW + number * MINUTE)
    who(store, first.tokens.token)
    last = signed_in(store, gate=cheap, now=NOW + DAY)
    with pytest.raises(Unauthenticated):
        who(store, first.tokens.token)
    who(store, second.tokens.token)
    who(store, last.tokens.token, now=NOW + DAY)


class _AlwaysRight:
    def hash(self, password: str) -> str:
        return "a hash"

    def matches(self, password: str, stored: str | None) -> bool:
        return True

    def outdated(self, stored: str) -> bool:
        return False
