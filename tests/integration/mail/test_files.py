"""Mails as files: in a folder that only their owner reads, named in the log, and never half there."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from errno import EACCES
from pathlib import Path
from typing import Any

import pytest

from hunter_adapters.mail.files import FileMailer
from hunter_adapters.mail.mime import address_of
from hunter_core.mail.ports import MailServerAway
from tests.integration.mail.test_smtp import CODE, a_message


def a_mailer(folder: Path) -> FileMailer:
    return FileMailer(
        folder, sender=address_of("hunter@localhost"), now=lambda: datetime(2026, 11, 22, tzinfo=UTC)
    )


def test_a_mail_is_a_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "mail"
    a_mailer(folder).send(a_message())
    (file,) = folder.iterdir()
    assert file.suffix == ".eml"
    assert (file.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)
    message = message_from_bytes(file.read_bytes(), policy=default)
    assert (message["To"], message["Subject"]) == ("jin@example.org", "Hello, Jin — arise")
    assert CODE.encode() in file.read_bytes().splitlines()


def test_the_log_names_the_file_and_nothing_that_is_in_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        a_mailer(tmp_path).send(a_message())
    (file,) = tmp_path.iterdir()
    assert str(file) in caplog.text
    assert CODE not in caplog.text
    assert "jin@" not in caplog.text


def test_a_mail_that_is_sent_twice_is_one_file_and_an_old_half_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / f"{a_message().id}.part").write_text("half")
    a_mailer(tmp_path).send(a_message())
    a_mailer(tmp_path).send(a_message())
    assert [file.suffix for file in tmp_path.iterdir()] == [".eml"]


def test_a_folder_that_cannot_be_made_is_a_server_that_is_away(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(MailServerAway, match="cannot be written"):
        a_mailer(tmp_path / "file" / "mail").send(a_message())


def test_a_folder_below_one_that_may_not_be_entered_is_not_usable_and_no_mistake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailer, closed, stat = a_mailer(tmp_path / "closed" / "mail"), tmp_path / "closed", Path.stat
    assert mailer.is_usable

    def refuse(path: Path, **how: Any) -> Any:
        # As the system does it to everybody but root.
        if closed in path.parents:
            raise PermissionError(EACCES, "Permission denied", str(path))
        return stat(path, **how)

    monkeypatch.setattr(Path, "stat", refuse)
    assert not mailer.is_usable


@pytest.mark.parametrize("text", ["", "nobody", "@", "a@", "@b", "a@b\r\nBcc: c@d", "a@b@c"])
def test_a_sender_that_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be an e-mail address"):
        address_of(text)
