"""A message as it goes out (RFC 5322): headers that nobody's words can break, text, and HTML beside it."""

from __future__ import annotations

from datetime import datetime
from email.errors import InvalidHeaderDefect, MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, parseaddr

from hunter_core.mail.ports import MailRefused, Message

_LINE_ENDS = frozenset("\r\n\0")


def address_of(text: str) -> Address:
    """
    Return the address that *text* names, such as `Hunter <hunter@example.com>`.

    Raises:
        ValueError: If it names none.
    """
    name, spec = parseaddr(text)
    is_one = spec.count("@") == 1 and not spec.startswith("@") and not spec.endswith("@")
    if _LINE_ENDS & set(text) or not is_one or not _is_whole(text):
        raise ValueError(
            "must be an e-mail address, such as hunter@example.com or Hunter <hunter@example.com>"
        )
    return _address(spec, name)


def _is_whole(text: str) -> bool:
    """Tell whether *text* is an address and nothing more: `parseaddr` takes the first of several."""
    header = SMTPUTF8.header_factory("From", text)
    return len(header.addresses) == 1 and not any(
        isinstance(defect, InvalidHeaderDefect) for defect in header.defects
    )


def mime(message: Message, *, sender: Address, sent_at: datetime) -> EmailMessage:
    """
    Return *message* from *sender*, as it is put on the wire.

    The Message-ID follows from the mail's id: who gets it twice, because nobody knew whether it had arrived,
    can tell.

    Raises:
        MailRefused: If its recipient cannot stand in a header.
    """
    made = EmailMessage(policy=SMTP if message.recipient.isascii() else SMTPUTF8)
    try:
        made["From"] = sender
        made["To"] = _address(message.recipient)
        made["Subject"] = message.subject
        made["Date"] = format_datetime(sent_at)
        made["Message-ID"] = f"<{message.id}@{sender.domain}>"
        # Nobody reads answers to it, and no holiday notice is wanted (RFC 3834).
        made["Auto-Submitted"] = "auto-generated"
    except (ValueError, MessageError) as error:
        raise MailRefused("it cannot be written as a message") from error
    made.set_content(message.text, charset="utf-8")
    made.add_alternative(message.html, subtype="html", charset="utf-8")
    return made


def _address(spec: str, name: str = "") -> Address:
    """Return the address *spec*, its domain in letters that mail servers know (IDNA)."""
    local, _, domain = spec.rpartition("@")
    if _LINE_ENDS & set(spec):
        raise ValueError("an address has one line")
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError as error:
            raise ValueError("there is no such domain") from error
    return Address(display_name=name, username=local, domain=domain)
