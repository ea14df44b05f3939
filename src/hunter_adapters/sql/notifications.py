"""Keeps notifications, and what is due for whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, update

from hunter_adapters.sql.statements import Insert, Row, Statement, columns_of, number, padded, param
from hunter_adapters.sql.tables import agendas, notifications
from hunter_adapters.sql.transaction import Transaction
from hunter_core.errors import NotFound
from hunter_core.ids import AchievementId, HunterId, NotificationId
from hunter_core.notifications.notification import Notification, NotificationType
from hunter_core.notifications.ports import Agenda

_T = notifications.c
_COLUMNS = columns_of(notifications)
_MINE = _T.hunter_id == param("hunter", _T.hunter_id)
_SHOWN = (_T.is_sent, _T.deleted_at.is_(None))
_UNSENT = (~_T.is_sent, _T.deleted_at.is_(None))
_ADD = Insert(notifications, _COLUMNS, unless=("id",))
_SAVED = ("is_read", "is_sent", "scheduled_for", "sent_at", "deleted_at")
_SAVE = Statement(
    update(notifications)
    .where(_T.id == param("this", _T.id))
    .values({name: param(name, _T[name]) for name in _SAVED})
)
_KNOWN = Statement(select(notifications).where(_T.id == param("this", _T.id)))
_GET = Statement(select(notifications).where(_T.id == param("this", _T.id), _MINE, *_SHOWN))
_UNREAD = Statement(select(func.count()).select_from(notifications).where(_MINE, *_SHOWN, ~_T.is_read))
_READ_ALL = Statement(update(notifications).where(_MINE, *_SHOWN, ~_T.is_read).values(is_read=True))
_WITHDRAW = Statement(
    update(notifications)
    .where(
        _MINE,
        _T.achievement_id == param("achievement", _T.achievement_id),
        ~_T.is_read,
        _T.deleted_at.is_(None),
    )
    .values(deleted_at=param("at", _T.deleted_at))
)
_NOW = param("now", _T.scheduled_for)
_PENDING = Statement(
    select(_T.hunter_id, _T.id)
    .where(*_UNSENT, _T.scheduled_for <= _NOW)
    .order_by(_T.scheduled_for)
    .limit(number("most"))
)
_WAITING_OF = select(notifications).where(_MINE, *_UNSENT).order_by(_T.created_at, _T.id)
_UNSENT_OF, _DUE_OF = Statement(_WAITING_OF), Statement(_WAITING_OF.where(_T.scheduled_for <= _NOW))


@lru_cache(maxsize=8)
def _page(by_unread: bool, by_kind: bool) -> tuple[Statement, Statement]:
    conditions: list[Any] = [_MINE, *_SHOWN]
    if by_unread:
        conditions.append(_T.is_read != param("unread", _T.is_read))
    if by_kind:
        conditions.append(_T.type == param("kind", _T.type))
    listed = (
        select(notifications)
        .where(*conditions)
        .order_by(_T.sent_at.desc(), _T.created_at.desc(), _T.id.desc())
        .limit(number("most"))
        .offset(number("offset"))
    )
    return Statement(select(func.count()).select_from(notifications).where(*conditions)), Statement(listed)


class SqlNotifications:
    """Implements `hunter_core.notifications.ports.Notifications`."""

    __slots__ = ("_sql",)

    def __init__(self, transaction: Transaction) -> None:
        self._sql = transaction

    def add(self, notifications: Sequence[Notification]) -> AbstractSet[NotificationId]:
        rows = self._sql.insert_new(_ADD, [_row(each) for each in notifications])
        return frozenset(row[0] for row in rows)

    def save(self, notification: Notification) -> None:
        self._sql.do(
            _SAVE,
            this=notification.id,
            is_read=notification.is_read,
            is_sent=notification.is_sent,
            scheduled_for=notification.scheduled_for,
            sent_at=notification.sent_at,
            deleted_at=notification.deleted_at,
        )

    def get(self, hunter_id: HunterId, notification_id: NotificationId) -> Notification:
        row = self._sql.row(_GET, this=notification_id, hunter=hunter_id)
        if row is None:
            raise NotFound("notification", notification_id)
        return notification_of(row)

    def known(self, notification_id: NotificationId) -> Notification | None:
        row = self._sql.row(_KNOWN, this=notification_id)
        return None if row is None else notification_of(row)

    def page(
        self,
        hunter_id: HunterId,
        *,
        unread: bool | None,
        kind: NotificationType | None,
        page: int,
        limit: int,
    ) -> tuple[Sequence[Notification], int]:
        count, listed = _page(unread is not None, kind is not None)
        values = {"hunter": hunter_id, "unread": unread, "kind": kind}
        total: int = self._sql.value(count, **values)
        offset = (page - 1) * limit
        if offset >= total:
            return [], total
        rows = self._sql.rows(listed, **values, most=limit, offset=offset)
        return [notification_of(row) for row in rows], total

    def unread(self, hunter_id: HunterId) -> int:
        count: int = self._sql.value(_UNREAD, hunter=hunter_id)
        return count

    def read_all(self, hunter_id: HunterId) -> int:
        return self._sql.do(_READ_ALL, hunter=hunter_id)

    def withdraw(self, hunter_id: HunterId, achievement_id: AchievementId, at: datetime) -> int:
        return self._sql.do(_WITHDRAW, hunter=hunter_id, achievement=achievement_id, at=at)

    def pending(self, now: datetime, limit: int) -> Sequence[tuple[HunterId, NotificationId]]:
        return [(row[0], row[1]) for row in self._sql.rows(_PENDING, now=now, most=limit)]

    def unsent(self, hunter_id: HunterId, now: datetime | None) -> Sequence[Notification]:
        if now is None:
            rows = self._sql.rows(_UNSENT_OF, hunter=hunter_id)
        else:
            rows = self._sql.rows(_DUE_OF, hunter=hunter_id, now=now)
        return [notification_of(row) for row in rows]


def _row(each: Notification) -> Row:
    return (
        each.id,
        each.hunter_id,
        each.type,
        each.title,
        each.message,
        each.quest_id,
        each.achievement_id,
        each.is_read,
        each.is_sent,
        each.scheduled_for,
        each.sent_at,
        each.created_at,
        each.deleted_at,
    )


def notification_of(row: Row) -> Notification:
    """Return the notification of a row."""
    return Notification(
        id=row[0],
        hunter_id=row[1],
        type=row[2],
        title=row[3],
        message=row[4],
        quest_id=row[5],
        achievement_id=row[6],
        is_read=row[7],
        scheduled_for=row[9],
        sent_at=row[10],
        created_at=row[11],
        deleted_at=row[12],
    )


_A = agendas.c
_AGENDA = Statement(select(agendas).where(_A.hunter_id == param("hunter", _A.hunter_id)))
_SAVE_AGENDA = Insert(agendas, columns_of(agendas), onto=("hunter_id",))
_AT = param("at", _A.next_at)


@lru_cache(maxsize=32)
def _look(count: int, only_idle: bool) -> Statement:
    """Return the upsert that brings `next_at` forward to `at`, or sets it where there is none."""

    def build(insert: Any) -> Any:
        rows = [
            {"hunter_id": param(f"id_{n}", _A.hunter_id), "looked_until": _AT, "next_at": _AT}
            for n in range(count)
        ]
        construct = insert(agendas).values(rows)
        later: ColumnElement[bool] = _A.next_at.is_(None)
        if not only_idle:
            later = or_(later, _A.next_at > construct.excluded.next_at)
        return construct.on_conflict_do_update(
            index_elements=["hunter_id"], set_={"next_at": construct.excluded.next_at}, where=later
        )

    return Statement(build)


_DUE = Statement(
    select(_A.hunter_id)
    .where(_A.next_at <= param("now", _A.next_at))
    .order_by(_A.next_at, _A.hunter_id)
    .limit(number("most"))
    .with_for_update(skip_locked=True)
)


@lru_cache(maxsize=16)
def _lease(count: int) -> Statement:
    these = [param(f"id_{n}", _A.hunter_id) for n in range(count)]
    return Statement(
        update(agendas).where(_A.hunter_id.in_(these)).values(next_at=param("until", _A.next_at))
    )


class SqlAgendas:
    """Implements `hunter_core.notifications.ports.Agendas`."""

    __slots__ = ("_sql",)

    def __init__(self, transaction: Transaction) -> None:
        self._sql = transaction

    def get(self, hunter_id: HunterId) -> Agenda | None:
        row = self._sql.row(_AGENDA, hunter=hunter_id)
        if row is None:
            return None
        return Agenda(hunter_id=row[0], looked_until=row[1], next_at=row[2], broken_after=row[3])

    def save(self, agenda: Agenda) -> None:
        row = (agenda.hunter_id, agenda.looked_until, agenda.next_at, agenda.broken_after)
        self._sql.insert(_SAVE_AGENDA, [row])

    def look(self, hunter_ids: Iterable[HunterId], at: datetime) -> None:
        self._bring_forward(hunter_ids, at, only_idle=False)

    def look_if_idle(self, hunter_ids: Iterable[HunterId], at: datetime) -> None:
        self._bring_forward(hunter_ids, at, only_idle=True)

    def claim(self, now: datetime, *, until: datetime, limit: int) -> Sequence[HunterId]:
        found = [row[0] for row in self._sql.rows(_DUE, now=now, most=limit)]
        if found:
            named = {f"id_{place}": each for place, each in enumerate(padded(found))}
            self._sql.do(_lease(len(named)), **named, until=until)
        return found

    def _bring_forward(self, hunter_ids: Iterable[HunterId], at: datetime, *, only_idle: bool) -> None:
        # In one order, so that two who do so wait for each other at most.
        ids = sorted(set(hunter_ids))
        for first in range(0, len(ids), 32):
            chunk = ids[first : first + 32]
            named = {f"id_{place}": each for place, each in enumerate(chunk)}
            self._sql.do(_look(len(chunk), only_idle), **named, at=at)
