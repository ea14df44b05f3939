"""A hunter whose mail server and push target are down: what the tests of what leaves later begin with."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hunter_adapters.memory.mailer import MemoryMailer
from hunter_adapters.memory.security_log import MemorySecurityLog
from hunter_core.ids import PushTargetId
from hunter_core.mail.letters import Letters
from hunter_core.mail.mail import Mail
from hunter_core.mail.ports import MailUnavailable
from hunter_core.mail.send import MailRoom
from hunter_core.mail.send import send_due as send_mails
from hunter_core.notifications.ports import PushFailed
from hunter_core.notifications.push import PushDelivery, PushTarget, context_of
from hunter_core.notifications.push_due import PushCarrier
from hunter_core.ports import UnitOfWork
from tests.builders import an_id
from tests.usecases.gates import a_gate
from tests.usecases.notification_house import House

GATE = a_gate()
FAR = timedelta(days=300)


class Pusher:
    """Takes what it is given, while it is not down; counts how often it was asked."""

    def __init__(self) -> None:
        self.is_down, self.asked = False, 0
        self.taken: list[str] = []

    def check(self, url: str) -> str:
        return "shown"

    def push(self, url: str, title: str, message: str) -> None:
        self.asked += 1
        if self.is_down:
            raise PushFailed("down")
        self.taken.append(title)


class LeavingHouse(House):
    """The house of notifications, with a proved address, a push target, and what carries mails and pushes."""

    def __init__(self, **hunter: Any) -> None:
        super().__init__(**hunter)
        self.mailer, self.pusher = MemoryMailer(), Pusher()
        self.room = MailRoom(
            store=self.store,
            mailer=self.mailer,
            letters=Letters(),
            codes=GATE.codes,
            log=MemorySecurityLog(),
            clock=self,
            rulebook=self.rules,
            luck=lambda: 0.5,
        )
        self.carrier = PushCarrier(
            store=self.store, pusher=self.pusher, vault=GATE.vault, clock=self, rulebook=self.rules
        )
        self.verified()
        self.add_target("phone")

    def add_target(self, label: str) -> None:
        target_id = PushTargetId(an_id(label))
        target = PushTarget(
            id=target_id,
            hunter_id=self.hunter.id,
            sealed=GATE.vault.seal(f"{label}://", context_of(target_id)),
            shown=label,
            created_at=self.instant,
        )

        def add(uow: UnitOfWork) -> None:
            uow.hunters.lock(self.hunter.id)
            uow.push_targets.add(target)

        self.write(add)

    def down(self) -> None:
        """From now on nobody takes anything."""
        self.mailer.failing, self.pusher.is_down = MailUnavailable("down"), True

    def up(self) -> None:
        self.mailer.failing, self.pusher.is_down = None, False

    def carry(self, **later: float) -> None:
        """Try, *later*, what is due by then."""
        self.instant += timedelta(**later)
        while send_mails(self.room):
            pass
        while self.carrier.run():
            pass

    def left(self) -> tuple[list[str], list[str]]:
        """Return the titles that left by mail, and by push."""
        return [message.subject for message in self.mailer.sent], self.pusher.taken

    def waiting(self) -> tuple[int, int]:
        """Return how many mails wait, or were given up, and how many pushes."""
        return len(self.mails_waiting()), len(self.deliveries())

    def deliveries(self) -> list[PushDelivery]:
        """Return what is on its way to targets, or was given up, and leave it as it is."""
        far = self.instant + FAR
        with self.store.write() as uow:
            found = [task.delivery for task in uow.push_deliveries.parked(100)]
            while tasks := uow.push_deliveries.take(far, until=far, limit=100):
                for task in tasks:
                    found.append(task.delivery)
                    uow.push_deliveries.remove(task.delivery)
        return found

    def mails_waiting(self) -> list[Mail]:
        """Return the mails that wait, or were given up."""
        return self.write(lambda uow: [*uow.mails.lock_due(self.instant + FAR, 100), *uow.mails.parked(100)])
