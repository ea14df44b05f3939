"""
Whether a notification may leave the server now, by mail or push: asked before each attempt, not the first alone.

A mail is tried for a day or more, and what the hunter wants changes meanwhile. Settings are obeyed in the moment
in which something is sent (SPEC 6), and a reminder of what was done since is none.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from hunter_core.days import ONE_DAY
from hunter_core.errors import NotFound, TryLater
from hunter_core.hunters.hunter import Hunter
from hunter_core.ids import HunterId, NotificationId
from hunter_core.notifications.moments import quiet_since, quiet_until
from hunter_core.notifications.notification import Notification, NotificationType, is_wanted, of_day, rings
from hunter_core.notifications.outlook import is_at_stake, is_reminded
from hunter_core.notifications.recipients import Recipient
from hunter_core.ports import UnitOfWork
from hunter_core.quests.quest import Quest
from hunter_core.quests.read import due_and_undone
from hunter_core.rules.rulebook import Rulebook
from hunter_core.rules.streaks import StreakRules

log = logging.getLogger("hunter.notifications")

ASKED_AGAIN = timedelta(minutes=15)
"""How long what waits for the end of quiet hours is left alone: they may be ended, or another zone may begin."""


class Way(Enum):
    """How a notification leaves the server."""

    MAIL = "mail"
    PUSH = "push"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """
    Whether a notification may leave now.

    Attributes:
        why_not: Why it may not; empty where it may.
        until: When the quiet hours end that it has to wait for; None where it may leave now, or never.
        address: Where its hunter takes mail now; empty where they take none.
        name: What its hunter is called now; empty where it may not leave.
        language: The hunter's language tag now; None where it is not known.
    """

    why_not: str = ""
    until: datetime | None = None
    address: str = ""
    name: str = ""
    language: str | None = None

    @property
    def is_given(self) -> bool:
        """Whether it may leave now."""
        return not self.why_not

    def ask_again_at(self, now: datetime) -> datetime | None:
        """Return when to ask again, where it has to wait; None where it has not."""
        return None if self.until is None else min(self.until, now + ASKED_AGAIN)


def may_leave(
    *, uow: UnitOfWork, notifications: Collection[Notification], way: Way, now: datetime, rulebook: Rulebook
) -> Mapping[NotificationId, Leave]:
    """
    Return for each of *notifications*, which are due to leave by *way*, whether it may.

    Hunters and how they are to be told are read for all together; what is due, for those that remind of it.
    Nobody has to hold a lock: it is what holds when it is read.
    """
    if not notifications:
        return {}
    ids = {each.hunter_id for each in notifications}
    hunters, recipients = uow.hunters.get_all(ids), uow.recipients.of(ids)
    found: dict[NotificationId, Leave] = {}
    passing: dict[HunterId, list[Notification]] = {}
    for each in notifications:
        hunter, recipient = hunters.get(each.hunter_id), recipients.get(each.hunter_id)
        if hunter is None or recipient is None:
            found[each.id] = Leave(why_not="its hunter is gone")
            continue
        found[each.id] = leave_of(each, hunter=hunter, recipient=recipient, way=way, now=now)
        if found[each.id].is_given and each.type in _PASSING:
            passing.setdefault(hunter.id, []).append(each)
    for hunter_id, of_hunter in passing.items():
        try:
            hold = set(_that_hold(uow, hunters[hunter_id], of_hunter, now, rulebook.streaks))
        except TryLater:
            raise
        except Exception:
            # A damaged quest of one hunter must not keep everybody's mails and pushes back.
            log.exception("what is still due for hunter %s could not be found out", hunter_id)
            hold = set()
        found |= {
            each.id: Leave(why_not="it is of no use any more") for each in of_hunter if each.id not in hold
        }
    return found


def leave_of(
    notification: Notification, *, hunter: Hunter, recipient: Recipient, way: Way, now: datetime
) -> Leave:
    """Return whether *notification* may leave by *way*, as far as its hunter's settings say: pure."""
    settings = recipient.settings
    if notification.deleted_at is not None:
        return Leave(why_not="it was removed")
    if not hunter.is_active:
        return Leave(why_not="the account is out of use")
    if not is_wanted(notification.type, settings):
        return Leave(why_not="notifications of its type are not wanted any more")
    address = ""
    if way is Way.MAIL:
        if not settings.email_notifications:
            return Leave(why_not="mails are not wanted any more")
        if not recipient.takes_mail:
            return Leave(why_not="the address is not proved")
        address = recipient.email
    elif not settings.push_notifications:
        return Leave(why_not="pushes are not wanted any more")
    until = quiet_until(hunter.calendar, settings.quiet_hours, now)
    if until is not None and not _rings_in_them(notification, hunter, recipient, now):
        return Leave(why_not="it waits for the end of quiet hours", until=until)
    return Leave(address=address, name=hunter.name, language=settings.language)


