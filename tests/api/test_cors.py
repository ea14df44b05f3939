"""Pages of other origins call the API only where a setting says so (SPEC 8, HUNTER_CORS_ORIGINS)."""

from __future__ import annotations

import pytest

from tests.api.house import House, a_house

OURS, THEIRS = "https://hunter.example", "https://evil.example"


def preflight(house: House, origin: str) -> dict[str, str]:
    headers = {
        "origin": origin,
        "access-control-request-method": "PATCH",
        "access-control-request-headers": "authorization,idempotency-key,content-type",
    }
    return dict(house.ask("OPTIONS", "/api/users/me", headers=headers).headers)


def test_a_page_of_ours_may_ask_and_read() -> None:
    with a_house(origins=[OURS]) as house:
        allowed = preflight(house, OURS)
        assert allowed["access-control-allow-origin"] == OURS
        assert "PATCH" in allowed["access-control-allow-methods"]
        for name in ("authorization", "idempotency-key", "content-type"):
            assert name in allowed["access-control-allow-headers"].lower()
        answer = house.ask("GET", "/api/users/me", headers={"origin": OURS})
        assert answer.status == 401
        assert answer.headers["access-control-allow-origin"] == OURS
        assert "x-request-id" in answer.headers["access-control-expose-headers"].lower()
        # So that it may keep the cookie which ties the linking of an identity to its browser.
        assert allowed["access-control-allow-credentials"] == "true"
        assert answer.headers["access-control-allow-credentials"] == "true"


@pytest.mark.parametrize("origins", [[], [OURS]])
def test_a_page_of_somebody_else_may_not(origins: list[str]) -> None:
    with a_house(origins=origins) as house:
        assert "access-control-allow-origin" not in preflight(house, THEIRS)
        answer = house.ask("GET", "/api/users/me", headers={"origin": THEIRS})
        assert "access-control-allow-origin" not in answer.headers
