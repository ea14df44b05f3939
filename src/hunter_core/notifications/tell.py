"""
Telling a hunter something: a row, an event on their sockets, a mail, and a delivery for each push target.

All of it is written by one transaction, under the hunter's lock; mails and pushes go out later, each with a
queue of its own. Settings are obeyed in the moment in which something is sent (SPEC 6): here, and again before
each attempt to carry it out (`leaving`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from hunter_core import events
from hunter_core.events import OutboxEvent
from hunter_core.hunters.hunter import Hunter
from hunter_core.ids import AchievementId, HunterId, NotificationId, QuestId
from hunter_core.mail.mail import Mail, MailTemplate
from hunter_core.mail.post import written
from hunter_core.notifications.moments import quiet_until
from hunter_core.notifications.notification import Notification, NotificationType, is_wanted, rings
from hunter_core.notifications.push import PushDelivery
from hunter_core.notifications.recipients import Recipient
from hunter_core.notifications.texts import Text
from hunter_core.ports import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """
    Something to be told.

    Attributes:
        id: It follows from what is told; what was told under it before is not told again.
    """

    id: NotificationId
    type: NotificationType
    text: Text
    quest_id: QuestId | None = None
    achievement_id: AchievementId | None = None


class Telling(NamedTuple):
    """What one hunter, who is locked, is told; *recipient* was read after that."""

    hunter: Hunter
    recipient: Recipient
    drafts: Sequence[Draft]


def tell(*, uow: UnitOfWork, hunter: Hunter, drafts: Sequence[Draft], now: datetime) -> int:
    """
    Tell *hunter*, who is locked, those of *drafts* that were never told; return how many are new.

    What the settings do not want is not kept. In quiet hours it is kept and sent when they end.
    """
    if not drafts:
        return 0
    return tell_all(uow=uow, tellings=[Telling(hunter, _recipient(uow, hunter), drafts)], now=now)


def tell_all(*, uow: UnitOfWork, tellings: Sequence[Telling], now: datetime) -> int:
    """Do what `tell` does, for many hunters by as many statements as for one; each is named once."""
    made = [each for telling in tellings for each in _made(telling, now)]
    if not made:
        return 0
    new = uow.notifications.add(made)
    sent: dict[HunterId, list[Notification]] = {}
    for each in made:
        if each.id in new and each.is_sent:
            sent.setdefault(each.hunter_id, []).append(each)
    _send(uow, [telling for telling in tellings if telling.hunter.id in sent], sent, now)
    return len(new)


def _made(telling: Telling, now: datetime) -> Iterator[Notification]:
    settings = telling.recipient.settings
    later = quiet_until(telling.hunter.calendar, settings.quiet_hours, now)
    for draft in {draft.id: draft for draft in telling.drafts}.values():
        waits = later is not None and not rings(draft.type)
        if waits or is_wanted(draft.type, settings):
            yield Notification(
                id=draft.id,
                hunter_id=telling.hunter.id,
                type=draft.type,
                title=draft.text.title,
                message=draft.text.message,
                quest_id=draft.quest_id,
                achievement_id=draft.achievement_id,
                scheduled_for=later if waits and later is not None else now,
                sent_at=None if waits else now,
                created_at=now,
            )


def send_waiting(*, uow: UnitOfWork, hunter: Hunter, now: datetime, early: bool = False) -> int:
    """
    Send what waited for the end of the quiet hours of *hunter*, who is locked; return how many.

    What the settings do not want any more is dropped. Where it is quiet, it waits until that ends, wanted or not.
    With *early*, that is decided of all that waits, whenever it is due: quiet hours or zone have changed.
    """
    waiting = uow.notifications.unsent(hunter.id, None if early else now)
    if not waiting:
        return 0
    recipient = _recipient(uow, hunter)
    later = quiet_until(hunter.calendar, recipient.settings.quiet_hours, now)
    sent = []
    for each in waiting:
        if later is not None:
            if each.scheduled_for != later:
                uow.notifications.save(replace(each, scheduled_for=later))
        elif not is_wanted(each.type, recipient.settings):
            uow.notifications.save(replace(each, deleted_at=now))
        else:
            sent.append(replace(each, sent_at=now))
            uow.notifications.save(sent[-1])
    if sent:
        _send(uow, [Telling(hunter, recipient, ())], {hunter.id: sent}, now)
    return len(sent)


def _recipient(uow: UnitOfWork, hunter: Hunter) -> Recipient:
    return uow.recipients.of([hunter.id])[hunter.id]


def _send(
    uow: UnitOfWork,
    tellings: Sequence[Telling],
    sent: Mapping[HunterId, Sequence[Notification]],
    now: datetime,
) -> None:
    told: list[OutboxEvent] = []
    mails: list[Mail] = []
    pushes: list[PushDelivery] = []
    for hunter, recipient, _ in tellings:
        news = events.Announcements(hunter.id, after=recipient.last_seq, at=now)
        for each in sent[hunter.id]:
            news.tell(events.NOTIFICATION_CREATED, **_told(each))
        told += news.events
        if not hunter.is_active:
            # Nothing leaves the server for an account that is out of use.
            continue
        # An address that nobody has proved may be somebody else's, who asked for none of this.
        if recipient.settings.email_notifications and recipient.takes_mail:
            mails += [_mail(recipient, each, now) for each in sent[hunter.id]]
        if recipient.settings.push_notifications:
            pushes += [
                PushDelivery(
                    target_id=target, notification_id=each.id, created_at=now, queued_at=now, due_at=now
                )
                for target in recipient.push_targets
                for each in sent[hunter.id]
            ]
    uow.outbox.add(told)
    if mails:
        uow.mails.add(*mails)
    if pushes:
        uow.push_deliveries.add(pushes)


def _mail(recipient: Recipient, each: Notification, now: datetime) -> Mail:
    is_digest = each.type is NotificationType.DAILY_DIGEST
    return written(
        template=MailTemplate.DAILY_DIGEST if is_digest else MailTemplate.NOTIFICATION,
        to=recipient.email,
        account_id=each.hunter_id,
        now=now,
        notification_id=each.id,
        details={"title": each.title, "message": each.message},
    )


def _told(each: Notification) -> dict[str, str | None]:
    return {
        "notificationId": str(each.id),
        "type": each.type.value,
        "title": each.title,
        "message": each.message,
        "questId": None if each.quest_id is None else str(each.quest_id),
        "achievementId": None if each.achievement_id is None else str(each.achievement_id),
    }
