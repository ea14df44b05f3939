from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from hunter_core.accounts.identity import Identity
from hunter_core.accounts.security_log import SecurityEventKind
from hunter_core.accounts.two_factor import TwoFactor
from hunter_core.ids import IdentityId, new_id
from tests.api.house import PASSWORD, House
from tests.api.recovery import (
    ADDRESS,
    NEW,
    VERIFY,
    kinds,
    login,
    reset,
    reset_code,
    signed_in_again,
    subjects,
)


def test_a_reset_sets_the_password_ends_all_sessions_proves_the_address_and_tells(each_hunter: House) -> None:
    hunter = each_hunter
    other = signed_in_again(hunter)
    code = reset_code(hunter)
    assert reset(hunter, code).status == 204
    for each in (hunter, other):
        assert each.get("/api/auth/me").code == "UNAUTHENTICATED"
    assert hunter.another().post("/api/auth/refresh", {"refreshToken": hunter.refresh_token}).status == 401
    assert login(hunter).code == "INVALID_CREDENTIALS"
    assert login(hunter, password=NEW).data["user"]["isVerified"] is True
    assert subjects(hunter) == {"Jinwoo@example.com": ["Your password was changed"]}
    assert reset(hunter, code).code == "CODE_INVALID"
    assert SecurityEventKind.PASSWORD_RESET in kinds(hunter)


@pytest.mark.parametrize("proved", [False, True])
def test_whoever_made_an_account_with_anothers_address_keeps_no_way_in(hunter: House, proved: bool) -> None:
    now, key = hunter.clock.now(), "jinwoo@example.com"
    if proved:
        hunter.post("/api/auth/verify-email", {"code": hunter.mailed_code(VERIFY)})
    token = hunter.post("/api/auth/api-tokens", {"name": "spy", "scope": "READ", "password": PASSWORD})
    assert token.status == 201, token
    with hunter.store.write() as uow:
        account = uow.accounts.by_email(key)
        assert account is not None
        uow.accounts.lock(account.id)
        uow.identities.add(
            Identity(
                id=IdentityId(new_id(now)),
                account_id=account.id,
                issuer="https://issuer.example",
                subject="spy",
                email=None,
                created_at=now,
            )
        )
        uow.two_factors.put(TwoFactor(account_id=account.id, secret=b"spy", created_at=now, confirmed_at=now))
        uow.commit()
    assert reset(hunter, reset_code(hunter)).status == 204
    with hunter.store.read() as uow:
        assert len(uow.identities.of(account.id)) == int(proved)
        assert (uow.two_factors.get(account.id) is not None) == proved
    spy = hunter.another()
    spy.token = token.data["token"]
    assert spy.get("/api/quests").status == 401


@pytest.mark.parametrize(("seconds", "status"), [(599, 204), (600, 400)])
def test_a_reset_code_is_good_for_ten_minutes(hunter: House, seconds: int, status: int) -> None:
    code = reset_code(hunter)
    hunter.clock.advance(seconds=seconds)
    assert reset(hunter, code).status == status


def test_only_the_last_reset_code_is_good(hunter: House) -> None:
    first, second = reset_code(hunter), reset_code(hunter)
    assert reset(hunter, first).code == "CODE_INVALID"
    assert reset(hunter, second).status == 204


def test_a_password_that_is_not_good_enough_leaves_the_code_good(hunter: House) -> None:
    code = reset_code(hunter)
    for password in ("short", "jinwoo@example.com", "Password1!"):
        answer = reset(hunter, code, password)
        assert (answer.status, answer.fields) == (422, {"newPassword"})
    assert login(hunter).status == 200
    assert hunter.another().post("/api/auth/reset-password", {"code": code, "password": NEW}).status == 204


@pytest.mark.parametrize("more", [{}, {"newPassword": NEW, "password": NEW}])
def test_a_reset_needs_one_new_password(hunter: House, more: dict[str, str]) -> None:
    answer = hunter.another().post("/api/auth/reset-password", {"code": reset_code(hunter), **more})
    assert answer.status == 422
    assert answer.fields < {"password", "newPassword"}


def test_a_hundred_who_reset_by_one_code_at_once_change_it_once(each_hunter: House) -> None:
    hunter = each_hunter
    code = reset_code(hunter)
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda n: reset(hunter, code, f"{NEW}{n}"), range(100)))
    told = Counter(each.status for each in answers)
    # Who finds the pool full is told to come again, and comes too late.
    assert told[204] == 1
    assert set(told) <= {204, 400, 503}
    winner = next(n for n, each in enumerate(answers) if each.status == 204)
    assert login(hunter, password=f"{NEW}{winner}").status == 200


def test_a_dead_code_costs_no_hash(hunter: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(self: object, password: str) -> str:
        raise AssertionError("a password was hashed for nobody")

    monkeypatch.setattr(type(hunter.ports.gate.passwords), "hash", never)
    assert reset(hunter, "x" * 43).code == "CODE_INVALID"


def test_a_deactivated_account_gets_no_code_and_its_code_opens_nothing(hunter: House) -> None:
    code = reset_code(hunter)
    with hunter.store.write() as uow:
        account = uow.accounts.by_email("jinwoo@example.com")
        assert account is not None
        uow.accounts.save(replace(uow.accounts.lock(account.id), is_active=False))
        uow.commit()
    assert reset(hunter, code).code == "CODE_INVALID"
    hunter.another().post("/api/auth/forgot-password", ADDRESS)
    assert hunter.delivered() == []
