from __future__ import annotations

import pytest

from hunter_core.accounts.security_log import SecurityEventKind
from tests.api.house import House
from tests.api.recovery import ADDRESS, NEW, VERIFY, kinds, reset, reset_code


def test_the_code_of_the_first_mail_proves_the_address_and_sessions_go_on(each_hunter: House) -> None:
    hunter = each_hunter
    assert hunter.me()["isVerified"] is False
    code = hunter.mailed_code(VERIFY)
    assert hunter.another().post("/api/auth/verify-email", {"code": code}).status == 204
    assert hunter.me()["isVerified"] is True
    assert SecurityEventKind.EMAIL_VERIFIED in kinds(hunter)
    again = hunter.post("/api/auth/verify-email", {"code": code})
    assert (again.status, again.code) == (400, "CODE_INVALID")


@pytest.mark.parametrize(("hours", "status"), [(24 - 1 / 3600, 204), (24, 400)])
def test_a_code_that_proves_an_address_is_good_for_a_day(hunter: House, hours: float, status: int) -> None:
    code = hunter.mailed_code(VERIFY)
    hunter.clock.advance(hours=hours)
    assert hunter.another().post("/api/auth/verify-email", {"code": code}).status == status


def test_a_code_sent_again_takes_the_place_of_the_first(hunter: House) -> None:
    first = hunter.mailed_code(VERIFY)
    assert hunter.another().post("/api/auth/verify-email/resend", ADDRESS).status == 202
    second = hunter.mailed_code(VERIFY)
    assert hunter.post("/api/auth/verify-email", {"code": first}).code == "CODE_INVALID"
    assert hunter.post("/api/auth/verify-email", {"code": second}).status == 204
    hunter.post("/api/auth/verify-email/resend", ADDRESS)
    assert hunter.delivered() == []


def test_a_code_is_good_for_one_purpose(hunter: House) -> None:
    verify, forgotten = hunter.mailed_code(VERIFY), reset_code(hunter)
    assert reset(hunter, verify).code == "CODE_INVALID"
    assert hunter.post("/api/auth/verify-email", {"code": forgotten}).code == "CODE_INVALID"
    assert hunter.post("/api/auth/change-email/confirm", {"code": verify}).code == "CODE_INVALID"
    assert hunter.post("/api/auth/verify-email", {"code": verify}).status == 204
    assert reset(hunter, forgotten).status == 204


def test_a_code_that_is_refused_is_in_the_security_log_without_the_code(hunter: House) -> None:
    for path, more in (
        ("verify-email", {}),
        ("reset-password", {"newPassword": NEW}),
        ("change-email/confirm", {}),
    ):
        answer = hunter.another().post(f"/api/auth/{path}", {"code": "guessed-code", **more})
        assert (answer.status, answer.code) == (400, "CODE_INVALID")
        event = hunter.log.events[-1]
        assert event.kind is SecurityEventKind.CODE_REFUSED
        assert "guessed" not in repr(event)
