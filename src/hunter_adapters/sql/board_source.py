"""What projections of the boards are made from: hunters as stored, who changed, and scores from the ledger alone."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import groupby

from sqlalchemy import BigInteger, bindparam, event, func, select, union_all, update

from hunter_adapters.sql.board_statements import cards
from hunter_adapters.sql.boards import line_of
from hunter_adapters.sql.rows import entry_of
from hunter_adapters.sql.scores import moment_of
from hunter_adapters.sql.statements import Insert, Statement, padded, param
from hunter_adapters.sql.store import SqlStore
from hunter_adapters.sql.tables import board_scores, erased_hunters, hunters, meta, xp_entries
from hunter_adapters.sql.transaction import Transaction
from hunter_core.ids import HunterId
from hunter_core.leaderboard.board import Line
from hunter_core.leaderboard.order import Score
from hunter_core.leaderboard.projection import Projected
from hunter_core.leaderboard.scores import scores_of, standing
from hunter_core.leaderboard.windows import ALL_TIME

_of = board_scores.c
_LIMIT = bindparam("limit", type_=BigInteger)
_FIRST = Statement(select(hunters.c.id).order_by(hunters.c.id).limit(_LIMIT))
_AFTER = Statement(
    select(hunters.c.id)
    .where(hunters.c.id > param("last", hunters.c.id))
    .order_by(hunters.c.id)
    .limit(_LIMIT)
)
_SINCE = param("since", hunters.c.updated_at)
_CHANGED = Statement(
    union_all(
        select(hunters.c.id, hunters.c.updated_at).where(hunters.c.updated_at >= _SINCE),
        select(erased_hunters.c.id, erased_hunters.c.erased_at).where(erased_hunters.c.erased_at >= _SINCE),
    ),
    alone=True,
)
_COUNT = Statement(select(func.count()).select_from(hunters))
# Under it lies the word that the store was last given.
_NAME = "boards"
_NAMED = meta.c.name == param("name", meta.c.name)
_WORD = Statement(select(meta.c.value).where(_NAMED), alone=True)
_FIRST_WORD = Insert(meta, ("name", "value"), unless=("name",))
_NEXT_WORD = Statement(
    update(meta)
    .where(_NAMED, meta.c.value == param("old", meta.c.value))
    .values(value=param("new", meta.c.value))
)
MOST_AT_ONCE = 256


@lru_cache(maxsize=64)
def _scores(count: int, windows: int) -> Statement:
    these = [param(f"id_{place}", _of.hunter_id) for place in range(count)]
    named = [param(f"window_{place}", _of.window_name) for place in range(windows)]
    return Statement(
        select(_of.hunter_id, _of.window_name, _of.xp, _of.reached_at).where(
            _of.hunter_id.in_(these), _of.window_name.in_(named), _of.is_shown
        )
    )


@lru_cache(maxsize=16)
def _entries(count: int) -> Statement:
    these = [param(f"id_{place}", xp_entries.c.hunter_id) for place in range(count)]
    return Statement(
        select(xp_entries)
        .where(xp_entries.c.hunter_id.in_(these))
        .order_by(xp_entries.c.hunter_id, xp_entries.c.seq)
    )


class SqlBoardSource:
    """Implements `hunter_core.leaderboard.projection.BoardSource`."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        self._opened, self._counting = 0, threading.Lock()
        event.listen(store.database.pool, "connect", self._count)

    def read(self, hunter_ids: Sequence[HunterId], windows: Sequence[str]) -> Sequence[Projected]:
        found: list[Projected] = []
        with self._store.read() as uow:
            for part in _parts(hunter_ids):
                lines, named = _lines(uow.sql, part), _named(part)
                statement = _scores(len(named), len(windows))
                values = {f"window_{place}": window for place, window in enumerate(windows)}
                scores: dict[HunterId, list[Score]] = {}
                for hunter_id, window, xp, at in uow.sql.rows(statement, **named, **values):
                    scores.setdefault(hunter_id, []).append(Score(window, xp, moment_of(at)))
                for each in part:
                    line = lines.get(each)
                    found.append(Projected(each, line, scores.get(each, []) if line else []))
        return found

    def changed_since(self, moment: datetime) -> Sequence[tuple[HunterId, datetime]]:
        with self._store.read() as uow:
            return [(hunter_id, at) for hunter_id, at in uow.sql.rows(_CHANGED, since=moment)]

    def after(self, hunter_id: HunterId | None, limit: int) -> Sequence[HunterId]:
        with self._store.read() as uow:
            if hunter_id is None:
                return [row[0] for row in uow.sql.rows(_FIRST, limit=limit)]
            return [row[0] for row in uow.sql.rows(_AFTER, last=hunter_id, limit=limit)]

    def count(self) -> int:
        with self._store.read() as uow:
            total: int = uow.sql.value(_COUNT)
            return total

    def from_the_ledger(
        self, hunter_ids: Sequence[HunterId], windows: Sequence[str]
    ) -> Iterable[tuple[HunterId, Score]]:
        with self._store.read() as uow:
            for part in _parts(hunter_ids):
                named = _named(part)
                rows = uow.sql.rows(_entries(len(named)), **named)
                ledgers = {
                    hunter_id: standing(map(entry_of, group))
                    for hunter_id, group in groupby(rows, lambda row: row[1])
                }
                for hunter_id in _lines(uow.sql, part):
                    gains = ledgers.get(hunter_id, [])
                    made = scores_of(gains)
                    reached = gains[-1].recorded_at if gains else None
                    made[ALL_TIME] = Score(ALL_TIME, sum(gain.amount for gain in gains), reached)
                    yield from ((hunter_id, made[window]) for window in windows if window in made)

    def word(self) -> str | None:
        with self._store.read() as uow:
            found = uow.sql.row(_WORD, name=_NAME)
            return None if found is None else str(found[0])

    def give_word(self, word: str, instead_of: str | None) -> bool:
        with self._store.write() as uow:
            if instead_of is None:
                was_given = bool(uow.sql.insert_new(_FIRST_WORD, [(_NAME, word)]))
            else:
                was_given = uow.sql.do(_NEXT_WORD, name=_NAME, old=instead_of, new=word) == 1
            uow.commit()
            return was_given

    def connections_opened(self) -> int:
        return self._opened

    def _count(self, *_: object) -> None:
        with self._counting:
            self._opened += 1


def _parts(hunter_ids: Sequence[HunterId]) -> Iterable[Sequence[HunterId]]:
    return (hunter_ids[first : first + MOST_AT_ONCE] for first in range(0, len(hunter_ids), MOST_AT_ONCE))


def _named(part: Sequence[HunterId]) -> dict[str, HunterId]:
    return {f"id_{place}": each for place, each in enumerate(padded(part))}


def _lines(sql: Transaction, part: Sequence[HunterId]) -> dict[HunterId, Line]:
    """Return the lines of those who are on boards, without their XP."""
    named = _named(part)
    return {row[0]: line_of(row, 0) for row in sql.rows(cards(len(named)), **named)}
