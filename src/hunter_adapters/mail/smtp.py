"""
Mails by SMTP: encrypted and with the server's certificate checked wherever a network lies between.

The standard library's client, behind a port that is synchronous anyway.
"""

from __future__ import annotations

import contextlib
import ipaddress
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from hunter_adapters.mail.mime import mime
from hunter_core.mail.ports import MailRefused, MailServerAway, MailUnavailable, Message

TIMEOUT = 10.0
"""Seconds for connecting, and for each answer of the server."""

LONGEST_SENDING = 60.0
"""Seconds for one mail altogether: a server that answers a letter at a time is hung up on."""


class Encryption(StrEnum):
    """How the connection is encrypted."""

    TLS = "tls"
    REQUIRED = "required"
    OPTIONAL = "optional"
    NEVER = "never"


class SmtpServer(NamedTuple):
    """A mail server, as its URL says."""

    host: str
    port: int
    encryption: Encryption
    user: str | None = None
    password: str | None = None

    def __repr__(self) -> str:
        """Leave the credentials out."""
        return f"SmtpServer({self.host}:{self.port}, {self.encryption})"

    @classmethod
    def of(cls, url: str) -> SmtpServer:
        """
        Return the server at `smtp://user:password@host:587` or `smtps://host:465`.

        `smtps` is encrypted from the start. With `smtp` STARTTLS is required, but for a server on this machine
        that asks for no credentials; `?starttls=required`, `optional` or `never` says otherwise.

        Raises:
            ValueError: If credentials would travel in clear, or the URL cannot be understood.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("must be smtp://host:587 or smtps://host:465")
        if parts.path.strip("/") or parts.fragment:
            raise ValueError("must end after the port: smtp://host:587")
        asked = parse_qs(parts.query, keep_blank_values=True, max_num_fields=5)
        said = asked.pop("starttls", [""])
        wanted = said[-1]
        if asked or len(said) > 1 or wanted not in ("", "required", "optional", "never"):
            raise ValueError("takes ?starttls=required, optional or never, once, and nothing else")
        user = unquote(parts.username) if parts.username else None
        password = unquote(parts.password) if parts.password else None
        if (user is None) != (password is None):
            raise ValueError(
                "has a user without a password, or a password without a user: give both, or neither"
            )
        if parts.port == 0:
            raise ValueError("has port 0, on which no server can be reached")
        if not f"{user}{password}".isascii():
            raise ValueError("has credentials in other letters than ASCII, which SMTP cannot carry")
        if parts.scheme == "smtps":
            if wanted:
                raise ValueError("is encrypted from the start as smtps://, and takes no ?starttls")
            return cls(parts.hostname, parts.port or 465, Encryption.TLS, user, password)
        if user and wanted not in ("", "required"):
            raise ValueError("has credentials, which must not travel in clear: leave ?starttls out")
        usual = "required" if user or not is_this_machine(parts.hostname) else "optional"
        return cls(parts.hostname, parts.port or 587, Encryption(wanted or usual), user, password)


def is_this_machine(host: str) -> bool:
    """Tell whether *host* names the machine itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


