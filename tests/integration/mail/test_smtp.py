"""Mails by SMTP against real servers: encrypted, checked, in time, and told apart by how they fail (SPEC 5, 7)."""

from __future__ import annotations

import socket
import time
from datetime import UTC, datetime

import pytest

from hunter_adapters.mail.mime import address_of
from hunter_adapters.mail.smtp import Encryption, SmtpMailer, SmtpServer
from hunter_adapters.testing.builders import an_id
from hunter_core.ids import MailId
from hunter_core.mail.ports import MailRefused, MailServerAway, MailUnavailable, Message
from tests.servers.mail import PASSWORD, Certificates, Post, misbehaving, smtp_server

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SENDER = "The Hunter System <hunter@hunter.example>"
USER = "hunter%40example.org:pass%2Fword%3A1"
CODE = "k3y-" * 10 + "abc"
PATIENCE = 10.0


@pytest.fixture(scope="module")
def certificates() -> Certificates:
    return Certificates()


def a_message(recipient: str = "jin@example.org", **changes: str) -> Message:
    said = {"subject": "Hello, Jin — arise", "text": f"Hello\n\n{CODE}\n", "html": f"<p>Hello</p>{CODE}"}
    return Message(id=MailId(an_id("mail")), recipient=recipient, **(said | changes))


def a_mailer(url: str, certificates: Certificates | None = None, **more: float) -> SmtpMailer:
    return SmtpMailer(
        SmtpServer.of(url),
        sender=address_of(SENDER),
        now=lambda: NOON,
        context=None if certificates is None else certificates.client(),
        **more,
    )


# --- what arrives ------------------------------------------------------------------------------------------------


def test_a_message_arrives_with_its_headers_text_and_html() -> None:
    post = Post()
    with smtp_server(post) as port:
        a_mailer(f"smtp://127.0.0.1:{port}").send(a_message())
    (message,) = post.messages
    assert (message["From"], message["To"]) == (SENDER, "jin@example.org")
    assert message["Subject"] == "Hello, Jin — arise"
    assert message["Message-ID"] == f"<{an_id('mail')}@hunter.example>"
    assert message["Date"] == "Sun, 22 Nov 2026 12:00:00 +0000"
    assert message["Auto-Submitted"] == "auto-generated"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    text = message.get_body(("plain",))
    assert text is not None
    assert CODE in text.get_content().splitlines()
    (envelope,) = post.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == ("hunter@hunter.example", ["jin@example.org"])


def test_an_address_in_other_letters_arrives() -> None:
    post = Post()
    with smtp_server(post) as port:
        a_mailer(f"smtp://127.0.0.1:{port}").send(a_message("jörg@bücher.example"))
    assert post.envelopes[0].rcpt_tos == ["jörg@xn--bcher-kva.example"]


@pytest.mark.parametrize(
    "recipient",
    [
        "jin@example.org\r\nBcc: all@example.org",
        "jin@example.org\nSubject: x",
        "jin\0@example.org",
        "jin@example.org>\r\nRCPT TO:<all@example.org",
        "jin@" + "ü" * 300,
    ],
)
def test_no_address_can_add_a_header_a_recipient_or_a_command(recipient: str) -> None:
    post = Post()
    with smtp_server(post) as port, pytest.raises(MailRefused):
        a_mailer(f"smtp://127.0.0.1:{port}").send(a_message(recipient))
    assert post.envelopes == []


def test_no_subject_can_add_a_header_and_no_line_ends_the_message() -> None:
    post = Post()
    with smtp_server(post) as port:
        mailer = a_mailer(f"smtp://127.0.0.1:{port}")
        with pytest.raises(MailRefused):
            mailer.send(a_message(subject="Hello\r\nBcc: all@example.org"))
        mailer.send(a_message(text="before\n.\nQUIT\nafter\n"))
    (message,) = post.messages
    text = message.get_body(("plain",))
    assert text is not None
    assert text.get_content().split() == ["before", ".", "QUIT", "after"]


# --- encryption --------------------------------------------------------------------------------------------------


def test_credentials_and_messages_travel_by_starttls(certificates: Certificates) -> None:
    post = Post()
    with smtp_server(post, tls=certificates.server(), auth=True) as port:
        a_mailer(f"smtp://{USER}@localhost:{port}", certificates).send(a_message())
    assert (post.tls, post.users) == ([True], ["hunter@example.org"])