_PASSING = frozenset(
    {NotificationType.QUEST_REMINDER, NotificationType.STREAK_WARNING, NotificationType.DAILY_DIGEST}
)
"""What is true for a time, and later of no use."""


def _rings_in_them(notification: Notification, hunter: Hunter, recipient: Recipient, now: datetime) -> bool:
    """
    Tell whether it leaves in the quiet hours that hold now.

    A streak warning does, in any: when they end its day is over, as a rule. A reminder does in those in which it
    came, because it was set to that time; in others it was not.
    """
    if notification.type is not NotificationType.QUEST_REMINDER:
        return rings(notification.type)
    began = quiet_since(hunter.calendar, recipient.settings.quiet_hours, now)
    return began is not None and notification.sent_at is not None and began <= notification.sent_at


def _that_hold(
    uow: UnitOfWork, hunter: Hunter, passing: Collection[Notification], now: datetime, rules: StreakRules
) -> Iterator[NotificationId]:
    """Yield those of *passing*, which are all of *hunter*, that are still true."""
    today = hunter.calendar.local_day(now)
    reminders = []
    for each in passing:
        if each.type is NotificationType.QUEST_REMINDER:
            reminders.append(each)
        elif each.type is NotificationType.STREAK_WARNING:
            if each.id == of_day(each.type, hunter.id, today) and is_at_stake(hunter, today, rules):
                yield each.id
        elif each.sent_at is not None and hunter.calendar.local_day(each.sent_at) == today:
            yield each.id
    if reminders:
        yield from _that_remind(uow, hunter, reminders, now, rules)


def _that_remind(
    uow: UnitOfWork, hunter: Hunter, reminders: Collection[Notification], now: datetime, rules: StreakRules
) -> Iterator[NotificationId]:
    """Yield those of *reminders* whose day is not over, and whose quests are due on it, and not done."""
    today = hunter.calendar.local_day(now)
    quests = list(_quests(uow, hunter, reminders))
    told = {each.id for each in reminders}
    for day in (today - ONE_DAY, today):
        # Whose day it is follows from the id.
        ids = {quest.id: of_day(NotificationType.QUEST_REMINDER, quest.id, day) for quest in quests}
        of_use = [
            quest
            for quest in quests
            if ids[quest.id] in told and is_reminded(quest, hunter.calendar, day, now)
        ]
        if of_use:
            due = due_and_undone(uow=uow, hunter=hunter, quests=of_use, day=day, now=now, rules=rules)
            yield from (ids[quest.id] for quest in due)


def _quests(uow: UnitOfWork, hunter: Hunter, reminders: Collection[Notification]) -> Iterator[Quest]:
    """Yield the quests that *reminders* are of, each once, without those that are gone."""
    for quest_id in sorted({each.quest_id for each in reminders if each.quest_id is not None}):
        try:
            yield uow.quests.get(hunter.id, quest_id)
        except NotFound:
            continue
