from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hunter_adapters.memory import MemoryStore
from hunter_core.accounts.account import Role
from hunter_core.errors import EmailTaken, HunterError, HunterNameTaken, InvalidInput, TooBusy
from hunter_core.hunters.me import me
from hunter_core.hunters.settings import Settings
from hunter_core.words import Rank
from tests.builders import NOW, a_rulebook
from tests.usecases.accounts_house import GATE, a_registration, registered, signed_in, who
from tests.usecases.gates import PASSWORD


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


def test_registering_makes_account_hunter_settings_and_session_at_once(store: MemoryStore) -> None:
    found = registered(store, timezone="Asia/Tokyo")
    account, hunter = found.me.account, found.me.hunter
    assert hunter.id == account.id
    assert (account.email, account.email_key) == ("Jinwoo@Example.org", "jinwoo@example.org")
    assert (account.role, account.is_verified, account.is_active, account.last_login) == (
        Role.USER,
        False,
        True,
        NOW,
    )
    assert (hunter.name, hunter.level, hunter.total_xp, hunter.rank) == ("Jinwoo", 1, 0, Rank.F)
    assert hunter.catalogue == a_rulebook().catalogue.hash
    assert hunter.calendar.zones[0].zone == "Asia/Tokyo"
    with store.read() as uow:
        assert uow.accounts.get(account.id) == account
        assert uow.hunters.get(hunter.id) == hunter
        assert uow.settings.get(hunter.id) == Settings(hunter_id=hunter.id)
        assert me(uow=uow, account_id=account.id, now=NOW, rulebook=a_rulebook()) == found.me
    assert who(store, found.tokens.token).account_id == account.id


def test_neither_password_nor_token_is_stored_in_clear(store: MemoryStore) -> None:
    found = registered(store)
    with store.read() as uow:
        stored = repr((uow.accounts.get(found.me.account.id), found.session))
    for secret in (
        PASSWORD,
        found.tokens.token,
        found.tokens.refresh_token,
        found.tokens.refresh_token[-43:],
    ):
        assert secret not in stored
    assert PASSWORD not in repr(a_registration())


def test_every_field_of_a_registration_that_breaks_its_rule_is_named(store: MemoryStore) -> None:
    with pytest.raises(InvalidInput) as refusal:
        registered(store, email="no address", password="short", hunter_name="x", timezone="Mars/Olympus")
    assert {field for field, _ in refusal.value.problems} == {"email", "password", "hunterName", "timezone"}
    with store.read() as uow:
        assert uow.accounts.by_email("no address") is None


@pytest.mark.parametrize("password", ["Jin-W00-jin", "JIN-w00-JIN"])
def test_the_hunter_name_is_no_password(store: MemoryStore, password: str) -> None:
    with pytest.raises(InvalidInput, match="hunter name"):
        registered(store, password=password, hunter_name="Jin-W00-jin")


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"email": "JINWOO@example.ORG"}, EmailTaken),
        ({"hunter_name": "JINWOO"}, HunterNameTaken),
        ({"hunter_name": "\uff2ainwoo"}, HunterNameTaken),
    ],
)
def test_a_taken_address_or_name_leaves_nothing_behind(
    store: MemoryStore, changes: dict[str, Any], refusal: type[HunterError]
) -> None:
    registered(store)
    with pytest.raises(refusal):
        registered(store, "Another", **changes)
    with store.read() as uow:
        assert uow.accounts.by_email("another@example.org") is None
    assert registered(store, "Another").me.hunter.name == "Another"


def test_no_transaction_is_open_while_a_password_is_hashed(store: MemoryStore) -> None:
    registered(store)
    open_then: list[int] = []

    class Watching:
        def hash(self, password: str) -> str:
            open_then.append(store.open_transactions)
            return GATE.passwords.hash(password)

        def matches(self, password: str, stored: str | None) -> bool:
            open_then.append(store.open_transactions)
            return GATE.passwords.matches(password, stored)

        def outdated(self, stored: str) -> bool:
            return True

    watching = replace(GATE, passwords=Watching())
    registered(store, "Another", gate=watching)
    signed_in(store, gate=watching)
    assert open_then == [0, 0, 0]


def test_a_full_hashing_pool_registers_nobody(store: MemoryStore) -> None:
    class Full:
        def hash(self, password: str) -> str:
            raise TooBusy("full")

        def matches(self, password: str, stored: str | None) -> bool:
            raise TooBusy("full")

        def outdated(self, stored: str) -> bool:
            return False

    full = replace(GATE, passwords=Full())
    with pytest.raises(TooBusy):
        registered(store, gate=full)
    with pytest.raises(TooBusy):
        signed_in(store, gate=full)
    registered(store)
