"""Notifications, agendas, push targets and their deliveries in memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime

from hunter_adapters.memory.locks import Locks
from hunter_adapters.memory.tables import ConstraintViolated, Tables
from hunter_core.errors import NotFound
from hunter_core.ids import AchievementId, HunterId, NotificationId, PushTargetId
from hunter_core.notifications.notification import Notification, NotificationType
from hunter_core.notifications.ports import Agenda
from hunter_core.notifications.push import PushDelivery, PushTarget, PushTask
from hunter_core.places import NOBODY, Full


class MemoryNotifications:
    """Implements `hunter_core.notifications.ports.Notifications`."""

    __slots__ = ("_locks", "_tables")

    def __init__(self, tables: Tables, locks: Locks) -> None:
        self._tables, self._locks = tables, locks

    def add(self, notifications: Sequence[Notification]) -> AbstractSet[NotificationId]:
        known = self._tables.notifications.rows()
        new = {each.id: each for each in notifications if each.id not in known}
        for each in new.values():
            self._locks.need("hunter", each.hunter_id)
            if each.quest_id is not None and each.quest_id not in self._tables.quests.rows(each.hunter_id):
                raise ConstraintViolated(f"There is no quest {each.quest_id}.")
            self._tables.notifications.add(each.id, each)
        return frozenset(new)

    def save(self, notification: Notification) -> None:
        self._locks.need("hunter", notification.hunter_id)
        self._tables.notifications.edit()[notification.id] = notification

    def get(self, hunter_id: HunterId, notification_id: NotificationId) -> Notification:
        found = self._tables.notifications.rows().get(notification_id)
        if found is None or found.hunter_id != hunter_id or not found.is_sent or found.deleted_at is not None:
            raise NotFound("notification", notification_id)
        return found

    def known(self, notification_id: NotificationId) -> Notification | None:
        return self._tables.notifications.rows().get(notification_id)

    def page(
        self,
        hunter_id: HunterId,
        *,
        unread: bool | None,
        kind: NotificationType | None,
        page: int,
        limit: int,
    ) -> tuple[Sequence[Notification], int]:
        found = [
            (each.sent_at, each.created_at, each.id, each)
            for each in self._shown(hunter_id)
            if unread in (None, not each.is_read) and kind in (None, each.type) and each.sent_at is not None
        ]
        found.sort(reverse=True, key=lambda each: each[:3])
        first = (page - 1) * limit
        return [each for *_, each in found[first : first + limit]], len(found)

    def unread(self, hunter_id: HunterId) -> int:
        return sum(not each.is_read for each in self._shown(hunter_id))

    def read_all(self, hunter_id: HunterId) -> int:
        self._locks.need("hunter", hunter_id)
        unread = [each for each in self._shown(hunter_id) if not each.is_read]
        for each in unread:
            self._tables.notifications.edit()[each.id] = replace(each, is_read=True)
        return len(unread)

    def withdraw(self, hunter_id: HunterId, achievement_id: AchievementId, at: datetime) -> int:
        self._locks.need("hunter", hunter_id)
        found = [
            each
            for each in self._of(hunter_id)
            if each.achievement_id == achievement_id and not each.is_read and each.deleted_at is None
        ]
        for each in found:
            self._tables.notifications.edit()[each.id] = replace(each, deleted_at=at)
        return len(found)

    def pending(self, now: datetime, limit: int) -> Sequence[tuple[HunterId, NotificationId]]:
        due = [each for each in self._tables.notifications.rows().values() if _is_due(each, now)]
        due.sort(key=lambda each: each.scheduled_for)
        return [(each.hunter_id, each.id) for each in due[:limit]]

    def unsent(self, hunter_id: HunterId, now: datetime | None) -> Sequence[Notification]:
        due = [each for each in self._of(hunter_id) if _is_due(each, now or each.scheduled_for)]
        return sorted(due, key=lambda each: (each.created_at, each.id))

    def _of(self, hunter_id: HunterId) -> list[Notification]:
        return [each for each in self._tables.notifications.rows().values() if each.hunter_id == hunter_id]

    def _shown(self, hunter_id: HunterId) -> list[Notification]:
        return [each for each in self._of(hunter_id) if each.is_sent and each.deleted_at is None]


def _is_due(each: Notification, now: datetime) -> bool:
    return not each.is_sent and each.deleted_at is None and each.scheduled_for <= now


class MemoryAgendas:
    """Implements `hunter_core.notifications.ports.Agendas`."""

    __slots__ = ("_locks", "_tables")

    def __init__(self, tables: Tables, locks: Locks) -> None:
        self._tables, self._locks = tables, locks

    def get(self, hunter_id: HunterId) -> Agenda | None:
        return self._tables.agendas.rows().get(hunter_id)

    def save(self, agenda: Agenda) -> None:
        self._locks.need("hunter", agenda.hunter_id)
        self._tables.agendas.edit()[agenda.hunter_id] = agenda

    def look(self, hunter_ids: Iterable[HunterId], at: datetime) -> None:
        self._bring_forward(hunter_ids, at, only_idle=False)

    def look_if_idle(self, hunter_ids: Iterable[HunterId], at: datetime) -> None:
        self._bring_forward(hunter_ids, at, only_idle=True)

    def claim(self, now: datetime, *, until: datetime, limit: int) -> Sequence[HunterId]:
        found = [
            (each.next_at, each.hunter_id, each)
            for each in self._tables.agendas.rows().values()
            if each.next_at is not None and each.next_at <= now
        ]
        found.sort(key=lambda each: each[:2])
        for _, hunter_id, agenda in found[:limit]:
            self._tables.agendas.edit()[hunter_id] = replace(agenda, next_at=until)
        return [hunter_id for _, hunter_id, _ in found[:limit]]

    def _bring_forward(self, hunter_ids: Iterable[HunterId], at: datetime, *, only_idle: bool) -> None:
        for hunter_id in set(hunter_ids):
            known = self.get(hunter_id) or Agenda(hunter_id=hunter_id, looked_until=at)
            if known.next_at is None or (not only_idle and known.next_at > at):
                self._tables.agendas.edit()[hunter_id] = replace(known, next_at=at)


class MemoryPushTargets:
    """Implements `hunter_core.notifications.ports.PushTargets`."""

    __slots__ = ("_locks", "_tables")

    def __init__(self, tables: Tables, locks: Locks) -> None:
        self._tables, self._locks = tables, locks

    def of(self, hunter_id: HunterId) -> Sequence[PushTarget]:
        found = [each for each in self._tables.push_targets.rows().values() if each.hunter_id == hunter_id]
        return sorted(found, key=lambda each: each.id)

    def add(self, target: PushTarget) -> None:
        self._locks.need("hunter", target.hunter_id)
        self._tables.push_targets.add(target.id, target)

    def reseal(self, target: PushTarget) -> None:
        found = self._tables.push_targets.rows().get(target.id)
        if found is not None:
            self._tables.push_targets.edit()[target.id] = replace(found, sealed=target.sealed)

    def remove(self, hunter_id: HunterId, target_id: PushTargetId) -> bool:
        self._locks.need("hunter", hunter_id)
        found = self._tables.push_targets.rows().get(target_id)
        if found is None or found.hunter_id != hunter_id:
            return False
        del self._tables.push_targets.edit()[target_id]
        for key in [key for key in self._tables.push_deliveries.rows() if key[0] == target_id]:
            del self._tables.push_deliveries.edit()[key]
        return True


class MemoryPushDeliveries:
    """Implements `hunter_core.notifications.ports.PushDeliveries`."""

    __slots__ = ("_tables",)

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def add(self, deliveries: Sequence[PushDelivery]) -> None:
        for each in deliveries:
            self._tables.push_deliveries.add((each.target_id, each.notification_id), each)

    def take(self, now: datetime, *, until: datetime, limit: int, full: Full = NOBODY) -> Sequence[PushTask]:
        heads: dict[PushTargetId, PushDelivery] = {}
        notifications = self._tables.notifications.rows()
        waiting = [
            each
            for each in self._tables.push_deliveries.rows().values()
            # A database removes what hangs on a notification with it.
            if each.sent_at is None and each.parked_at is None and each.notification_id in notifications
        ]
        for each in sorted(waiting, key=lambda each: (each.queued_at, each.created_at, each.notification_id)):
            heads.setdefault(each.target_id, each)
        targets = self._tables.push_targets.rows()
        due = [
            (each, target)
            for each in heads.values()
            if each.due_at <= now and (target := targets.get(each.target_id)) and _has_place(target, full)
        ]
        due.sort(key=lambda pair: (pair[0].due_at, pair[1].id))
        for each, _ in due[:limit]:
            key = each.target_id, each.notification_id
            self._tables.push_deliveries.edit()[key] = replace(each, due_at=until)
        return self._tasks([each for each, _ in due[:limit]])

    def save(self, delivery: PushDelivery) -> None:
        key = delivery.target_id, delivery.notification_id
        if key in self._tables.push_deliveries.rows():
            self._tables.push_deliveries.edit()[key] = delivery

    def remove(self, delivery: PushDelivery) -> None:
        self._tables.push_deliveries.edit().pop((delivery.target_id, delivery.notification_id), None)

    def parked(self, limit: int) -> Sequence[PushTask]:
        found = [
            (each.parked_at, each)
            for each in self._tables.push_deliveries.rows().values()
            if each.parked_at is not None
        ]
        found.sort(key=lambda pair: (-pair[0].timestamp(), pair[1].notification_id))
        return self._tasks([each for _, each in found])[:limit]

    def retry(self, hunter_id: HunterId | None, now: datetime) -> int:
        found = [
            task.delivery
            for task in self.parked(len(self._tables.push_deliveries.rows()))
            if hunter_id in (None, task.target.hunter_id)
        ]
        for each in found:
            self.save(replace(each, tries=0, parked_at=None, due_at=now))
        return len(found)

    def _tasks(self, deliveries: Sequence[PushDelivery]) -> list[PushTask]:
        tasks = []
        for each in deliveries:
            told = self._tables.notifications.rows().get(each.notification_id)
            target = self._tables.push_targets.rows().get(each.target_id)
            if told is None or target is None:
                # A database removes what hangs on a row with it.
                continue
            tasks.append(PushTask(delivery=each, target=target, notification=told))
        return tasks


def _has_place(target: PushTarget, full: Full) -> bool:
    return target.hunter_id not in full.hunters and target.shown not in full.hosts
