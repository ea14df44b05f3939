"""Codes from mails, and what they are good for: what the tests of recovery begin with."""

from __future__ import annotations

from typing import Any

from hunter_core.accounts.security_log import SecurityEventKind
from tests.api.house import PASSWORD, Answer, House

NEW = "Rise-out-of-the-dark-2!"
ADDRESS = {"email": "jinwoo@example.com"}
VERIFY, RESET, CONFIRM = "Confirm your e-mail", "Choose a new", "Confirm your new"


def login(house: House, email: str = "jinwoo@example.com", password: str = PASSWORD) -> Answer:
    return house.another().post("/api/auth/login", {"email": email, "password": password})


def signed_in_again(house: House, password: str = PASSWORD) -> House:
    other = house.another()
    other.token = login(house, password=password).data["token"]
    return other


def subjects(house: House) -> dict[str, list[str]]:
    """Send what is due, and return the subjects by their recipient."""
    found: dict[str, list[str]] = {}
    for message in house.delivered():
        found.setdefault(message.recipient, []).append(message.subject)
    return found


def reset_code(house: House) -> str:
    assert house.another().post("/api/auth/forgot-password", ADDRESS).status == 202
    return house.mailed_code(RESET)


def reset(house: House, code: str, password: str = NEW) -> Answer:
    return house.another().post("/api/auth/reset-password", {"code": code, "newPassword": password})


def kinds(house: House) -> list[SecurityEventKind]:
    return [event.kind for event in house.log.events]


def change_password(house: House, old: str = PASSWORD, new: str = NEW) -> Answer:
    return house.post("/api/auth/change-password", {"currentPassword": old, "newPassword": new})


def ask_for(house: House, email: str = "sung@example.com", **more: Any) -> Answer:
    return house.post("/api/auth/change-email", {"email": email, "password": PASSWORD, **more})


def confirm(house: House, code: str) -> Answer:
    return house.another().post("/api/auth/change-email/confirm", {"code": code})
