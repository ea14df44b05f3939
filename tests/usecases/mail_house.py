"""A mail room over a store in memory, and mail servers that fail: what the tests of mails begin with."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hunter_adapters.memory import MemoryStore
from hunter_adapters.memory.mailer import MemoryMailer
from hunter_adapters.memory.security_log import MemorySecurityLog
from hunter_adapters.testing.builders import a_hunter, registered
from hunter_adapters.testing.clock import StillClock
from hunter_core.accounts.session import Client
from hunter_core.ids import MailId
from hunter_core.mail.asked import ask, post_code
from hunter_core.mail.letters import Letters
from hunter_core.mail.mail import Mail, MailTemplate
from hunter_core.mail.ports import Message
from hunter_core.mail.send import MailRoom, send_due
from tests.builders import a_rulebook
from tests.usecases.gates import a_gate

HUNTER = a_hunter()
ADDRESS = "Jinwoo@example.org"
SECOND = timedelta(seconds=1)


class Room:
    """A mail room over memory, with a hunter, whose clock the test moves."""

    def __init__(self, store: MemoryStore | None = None) -> None:
        self.store, self.clock, self.mailer = store or MemoryStore(), StillClock(), MemoryMailer()
        self.log = MemorySecurityLog()
        self.gate = a_gate(log=self.log)
        self.room = MailRoom(
            store=self.store,
            mailer=self.mailer,
            letters=Letters(),
            codes=self.gate.codes,
            log=self.log,
            clock=self.clock,
            rulebook=a_rulebook(),
            luck=lambda: 0.5,
        )
        registered(self.store, HUNTER)

    def post(self, *mails: Mail) -> None:
        with self.store.write() as uow:
            for mail in mails:
                uow.mails.add(mail)
            uow.commit()

    def post_code(self, template: MailTemplate = MailTemplate.RESET_PASSWORD) -> None:
        with self.store.write() as uow:
            account = uow.accounts.lock(HUNTER.id)
            post_code(
                uow=uow, template=template, account=account, codes=self.gate.codes, now=self.clock.instant
            )
            uow.commit()

    def ask(self, email: str = ADDRESS, template: MailTemplate = MailTemplate.RESET_PASSWORD) -> None:
        client = Client("Firefox", "192.0.2.7")
        with self.store.write() as uow:
            ask(uow=uow, template=template, email=email, now=self.clock.instant, client=client)
            uow.commit()

    def send(self, **later: float) -> bool:
        self.clock.instant += timedelta(**later)
        return send_due(self.room)

    def row(self, mail: Mail) -> Mail | None:
        with self.store.write() as uow:
            return uow.mails.lock(mail.id)

    def rows(self) -> list[Mail]:
        with self.store.write() as uow:
            return [
                *uow.mails.lock_due(self.clock.instant + timedelta(days=365), 1000),
                *uow.mails.parked(1000),
            ]

    @property
    def sent(self) -> list[Message]:
        return self.mailer.sent

    def code(self) -> str:
        """Return the code of the mail that was sent last."""
        return next(line for line in self.sent[-1].text.splitlines() if len(line) == 43 and " " not in line)


class Fails:
    """A clerk who fails with some mails, and takes the others."""

    def __init__(self, room: Room, failures: dict[MailId, Exception]) -> None:
        self._room, self.failures = room, failures

    def send(self, message: Message) -> None:
        if message.id in self.failures:
            raise self.failures[message.id]
        self._room.mailer.send(message)


def failing(room: Room, failures: dict[MailId, Exception]) -> Fails:
    clerk = Fails(room, failures)
    room.room = replace(room.room, mailer=clerk)
    return clerk
