from __future__ import annotations

from dataclasses import replace

import pytest

from hunter_adapters.memory import MemoryStore
from hunter_adapters.testing.contract.mails import a_mail
from hunter_core.errors import StoreUnavailable
from hunter_core.mail.ports import Message
from hunter_core.mail.send import LEASE, send_due
from tests.usecases.mail_house import Room


class Crash(BaseException):
    """The process dies."""


@pytest.mark.parametrize("handed_over", [False, True])
def test_who_dies_while_sending_leaves_a_mail_that_is_sent_after_its_lease(handed_over: bool) -> None:
    room = Room()
    room.post(a_mail())

    class Dies:
        def send(self, message: Message) -> None:
            if handed_over:
                room.mailer.send(message)
            raise Crash

    alive = room.room
    room.room = replace(room.room, mailer=Dies())
    with pytest.raises(Crash):
        room.send()
    room.room = alive
    room.send(seconds=LEASE.total_seconds() - 1)
    assert len(room.sent) == int(handed_over)
    room.send(seconds=1)
    # Perhaps twice, never not at all; under one id, so that both can be told to be the same.
    assert {message.id for message in room.sent} == {a_mail().id}
    assert len(room.sent) == int(handed_over) + 1


def test_a_mail_being_sent_is_taken_by_nobody_else() -> None:
    room = Room()
    room.post(a_mail())
    others: list[bool] = []

    class Slow:
        def send(self, message: Message) -> None:
            others.append(send_due(alive))
            room.mailer.send(message)

    alive = room.room
    room.room = replace(room.room, mailer=Slow())
    room.send()
    assert (others, len(room.sent)) == ([False], 1)


def test_no_transaction_is_open_while_the_mail_server_is_talked_to() -> None:
    room = Room()
    room.post(a_mail(), a_mail("other"))
    open_then: list[int] = []

    class Watched:
        def send(self, message: Message) -> None:
            open_then.append(room.store.open_transactions)

    room.room = replace(room.room, mailer=Watched())
    room.send()
    assert open_then == [0, 0]


def test_a_database_that_goes_away_after_the_sending_loses_nothing() -> None:
    away = False

    def before_commit() -> None:
        if away:
            raise StoreUnavailable

    room = Room(MemoryStore(before_commit=before_commit))
    room.post(a_mail())

    class ThenAway:
        def send(self, message: Message) -> None:
            nonlocal away
            room.mailer.send(message)
            away = True

    alive = room.room
    room.room = replace(room.room, mailer=ThenAway())
    with pytest.raises(StoreUnavailable):
        room.send()
    away, room.room = False, alive
    room.send(seconds=LEASE.total_seconds())
    assert len(room.sent) == 2
