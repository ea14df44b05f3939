"""Sending mails: none is lost, none stops another, and no dead code goes out (SPEC 5, 7)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from hunter_adapters.memory import MemoryStore
from hunter_adapters.memory.mailer import MemoryMailer
from hunter_adapters.memory.security_log import MemorySecurityLog
from hunter_adapters.testing.builders import NOW, a_hunter, an_account, registered
from hunter_adapters.testing.contract.mails import a_mail
from hunter_core.accounts.code import CodePurpose
from hunter_core.accounts.codes import redeem
from hunter_core.accounts.security_log import SecurityEventKind
from hunter_core.accounts.session import Client
from hunter_core.errors import StoreUnavailable
from hunter_core.ids import MailId
from hunter_core.mail.asked import MOST_MAILS, ask, post_code
from hunter_core.mail.letters import Letters
from hunter_core.mail.mail import Mail, MailTemplate
from hunter_core.mail.ports import MailRefused, MailServerAway, MailUnavailable, Message
from hunter_core.mail.send import (
    FIRST_PAUSE,
    GIVEN_UP_AFTER,
    KEPT_PARKED,
    KEPT_SENT,
    LEASE,
    LONGEST_PAUSE,
    MOST_TRIES,
    MailRoom,
    put_off,
    send_due,
)
from tests.usecases.gates import a_gate

HUNTER = a_hunter()
ADDRESS = "Jinwoo@example.org"
SECOND = timedelta(seconds=1)


class Clock:
    def __init__(self) -> None:
        self.instant = NOW

    def now(self) -> datetime:
        return self.instant


class Room:
    """A mail room over memory, with a hunter, whose clock the test moves."""

    def __init__(self, store: MemoryStore | None = None) -> None:
        self.store, self.clock, self.mailer = store or MemoryStore(), Clock(), MemoryMailer()
        self.log = MemorySecurityLog()
        self.gate = a_gate(log=self.log)
        self.room = MailRoom(
            store=self.store,
            mailer=self.mailer,
            letters=Letters(),
            codes=self.gate.codes,
            log=self.log,
            clock=self.clock,
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


# --- what is sent ------------------------------------------------------------------------------------------------


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


# --- what is not -------------------------------------------------------------------------------------------------


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
    assert room.row(bad) == replace(bad, parked_at=NOW)


# --- failures ----------------------------------------------------------------------------------------------------


def test_one_mail_that_fails_stops_no_other_and_is_tried_again() -> None:
    room = Room()
    bad, good = a_mail("bad", due_at=NOW - SECOND), a_mail("good")
    room.post(bad, good)
    clerk = failing(room, {bad.id: MailUnavailable("busy")})
    room.send()
    assert [message.id for message in room.sent] == [good.id]
    assert room.row(bad) == replace(bad, tries=1, due_at=NOW + FIRST_PAUSE)
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
    assert room.row(bad) == replace(bad, tries=1, due_at=NOW + FIRST_PAUSE)


def test_a_mail_that_is_refused_for_good_is_parked_at_once_and_kept_for_a_while() -> None:
    room = Room()
    bad = a_mail()
    room.post(bad)
    failing(room, {bad.id: MailRefused("no such user")})
    room.send()
    assert room.row(bad) == replace(bad, tries=1, parked_at=NOW, due_at=NOW + LEASE)
    room.send(days=KEPT_PARKED.days - 1)
    assert room.row(bad) is not None
    room.send(days=1)
    assert room.row(bad) is None


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
        pauses.append(put_off(mail, NOW, 0.5).due_at - NOW)
        mail = replace(mail, tries=mail.tries + 1)
    assert pauses[:8] == [FIRST_PAUSE * 2**n for n in range(8)]
    assert pauses[8:] == [LONGEST_PAUSE] * 4
    assert put_off(a_mail(), NOW, 0.0).due_at == NOW + FIRST_PAUSE / 2
    assert put_off(a_mail(), NOW, 1.0).due_at == NOW + FIRST_PAUSE * 1.5


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
    assert put_off(tried, NOW + GIVEN_UP_AFTER - SECOND, 0.5).parked_at is None
    assert put_off(tried, NOW + GIVEN_UP_AFTER, 0.5).parked_at == NOW + GIVEN_UP_AFTER


# --- crashes -----------------------------------------------------------------------------------------------------


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


# --- mails that were only asked for ------------------------------------------------------------------------------


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
