"""In the strict profile a new proof of who somebody is makes a new session and ends the old one (ASVS 7.2.4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from hunter_core.accounts.policy import STRICT
from hunter_core.accounts.security_log import SecurityEventKind
from tests.api.house import PASSWORD, House, a_house

CREDENTIALS = {"email": "Jinwoo@example.com", "password": PASSWORD}


@pytest.fixture
def strict() -> Iterator[House]:
    """Somebody signed in under the strict profile."""
    with a_house(policy=STRICT) as house:
        assert house.register().status == 202
        yield signed_in(house)


def signed_in(house: House) -> House:
    answer = house.another().post("/api/auth/login", CREDENTIALS)
    assert answer.status == 200, answer
    return holding(house, answer.data)


def holding(house: House, tokens: Any) -> House:
    other = house.another()
    other.token, other.refresh_token = tokens["token"], tokens["refreshToken"]
    return other


def is_over(house: House) -> bool:
    refreshed = house.another().post("/api/auth/refresh", {"refreshToken": house.refresh_token})
    return (house.get("/api/auth/me").status, refreshed.status) == (401, 401)


def test_a_step_up_puts_a_new_session_in_the_place_of_the_old_one(strict: House) -> None:
    (before,) = strict.get("/api/auth/sessions").data["sessions"]
    strict.clock.advance(minutes=6)
    answer = strict.post("/api/auth/step-up", {"password": PASSWORD})
    assert answer.status == 200
    renewed = holding(strict, answer.data)

    assert is_over(strict)
    (after,) = renewed.get("/api/auth/sessions").data["sessions"]
    assert after["id"] != before["id"]
    assert (after["expiresAt"], after["device"]) == (before["expiresAt"], before["device"])
    # What was proved is proved of the new one: it needs no other proof.
    assert renewed.post("/api/auth/change-email", {"email": "new@example.com"}).status == 202
    refreshed = renewed.post("/api/auth/refresh", {"refreshToken": renewed.refresh_token})
    assert refreshed.status == 200


def test_a_step_up_that_fails_leaves_the_session_as_it_was(strict: House) -> None:
    strict.clock.advance(minutes=6)
    assert strict.post("/api/auth/step-up", {"password": "Not-the-password-at-all"}).status == 401
    assert strict.get("/api/auth/me").status == 200
    assert len(strict.get("/api/auth/sessions").data["sessions"]) == 1


def test_the_end_of_a_session_is_not_moved_by_proving_oneself_again(strict: House) -> None:
    house = strict
    for _ in range(3):
        strict.clock.advance(days=9)
        refreshed = house.post("/api/auth/refresh", {"refreshToken": house.refresh_token})
        house = holding(house, refreshed.data)
        house = holding(house, house.post("/api/auth/step-up", {"password": PASSWORD}).data)
    strict.clock.advance(days=3)
    assert is_over(house)


def test_signing_in_anew_ends_the_session_that_the_client_still_held(strict: House) -> None:
    elsewhere = signed_in(strict)
    answer = strict.post("/api/auth/login", CREDENTIALS)
    assert answer.status == 200
    assert is_over(strict)
    assert elsewhere.get("/api/auth/me").status == 200
    assert holding(strict, answer.data).get("/api/auth/me").status == 200
    event = next(each for each in strict.log.events if each.details.get("reason") == "SIGNED_IN_ANEW")
    assert event.kind is SecurityEventKind.SIGNED_OUT


def test_a_sign_in_that_is_refused_ends_nothing(strict: House) -> None:
    wrong = {**CREDENTIALS, "password": "Not-the-password-at-all"}
    assert strict.post("/api/auth/login", wrong).status == 401
    assert strict.get("/api/auth/me").status == 200


@pytest.mark.parametrize("held", ["", "Bearer", "Bearer x.y.z", "Basic eDp5", "Bearer hunter_pat_x"])
def test_a_token_that_is_none_is_no_hindrance_to_signing_in(strict: House, held: str) -> None:
    answer = strict.ask("POST", "/api/auth/login", CREDENTIALS, headers={"authorization": held})
    assert answer.status == 200
    assert strict.get("/api/auth/me").status == 200


def test_the_contract_leaves_sessions_as_they_are(hunter: House) -> None:
    assert hunter.post("/api/auth/login", CREDENTIALS).status == 200
    answer = hunter.post("/api/auth/step-up", {"password": PASSWORD})
    assert (answer.data["token"], answer.data["refreshToken"]) == (None, None)
    assert hunter.get("/api/auth/me").status == 200
    assert len(hunter.get("/api/auth/sessions").data["sessions"]) == 2
