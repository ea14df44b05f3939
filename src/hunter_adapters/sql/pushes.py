"""Keeps push targets, and what is on its way to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache

from sqlalchemy import delete, exists, select, update

from hunter_adapters.sql.notifications import notification_of
from hunter_adapters.sql.statements import (
    Insert,
    Row,
    Statement,
    at_most,
    columns_of,
    inline,
    number,
    padded,
    param,
)
from hunter_adapters.sql.tables import notifications, push_deliveries, push_targets
from hunter_adapters.sql.transaction import Transaction
from hunter_adapters.sql.turns import Turns, without_turn
from hunter_core.ids import HunterId, NotificationId, PushTargetId
from hunter_core.notifications.notification import Notification
from hunter_core.notifications.push import PushDelivery, PushTarget, PushTask
from hunter_core.places import NOBODY, Full

_AT_ONCE = 64
_T, _D = push_targets.c, push_deliveries.c
_TARGET = without_turn(push_targets)
_ALL = [_T[name] for name in _TARGET]
_MINE = _T.hunter_id == param("hunter", _T.hunter_id)
_OF = Statement(select(*_ALL).where(_MINE).order_by(_T.id))
_ADD = Insert(push_targets, _TARGET)
_RESEAL = Statement(
    update(push_targets).where(_T.id == param("this", _T.id)).values(sealed=param("sealed", _T.sealed))
)
_REMOVE = Statement(delete(push_targets).where(_T.id == param("this", _T.id), _MINE))


class SqlPushTargets:
    """Implements `hunter_core.notifications.ports.PushTargets`."""

    __slots__ = ("_sql",)

    def __init__(self, transaction: Transaction) -> None:
        self._sql = transaction

    def of(self, hunter_id: HunterId) -> Sequence[PushTarget]:
        return [target_of(row) for row in self._sql.rows(_OF, hunter=hunter_id)]

    def add(self, target: PushTarget) -> None:
        row = (target.id, target.hunter_id, target.sealed, target.shown, target.created_at)
        self._sql.insert(_ADD, [row])

    def reseal(self, target: PushTarget) -> None:
        self._sql.do(_RESEAL, this=target.id, sealed=target.sealed)

    def remove(self, hunter_id: HunterId, target_id: PushTargetId) -> bool:
        return self._sql.do(_REMOVE, this=target_id, hunter=hunter_id) > 0


_COLUMNS = columns_of(push_deliveries)
_WAITS = (_D.sent_at.is_(None), _D.parked_at.is_(None))
_ADD_DELIVERY = Insert(push_deliveries, _COLUMNS)
_THIS = (
    _D.target_id == param("target", _D.target_id),
    _D.notification_id == param("notification", _D.notification_id),
)
_SAVED = ("queued_at", "due_at", "tries", "sent_at", "parked_at", "last_error")
_SAVE = Statement(
    update(push_deliveries).where(*_THIS).values({name: param(name, _D[name]) for name in _SAVED})
)
_QUEUES = Turns(
    push_targets,
    push_deliveries,
    of="target_id",
    waits=_WAITS,
    order=(_D.queued_at, _D.created_at, _D.notification_id),
)
_LEASE = Statement(update(push_deliveries).where(*_THIS).values(due_at=param("until", _D.due_at)))
_REMOVE_DELIVERY = Statement(delete(push_deliveries).where(*_THIS))
_N = notifications.c


@lru_cache(maxsize=8)
def _told(count: int) -> Statement:
    return Statement(select(notifications).where(_N.id.in_([param(f"id_{n}", _N.id) for n in range(count)])))


_IS_PARKED = _D.parked_at.is_not(None)
_PARKED = Statement(
    select(*_ALL, *(_D[name] for name in _COLUMNS), *_N)
    .join_from(push_deliveries, push_targets, _T.id == _D.target_id)
    .join(notifications, _N.id == _D.notification_id)
    .where(_IS_PARKED)
    .order_by(_D.parked_at.desc(), _D.notification_id)
    .limit(number("most"))
)
_TO_RETRY = select(_D.target_id).where(_IS_PARKED).distinct()
_ALL_TO_RETRY = Statement(_TO_RETRY)
_MINE_TO_RETRY = Statement(_TO_RETRY.where(exists().where(_T.id == _D.target_id, _MINE)))
_RETRY = Statement(
    update(push_deliveries)
    .where(_D.target_id == param("target", _D.target_id), _IS_PARKED)
    .values(tries=inline(0), parked_at=None, due_at=param("now", _D.due_at))
)
STATEMENTS = {**_QUEUES.statements, "what was given up": _PARKED}


class SqlPushDeliveries:
    """Implements `hunter_core.notifications.ports.PushDeliveries`."""

    __slots__ = ("_sql",)

    def __init__(self, transaction: Transaction) -> None:
        self._sql = transaction

    def add(self, deliveries: Sequence[PushDelivery]) -> None:
        ids = [each.target_id for each in deliveries]
        _QUEUES.lock(self._sql, ids)
        self._sql.insert(_ADD_DELIVERY, [_row(each) for each in deliveries])
        _QUEUES.renew(self._sql, ids)

    def take(self, now: datetime, *, until: datetime, limit: int, full: Full = NOBODY) -> Sequence[PushTask]:
        taken = []
        for target, first in _QUEUES.take(self._sql, now, until=until, limit=limit, full=full):
            delivery = _delivery_of(first)
            told = delivery.notification_id
            self._sql.do(_LEASE, target=delivery.target_id, notification=told, until=until)
            taken.append((delivery, target_of(target)))
        told_by_id = self._told(delivery.notification_id for delivery, _ in taken)
        # What is not there was purged meanwhile, and its delivery with it.
        gone = [target.id for delivery, target in taken if delivery.notification_id not in told_by_id]
        _QUEUES.renew(self._sql, gone)
        return [
            PushTask(delivery=delivery, target=target, notification=told_by_id[delivery.notification_id])
            for delivery, target in taken
            if delivery.notification_id in told_by_id
        ]

    def _told(self, ids: Iterable[NotificationId]) -> Mapping[NotificationId, Notification]:
        found: dict[NotificationId, Notification] = {}
        for part in at_most(_AT_ONCE, list(ids)):
            named = {f"id_{place}": each for place, each in enumerate(padded(part))}
            found |= {row[0]: notification_of(row) for row in self._sql.rows(_told(len(named)), **named)}
        return found

    def save(self, delivery: PushDelivery) -> None:
        _QUEUES.lock(self._sql, [delivery.target_id])
        self._sql.do(
            _SAVE,
            target=delivery.target_id,
            notification=delivery.notification_id,
            queued_at=delivery.queued_at,
            due_at=delivery.due_at,
            tries=delivery.tries,
            sent_at=delivery.sent_at,
            parked_at=delivery.parked_at,
            last_error=delivery.last_error,
        )
        _QUEUES.renew(self._sql, [delivery.target_id])

    def remove(self, delivery: PushDelivery) -> None:
        _QUEUES.lock(self._sql, [delivery.target_id])
        self._sql.do(_REMOVE_DELIVERY, target=delivery.target_id, notification=delivery.notification_id)
        _QUEUES.renew(self._sql, [delivery.target_id])

    def parked(self, limit: int) -> Sequence[PushTask]:
        target, delivery = len(_TARGET), len(_TARGET) + len(_COLUMNS)
        return [
            PushTask(
                target=target_of(row[:target]),
                delivery=_delivery_of(row[target:delivery]),
                notification=notification_of(row[delivery:]),
            )
            for row in self._sql.rows(_PARKED, most=limit)
        ]

    def retry(self, hunter_id: HunterId | None, now: datetime) -> int:
        if hunter_id is None:
            found = self._sql.rows(_ALL_TO_RETRY)
        else:
            found = self._sql.rows(_MINE_TO_RETRY, hunter=hunter_id)
        ids = [row[0] for row in found]
        _QUEUES.lock(self._sql, ids)
        count = sum(self._sql.do(_RETRY, target=each, now=now) for each in ids)
        _QUEUES.renew(self._sql, ids)
        return count


def target_of(row: Row) -> PushTarget:
    """Return the target of a row."""
    return PushTarget(id=row[0], hunter_id=row[1], sealed=row[2], shown=row[3], created_at=row[4])


def _row(each: PushDelivery) -> Row:
    return (
        each.target_id,
        each.notification_id,
        each.created_at,
        each.queued_at,
        each.due_at,
        each.tries,
        each.sent_at,
        each.parked_at,
        each.last_error,
    )


def _delivery_of(row: Row) -> PushDelivery:
    return PushDelivery(
        target_id=row[0],
        notification_id=row[1],
        created_at=row[2],
        queued_at=row[3],
        due_at=row[4],
        tries=row[5],
        sent_at=row[6],
        parked_at=row[7],
        last_error=row[8],
    )
