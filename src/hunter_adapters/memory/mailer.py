"""Mails kept in memory, and a clerk who fails on request: for tests and demos."""

from __future__ import annotations

from hunter_core.mail.ports import Message


class MemoryMailer:
    """
    Implements `hunter_core.mail.ports.Mailer`.

    Attributes:
        sent: What was handed over, in order.
        failing: Raised in the place of taking a message, while it is set.
    """

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.failing: Exception | None = None

    def send(self, message: Message) -> None:
        if self.failing is not None:
            raise self.failing
        self.sent.append(message)
