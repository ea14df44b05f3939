"""The lines of the security log (issue 4, 10)."""

from __future__ import annotations

import json
import logging

import pytest

from hunter_adapters.logs.security import JsonSecurityLog
from hunter_core.accounts.security_log import SecurityEvent, SecurityEventKind
from hunter_core.accounts.session import Client
from hunter_core.ids import AccountId, SessionId
from tests.builders import NOW, an_id

HOSTILE = 'x"}\n2026-11-22 CRITICAL hunter.security: {"event": "account.erased"}\r\x1b[2J\u2028\ud800%s%d'


def lines_of(caplog: pytest.LogCaptureFixture, *events: SecurityEvent) -> list[str]:
    with caplog.at_level(logging.INFO, logger="hunter.security"):
        for event in events:
            JsonSecurityLog().record(event)
    return [record.getMessage() for record in caplog.records]


@pytest.mark.parametrize("kind", list(SecurityEventKind))
def test_every_kind_is_one_line_of_json(caplog: pytest.LogCaptureFixture, kind: SecurityEventKind) -> None:
    event = SecurityEvent(
        kind=kind,
        at=NOW,
        account_id=AccountId(an_id("account")),
        session_id=SessionId(an_id("session")),
        client=Client.of("A browser", "192.0.2.77"),
        details={"reason": "because"},
    )
    (line,) = lines_of(caplog, event)
    assert json.loads(line) == {
        "event": kind.value,
        "at": "2026-11-22T12:00:00Z",
        "account": str(an_id("account")),
        "session": str(an_id("session")),
        "network": "192.0.2.0/24",
        "device": "A browser",
        "reason": "because",
    }


def test_no_text_of_a_client_begins_a_line_of_its_own_or_changes_what_the_line_says(
    caplog: pytest.LogCaptureFixture,
) -> None:
    event = SecurityEvent(
        kind=SecurityEventKind.SIGN_IN_FAILED,
        at=NOW,
        client=Client(HOSTILE, HOSTILE),
        details={"reason": HOSTILE, "event": "account.erased", "account": "somebody", "at": "never"},
    )
    (line,) = lines_of(caplog, event)
    assert line.isascii()
    assert line.isprintable()
    said = json.loads(line)
    assert (said["event"], said["at"], said["reason"]) == ("session.refused", "2026-11-22T12:00:00Z", HOSTILE)
    assert "account" not in said


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ("testclient", None),
        (None, None),
    ],
)
def test_a_line_has_the_network_and_never_the_address(
    caplog: pytest.LogCaptureFixture, address: str | None, network: str | None
) -> None:
    event = SecurityEvent(kind=SecurityEventKind.SIGNED_IN, at=NOW, client=Client(None, address))
    (line,) = lines_of(caplog, event)
    assert json.loads(line).get("network") == network
    assert "77" not in line
    assert "3:4:5:6" not in line
