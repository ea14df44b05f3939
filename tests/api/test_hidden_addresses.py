from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hunter_adapters.sql import SqlStore
from hunter_core.accounts.policy import CONTRACT, STRICT
from tests.api.house import PASSWORD, a_house
from tests.api.recovery import VERIFY, login, subjects


@pytest.fixture
def strict_houses(tmp_path: Any) -> Any:
    from hunter_adapters.sql.store import open_store

    store: SqlStore = open_store(f"sqlite:///{tmp_path / 'hunter.db'}")
    store.migrate()
    with a_house(policy=STRICT) as memory, a_house(store, policy=STRICT) as sql:
        yield memory, sql
    store.close()


def test_under_the_strict_profile_registering_says_the_same_for_a_taken_address(strict_houses: Any) -> None:
    for house in strict_houses:
        first, again = house.register("Jinwoo"), house.register("Jinah", email="JINWOO@example.com")
        assert [(each.status, each.body) for each in (first, again)] == [
            (202, b'{"success":true,"data":{}}')
        ] * 2
        assert sorted(first.headers) == sorted(again.headers)
        told = subjects(house)
        assert sorted(told["Jinwoo@example.com"]) == [
            "Confirm your e-mail address",
            "You already have an account",
        ]
        assert login(house).data["user"]["hunterName"] == "Jinwoo"
        # Names are public: the same words whoever has the address.
        taken = [
            house.ask(
                "POST",
                "/api/auth/register",
                {"email": email, "password": PASSWORD, "hunterName": "JINWOO"},
                headers={"x-request-id": "same"},
            )
            for email in ("jinwoo@example.com", "free@example.com")
        ]
        assert [(each.status, each.code) for each in taken] == [(400, "HUNTER_NAME_TAKEN")] * 2
    assert taken[0].body == taken[1].body


def test_under_the_strict_profile_a_taken_address_costs_a_hash_too(strict_houses: Any) -> None:
    house = strict_houses[0]
    house.register("Jinwoo")
    hashed: list[str] = []
    keeper = type(house.ports.gate.passwords)
    real = keeper.hash

    def counted(self: Any, password: str) -> str:
        hashed.append(password)
        return str(real(self, password))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keeper, "hash", counted)
        house.register("Jinah", email="jinwoo@example.com")
        house.register("Jinho")
    assert len(hashed) == 2


def test_the_owner_of_a_taken_address_is_told_three_times_an_hour(strict_houses: Any) -> None:
    house = strict_houses[0]
    house.register("Jinwoo")
    house.delivered()
    for n in range(6):
        assert house.register(f"Other{n}", email="jinwoo@example.com").status == 202
    assert len(house.delivered()) == 3


def test_where_only_proved_addresses_sign_in_the_code_opens_the_door() -> None:
    with a_house(policy=replace(CONTRACT, requires_verified=True)) as house:
        assert (house.register().status, house.register().code) == (202, "EMAIL_TAKEN")
        assert login(house, password="Wrong-1-password").code == "INVALID_CREDENTIALS"
        refused = login(house)
        assert (refused.status, refused.code) == (403, "NOT_VERIFIED")
        assert house.post("/api/auth/verify-email", {"code": house.mailed_code(VERIFY)}).status == 204
        assert login(house).status == 200
