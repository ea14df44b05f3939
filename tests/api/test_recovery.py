from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.api.house import PASSWORD, House, a_house
from tests.api.recovery import (
    ADDRESS,
    CONFIRM,
    NEW,
    VERIFY,
    ask_for,
    change_password,
    reset,
    reset_code,
    signed_in_again,
    subjects,
)


@pytest.mark.parametrize("path", ["/api/auth/forgot-password", "/api/auth/verify-email/resend"])
def test_whoever_asks_for_a_mail_cannot_tell_whether_there_is_an_account(
    each_hunter: House, path: str
) -> None:
    hunter = each_hunter
    answers = [
        hunter.another().ask("POST", path, {"email": email}, headers={"x-request-id": "same"})
        for email in ("jinwoo@example.com", "JINWOO@example.com", "nobody@example.com")
    ]
    assert [(each.status, each.body) for each in answers] == [(202, b'{"success":true,"data":{}}')] * 3
    assert len({tuple(sorted(each.headers)) for each in answers}) == 1
    assert set(subjects(hunter)) == {"Jinwoo@example.com"}


@pytest.mark.parametrize("path", ["/api/auth/forgot-password", "/api/auth/verify-email/resend"])
def test_asking_does_the_same_statements_for_every_address(path: str, tmp_path: Any) -> None:
    from hunter_adapters.sql.store import open_store

    said: list[str] = []
    store = open_store(f"sqlite:///{tmp_path / 'hunter.db'}", observer=said.append)
    store.migrate()
    with a_house(store) as house:
        house.signed_in()
        told = []
        for email in ("jinwoo@example.com", "nobody@example.com"):
            said.clear()
            assert house.another().post(path, {"email": email}).status == 202
            told.append(list(said))
    store.close()
    assert told[0] == told[1]
    assert len(told[0]) == 3


def test_an_address_is_sent_three_such_mails_an_hour(hunter: House) -> None:
    hunter.delivered()
    sent: Counter[str] = Counter()
    for _ in range(12):
        assert hunter.another().post("/api/auth/forgot-password", ADDRESS).status == 202
        sent.update(message.subject for message in hunter.delivered())
        hunter.clock.advance(minutes=1)
    assert sent == {"Choose a new password": 3}
    hunter.clock.advance(hours=1)
    assert reset_code(hunter)


def test_the_mail_server_is_never_waited_for(hunter: House) -> None:
    woken: list[str] = []
    object.__setattr__(hunter.ports, "wake", woken.append)
    hunter.another().post("/api/auth/forgot-password", ADDRESS)
    hunter.another().post("/api/auth/verify-email/resend", ADDRESS)
    hunter.another().register("Jinah")
    ask_for(hunter)
    change_password(hunter)
    assert woken == ["mail"] * 5


def test_no_code_and_no_password_is_stored(tmp_path: Any) -> None:
    from hunter_adapters.sql.store import open_store

    path = tmp_path / "hunter.db"
    store = open_store(f"sqlite:///{path}")
    store.migrate()
    with a_house(store) as house:
        house.signed_in()
        secrets = [house.mailed_code(VERIFY), reset_code(house), NEW, PASSWORD]
        reset(house, secrets[1])
        ask = signed_in_again(house, NEW)
        ask.post("/api/auth/change-email", {"email": "sung@example.com"})
        secrets.append(house.mailed_code(CONFIRM))
    store.close()
    stored = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"sung@example.com" in stored
    for secret in secrets:
        assert secret.encode() not in stored
