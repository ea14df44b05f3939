"""What follows from events: notifications of what was reached, and looks at whoever may have something due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from hunter_core import events
from hunter_core.events import OutboxEvent
from hunter_core.hunters.settings import Settings
from hunter_core.ids import AchievementId, HunterId, NotificationId
from hunter_core.notifications.notification import NotificationType, of_event
from hunter_core.notifications.tell import Draft, Telling, tell_all
from hunter_core.notifications.texts import Catalogue, Text, catalogue_of
from hunter_core.ports import UnitOfWork

_TYPES: Mapping[str, NotificationType] = MappingProxyType(
    {
        events.ACHIEVEMENT_UNLOCKED: NotificationType.ACHIEVEMENT_UNLOCKED,
        events.LEVEL_UP: NotificationType.LEVEL_UP,
        events.RANK_UP: NotificationType.RANK_UP,
        events.FRIEND_REQUESTED: NotificationType.FRIEND_REQUEST,
    }
)
"""Which events are told as what."""

_LOOK = frozenset({events.QUEST_CREATED, events.COMPLETION_VOIDED})
"""After these something may be due before anybody would have looked: a first reminder, a streak at stake again."""


class NotificationConsumer:
    """Implements `hunter_core.relay.ports.Consumer`; an event that comes twice is told once, by its id."""

    name = "notifications"

    def consume(self, uow: UnitOfWork, events: Sequence[OutboxEvent], now: datetime) -> None:
        """Tell what is to be told of *events*, and see to it that whoever may have something due is looked at."""
        # Hunters first, in the order of their ids (SPEC 7), then their agendas.
        _tell(uow, events, now)
        _expect(uow, events)


def _tell(uow: UnitOfWork, found: Sequence[OutboxEvent], now: datetime) -> None:
    """Tell all hunters together: the statements are those of the batch, not of each of them."""
    by_hunter: dict[HunterId, list[OutboxEvent]] = {}
    for event in found:
        if event.type in _TYPES or event.type == events.ACHIEVEMENT_REVOKED:
            by_hunter.setdefault(event.hunter_id, []).append(event)
    if not by_hunter:
        return
    hunters = uow.hunters.lock_all(by_hunter)
    recipients = uow.recipients.of([hunter.id for hunter in hunters])
    tellings = []
    for hunter in hunters:
        recipient, drafts = recipients.get(hunter.id), dict[NotificationId, Draft]()
        if recipient is None:
            # Being erased, as is who is not among the hunters any more: there is nobody to be told.
            continue
        for event in by_hunter[hunter.id]:
            if event.type == events.ACHIEVEMENT_REVOKED:
                # What was taken back before anybody read of it, nobody needs to read.
                achievement_id = AchievementId(UUID(event.data["achievementId"]))
                uow.notifications.withdraw(hunter.id, achievement_id, now)
                drafts = {each.id: each for each in drafts.values() if each.achievement_id != achievement_id}
            else:
                draft = _draft(event, recipient.settings)
                drafts[draft.id] = draft
        tellings.append(Telling(hunter, recipient, list(drafts.values())))
    tell_all(uow=uow, tellings=tellings, now=now)


def _draft(event: OutboxEvent, settings: Settings) -> Draft:
    kind, data = _TYPES[event.type], event.data
    is_unlock = kind is NotificationType.ACHIEVEMENT_UNLOCKED
    return Draft(
        id=of_event(event.id),
        type=kind,
        text=_text(kind, data, catalogue_of(settings.language)),
        achievement_id=AchievementId(UUID(data["achievementId"])) if is_unlock else None,
    )


def _text(kind: NotificationType, data: Mapping[str, Any], catalogue: Catalogue) -> Text:
    match kind:
        case NotificationType.ACHIEVEMENT_UNLOCKED:
            rarity = catalogue.word("rarity", data["rarity"])
            return catalogue.say(kind, achievement=data["name"], rarity=rarity, xp=data["xpReward"])
        case NotificationType.FRIEND_REQUEST:
            return catalogue.say(kind, hunter=data["hunterName"])
        case NotificationType.LEVEL_UP:
            return catalogue.say(kind, level=data["level"], before=data["before"])
        case _:
            return catalogue.say(kind, rank=data["rank"], before=data["before"])


def _expect(uow: UnitOfWork, found: Sequence[OutboxEvent]) -> None:
    look = [event for event in found if event.type in _LOOK]
    if look:
        uow.agendas.look({event.hunter_id for event in look}, min(event.at for event in look))
    # Whoever is looked at anyway is looked at when each of their days begins: early enough for the streak.
    began = [event for event in found if event.type == events.STREAK_EXTENDED]
    if began:
        uow.agendas.look_if_idle({event.hunter_id for event in began}, min(event.at for event in began))
