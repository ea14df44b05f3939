"""Mails of a real process: what is mailed works, and a mail server that is away or hangs loses and blocks nothing."""

from __future__ import annotations

import re
import signal
import socket
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from tests.servers.app import App, free_port
from tests.servers.client import PASSWORD, Client
from tests.servers.mail import Post, misbehaving, smtp_server

PATIENCE = 60.0
NO_LIMITS = {"HUNTER_LIMIT_AUTH": "100000/60", "HUNTER_LIMIT_OTHER": "100000/60"}
NEW = "Rise-out-of-the-dark-2!"


def eventually(look: Callable[[], Any]) -> Any:
    """Return what *look* finds, as soon as it finds something."""
    until = time.monotonic() + PATIENCE
    while not (found := look()):
        assert time.monotonic() < until, "it never happened"
        time.sleep(0.02)
    return found


def mails(folder: Path) -> list[EmailMessage]:
    return [message_from_bytes(path.read_bytes(), policy=default) for path in sorted(folder.glob("*.eml"))]


def code_to(folder: Path, email: str, subject: str) -> str:
    """Wait for a mail to *email* with *subject* in its own, and return its code."""

    def look() -> str | None:
        for mail in reversed(mails(folder)):
            body = mail.get_body(("plain",))
            if mail["To"] == email and subject in mail["Subject"] and body is not None:
                return next(
                    (line for line in body.get_content().splitlines() if re.fullmatch(r"[\w-]{43}", line)),
                    None,
                )
        return None

    return str(eventually(look))


def rows(app: App, sql: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(app.data_dir / "hunter.db", timeout=30)
    try:
        with connection:
            return connection.execute(sql).fetchall()
    finally:
        connection.close()


def registered(app: App, name: str, *, seconds: float = 30) -> int:
    with Client(app.url, seconds=seconds) as client:
        body = {"email": f"{name}@example.org", "password": PASSWORD, "hunterName": name}
        return client.post("/api/auth/register", body).status


def hang(connection: socket.socket) -> None:
    connection.recv(1)


def test_a_hunter_proves_an_address_and_resets_a_password_by_the_mails_in_the_folder(tmp_path: Path) -> None:
    with App(data_dir=tmp_path, settings=NO_LIMITS) as app, Client(app.url) as client:
        folder, email = tmp_path / "mail", "jin@example.org"
        body = {"email": email, "password": PASSWORD, "hunterName": "Jinwoo"}
        client.token = client.post("/api/auth/register", body).data["token"]
        verify = code_to(folder, email, "Confirm")
        assert client.post("/api/auth/verify-email", {"code": verify}).status == 204
        assert client.me()["isVerified"] is True
        assert client.post("/api/auth/forgot-password", {"email": email}).status == 202
        code = code_to(folder, email, "Choose a new password")
        assert client.post("/api/auth/reset-password", {"code": code, "newPassword": NEW}).status == 204
        assert client.get("/api/auth/me").status == 401
        assert client.post("/api/auth/login", {"email": email, "password": NEW}).status == 200
        eventually(lambda: [mail for mail in mails(folder) if "was changed" in mail["Subject"]])
        assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
        for secret in (verify, code, PASSWORD, NEW, email):
            assert secret not in app.log
        assert ".eml" in app.log


def test_with_the_mail_server_away_nothing_is_lost_and_no_request_waits(tmp_path: Path) -> None:
    port, post = free_port(), Post()
    settings = {**NO_LIMITS, "HUNTER_SMTP_URL": f"smtp://127.0.0.1:{port}"}
    with App(data_dir=tmp_path, settings=settings) as app:
        names = [f"Hunter{number}" for number in range(8)]
        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(lambda name: registered(app, name), names)) == [201] * 8
        eventually(lambda: rows(app, "SELECT 1 FROM mails WHERE tries > 0"))
        app.kill()
        app.start()
        assert rows(app, "SELECT count(*) FROM mails WHERE sent_at IS NULL AND parked_at IS NULL") == [(8,)]
        with smtp_server(post, port=port):
            # Their pauses are over sooner for the test.
            rows(app, "UPDATE mails SET due_at = created_at")
            registered(app, "Wakes")
            eventually(lambda: len({envelope.rcpt_tos[0] for envelope in post.envelopes}) == 9)
    assert {envelope.rcpt_tos[0] for envelope in post.envelopes} >= {f"{name}@example.org" for name in names}


def test_a_mail_server_that_hangs_holds_up_no_request_and_not_the_end(tmp_path: Path) -> None:
    with misbehaving(hang) as port:
        settings = {**NO_LIMITS, "HUNTER_SMTP_URL": f"smtp://127.0.0.1:{port}"}
        with App(data_dir=tmp_path, settings=settings) as app, Client(app.url) as client:
            assert registered(app, "First") == 201
            # Half of the ten seconds that the mail server is given.
            assert [registered(app, f"Next{number}", seconds=5) for number in range(4)] == [201] * 4
            for path in ("forgot-password", "verify-email/resend"):
                began = time.monotonic()
                assert client.post(f"/api/auth/{path}", {"email": "first@example.org"}).status == 202
                assert time.monotonic() - began < 5
            began = time.monotonic()
            assert app.end(signal.SIGTERM) == 0, app.log
            assert time.monotonic() - began < 10
        assert rows(app, "SELECT count(*) FROM mails WHERE sent_at IS NULL AND parked_at IS NULL") == [(7,)]