class SmtpMailer:
    """Implements `hunter_core.mail.ports.Mailer`: a connection for each message."""

    def __init__(
        self,
        server: SmtpServer,
        *,
        sender: Address,
        now: Callable[[], datetime],
        context: ssl.SSLContext | None = None,
        timeout: float = TIMEOUT,
        longest: float = LONGEST_SENDING,
    ) -> None:
        self._server, self._sender, self._now = server, sender, now
        # Certificate and name are checked; authorities are the machine's, or those of SSL_CERT_FILE.
        self._context = context or ssl.create_default_context()
        self._timeout, self._longest = timeout, longest

    def send(self, message: Message) -> None:
        made = mime(message, sender=self._sender, sent_at=self._now())
        with self._connection() as smtp:
            self._greet(smtp)
            self._hand_over(smtp, made)

    @contextlib.contextmanager
    def _connection(self) -> Iterator[smtplib.SMTP]:
        server = self._server
        smtp = self._client()
        # What STARTTLS compares the certificate with. Given to the constructor it would connect at once, and
        # nobody could hang up on a server that never ends its greeting.
        smtp._host = server.host  # type: ignore[attr-defined]
        try:
            with _hung_up_after(self._longest, smtp):
                try:
                    smtp.connect(server.host, server.port)
                except (OSError, smtplib.SMTPException) as error:
                    raise MailServerAway(
                        f"there is no mail server at {server.host}:{server.port}: {_said(error)}"
                    ) from error
                yield smtp
                # What was handed over is theirs, however they say good-bye.
                with contextlib.suppress(OSError, smtplib.SMTPException):
                    smtp.quit()
        finally:
            smtp.close()

    def _client(self) -> smtplib.SMTP:
        # Its name in EHLO is given: the library would ask DNS for it, which may take its time.
        name, seconds = self._sender.domain, self._timeout
        if self._server.encryption is Encryption.TLS:
            return smtplib.SMTP_SSL(timeout=seconds, local_hostname=name, context=self._context)
        return smtplib.SMTP(timeout=seconds, local_hostname=name)

    def _greet(self, smtp: smtplib.SMTP) -> None:
        """Encrypt the connection and sign in, as far as the server is to."""
        server = self._server
        try:
            smtp.ehlo_or_helo_if_needed()
            if server.encryption in (Encryption.REQUIRED, Encryption.OPTIONAL):
                if smtp.has_extn("starttls"):
                    smtp.starttls(context=self._context)
                    smtp.ehlo_or_helo_if_needed()
                elif server.encryption is Encryption.REQUIRED:
                    raise MailServerAway(
                        f"{server.host}:{server.port} offers no STARTTLS, and mails must not travel in clear"
                    )
            if server.user is not None:
                smtp.login(server.user, server.password or "")
        except (OSError, smtplib.SMTPException) as error:
            raise MailServerAway(f"{server.host}:{server.port} lets nobody in: {_said(error)}") from error

    def _hand_over(self, smtp: smtplib.SMTP, made: EmailMessage) -> None:
        try:
            smtp.send_message(made)
        except smtplib.SMTPRecipientsRefused as error:
            ((code, reason),) = error.recipients.values()
            said = f"the recipient is refused: {code} {_safe(reason, made)}"
            raise (MailRefused(said) if code >= 500 else MailUnavailable(said)) from None
        except smtplib.SMTPSenderRefused as error:
            # Our address, not theirs: somebody has to look at HUNTER_MAIL_FROM, and every mail waits for it.
            raise MailServerAway(f"the sender is refused: {error.smtp_code}") from None
        except smtplib.SMTPNotSupportedError:
            raise MailRefused("the server takes no address in other letters than ASCII") from None
        except smtplib.SMTPResponseException as error:
            said = f"the message is refused: {error.smtp_code} {_safe(error.smtp_error, made)}"
            raise (MailRefused(said) if error.smtp_code >= 500 else MailUnavailable(said)) from None
        except (OSError, smtplib.SMTPException) as error:
            raise MailUnavailable(f"the connection was lost: {_said(error)}") from None


@contextlib.contextmanager
def _hung_up_after(seconds: float, smtp: smtplib.SMTP) -> Iterator[None]:
    """Shut the connection down after *seconds*: whoever waits for its next byte is woken by an error."""

    def hang_up() -> None:
        sock = smtp.sock
        if sock is not None:
            with contextlib.suppress(OSError):
                # Not that of SSLSocket, which would drop the encryption under whoever reads.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)

    timer = threading.Timer(seconds, hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _safe(reason: object, made: EmailMessage) -> str:
    """Return what the server said, on one line, without the address that it may have repeated."""
    text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
    for address in made["To"].addresses:
        text = text.replace(address.addr_spec, "…")
    return " ".join(text.split())[:200]


def _said(error: BaseException) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        # Not its words: after a failed sign-in some servers repeat the user.
        return f"it answered {error.smtp_code}"
    return " ".join(str(error).split())[:200] or type(error).__name__