def test_a_server_that_is_encrypted_from_the_start_is_spoken_to(certificates: Certificates) -> None:
    post = Post()
    with smtp_server(post, tls=certificates.server(), from_the_start=True) as port:
        a_mailer(f"smtps://localhost:{port}", certificates).send(a_message())
    assert len(post.envelopes) == 1


@pytest.mark.parametrize("from_the_start", [True, False])
@pytest.mark.parametrize("wrong", ["an authority that nobody knows", "another name"])
def test_a_certificate_that_is_not_the_servers_gets_nothing(from_the_start: bool, wrong: str) -> None:
    authority = Certificates("other.example" if wrong == "another name" else "localhost")
    trusted = authority if wrong == "another name" else Certificates()
    scheme, post = ("smtps" if from_the_start else "smtp"), Post()
    with smtp_server(post, tls=authority.server(), from_the_start=from_the_start) as port:
        for user in ("", f"{USER}@"):
            with pytest.raises(MailServerAway, match=r"certificate verify failed|CERTIFICATE_VERIFY"):
                a_mailer(f"{scheme}://{user}localhost:{port}", trusted).send(a_message())
    assert post.envelopes == []


def test_where_starttls_is_needed_and_not_offered_nothing_is_sent_in_clear() -> None:
    post = Post()
    with smtp_server(post) as port:
        for url in (f"smtp://{USER}@127.0.0.1:{port}", f"smtp://127.0.0.1:{port}?starttls=required"):
            with pytest.raises(MailServerAway, match="no STARTTLS"):
                a_mailer(url).send(a_message())
    assert post.envelopes == []


@pytest.mark.parametrize(
    ("url", "encryption"),
    [
        ("smtp://localhost", Encryption.OPTIONAL),
        ("smtp://127.0.0.9:25", Encryption.OPTIONAL),
        ("smtp://[::1]:25", Encryption.OPTIONAL),
        ("smtp://mail.example", Encryption.REQUIRED),
        ("smtp://10.0.0.1:25", Encryption.REQUIRED),
        ("smtp://localhost.example:25", Encryption.REQUIRED),
        ("smtp://u:p@localhost", Encryption.REQUIRED),
        ("smtp://mailpit:1025?starttls=never", Encryption.NEVER),
        ("smtp://mailpit:1025?starttls=optional", Encryption.OPTIONAL),
        ("smtp://localhost?starttls=required", Encryption.REQUIRED),
        ("smtps://mail.example", Encryption.TLS),
    ],
)
def test_encryption_is_required_wherever_a_network_or_credentials_are(
    url: str, encryption: Encryption
) -> None:
    assert SmtpServer.of(url).encryption is encryption


@pytest.mark.parametrize(
    "url",
    [
        "smtp://u:p@mail.example?starttls=never",
        "smtp://u:p@localhost?starttls=optional",
        "smtp://u:p%C3%A4ss@mail.example",
        "smtps://mail.example?starttls=never",
        "smtp://mail.example?starttls=perhaps",
        "smtp://mail.example?tls=off",
        "smtp://mail.example/path",
        "smtp://",
        "http://mail.example",
    ],
)
def test_a_url_that_would_send_credentials_in_clear_or_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"^(must|takes|has|is) "):
        SmtpServer.of(url)


def test_what_is_known_of_a_server_is_printed_without_its_credentials() -> None:
    server = SmtpServer.of(f"smtp://{USER}@mail.example")
    assert (server.port, server.user, server.password) == (587, "hunter@example.org", PASSWORD)
    assert PASSWORD not in repr(server)
    assert "hunter@" not in repr(server)


# --- how it fails ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rcpt", "data", "failure"),
    [
        ("550 no such user jin@example.org here", None, MailRefused),
        ("450 busy, jin@example.org must wait", None, MailUnavailable),
        (None, "554 looks like spam", MailRefused),
        (None, "451 try again", MailUnavailable),
        (None, "421 going down", MailUnavailable),
    ],
)
def test_5xx_is_for_good_and_4xx_for_now(
    rcpt: str | None, data: str | None, failure: type[Exception]
) -> None:
    post = Post()
    post.data = data
    if rcpt is not None:
        post.rcpt[None] = rcpt
    with smtp_server(post) as port, pytest.raises(failure) as raised:
        a_mailer(f"smtp://127.0.0.1:{port}").send(a_message())
    assert type(raised.value) is failure
    assert "jin@example.org" not in str(raised.value)
    assert CODE not in str(raised.value)


