"""
Sending: what is due is taken, handed to the mail server outside of any transaction, and marked (SPEC 5, 7).

A mail is taken by moving `due_at` to the end of a lease. Whoever dies while sending leaves a mail that is due
again when its lease is over: it may be sent twice, and is never lost. One that tells a notification is asked
each time whether it may still leave.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hunter_core.accounts.code import OneTimeCode
from hunter_core.accounts.codes import CodeSecrets
from hunter_core.accounts.security_log import SecurityEvent, SecurityLog
from hunter_core.ids import MailId, NotificationId
from hunter_core.mail.asked import FLOOD_SPAN, answer, is_only_asked
from hunter_core.mail.letters import Letter, Letters
from hunter_core.mail.mail import LONGEST_ERROR, Mail
from hunter_core.mail.ports import Mailer, MailRefused, MailServerAway, MailUnavailable, Message
from hunter_core.notifications.leaving import Leave, Way, may_leave
from hunter_core.ports import Clock, Store, UnitOfWork
from hunter_core.rules.rulebook import Rulebook

LEASE = timedelta(minutes=5)
"""How long a mail belongs to whoever took it: more than any server is given for one mail."""

FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=2)
"""The pause after a failure: doubled with each, up to the longest, and then by chance half of it more or less."""

MOST_TRIES = 16
GIVEN_UP_AFTER = timedelta(hours=24)
"""A mail is parked when it failed so often, and is so old: both."""

TRIES_WITHOUT_KEY = 3
"""A mail whose code was made under a key that is not here is parked when it failed so often: others may have it."""

NO_KEY = "its code was made under a pepper that this process does not have: see HUNTER_PEPPERS"

KEPT_SENT = FLOOD_SPAN
"""How long a mail that was sent is remembered: as long as it counts, by its address, towards the most an hour."""

KEPT_PARKED = timedelta(days=30)

LONGEST_RUN = 5.0
"""Seconds after which `send_due` returns and says that there is more, so that other jobs have their turn."""

log = logging.getLogger("hunter.mail")


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRoom:
    """
    What it takes to send mails.

    Attributes:
        rulebook: By it is known whether a reminder, or a warning, still holds.
        luck: Returns a number from 0 to 1 by chance: those who failed together should not try again together.
    """

    store: Store
    mailer: Mailer
    letters: Letters
    codes: CodeSecrets
    log: SecurityLog
    clock: Clock
    rulebook: Rulebook
    luck: Callable[[], float] = random.random


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """What a transaction took: a message to be sent; or nothing, with what else is to be said after the commit."""

    message: Message | None = None
    event: SecurityEvent | None = None


def send_due(room: MailRoom) -> bool:
    """
    Send what is due, one mail after the other, and return whether there may be more.

    A mail that cannot be sent for now is tried again later, and stops no other; when there is no server at all,
    the rest waits for the next run.
    """
    began = time.monotonic()
    now = room.clock.now()
    room.store.run(lambda uow: uow.mails.forget(sent=now - KEPT_SENT, parked=now - KEPT_PARKED))
    while time.monotonic() - began < LONGEST_RUN:
        taken = _take(room)
        if taken is None:
            return False
        if taken.event is not None:
            room.log.record(taken.event)
        if taken.message is not None and not _sent(room, taken.message):
            return False
    return True


def _take(room: MailRoom) -> _Taken | None:
    """Take the mail that is due the longest; None when none is."""
    now = room.clock.now()

    def take(uow: UnitOfWork) -> _Taken | None:
        for mail in uow.mails.lock_due(now, 1):
            if is_only_asked(mail):
                return _Taken(event=answer(uow=uow, mail=mail, codes=room.codes, now=now))
            return _Taken(message=_message(uow, mail, room, now))
        return None

    return room.store.run(take)


def _message(uow: UnitOfWork, mail: Mail, room: MailRoom, now: datetime) -> Message | None:
    """Return what *mail* says, and keep that it is being sent; None when it is not to be sent any more."""
    leave: Leave | None = None
    if mail.notification_id is not None:
        leave = _leave(uow, mail, mail.notification_id, room, now)
        if leave is None:
            return None
        # The hunter may have another address by now.
        mail = replace(mail, recipient=leave.address)
    code = None if mail.code_id is None else uow.codes.get(mail.code_id)
    secret = None
    if code is not None:
        if not code.is_good(code.purpose, now):
            # Expired, used, or replaced by a newer one: a mail with a dead code is worse than none.
            log.info("the mail %s is not sent: its code is not good any more", mail.id)
            uow.mails.remove(mail.id)
            return None
        secret = room.codes.again(code.id, code.purpose, code.salt, code.code_hash)
        if secret is None:
            log.error("the mail %s is not sent: %s", mail.id, NO_KEY)
            is_last = mail.tries + 1 >= TRIES_WITHOUT_KEY
            uow.mails.save(
                _failed(mail, NO_KEY, parked_at=now) if is_last else put_off(mail, now, room.luck(), NO_KEY)
            )
            return None
    try:
        message = room.letters.write(_letter(uow, mail, leave, secret, code))
    except (KeyError, ValueError, LookupError):
        log.exception("the mail %s cannot be written, and is parked", mail.id)
        uow.mails.save(replace(mail, parked_at=now, last_error="it could not be written"))
        return None
    uow.mails.save(replace(mail, due_at=now + LEASE))
    return message


def _leave(
    uow: UnitOfWork, mail: Mail, notification_id: NotificationId, room: MailRoom, now: datetime
) -> Leave | None:
    """Return how *mail*, which tells a notification, leaves now; None when it may not, or not yet."""
    told = uow.notifications.known(notification_id)
    if told is None:
        leave = Leave(why_not="its notification is gone")
    else:
        asked = may_leave(uow=uow, notifications=[told], way=Way.MAIL, now=now, rulebook=room.rulebook)
        leave = asked[told.id]
    again = leave.ask_again_at(now)
    if again is not None:
        uow.mails.save(replace(mail, due_at=again))
        return None
    if not leave.is_given:
        log.info("the mail %s is not sent: %s", mail.id, leave.why_not)
        uow.mails.remove(mail.id)
        return None
    return leave


def _letter(
    uow: UnitOfWork, mail: Mail, leave: Leave | None, secret: str | None, code: OneTimeCode | None
) -> Letter:
    name = language = None
    if leave is not None:
        # The hunter was read when it was asked whether it may leave.
        name, language = leave.name, leave.language
    elif mail.account_id is not None:
        name = uow.hunters.get(mail.account_id).name
        language = uow.settings.get(mail.account_id).language
    return Letter(
        mail=mail,
        name=name,
        language=language,
        code=secret,
        lasts=None if code is None else code.expires_at - code.created_at,
    )


def _sent(room: MailRoom, message: Message) -> bool:
    """Hand *message* over, and keep what came of it; return whether the next one may fare better."""
    try:
        room.mailer.send(message)
    except MailRefused as error:
        log.warning("the mail %s was refused for good, and is parked: %s", message.id, error)
        why = str(error)
        _keep(room, message.id, lambda mail, now: _failed(mail, why, parked_at=now))
        return True
    except MailUnavailable as error:
        log.warning("the mail %s will be tried again: %s", message.id, error)
        why = str(error)
        _keep(room, message.id, lambda mail, now: put_off(mail, now, room.luck(), why))
        return not isinstance(error, MailServerAway)
    except Exception:
        # A mistake of ours with one mail must not keep the others back.
        log.exception("the mail %s failed, and will be tried again", message.id)
        _keep(
            room, message.id, lambda mail, now: put_off(mail, now, room.luck(), "a mistake of the server's")
        )
        return True
    _keep(room, message.id, lambda mail, now: replace(mail, sent_at=now, last_error=None))
    return True


def _keep(room: MailRoom, mail_id: MailId, change: Callable[[Mail, datetime], Mail]) -> None:
    now = room.clock.now()

    def keep(uow: UnitOfWork) -> None:
        mail = uow.mails.lock(mail_id)
        if mail is not None and mail.sent_at is None and mail.parked_at is None:
            uow.mails.save(change(mail, now))

    room.store.run(keep)


def put_off(mail: Mail, now: datetime, luck: float, why: str) -> Mail:
    """Return *mail* after another failure at *now*: due later, or parked. *luck* is from 0 to 1."""
    tries = mail.tries + 1
    if tries >= MOST_TRIES and now >= mail.created_at + GIVEN_UP_AFTER:
        return _failed(mail, why, parked_at=now)
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(tries - 1, 20))
    return replace(_failed(mail, why), due_at=now + pause * (0.5 + luck))


def _failed(mail: Mail, why: str, *, parked_at: datetime | None = None) -> Mail:
    return replace(mail, tries=mail.tries + 1, parked_at=parked_at, last_error=why[:LONGEST_ERROR])
