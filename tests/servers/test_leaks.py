"""The search for secrets finds them, in every form."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest

from tests.servers.leaks import Secrets

PASSWORD = 'Arise "from" the & shadows é 1!'
REFRESH = base64.urlsafe_b64encode(bytes(range(52))).decode().rstrip("=")


@pytest.mark.parametrize(
    "written",
    [
        f"login failed for {PASSWORD} ",
        f"GET /?password={quote(PASSWORD, safe='')}",
        json.dumps({"body": {"password": PASSWORD}}),
        repr({"password": PASSWORD.encode()}.get("password", b"").hex()),
        "\\x" + PASSWORD.encode().hex().upper(),
        base64.b64encode(b"user:" + PASSWORD.encode()).decode(),
        base64.b64encode(b"u:" + PASSWORD.encode() + b"~~").decode(),
        base64.urlsafe_b64encode(b"me:" + PASSWORD.encode()).decode(),
    ],
)
def test_a_secret_is_found_in_every_form(written: str) -> None:
    secrets = Secrets()
    secrets.see_body(json.dumps({"email": "a@b.c", "newPassword": PASSWORD}).encode())
    (leak,) = secrets.leaks("here", f"before {written} after")
    assert (leak.kind, leak.where) == ("newpassword", "here")
    assert secrets.leaks("here", "nothing of the kind: a@b.c") == []


def test_what_is_nested_or_listed_or_in_an_address_is_known_too() -> None:
    secrets = Secrets()
    secrets.see(
        {"data": {"refreshToken": REFRESH, "recoveryCodes": ["aaaa-bbbb-cccc"], "user": {"id": "12345678"}}}
    )
    secrets.see_address("https://hunter.example/?code=one-time-code&state=a-state-is-none")
    assert secrets.kinds() == {"refreshtoken": 2, "recoverycodes": 1, "code": 1}
    # The secret part by itself is a leak, too.
    assert secrets.leaks("log", f"mac={REFRESH[-43:]}")
    assert not secrets.leaks("log", f"session={REFRESH[:20]}")
    assert secrets.leaks_in_addresses() == []
    secrets.see_address(f"https://hunter.example/?token={quote(REFRESH)}")
    assert {leak.kind for leak in secrets.leaks_in_addresses()} == {"refreshtoken"}


def test_what_is_too_short_to_be_looked_for_is_left_out() -> None:
    secrets = Secrets()
    secrets.see({"code": "123456", "password": "x"})
    assert len(secrets) == 0
