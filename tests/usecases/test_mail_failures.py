from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from hunter_adapters.testing.builders import NOW
from hunter_adapters.testing.contract.mails import a_mail
from hunter_core.mail.mail import Mail
from hunter_core.mail.ports import MailRefused, MailServerAway, MailUnavailable
from hunter_core.mail.send import (
    FIRST_PAUSE,
    GIVEN_UP_AFTER,
    KEPT_PARKED,
    LEASE,
    LONGEST_PAUSE,
    MOST_TRIES,
    put_off,
)
from tests.usecases.mail_house import SECOND, Room, failing


def test_one_mail_that_fails_stops_no_other_and_is_tried_again() -> None:
    room = Room()
    bad, good = a_mail("bad", due_at=NOW - SECOND), a_mail("good")
    room.post(bad, good)
    clerk = failing(room, {bad.id: MailUnavailable("busy")})
    room.send()
    assert [message.id for message in room.sent] == [good.id]
    assert room.row(bad) == replace(bad, tries=1, due_at=NOW + FIRST_PAUSE, last_error="busy")
    room.send(seconds=29)
    clerk.failures.clear()
    room.send()
    assert len(room.sent) == 1
    room.send(seconds=1)
    assert [message.id for message in room.sent] == [good.id, bad.id]


def test_a_mistake_of_ours_with_one_mail_stops_no_other(caplog: pytest.LogCaptureFixture) -> None:
    room = Room()
    bad, good = a_mail("bad", due_at=NOW - SECOND), a_mail("good")
    room.post(bad, good)
    failing(room, {bad.id: ZeroDivisionError("oops")})
    with caplog.at_level(logging.CRITICAL, "hunter.mail"):
        room.send()
    assert [message.id for message in room.sent] == [good.id]
    why = "a mistake of the server's"
    assert room.row(bad) == replace(bad, tries=1, due_at=NOW + FIRST_PAUSE, last_error=why)


def test_a_mail_that_is_refused_for_good_is_parked_at_once_and_kept_for_a_while() -> None:
    room = Room()
    bad = a_mail()
    room.post(bad)
    failing(room, {bad.id: MailRefused("no such user")})
    room.send()
    assert room.row(bad) == replace(
        bad, tries=1, parked_at=NOW, due_at=NOW + LEASE, last_error="no such user"
    )
    room.send(days=KEPT_PARKED.days - 1)
    assert room.row(bad) is not None
    room.send(days=1)
    assert room.row(bad) is None


def test_a_mail_that_was_given_up_and_is_tried_anew_has_all_its_tries_again() -> None:
    room = Room()
    bad = a_mail(created_at=NOW - 2 * GIVEN_UP_AFTER)
    room.post(bad)
    failing(room, {bad.id: MailUnavailable("busy")})
    for _ in range(MOST_TRIES):
        room.send(hours=4)
    given_up = room.row(bad)
    assert given_up is not None
    assert given_up.parked_at is not None

    room.room.store.run(lambda uow: uow.mails.retry(None, room.clock.instant))
    room.send()

    tried = room.row(bad)
    assert tried is not None
    assert (tried.parked_at, tried.tries) == (None, 1)


def test_while_there_is_no_server_the_rest_waits_and_nothing_is_lost() -> None:
    room = Room()
    mails = [a_mail(n) for n in range(20)]
    room.post(*mails)
    room.mailer.failing = MailServerAway("nobody there")
    assert room.send() is False
    assert sorted(row.tries for row in room.rows()) == [0] * 19 + [1]
    for _ in range(30):
        room.send(minutes=5)
    assert room.sent == []
    room.mailer.failing = None
    room.send(hours=3)
    assert {message.id for message in room.sent} == {mail.id for mail in mails}
    assert len(room.sent) == 20


def test_pauses_double_up_to_two_hours_and_are_half_by_chance() -> None:
    mail, pauses = a_mail(), []
    for _ in range(12):
        pauses.append(put_off(mail, NOW, 0.5, "no").due_at - NOW)
        mail = replace(mail, tries=mail.tries + 1)
    assert pauses[:8] == [FIRST_PAUSE * 2**n for n in range(8)]
    assert pauses[8:] == [LONGEST_PAUSE] * 4
    assert put_off(a_mail(), NOW, 0.0, "no").due_at == NOW + FIRST_PAUSE / 2
    assert put_off(a_mail(), NOW, 1.0, "no").due_at == NOW + FIRST_PAUSE * 1.5


@pytest.mark.parametrize("luck", [0.0, 0.5, 1.0])
def test_a_mail_is_given_up_after_many_tries_over_a_day_or_more_and_not_before(luck: float) -> None:
    room = Room()
    mail = a_mail()
    room.post(mail)
    room.room = replace(room.room, luck=lambda: luck)
    room.mailer.failing = MailUnavailable("busy")
    row: Mail | None = mail
    while row is not None and row.parked_at is None:
        assert row.tries < 100
        room.clock.instant = row.due_at
        room.send()
        row = room.row(mail)
    assert row is not None
    assert row.tries >= MOST_TRIES
    assert row.parked_at is not None
    assert GIVEN_UP_AFTER <= row.parked_at - NOW <= 2 * GIVEN_UP_AFTER
    room.mailer.failing = None
    room.send(hours=5)
    assert room.sent == []


def test_many_tries_in_a_short_time_give_nothing_up() -> None:
    tried = replace(a_mail(), tries=500)
    assert put_off(tried, NOW + GIVEN_UP_AFTER - SECOND, 0.5, "no").parked_at is None
    assert put_off(tried, NOW + GIVEN_UP_AFTER, 0.5, "no").parked_at == NOW + GIVEN_UP_AFTER
