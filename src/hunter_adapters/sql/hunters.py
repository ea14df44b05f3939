"""Keeps hunters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from sqlalchemy import select, update

from hunter_adapters.sql.rows import HUNTER, hunter_of, hunter_row
from hunter_adapters.sql.scores import SqlScores
from hunter_adapters.sql.statements import Insert, Row, Statement, at_most, padded, param
from hunter_adapters.sql.tables import hunters
from hunter_adapters.sql.transaction import Transaction
from hunter_core.accounts.names import name_key
from hunter_core.errors import NotFound
from hunter_core.hunters.hunter import Hunter
from hunter_core.ids import HunterId
from hunter_core.leaderboard.order import Score
from hunter_core.leaderboard.windows import ALL_TIME

_OF_ID = select(hunters).where(hunters.c.id == param("hunter_id", hunters.c.id))
# NO KEY: rows that refer to the hunter (a friend's request, a session) may still be written by others.
_LOCK = Statement(_OF_ID.with_for_update(key_share=True))
_GET = Statement(_OF_ID)
_BY_NAME = Statement(select(hunters).where(hunters.c.name_key == param("name_key", hunters.c.name_key)))
_ADD = Insert(hunters, HUNTER)
_SAVE = Statement(
    update(hunters)
    .where(hunters.c.id == param("this", hunters.c.id))
    .values({name: param(name, hunters.c[name]) for name in HUNTER if name not in ("id", "created_at")})
)


@lru_cache(maxsize=8)
def _lock_all(count: int) -> Statement:
    these = [param(f"id_{place}", hunters.c.id) for place in range(count)]
    # Rows are locked in the order in which they come: that of SPEC 7.
    return Statement(
        select(hunters).where(hunters.c.id.in_(these)).order_by(hunters.c.id).with_for_update(key_share=True)
    )


@lru_cache(maxsize=8)
def _get_all(count: int) -> Statement:
    these = [param(f"id_{place}", hunters.c.id) for place in range(count)]
    return Statement(select(hunters).where(hunters.c.id.in_(these)))


class SqlHunters:
    """Keeps hunters in a table."""

    __slots__ = ("_sql",)

    def __init__(self, transaction: Transaction) -> None:
        self._sql = transaction

    def add(self, hunter: Hunter) -> None:
        self._sql.insert(_ADD, [hunter_row(hunter)])
        self._sql.hunters_changed[hunter.id] = None
        SqlScores(self._sql).save(hunter.id, [Score(ALL_TIME, hunter.total_xp, hunter.xp_reached_at)])
        self._sql.active[hunter.id] = hunter.is_active

    def lock(self, hunter_id: HunterId) -> Hunter:
        hunter = _found(self._sql.row(_LOCK, hunter_id=hunter_id), hunter_id)
        self._sql.active[hunter_id] = hunter.is_active
        return hunter

    def lock_all(self, hunter_ids: Iterable[HunterId]) -> Sequence[Hunter]:
        found: list[Hunter] = []
        for first in at_most(64, sorted(set(hunter_ids))):
            named = {f"id_{place}": each for place, each in enumerate(padded(first))}
            found += map(hunter_of, self._sql.rows(_lock_all(len(named)), **named))
        for hunter in found:
            self._sql.active[hunter.id] = hunter.is_active
        return found

    def get(self, hunter_id: HunterId) -> Hunter:
        return _found(self._sql.row(_GET, hunter_id=hunter_id), hunter_id)

    def get_all(self, hunter_ids: Iterable[HunterId]) -> Mapping[HunterId, Hunter]:
        found: dict[HunterId, Hunter] = {}
        for ids in at_most(64, list(hunter_ids)):
            named = {f"id_{place}": each for place, each in enumerate(padded(ids))}
            found |= {row[0]: hunter_of(row) for row in self._sql.rows(_get_all(len(named)), **named)}
        return found

    def by_name(self, name: str) -> Hunter:
        return _found(self._sql.row(_BY_NAME, name_key=name_key(name)), name)

    def save(self, hunter: Hunter) -> None:
        self._sql.hunters_changed[hunter.id] = None
        self._sql.do(_SAVE, this=hunter.id, **dict(zip(HUNTER, hunter_row(hunter), strict=True)))
        if self._sql.active.get(hunter.id) is not hunter.is_active:
            SqlScores(self._sql).show(hunter.id)


def _found(row: Row | None, wanted: HunterId | str) -> Hunter:
    if row is None:
        raise NotFound("hunter", wanted)
    return hunter_of(row)
