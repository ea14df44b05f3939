from __future__ import annotations

import pytest

from hunter_core.errors import StoreUnavailable
from tests.api.house import House, a_house


def test_a_process_that_answers_is_live(house: House) -> None:
    answer = house.get("/health/live")
    assert (answer.status, answer.data) == (200, {"status": "live"})


def test_ready_names_the_rules_in_force(house: House) -> None:
    assert house.get("/health/ready").data["rulebook"] == "classic"


def test_it_is_live_but_not_ready_while_the_database_is_away() -> None:
    def away() -> None:
        raise StoreUnavailable

    with a_house(ready=away) as house:
        answer = house.get("/health/ready")
        assert (answer.status, answer.code) == (503, "SERVICE_UNAVAILABLE")
        assert int(answer.headers["retry-after"]) > 0
        assert house.get("/health/live").status == 200


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/schema", "/schema/openapi.json"])
def test_nobody_needs_to_sign_in_for_it(house: House, path: str) -> None:
    assert house.get(path).status == 200
