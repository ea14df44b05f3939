"""The lines of the security log (issue 4, 10)."""

from __future__ import annotations

import json
import logging
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from hunter_adapters.logs.security import JsonSecurityLog, log_to_file
from hunter_api.settings import SettingInvalid, Settings
from hunter_api.wiring import open_security_log
from hunter_core.accounts.security_log import MEANINGS, SecurityEvent, SecurityEventKind
from hunter_core.accounts.session import Client
from hunter_core.ids import AccountId, SessionId
from tests.builders import NOW, an_id

SRC = Path(__file__).parents[3] / "src"
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


def test_every_kind_has_its_meaning_and_is_recorded_somewhere() -> None:
    assert list(MEANINGS) == list(SecurityEventKind)
    sources = "".join(
        path.read_text(encoding="utf-8") for path in SRC.rglob("*.py") if path.name != "security_log.py"
    )
    assert [kind.name for kind in SecurityEventKind if f"SecurityEventKind.{kind.name}" not in sources] == []


@pytest.fixture
def logger() -> Iterator[logging.Logger]:
    logger = logging.getLogger("hunter.security")
    before = logger.handlers[:], logger.level, logger.propagate
    yield logger
    for handler in logger.handlers:
        handler.close()
    logger.handlers[:], logger.level, logger.propagate = before


def test_a_file_of_its_own_holds_json_and_nothing_else_and_is_for_its_owner(
    logger: logging.Logger, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "logs" / "security.jsonl"
    log_to_file(path)
    event = SecurityEvent(kind=SecurityEventKind.SIGNED_IN, at=NOW)
    JsonSecurityLog().record(event)
    path.rename(tmp_path / "rotated")
    JsonSecurityLog().record(event)
    for each in (path, tmp_path / "rotated"):
        assert [json.loads(line)["event"] for line in each.read_text().splitlines()] == ["session.opened"]
        assert stat.S_IMODE(each.stat().st_mode) == 0o600
    assert caplog.records == []


def test_a_file_that_cannot_be_written_stops_the_start_with_one_line(
    logger: logging.Logger, tmp_path: Path
) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    with pytest.raises(SettingInvalid, match=r"^HUNTER_SECURITY_LOG: .*Choose another file"):
        open_security_log(Settings(data_dir=tmp_path, security_log=blocked / "security.jsonl"))


def test_security_events_are_written_when_only_warnings_are_wanted(
    logger: logging.Logger, tmp_path: Path
) -> None:
    open_security_log(Settings(data_dir=tmp_path))
    assert logger.isEnabledFor(logging.INFO)
