"""
Telling a hunter something: a row, an event on their sockets, a mail, and a delivery for each push target.

All of it is written by one transaction, under the hunter's lock; mails and pushes go out later, each with a
queue of its own. Settings are obeyed in the moment in which something is sent (SPEC 6).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hunter_core import events
from hunter_core.hunters.hunter import Hunter
from hunter_core.hunters.settings import Settings
from hunter_core.ids import AchievementId, NotificationId, QuestId
from hunter_core.mail.mail import MailTemplate
from hunter_core.mail.post import post
from hunter_core.notifications.moments import quiet_until
from hunter_core.notifications.notification import Notification, NotificationType, is_wanted
from hunter_core.notifications.push import PushDelivery
from hunter_core.notifications.texts import Text
from hunter_core.ports import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """
    Something to be told.

    Attributes:
        id: It follows from what is told; what was told under it before is not told again.
        rings: Whether it may come in quiet hours: the hunter set it to that time, or later is too late.
    """

    id: NotificationId
    type: NotificationType
    text: Text
    quest_id: QuestId | None = None
    achievement_id: AchievementId | None = None
    rings: bool = False


def tell(
    *, uow: UnitOfWork, hunter: Hunter, settings: Settings, drafts: Sequence[Draft], now: datetime
) -> int:
    """
    Tell *hunter*, who is locked, those of *drafts* that were never told; return how many are new.

    What the settings do not want is not kept. In quiet hours it is kept and sent when they end.
    """
    if not drafts:
        return 0
    known = uow.notifications.known([draft.id for draft in drafts])
    later = quiet_until(hunter.calendar, settings.quiet_hours, now)
    made = []
    for draft in {draft.id: draft for draft in drafts}.values():
        waits = later is not None and not draft.rings
        if draft.id in known or not (waits or is_wanted(draft.type, settings)):
            continue
        made.append(
            Notification(
                id=draft.id,
                hunter_id=hunter.id,
                type=draft.type,
                title=draft.text.title,
                message=draft.text.message,
                quest_id=draft.quest_id,
                achievement_id=draft.achievement_id,
                scheduled_for=later if waits and later is not None else now,
                sent_at=None if waits else now,
                created_at=now,
            )
        )
    if made:
        uow.notifications.add(made)
        _send(uow, hunter, settings, [each for each in made if each.is_sent], now)
    return len(made)


def send_waiting(*, uow: UnitOfWork, hunter: Hunter, settings: Settings, now: datetime) -> int:
    """
    Send what waited for the end of the quiet hours of *hunter*, who is locked; return how many.

    What the settings do not want any more is dropped. Where it is quiet again, it waits on.
    """
    later = quiet_until(hunter.calendar, settings.quiet_hours, now)
    sent = []
    for each in uow.notifications.unsent(hunter.id, now):
        if not is_wanted(each.type, settings):
            uow.notifications.save(replace(each, deleted_at=now))
        elif later is not None:
            uow.notifications.save(replace(each, scheduled_for=later))
        else:
            sent.append(replace(each, sent_at=now))
            uow.notifications.save(sent[-1])
    _send(uow, hunter, settings, sent, now)
    return len(sent)


def _send(
    uow: UnitOfWork, hunter: Hunter, settings: Settings, sent: Sequence[Notification], now: datetime
) -> None:
    if not sent:
        return
    news = events.Announcements(hunter.id, after=uow.outbox.last_seq(hunter.id), at=now)
    for each in sent:
        news.tell(events.NOTIFICATION_CREATED, **_told(each))
    uow.outbox.add(news.events)
    if not hunter.is_active:
        # Nothing leaves the server for an account that is out of use.
        return
    if settings.email_notifications:
        _mail(uow, hunter, sent, now)
    if settings.push_notifications:
        uow.push_deliveries.add(
            [
                PushDelivery(target_id=target.id, notification_id=each.id, created_at=now, due_at=now)
                for target in uow.push_targets.of(hunter.id)
                for each in sent
            ]
        )


def _mail(uow: UnitOfWork, hunter: Hunter, sent: Sequence[Notification], now: datetime) -> None:
    account = uow.accounts.get(hunter.id)
    # An address that nobody has proved may be somebody else's, who asked for none of this.
    if not (account.is_verified and account.is_active):
        return
    for each in sent:
        is_digest = each.type is NotificationType.DAILY_DIGEST
        post(
            uow=uow,
            template=MailTemplate.DAILY_DIGEST if is_digest else MailTemplate.NOTIFICATION,
            to=account.email,
            account_id=account.id,
            now=now,
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
