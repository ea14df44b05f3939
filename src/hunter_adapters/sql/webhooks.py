"""Keeps webhooks, and what is on its way to them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, exists, or_, select, tuple_, update

from hunter_adapters.sql.statements import Insert, Row, Statement, columns_of, inline, number, padded, param
from hunter_adapters.sql.tables import webhook_deliveries, webhooks
from hunter_adapters.sql.transaction import Transaction
from hunter_adapters.sql.turns import Turns, without_turn
from hunter_core.errors import NotFound
from hunter_core.ids import HunterId, WebhookId
from hunter_core.places import NOBODY, Full
from hunter_core.webhooks.delivery import LEASE, WebhookDelivery, WebhookTask
from hunter_core.webhooks.ports import Key
from hunter_core.webhooks.webhook import PING, Webhook, WebhookEvent

_W, _D = webhooks.c, webhook_deliveries.c
_COLUMNS = without_turn(webhooks)
_ALL = [_W[name] for name in _COLUMNS]
_MINE = _W.hunter_id == param("hunter", _W.hunter_id)
_THIS = _W.id == param("this", _W.id)
_OF = Statement(select(*_ALL).where(_MINE).order_by(_W.id))
_GET = Statement(select(*_ALL).where(_THIS, _MINE))
_ADD = Insert(webhooks, _COLUMNS)
_FIXED = ("id", "hunter_id", "created_at")
_SAVE = Statement(
    update(webhooks)
    .where(_THIS)
    .values({name: param(name, _W[name]) for name in _COLUMNS if name not in _FIXED})
)
_REMOVE = Statement(delete(webhooks).where(_THIS, _MINE))

_HUNTERS_AT_ONCE = 64
_KEYS_AT_ONCE = 64


def _active(count: int) -> Statement:
    ids = [param(f"hunter_{n}", _W.hunter_id) for n in range(count)]
    return Statement(select(*_ALL).where(_W.hunter_id.in_(ids), _W.is_active).order_by(_W.hunter_id, _W.id))


def _known(count: int) -> Statement:
    keys = [
        and_(
            _D.webhook_id == param(f"webhook_{n}", _D.webhook_id),
            _D.event_id == param(f"event_{n}", _D.event_id),
        )
        for n in range(count)
    ]
    return Statement(select(_D.webhook_id, _D.event_id).where(or_(*keys)))


# One for each power of two (`padded`), so that a handful is compiled.
_ACTIVE = {1 << n: _active(1 << n) for n in range(7)}
_KNOWN = {1 << n: _known(1 << n) for n in range(7)}


class SqlWebhooks:
    """Implements `hunter_core.webhooks.ports.Webhooks`."""

    __slots__ = ("_sql",)

    def __init__(self, transaction: Transaction) -> None:
        self._sql = transaction

    def of(self, hunter_id: HunterId) -> Sequence[Webhook]:
        return [webhook_of(row) for row in self._sql.rows(_OF, hunter=hunter_id)]

    def active(self, hunter_ids: Collection[HunterId]) -> Sequence[Webhook]:
        found: list[Webhook] = []
        listed = sorted(hunter_ids)
        for first in range(0, len(listed), _HUNTERS_AT_ONCE):
            ids = padded(listed[first : first + _HUNTERS_AT_ONCE])
            values = {f"hunter_{place}": each for place, each in enumerate(ids)}
            found += map(webhook_of, self._sql.rows(_ACTIVE[len(ids)], **values))
        return found

    def get(self, hunter_id: HunterId, webhook_id: WebhookId) -> Webhook:
        row = self._sql.row(_GET, this=webhook_id, hunter=hunter_id)
        if row is None:
            raise NotFound("webhook", webhook_id)
        return webhook_of(row)

    def add(self, webhook: Webhook) -> None:
        self._sql.insert(_ADD, [tuple(_values(webhook)[name] for name in _COLUMNS)])

    def save(self, webhook: Webhook) -> None:
        values = {name: value for name, value in _values(webhook).items() if name not in _FIXED}
        self._sql.do(_SAVE, this=webhook.id, **values)

    def remove(self, hunter_id: HunterId, webhook_id: WebhookId) -> bool:
        return self._sql.do(_REMOVE, this=webhook_id, hunter=hunter_id) > 0


_DELIVERY = columns_of(webhook_deliveries)
_WAITS = (_D.delivered_at.is_(None), _D.given_up_at.is_(None))
_ADD_DELIVERY = Insert(webhook_deliveries, _DELIVERY)
_THIS_ONE = (
    _D.webhook_id == param("webhook", _D.webhook_id),
    _D.event_id == param("event", _D.event_id),
)
_SAVED = ("due_at", "tries", "status", "delivered_at", "given_up_at", "last_error")
_SAVE_DELIVERY = Statement(
    update(webhook_deliveries).where(*_THIS_ONE).values({name: param(name, _D[name]) for name in _SAVED})
)
_LEASE = Statement(update(webhook_deliveries).where(*_THIS_ONE).values(due_at=param("until", _D.due_at)))
_LATEST = Statement(
    select(webhook_deliveries)
    .where(_D.webhook_id == param("webhook", _D.webhook_id))
    .order_by(_D.created_at.desc(), _D.seq.desc(), _D.event_id.desc())
    .limit(number("most"))
)
_QUEUES = Turns(
    webhooks,
    webhook_deliveries,
    of="webhook_id",
    waits=_WAITS,
    order=(_D.seq, _D.event_id),
    only=(_W.is_active,),
)
_GIVEN_UP = (_D.given_up_at.is_not(None), _D.kind != inline(PING))
_SHOWN = Statement(
    select(*_ALL, *(_D[name] for name in _DELIVERY))
    .join_from(webhook_deliveries, webhooks, _W.id == _D.webhook_id)
    .where(*_GIVEN_UP)
    .order_by(_D.given_up_at.desc(), _D.webhook_id, _D.seq)
    .limit(number("most"))
)
_MINE_TOO = exists().where(_W.id == _D.webhook_id, _MINE)
_PUT_OFF = (*_WAITS, _D.due_at > param("later_than", _D.due_at))
_LOST, _LATE = select(_D.webhook_id).where(*_GIVEN_UP), select(_D.webhook_id).where(*_PUT_OFF)
_ALL_TO_RETRY = Statement(_LOST.union(_LATE))
_MINE_TO_RETRY = Statement(_LOST.where(_MINE_TOO).union(_LATE.where(_MINE_TOO)))
_OF_WEBHOOK = _D.webhook_id == param("webhook", _D.webhook_id)
_RETRY = Statement(
    update(webhook_deliveries)
    .where(_OF_WEBHOOK, *_GIVEN_UP)
    .values(tries=inline(0), given_up_at=None, due_at=param("now", _D.due_at))
)
_HASTEN = Statement(
    update(webhook_deliveries).where(_OF_WEBHOOK, *_PUT_OFF).values(due_at=param("now", _D.due_at))
)
STATEMENTS = {**_QUEUES.statements, "the latest of a webhook": _LATEST, "what was given up": _SHOWN}
_OLD = (
    select(_D.webhook_id, _D.event_id)
    .where(_D.created_at < param("before", _D.created_at))
    .order_by(_D.created_at)
    .limit(number("most"))
    .with_for_update(skip_locked=True)
)
_PURGE = Statement(delete(webhook_deliveries).where(tuple_(_D.webhook_id, _D.event_id).in_(_OLD)))


class SqlWebhookDeliveries:
    """Implements `hunter_core.webhooks.ports.WebhookDeliveries`."""

    __slots__ = ("_sql",)

    def __init__(self, transaction: Transaction) -> None:
        self._sql = transaction

    def known(self, keys: Collection[Key]) -> AbstractSet[Key]:
        found: set[Key] = set()
        listed = list(keys)
        for first in range(0, len(listed), _KEYS_AT_ONCE):
            part = padded(listed[first : first + _KEYS_AT_ONCE])
            values: dict[str, Any] = {}
            for place, (webhook_id, event_id) in enumerate(part):
                values |= {f"webhook_{place}": webhook_id, f"event_{place}": event_id}
            found.update((row[0], row[1]) for row in self._sql.rows(_KNOWN[len(part)], **values))
        return found

    def add(self, deliveries: Sequence[WebhookDelivery]) -> None:
        ids = [each.webhook_id for each in deliveries]
        _QUEUES.lock(self._sql, ids)
        self._sql.insert(_ADD_DELIVERY, [_row(each) for each in deliveries])
        _QUEUES.renew(self._sql, ids)

    def take(
        self, now: datetime, *, until: datetime, limit: int, full: Full = NOBODY
    ) -> Sequence[WebhookTask]:
        tasks = []
        for target, first in _QUEUES.take(self._sql, now, until=until, limit=limit, full=full):
            delivery = _delivery_of(first)
            self._sql.do(_LEASE, webhook=delivery.webhook_id, event=delivery.event_id, until=until)
            tasks.append(WebhookTask(delivery=delivery, webhook=webhook_of(target)))
        return tasks

    def save(self, delivery: WebhookDelivery) -> None:
        saved = {name: getattr(delivery, name) for name in _SAVED}
        _QUEUES.lock(self._sql, [delivery.webhook_id])
        self._sql.do(_SAVE_DELIVERY, webhook=delivery.webhook_id, event=delivery.event_id, **saved)
        _QUEUES.renew(self._sql, [delivery.webhook_id])

    def given_up(self, limit: int) -> Sequence[WebhookTask]:
        width = len(_COLUMNS)
        return [
            WebhookTask(delivery=_delivery_of(row[width:]), webhook=webhook_of(row[:width]))
            for row in self._sql.rows(_SHOWN, most=limit)
        ]

    def retry(self, hunter_id: HunterId | None, now: datetime) -> int:
        later_than = now + LEASE
        if hunter_id is None:
            found = self._sql.rows(_ALL_TO_RETRY, later_than=later_than)
        else:
            found = self._sql.rows(_MINE_TO_RETRY, hunter=hunter_id, later_than=later_than)
        ids = [row[0] for row in found]
        _QUEUES.lock(self._sql, ids)
        count = sum(self._sql.do(_HASTEN, webhook=each, now=now, later_than=later_than) for each in ids)
        count += sum(self._sql.do(_RETRY, webhook=each, now=now) for each in ids)
        _QUEUES.renew(self._sql, ids)
        return count

    def hasten(self, webhook_id: WebhookId, now: datetime, *, later_than: datetime) -> int:
        _QUEUES.lock(self._sql, [webhook_id])
        count = self._sql.do(_HASTEN, webhook=webhook_id, now=now, later_than=later_than)
        _QUEUES.renew(self._sql, [webhook_id])
        return count

    def of(self, webhook_id: WebhookId, limit: int) -> Sequence[WebhookDelivery]:
        return [_delivery_of(row) for row in self._sql.rows(_LATEST, webhook=webhook_id, most=limit)]

    def purge(self, *, before: datetime, limit: int) -> int:
        return self._sql.do(_PURGE, before=before, most=limit)


def webhook_of(row: Row) -> Webhook:
    """Return the webhook of a row."""
    # An export reads more than the columns.
    read = dict(zip(_COLUMNS, row, strict=False))
    events = tuple(map(WebhookEvent, read.pop("events")))
    return Webhook(events=events, **read)


def _values(webhook: Webhook) -> dict[str, Any]:
    values = {name: getattr(webhook, name) for name in _COLUMNS}
    values["events"] = [event.value for event in webhook.events]
    return values


def _row(each: WebhookDelivery) -> Row:
    return tuple(dict(each.data) if name == "data" else getattr(each, name) for name in _DELIVERY)


def _delivery_of(row: Row) -> WebhookDelivery:
    return WebhookDelivery(**dict(zip(_DELIVERY, row, strict=True)))
