"""Mail servers for tests: a real one (aiosmtpd) that takes, refuses and encrypts, and one that only misbehaves."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.servers.app import free_port

PASSWORD = "pass/word:1"


class Post:
    """What a mail server took; `answers` says what it says instead, by recipient or to everybody (None)."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self.tls: list[bool] = []
        self.users: list[str | None] = []
        self.rcpt: dict[str | None, str] = {}
        self.mail_from: str | None = None
        self.data: str | None = None

    @property
    def messages(self) -> list[EmailMessage]:
        return [message_from_bytes(cast(bytes, each.content), policy=default) for each in self.envelopes]

    async def handle_MAIL(  # noqa: N802 - the library's word
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.mail_from is None:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
            return "250 OK"
        return self.mail_from

    async def handle_RCPT(  # noqa: N802 - the library's word
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        said = self.rcpt.get(address) or self.rcpt.get(None)
        if said is None:
            envelope.rcpt_tos.append(address)
            return "250 OK"
        return said

    async def handle_DATA(  # noqa: N802 - the library's word
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.data is not None:
            return self.data
        self.envelopes.append(envelope)
        self.tls.append(session.ssl is not None)
        self.users.append(cast("str | None", session.auth_data))
        return "250 OK"


def _authenticated(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
) -> AuthResult:
    assert isinstance(data, LoginPassword)
    good = (data.login, data.password) == (b"hunter@example.org", PASSWORD.encode())
    return AuthResult(success=good, handled=False, auth_data=data.login.decode() if good else None)


@contextmanager
def smtp_server(
    post: Post,
    *,
    tls: ssl.SSLContext | None = None,
    from_the_start: bool = False,
    auth: bool = False,
    port: int = 0,
    **more: Any,
) -> Iterator[int]:
    """Run a mail server on 127.0.0.1, at *port* or a free one, and give it."""
    # None of those that the system gives to clients: any connection could take it before the server does.
    port = port or free_port()
    if auth:
        more |= {"authenticator": _authenticated, "auth_required": True, "auth_require_tls": tls is not None}
    if from_the_start:
        more |= {"ssl_context": tls}
    elif tls is not None:
        more |= {"tls_context": tls, "require_starttls": True}
    controller = Controller(post, hostname="127.0.0.1", port=port, enable_SMTPUTF8=True, **more)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


class Certificates:
    """An authority of the test's own, with a certificate for a name."""

    def __init__(self, name: str = "localhost") -> None:
        self._authority = trustme.CA()
        self._certificate = self._authority.issue_cert(name)

    def server(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._certificate.configure_cert(context)
        return context

    def client(self) -> ssl.SSLContext:
        """Return what checks certificates, and believes this authority alone."""
        context = ssl.create_default_context()
        self._authority.configure_trust(context)
        return context


@contextmanager
def misbehaving(behave: Callable[[socket.socket], None]) -> Iterator[int]:
    """Listen on 127.0.0.1, and let *behave* do what it likes with every connection, in a thread each."""
    listener = socket.create_server(("127.0.0.1", 0))
    connections: list[socket.socket] = []

    def one(connection: socket.socket) -> None:
        with suppress(OSError):
            behave(connection)

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connections.append(connection)
            threading.Thread(target=one, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        for each in (listener, *connections):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
