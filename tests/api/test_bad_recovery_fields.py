"""Every field of every request about codes, passwords and addresses with what it must not be (issue 4, Bad input)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.house import PASSWORD, House
from tests.api.test_bad_fields import LOGIN, REGISTER, cases, sent, text

AUTH = "/api/auth"
NEW = "Rise-out-of-the-dark-2!"
CODE = text(1, 128)
EMAIL = LOGIN["email"]
GOOD: dict[str, dict[str, Any]] = {
    "verify-email": {"code": "x" * 43},
    "verify-email/resend": {"email": "jin@example.com"},
    "forgot-password": {"email": "jin@example.com"},
    "reset-password": {"code": "x" * 43, "newPassword": NEW},
    "change-password": {"currentPassword": PASSWORD, "newPassword": NEW},
    "change-email": {"email": "sung@example.com", "password": PASSWORD},
    "change-email/confirm": {"code": "x" * 43},
}
BAD: dict[str, dict[str, list[Any]]] = {
    "verify-email": {"code": CODE, "email": ["jin@example.com"]},
    "verify-email/resend": {"email": REGISTER["email"], "code": ["x"]},
    "forgot-password": {"email": REGISTER["email"], "userId": [1]},
    "reset-password": {
        "code": CODE,
        "newPassword": text(1, 1024),
        "password": [NEW],
        "token": ["x"],
    },
    "change-password": {
        "currentPassword": text(1, 1024),
        "newPassword": REGISTER["password"],
        "code": text(1, 64, null=True),
        "userId": [1],
    },
    "change-email": {
        "email": [*REGISTER["email"], "Jinwoo@example.com"],
        "password": text(1, 1024, null=True),
        "newEmail": ["a@example.com"],
    },
    "change-email/confirm": {"code": CODE, "email": ["jin@example.com"]},
}
ALL = [
    pytest.param(path, *case.values, id=f"{path}-{case.id}")
    for path, table in BAD.items()
    for case in cases(table)
]


def stored(hunter: House) -> Any:
    with hunter.store.write() as uow:
        account = uow.accounts.by_email("jinwoo@example.com")
        assert account is not None
        mails = uow.mails.lock_due(hunter.clock.now(), 100)
        return account, list(mails), hunter.me()


@pytest.mark.parametrize(("path", "name", "wrong"), ALL)
def test_a_bad_field_is_refused_in_its_name_and_changes_nothing(
    hunter: House, path: str, name: str, wrong: list[Any]
) -> None:
    before = stored(hunter)
    sent(hunter, "POST", f"{AUTH}/{path}", GOOD[path], name, wrong)
    assert stored(hunter) == before


@pytest.mark.parametrize("path", GOOD)
def test_what_is_missing_is_named_and_no_body_is_no_json(hunter: House, path: str) -> None:
    before = stored(hunter)
    for name in GOOD[path]:
        if (path, name) == ("change-email", "password"):
            continue
        body = {key: value for key, value in GOOD[path].items() if key != name}
        answer = hunter.post(f"{AUTH}/{path}", body)
        assert (answer.status, answer.fields) == (422, {name}), answer
    for raw, code in (
        (b"", "MALFORMED_JSON"),
        (b"{", "MALFORMED_JSON"),
        (b'{"code": NaN}', "MALFORMED_JSON"),
    ):
        assert hunter.ask("POST", f"{AUTH}/{path}", raw=raw).code == code
    huge = hunter.ask("POST", f"{AUTH}/{path}", raw=b'{"code": "' + b"x" * 70_000 + b'"}')
    assert (huge.status, huge.code) == (413, "BODY_TOO_LARGE")
    assert hunter.ask("POST", f"{AUTH}/{path}", raw=b"[]").status == 422
    assert hunter.ask("GET", f"{AUTH}/{path}").code == "METHOD_NOT_ALLOWED"
    assert stored(hunter) == before


@pytest.mark.parametrize("path", ["change-password", "change-email"])
def test_who_is_not_signed_in_is_told_so_whatever_is_sent(hunter: House, path: str) -> None:
    before = stored(hunter)
    for body in (GOOD[path], {}, {"x": 1}):
        answer = hunter.another().post(f"{AUTH}/{path}", body)
        assert (answer.status, answer.code) == (401, "UNAUTHENTICATED")
    assert stored(hunter) == before


@pytest.mark.parametrize(
    "code",
    ["' OR 1=1 --", "../../x", "<script>", "%00", "é" * 43, "🗝" * 40, "x" * 128, " " * 43, "\u202e", "null"],
)
def test_a_hostile_code_is_a_code_that_is_not_good(hunter: House, code: str) -> None:
    before = stored(hunter)
    for path in ("verify-email", "reset-password", "change-email/confirm"):
        answer = hunter.post(f"{AUTH}/{path}", {**GOOD[path], "code": code})
        assert (answer.status, answer.code) == (400, "CODE_INVALID"), answer
    assert stored(hunter) == before
