"""Keeps push targets, and what is on its way to them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, exists, or_, select, update

from hunter_adapters.sql.statements import Insert, Row, Statement, columns_of, number, param
from hunter_adapters.sql.tables import notifications, push_deliveries, push_targets
from hunter_adapters.sql.transaction import Transaction
from hunter_core.ids import HunterId, PushTargetId
from hunter_core.notifications.push import PushDelivery, PushTarget, PushTask

_T, _D = push_targets.c, push_deliveries.c
_OF = Statement(select(push_targets).where(_T.hunter_id == param("hunter", _T.hunter_id)).order_by(_T.id))
_ADD = Insert(push_targets, columns_of(push_targets))
_REMOVE = Statement(
    delete(push_targets).where(_T.id == param("this", _T.id), _T.hunter_id == param("hunter", _T.hunter_id))
)


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

    def remove(self, hunter_id: HunterId, target_id: PushTargetId) -> bool:
        return self._sql.do(_REMOVE, this=target_id, hunter=hunter_id) > 0


_COLUMNS = columns_of(push_deliveries)
_WAITS = (_D.sent_at.is_(None), _D.parked_at.is_(None))
_ADD_DELIVERY = Insert(push_deliveries, _COLUMNS)
_THIS = (
    _D.target_id == param("target", _D.target_id),
    _D.notification_id == param("notification", _D.notification_id),
)
_SAVED = ("due_at", "tries", "sent_at", "parked_at", "last_error")
_SAVE = Statement(
    update(push_deliveries).where(*_THIS).values({name: param(name, _D[name]) for name in _SAVED})
)
_PARKED = Statement(
    select(push_deliveries)
    .where(_D.parked_at.is_not(None))
    .order_by(_D.parked_at.desc(), _D.notification_id)
    .limit(number("most"))
)


def _heads() -> Statement:
    """Return what locks the earliest waiting delivery of each target, where it is due."""
    other = push_deliveries.alias()
    is_earlier = or_(
        other.c.created_at < _D.created_at,
        (other.c.created_at == _D.created_at) & (other.c.notification_id < _D.notification_id),
    )
    waits_before = exists().where(
        other.c.target_id == _D.target_id,
        other.c.sent_at.is_(None),
        other.c.parked_at.is_(None),
        is_earlier,
    )
    return Statement(
        select(*(_D[name] for name in _COLUMNS))
        .where(*_WAITS, _D.due_at <= param("now", _D.due_at), ~waits_before)
        .order_by(_D.due_at, _D.target_id)
        .limit(number("most"))
        .with_for_update(skip_locked=True, of=push_deliveries)
    )


_HEADS = _heads()
_LEASE = Statement(update(push_deliveries).where(*_THIS).values(due_at=param("until", _D.due_at)))
_SAID = Statement(
    select(push_targets, notifications.c.title, notifications.c.message).where(
        _T.id == param("target", _T.id),
        notifications.c.id == param("notification", notifications.c.id),
    )
)


class SqlPushDeliveries:
    """Implements `hunter_core.notifications.ports.PushDeliveries`."""

    __slots__ = ("_sql",)

    def __init__(self, transaction: Transaction) -> None:
        self._sql = transaction

    def add(self, deliveries: Sequence[PushDelivery]) -> None:
        self._sql.insert(_ADD_DELIVERY, [_row(each) for each in deliveries])

    def take(self, now: datetime, *, until: datetime, limit: int) -> Sequence[PushTask]:
        tasks = []
        for row in self._sql.rows(_HEADS, now=now, most=limit):
            delivery = _delivery_of(row)
            key = {"target": delivery.target_id, "notification": delivery.notification_id}
            self._sql.do(_LEASE, **key, until=until)
            *target, title, message = self._sql.only(_SAID, **key)
            tasks.append(
                PushTask(delivery=delivery, target=target_of(tuple(target)), title=title, message=message)
            )
        return tasks

    def save(self, delivery: PushDelivery) -> None:
        self._sql.do(
            _SAVE,
            target=delivery.target_id,
            notification=delivery.notification_id,
            due_at=delivery.due_at,
            tries=delivery.tries,
            sent_at=delivery.sent_at,
            parked_at=delivery.parked_at,
            last_error=delivery.last_error,
        )

    def parked(self, limit: int) -> Sequence[PushDelivery]:
        return [_delivery_of(row) for row in self._sql.rows(_PARKED, most=limit)]


def target_of(row: Row) -> PushTarget:
    """Return the target of a row."""
    return PushTarget(id=row[0], hunter_id=row[1], sealed=row[2], shown=row[3], created_at=row[4])


def _row(each: PushDelivery) -> Row:
    return (
        each.target_id,
        each.notification_id,
        each.created_at,
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
        due_at=row[3],
        tries=row[4],
        sent_at=row[5],
        parked_at=row[6],
        last_error=row[7],
    )
