"""
Targets that each have a queue, and whose turn it is: push targets, and webhooks.

`next_at` of a target is when the first of its queue is due. Who is due is found by its index, and the first by the
index of what waits: so the price of a look does not grow with what waits behind dead targets. Whoever writes to a
queue locks its target first, by a statement of its own, and reads the first anew after it (SPEC 7).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, select, update

from hunter_adapters.sql.statements import Row, Statement, columns_of, inline, number, padded, param
from hunter_adapters.sql.transaction import Transaction
from hunter_core.places import MOST_AT_ONCE, MOST_OF_A_HOST, MOST_OF_A_HUNTER, Full

NEXT = "next_at"

_AT_ONCE = 64
_HUNTERS, _HOSTS = MOST_AT_ONCE // MOST_OF_A_HUNTER, MOST_AT_ONCE // MOST_OF_A_HOST
_NO_HUNTER, _NO_HOST = UUID(int=0), ""


def without_turn(table: Table) -> tuple[str, ...]:
    """Return the names of the columns of *table* that say what a target is, and not whose turn it is."""
    return tuple(name for name in columns_of(table) if name != NEXT)


class Turns:
    """
    The statements about *targets* and their *deliveries*, which name them in the column *of*.

    *waits* are the conditions that a delivery waits, *order* its place in the queue, *only* which targets are on.
    """

    def __init__(
        self,
        targets: Table,
        deliveries: Table,
        *,
        of: str,
        waits: Sequence[ColumnElement[bool]],
        order: Sequence[ColumnElement[Any]],
        only: Sequence[ColumnElement[bool]] = (),
    ) -> None:
        self._columns = without_turn(targets)
        self._due_at = columns_of(deliveries).index("due_at")
        target, owner = targets.c, deliveries.c[of]
        full_hunters = [param(f"hunter_{n}", target.hunter_id) for n in range(_HUNTERS)]
        full_hosts = [param(f"host_{n}", target.shown) for n in range(_HOSTS)]
        self._due = Statement(
            select(*(target[name] for name in self._columns))
            .where(
                target.next_at <= param("now", target.next_at),
                *only,
                target.hunter_id.not_in(full_hunters),
                target.shown.not_in(full_hosts),
            )
            .order_by(target.next_at, target.id)
            .limit(number("most"))
            .with_for_update(key_share=True, skip_locked=True, of=targets)
        )
        self._first = Statement(
            select(deliveries)
            .where(owner == param("target", owner), *waits)
            .order_by(*order)
            .limit(inline(1))
        )
        self._next = Statement(
            update(targets)
            .where(target.id == param("target", target.id))
            .values(next_at=param("at", target.next_at))
        )
        first_at = (
            select(deliveries.c.due_at)
            .where(owner == target.id, *waits)
            .order_by(*order)
            .limit(inline(1))
            .correlate(targets)
            .scalar_subquery()
        )

        def these(count: int) -> Any:
            return target.id.in_([param(f"target_{n}", target.id) for n in range(count)])

        @lru_cache(maxsize=8)
        def lock(count: int) -> Statement:
            return Statement(
                select(target.id)
                .where(these(count))
                .order_by(target.id)
                .with_for_update(key_share=True, of=targets)
            )

        @lru_cache(maxsize=8)
        def renew(count: int) -> Statement:
            return Statement(update(targets).where(these(count)).values(next_at=first_at))

        self._lock: Callable[[int], Statement] = lock
        self._renew: Callable[[int], Statement] = renew

    @property
    def statements(self) -> dict[str, Statement]:
        """Return what is asked again and again, by what it is: their plans are looked at."""
        return {
            "who is due": self._due,
            "the first of a queue": self._first,
            "the turn of a target": self._renew(1),
        }

    def take(
        self, sql: Transaction, now: datetime, *, until: datetime, limit: int, full: Full
    ) -> Iterator[tuple[Row, Row]]:
        """
        Yield targets that are due at *now*, locked, each with the first of its queue; its turn comes again at *until*.

        Whoever takes one moves its `due_at` to *until*, too. At most *limit*, the longest due first.
        """
        left = limit
        while left > 0:
            asked = left
            found = sql.rows(self._due, now=now, most=asked, **_left_out(full))
            for target in found:
                first = sql.row(self._first, target=target[0])
                due_at: datetime | None = None if first is None else first[self._due_at]
                if first is None or due_at is None or due_at > now:
                    # What it waited for was purged.
                    sql.do(self._next, target=target[0], at=due_at)
                    continue
                sql.do(self._next, target=target[0], at=until)
                left -= 1
                yield target, first
            if len(found) < asked:
                return

    def lock(self, sql: Transaction, ids: Iterable[UUID]) -> None:
        """Lock the targets *ids*, in their order, so that nobody else writes to their queues meanwhile."""
        self._for_each(sql, self._lock, ids, is_read=True)

    def renew(self, sql: Transaction, ids: Iterable[UUID]) -> None:
        """Find anew when it is the turn of the targets *ids*, which are locked."""
        self._for_each(sql, self._renew, ids, is_read=False)

    def _for_each(
        self, sql: Transaction, statement: Callable[[int], Statement], ids: Iterable[UUID], *, is_read: bool
    ) -> None:
        listed = sorted(set(ids))
        for first in range(0, len(listed), _AT_ONCE):
            part = padded(listed[first : first + _AT_ONCE])
            named = {f"target_{place}": each for place, each in enumerate(part)}
            if is_read:
                sql.rows(statement(len(part)), **named)
            else:
                sql.do(statement(len(part)), **named)


def _left_out(full: Full) -> dict[str, Any]:
    hunters = [*full.hunters, *[_NO_HUNTER] * _HUNTERS][:_HUNTERS]
    hosts = [*full.hosts, *[_NO_HOST] * _HOSTS][:_HOSTS]
    return {
        **{f"hunter_{place}": each for place, each in enumerate(hunters)},
        **{f"host_{place}": each for place, each in enumerate(hosts)},
    }
