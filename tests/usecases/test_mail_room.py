from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from hunter_adapters.crypto.keys import KeyRing
from hunter_adapters.testing.builders import NOW
from hunter_adapters.testing.contract.mails import a_mail
from hunter_core.accounts.code import CodePurpose
from hunter_core.accounts.codes import redeem
from hunter_core.mail.letters import Letters
from hunter_core.mail.mail import MailTemplate
from hunter_core.mail.ports import Message
from hunter_core.mail.send import KEPT_SENT, LEASE, NO_KEY
from tests.usecases.gates import PEPPERS, a_gate
from tests.usecases.mail_house import ADDRESS, HUNTER, SECOND, Room


def test_what_is_due_is_sent_once_the_longest_due_first() -> None:
    room = Room()
    mails = [a_mail(n, due_at=NOW - n * SECOND) for n in range(3)]
    room.post(*mails, a_mail("later", due_at=NOW + SECOND))
    assert room.send() is False
    assert [message.id for message in room.sent] == [mail.id for mail in reversed(mails)]
    room.send()
    assert len(room.sent) == 3
    room.send(seconds=1)
    assert len(room.sent) == 4


def test_a_mail_that_was_sent_is_remembered_for_an_hour_and_then_forgotten() -> None:
    room = Room()
    mail = a_mail()
    room.post(mail)
    room.send()
    assert room.row(mail) == replace(mail, sent_at=NOW, due_at=NOW + LEASE)
    room.send(seconds=KEPT_SENT.total_seconds() - 1)
    assert room.row(mail) is not None
    room.send(seconds=1)
    assert room.row(mail) is None


def test_the_hunter_is_greeted_by_name() -> None:
    room = Room()
    room.post(a_mail())
    room.send()
    assert room.sent[0].text.startswith(f"Hello {HUNTER.name},")
    assert room.sent[0].recipient == ADDRESS


def test_a_code_is_derived_when_its_mail_is_sent_and_is_good() -> None:
    room = Room()
    room.post_code()
    room.send()
    with room.store.write() as uow:
        used = redeem(
            uow=uow, secrets=room.gate.codes, purpose=CodePurpose.RESET_PASSWORD, code=room.code(), now=NOW
        )
    assert used.account_id == HUNTER.id


@pytest.mark.parametrize(("seconds", "mails"), [(599, 1), (600, 0), (86_400, 0)])
def test_a_mail_whose_code_has_expired_is_not_sent_and_forgotten(seconds: int, mails: int) -> None:
    room = Room()
    room.post_code()
    room.send(seconds=seconds)
    assert len(room.sent) == mails
    assert len([row for row in room.rows() if row.sent_at is None]) == 0


def test_a_mail_whose_code_was_replaced_or_used_is_not_sent() -> None:
    room = Room()
    room.post_code()
    room.clock.instant += SECOND
    room.post_code()
    room.send()
    assert len(room.sent) == 1
    with room.store.write() as uow:
        uow.accounts.lock(HUNTER.id)
    room.post_code()
    with room.store.write() as uow:
        uow.accounts.lock(HUNTER.id)
        uow.codes.use_up(HUNTER.id, CodePurpose.RESET_PASSWORD, at=NOW)
        uow.commit()
    room.send()
    assert len(room.sent) == 1


def test_a_mail_that_cannot_be_written_is_parked_and_stops_no_other(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Letters):
        def write(self, letter: object) -> Message:
            if getattr(letter, "mail").id == bad.id:  # noqa: B009
                raise KeyError("no such letter")
            return super().write(letter)  # type: ignore[arg-type]

    room = Room()
    bad, good = a_mail("bad", due_at=NOW - SECOND), a_mail("good")
    room.post(bad, good)
    room.room = replace(room.room, letters=Broken())
    with caplog.at_level(logging.CRITICAL, "hunter.mail"):
        room.send()
    assert [message.id for message in room.sent] == [good.id]
    assert room.row(bad) == replace(bad, parked_at=NOW, last_error="it could not be written")


OTHER = KeyRing([("p1", bytes(range(32)))])
"""The same name, and another key: what two data folders make themselves."""


def test_a_mail_whose_code_this_process_cannot_make_is_left_to_others_and_then_given_up_with_the_reason(
    caplog: pytest.LogCaptureFixture,
) -> None:
    room = Room()
    room.post_code(MailTemplate.VERIFY_EMAIL)
    ours = room.room
    room.room = replace(ours, codes=a_gate(peppers=OTHER).codes)
    with caplog.at_level(logging.ERROR, "hunter.mail"):
        room.send()
    (row,) = room.rows()
    assert (row.tries, row.parked_at, row.last_error, row.due_at > NOW) == (1, None, NO_KEY, True)
    assert "HUNTER_PEPPERS" in caplog.text
    assert not room.sent

    room.send(minutes=1)
    room.send(minutes=2)
    (row,) = room.rows()
    assert (row.tries, row.parked_at, row.last_error) == (3, room.clock.instant, NO_KEY)

    # Whoever has the key sends it, when it is tried anew.
    room.room = ours
    with room.store.write() as uow:
        assert uow.mails.retry(HUNTER.id, room.clock.instant) == 1
        uow.commit()
    room.send()
    assert len(room.sent) == 1
    with room.store.write() as uow:
        redeem(
            uow=uow,
            secrets=room.gate.codes,
            purpose=CodePurpose.VERIFY_EMAIL,
            code=room.code(),
            now=room.clock.instant,
        )


def test_a_mail_of_before_a_new_pepper_is_sent_with_the_code_that_it_was_posted_with() -> None:
    room = Room()
    room.post_code()
    rotated = KeyRing([("p2", bytes(range(32))), *PEPPERS])
    room.room = replace(room.room, codes=a_gate(peppers=rotated).codes)
    room.send()
    with room.store.write() as uow:
        redeem(
            uow=uow, secrets=room.gate.codes, purpose=CodePurpose.RESET_PASSWORD, code=room.code(), now=NOW
        )
