"""The events that wait for the relay: turns by locks on heads, marks, parked ones, and their purge."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, bindparam, delete, func, or_, select, text, tuple_, update
from sqlalchemy.dialects import postgresql

from hunter_adapters.sql.rows import EVENT, event_of
from hunter_adapters.sql.statements import Row, Statement, inline, number, padded, param
from hunter_adapters.sql.tables import outbox
from hunter_adapters.sql.transaction import Transaction
from hunter_core.events import OutboxEvent
from hunter_core.ids import HunterId
from hunter_core.relay.ports import Cursor, Lag, Waiting

_THIS = (outbox.c.hunter_id == param("hunter", outbox.c.hunter_id), outbox.c.seq == number("number"))
_COLUMNS = [outbox.c[name] for name in (*EVENT, "tries", "try_at", "parked_at", "last_error")]
_NOW = param("now", outbox.c.try_at)


def _pending(of: Any = outbox) -> tuple[Any, Any]:
    return of.c.relayed_at.is_(None), of.c.parked_at.is_(None)


def _heads(*besides: Any) -> Statement:
    """
    Return what locks heads.

    The first of each hunter is looked up for each row that is considered: one step down an index, whatever a
    planner thinks of how many there are.
    """
    of_hunter = outbox.alias()
    first = (
        select(func.min(of_hunter.c.seq))
        .where(of_hunter.c.hunter_id == outbox.c.hunter_id, *_pending(of_hunter))
        .scalar_subquery()
    )
    return Statement(
        select(outbox.c.hunter_id)
        .where(
            *_pending(),
            or_(outbox.c.try_at.is_(None), outbox.c.try_at <= _NOW),
            outbox.c.seq == first,
            *besides,
        )
        .order_by(outbox.c.at, outbox.c.hunter_id, outbox.c.seq)
        .limit(number("hunters"))
        .with_for_update(key_share=True, skip_locked=True, of=outbox)
    )


_HEADS = _heads()
_HEAD_OF = _heads(outbox.c.hunter_id == param("only", outbox.c.hunter_id))
_ANY = Statement(select(inline(1)).select_from(outbox).where(*_pending()).limit(inline(1)), alone=True)
_SAVE = Statement(
    update(outbox)
    .where(*_THIS)
    .values({name: param(name, outbox.c[name]) for name in ("tries", "try_at", "parked_at", "last_error")})
)
_PARKED = Statement(
    select(*_COLUMNS)
    .where(outbox.c.parked_at.is_not(None))
    .order_by(outbox.c.parked_at.desc(), outbox.c.hunter_id, outbox.c.seq)
    .limit(number("most"))
)
_ANEW = (
    update(outbox).where(outbox.c.parked_at.is_not(None)).values(tries=inline(0), try_at=None, parked_at=None)
)
_RETRY_ALL = Statement(_ANEW)
_RETRY_OF = Statement(_ANEW.where(_THIS[0]))
_RETRY_ONE = Statement(_ANEW.where(*_THIS))
_LAG = Statement(
    select(
        select(func.count()).select_from(outbox).where(*_pending()).scalar_subquery(),
        select(func.min(outbox.c.at)).where(*_pending()).scalar_subquery(),
        select(func.count()).select_from(outbox).where(outbox.c.parked_at.is_not(None)).scalar_subquery(),
    )
)

_BEGINNING = Cursor(datetime(1970, 1, 1, tzinfo=UTC), HunterId(UUID(int=0)), 0)
_KEY = tuple_(outbox.c.relayed_at, outbox.c.hunter_id, outbox.c.seq)
_PLACE = tuple_(
    param("relayed_at", outbox.c.relayed_at), param("hunter", outbox.c.hunter_id), number("number")
)


def _relayed_before() -> Statement:
    later = outbox.alias()
    last = select(func.max(later.c.seq)).where(later.c.hunter_id == outbox.c.hunter_id).scalar_subquery()
    return Statement(
        select(outbox.c.relayed_at, outbox.c.hunter_id, outbox.c.seq, outbox.c.seq < last)
        .where(
            outbox.c.relayed_at.is_not(None),
            outbox.c.relayed_at < param("before", outbox.c.relayed_at),
            _KEY > _PLACE,
        )
        .order_by(outbox.c.relayed_at, outbox.c.hunter_id, outbox.c.seq)
        .limit(number("most"))
    )


_RELAYED_BEFORE = _relayed_before()


@lru_cache(maxsize=16)
def _waiting(count: int) -> Statement:
    these = [param(f"id_{place}", outbox.c.hunter_id) for place in range(count)]
    return Statement(
        select(*_COLUMNS)
        .where(outbox.c.hunter_id.in_(these), *_pending())
        .order_by(outbox.c.hunter_id, outbox.c.seq)
        .limit(number("events"))
    )


def _named(count: int) -> Any:
    """Return the condition that a row is one of *count*: for PostgreSQL two arrays, for SQLite a list of pairs."""
    if not count:
        hunters = bindparam("hunters", type_=postgresql.ARRAY(postgresql.UUID()))
        numbers = bindparam("numbers", type_=postgresql.ARRAY(BigInteger))
        pairs = func.unnest(hunters, numbers).table_valued("hunter_id", "seq").render_derived()
        key = tuple_(outbox.c.hunter_id, outbox.c.seq)
        return key.in_(select(pairs.c.hunter_id, pairs.c.seq))
    listed = ", ".join(f"(:id_{n}, :seq_{n})" for n in range(count))
    given = [
        each for n in range(count) for each in (param(f"id_{n}", outbox.c.hunter_id), number(f"seq_{n}"))
    ]
    return text(f"(outbox.hunter_id, outbox.seq) IN (VALUES {listed})").bindparams(*given)


@lru_cache(maxsize=32)
def _mark(count: int) -> Statement:
    return Statement(update(outbox).where(_named(count)).values(relayed_at=param("at", outbox.c.relayed_at)))


@lru_cache(maxsize=32)
def _forget(count: int) -> Statement:
    return Statement(delete(outbox).where(_named(count)))


class SqlBacklog:
    """Implements `hunter_core.relay.ports.Backlog`."""

    __slots__ = ("_sql",)

    def __init__(self, transaction: Transaction) -> None:
        self._sql = transaction

    def is_any(self) -> bool:
        return bool(self._sql.rows(_ANY))

    def take(
        self, now: datetime, *, hunters: int, events: int, only: HunterId | None = None
    ) -> Sequence[Waiting]:
        if only is None:
            heads = self._sql.rows(_HEADS, now=now, hunters=hunters)
        else:
            heads = self._sql.rows(_HEAD_OF, now=now, hunters=1, only=only)
        if not heads:
            return []
        ids = padded(row[0] for row in heads)
        named = {f"id_{place}": each for place, each in enumerate(ids)}
        return [_waiting_of(row) for row in self._sql.rows(_waiting(len(ids)), **named, events=events)]

    def relayed(self, events: Sequence[OutboxEvent], at: datetime) -> None:
        keys = [(event.hunter_id, event.seq) for event in events]
        self._sql.do(_mark(self._count(keys)), **self._values(keys), at=at)

    def save(self, waiting: Waiting) -> None:
        self._sql.do(
            _SAVE,
            hunter=waiting.event.hunter_id,
            number=waiting.event.seq,
            tries=waiting.tries,
            try_at=waiting.try_at,
            parked_at=waiting.parked_at,
            last_error=waiting.last_error,
        )

    def parked(self, limit: int) -> Sequence[Waiting]:
        return [_waiting_of(row) for row in self._sql.rows(_PARKED, most=limit)]

    def retry(self, hunter_id: HunterId | None = None, seq: int | None = None) -> int:
        if hunter_id is None:
            return self._sql.do(_RETRY_ALL)
        if seq is None:
            return self._sql.do(_RETRY_OF, hunter=hunter_id)
        return self._sql.do(_RETRY_ONE, hunter=hunter_id, number=seq)

    def lag(self) -> Lag:
        return Lag(*self._sql.only(_LAG))

    def purge(self, *, before: datetime, after: Cursor | None, limit: int) -> tuple[int, Cursor | None]:
        at, hunter_id, seq = after or _BEGINNING
        rows = self._sql.rows(
            _RELAYED_BEFORE, before=before, relayed_at=at, hunter=hunter_id, number=seq, most=limit
        )
        gone = [(row[1], row[2]) for row in rows if row[3]]
        removed = self._sql.do(_forget(self._count(gone)), **self._values(gone)) if gone else 0
        return removed, Cursor(*rows[-1][:3]) if len(rows) == limit else None

    def _count(self, keys: Sequence[tuple[HunterId, int]]) -> int:
        return 0 if self._sql.database_name == "postgresql" else len(padded(keys))

    def _values(self, keys: Sequence[tuple[HunterId, int]]) -> dict[str, Any]:
        if self._sql.database_name == "postgresql":
            return {"hunters": [key[0] for key in keys], "numbers": [key[1] for key in keys]}
        named: dict[str, Any] = {}
        for place, (hunter_id, seq) in enumerate(padded(keys)):
            named[f"id_{place}"], named[f"seq_{place}"] = hunter_id, seq
        return named


def _waiting_of(row: Row) -> Waiting:
    return Waiting(event=event_of(row), tries=row[5] or 0, try_at=row[6], parked_at=row[7], last_error=row[8])