def test_a_sender_or_credentials_that_are_refused_are_no_fault_of_the_mail(
    certificates: Certificates,
) -> None:
    post = Post()
    post.mail_from = "553 who are you"
    with smtp_server(post) as port, pytest.raises(MailServerAway):
        a_mailer(f"smtp://127.0.0.1:{port}").send(a_message())
    with (
        smtp_server(Post(), tls=certificates.server(), auth=True) as port,
        pytest.raises(MailServerAway, match="535") as raised,
    ):
        a_mailer(f"smtp://u:wrong-secret@localhost:{port}", certificates).send(a_message())
    assert "wrong-secret" not in str(raised.value)


def test_one_recipient_who_is_refused_leaves_the_server_to_others() -> None:
    post = Post()
    post.rcpt["gone@example.org"] = "550 no such user"
    with smtp_server(post) as port:
        mailer = a_mailer(f"smtp://127.0.0.1:{port}")
        with pytest.raises(MailRefused):
            mailer.send(a_message("gone@example.org"))
        mailer.send(a_message())
    assert len(post.envelopes) == 1


def test_a_server_that_is_not_there_or_that_is_none_is_away() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(MailServerAway):
        a_mailer(f"smtp://127.0.0.1:{port}").send(a_message())
    with (
        misbehaving(lambda each: each.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as port,
        pytest.raises(MailServerAway),
    ):
        a_mailer(f"smtp://127.0.0.1:{port}").send(a_message())


def hang(connection: socket.socket) -> None:
    connection.recv(1)


def greet_and_hang(connection: socket.socket) -> None:
    connection.sendall(b"220 hello\r\n")
    while connection.recv(4096):
        pass


def drip(connection: socket.socket) -> None:
    for _ in range(10_000):
        connection.sendall(b"220-")
        time.sleep(0.01)


def drop(connection: socket.socket) -> None:
    connection.sendall(b"220 hello\r\n")
    connection.recv(4096)
    connection.shutdown(socket.SHUT_RDWR)


def take_all_and_drop(connection: socket.socket) -> None:
    connection.sendall(b"220 hello\r\n")
    said = b""
    while piece := connection.recv(4096):
        said += piece
        if said.endswith(b"\r\n.\r\n"):
            connection.shutdown(socket.SHUT_RDWR)
            return
        if b"DATA\r\n" in said.upper():
            connection.sendall(b"354 go on\r\n" if said.upper().endswith(b"DATA\r\n") else b"")
        else:
            connection.sendall(b"250 fine\r\n")


@pytest.mark.parametrize("behave", [hang, greet_and_hang, drip, drop, take_all_and_drop])
def test_a_server_that_hangs_drips_or_drops_is_given_up_in_time(behave: object) -> None:
    assert callable(behave)
    with misbehaving(behave) as port:
        mailer = a_mailer(f"smtp://127.0.0.1:{port}", timeout=0.2, longest=0.5)
        began = time.monotonic()
        with pytest.raises(MailUnavailable):
            mailer.send(a_message())
    assert time.monotonic() - began < PATIENCE


def test_a_server_that_does_not_say_good_bye_has_taken_the_mail() -> None:
    def rude(connection: socket.socket) -> None:
        connection.sendall(b"220 hello\r\n")
        said = b""
        while piece := connection.recv(4096):
            said += piece
            if said.endswith(b"\r\n.\r\n"):
                connection.sendall(b"250 taken\r\n")
            elif b"QUIT" in piece.upper():
                connection.shutdown(socket.SHUT_RDWR)
                return
            elif b"DATA\r\n" in said.upper():
                connection.sendall(b"354 go on\r\n" if said.upper().endswith(b"DATA\r\n") else b"")
            else:
                connection.sendall(b"250 fine\r\n")

    with misbehaving(rude) as port:
        a_mailer(f"smtp://127.0.0.1:{port}", timeout=PATIENCE).send(a_message())
