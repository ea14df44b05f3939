from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

import pytest

from hunter_adapters.testing.builders import a_hunter, an_account, registered
from hunter_core.accounts.code import CodePurpose
from hunter_core.accounts.codes import redeem
from hunter_core.accounts.security_log import SecurityEventKind
from hunter_core.mail.asked import MOST_MAILS
from hunter_core.mail.mail import MailTemplate
from hunter_core.mail.ports import MailUnavailable
from tests.usecases.mail_house import ADDRESS, HUNTER, Room


def test_what_was_asked_for_becomes_a_mail_to_the_owner_with_a_code() -> None:
    room = Room()
    room.ask("JINWOO@EXAMPLE.org")
    room.send()
    assert [message.recipient for message in room.sent] == [ADDRESS]
    assert "192.0.2.7" in room.sent[0].text
    assert len(room.code()) == 43
    assert [event.kind for event in room.log.events] == [SecurityEventKind.PASSWORD_RESET_ASKED]
    assert room.log.events[0].account_id == HUNTER.id


@pytest.mark.parametrize(
    ("email", "template", "change"),
    [
        ("nobody@example.org", MailTemplate.RESET_PASSWORD, {}),
        (ADDRESS, MailTemplate.RESET_PASSWORD, {"is_active": False}),
        (ADDRESS, MailTemplate.VERIFY_EMAIL, {"is_verified": True}),
    ],
)
def test_what_nobody_is_to_get_vanishes(email: str, template: MailTemplate, change: dict[str, bool]) -> None:
    room = Room()
    with room.store.write() as uow:
        account = uow.accounts.lock(HUNTER.id)
        uow.accounts.save(replace(account, **change))  # type: ignore[arg-type]
        uow.commit()
    room.ask(email, template)
    room.send()
    assert (room.sent, room.rows(), room.log.events) == ([], [], [])


@pytest.mark.parametrize("template", [MailTemplate.RESET_PASSWORD, MailTemplate.VERIFY_EMAIL])
def test_an_address_is_sent_three_mails_of_a_kind_an_hour_however_many_are_asked_for(
    template: MailTemplate,
) -> None:
    room = Room()
    for _ in range(10):
        room.ask(template=template)
    room.send()
    # The first ones were replaced by the last before they were sent; together they are three.
    posted = len(room.sent)
    assert posted <= MOST_MAILS
    for _ in range(10):
        room.ask(template=template)
        room.send(minutes=1)
    assert len(room.sent) <= MOST_MAILS
    assert room.rows() == []
    sent = len(room.sent)
    room.ask(template=template)
    room.send(hours=1)
    assert len(room.sent) == sent + 1


def test_a_flood_for_one_address_leaves_others_theirs() -> None:
    room = Room()
    registered(room.store, a_hunter("Jinah"))
    for _ in range(10):
        room.ask()
    room.ask("Jinah@example.org")
    room.send()
    assert "Jinah@example.org" in {message.recipient for message in room.sent}


def test_only_the_last_code_that_was_asked_for_is_good() -> None:
    room = Room()
    codes = []
    for _ in range(2):
        room.ask()
        room.send(seconds=1)
        codes.append(room.code())

    def used(code: str) -> Callable[[], object]:
        return lambda: room.store.run(
            lambda uow: redeem(
                uow=uow,
                secrets=room.gate.codes,
                purpose=CodePurpose.RESET_PASSWORD,
                code=code,
                now=room.clock.instant,
            )
        )

    with pytest.raises(Exception, match="not good"):
        used(codes[0])()
    used(codes[1])()


def test_an_account_without_a_password_may_get_its_first_one() -> None:
    room = Room()
    with room.store.write() as uow:
        uow.accounts.lock(HUNTER.id)
        uow.accounts.save(an_account(id=HUNTER.id, password_hash=None))
        uow.commit()
    room.ask()
    room.send()
    assert len(room.sent) == 1


def test_no_log_line_has_an_address_or_a_code(caplog: pytest.LogCaptureFixture) -> None:
    room = Room()
    room.ask()
    with caplog.at_level(logging.DEBUG):
        room.send()
        room.mailer.failing = MailUnavailable("busy")
        room.ask()
        room.send(seconds=1)
    assert "will be tried again" in caplog.text
    for secret in (room.code(), ADDRESS, "example.org"):
        assert secret not in caplog.text
