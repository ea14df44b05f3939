"""Boards from SQL: pages and places by walking one index from its nearer end, totals believed for a second."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from hunter_adapters.sql.board_statements import MOST_XP, PLAIN, RANGED, TIERED, BoardStatements, cards
from hunter_adapters.sql.statements import Row, padded
from hunter_adapters.sql.store import SqlStore
from hunter_adapters.sql.transaction import Transaction
from hunter_core.ids import HunterId
from hunter_core.leaderboard.board import Asked, Line, Own, Reading, Stats, XpRange, around
from hunter_core.leaderboard.windows import ALL_TIME, windows_at
from hunter_core.rules.streaks import StreakState

BELIEVED_SECONDS = 1.0
"""How long a total of many is believed."""

MIDDLE_SECONDS = 60.0
"""How long the middle of a board is believed: it only says from which end a place is nearer."""

MANY = 20_000
"""Hunters up to whom a board is counted each time: that takes about a millisecond."""


class _Board(NamedTuple):
    """A window among hunters of some total XP; `least` and `most` are parameters."""

    window: str
    least: int
    most: int
    statements: BoardStatements

    @classmethod
    def of(cls, window: str, among: XpRange | None) -> _Board:
        least, most = among or (0, None)
        statements = PLAIN if among is None else RANGED if window == ALL_TIME else TIERED
        return cls(window, least, MOST_XP if most is None else most, statements)

    def parameters(self) -> dict[str, Any]:
        return {"window": self.window, "least": self.least, "most": self.most}


class _Known(NamedTuple):
    value: Any
    until: float


class Believed:
    """Values that are worked out by one thread at a time, and believed by all for a while."""

    def __init__(self) -> None:
        self._known: dict[Any, _Known] = {}
        self._working: dict[Any, threading.Lock] = {}
        self._guard = threading.Lock()

    def get(self, key: Any, work: Callable[[], tuple[Any, float]]) -> Any:
        """Return the value of *key*: the one known, else what *work* gives, with the seconds it is believed."""
        known = self._known.get(key)
        if known is not None and time.monotonic() < known.until:
            return known.value
        with self._guard:
            lock = self._working.setdefault(key, threading.Lock())
        if known is None:
            lock.acquire()
        elif not lock.acquire(blocking=False):
            return known.value
        try:
            known = self._known.get(key)
            if known is not None and time.monotonic() < known.until:
                return known.value
            value, seconds = work()
            if seconds:
                self._remember(key, _Known(value, time.monotonic() + seconds))
            else:
                self._forget(key)
            return value
        finally:
            lock.release()

    def _forget(self, key: Any) -> None:
        """Keep nothing of *key*: there are as many windows as days, and anybody may ask for each of them."""
        with self._guard:
            self._known.pop(key, None)
            self._working.pop(key, None)

    def _remember(self, key: Any, known: _Known) -> None:
        with self._guard:
            if len(self._known) > 1_000:
                # Somebody leafs through the windows of years: what is over goes.
                now = time.monotonic()
                self._known = {each: one for each, one in self._known.items() if one.until > now}
                self._working = {each: lock for each, lock in self._working.items() if each in self._known}
            self._known[key] = known


class SqlBoards:
    """Implements `hunter_core.leaderboard.board.Boards` on one database."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        self._believed = Believed()

    def read(self, asked: Asked) -> Reading:
        with self._store.read() as uow:
            return _Reader(uow.sql, self._believed).read(asked)


class _Reader:
    """Reads in one transaction."""

    def __init__(self, sql: Transaction, believed: Believed) -> None:
        self._sql, self._believed = sql, believed
        self._counted: dict[_Board, int] = {}

    def read(self, asked: Asked) -> Reading:
        board = _Board.of(asked.window, asked.among)
        total = self._total(board)
        key = self._sql.row(board.statements.own, hunter_id=asked.viewer, **board.parameters())
        own = None if key is None else self._own(board, asked.viewer, key, total)
        if not asked.around:
            first, found = asked.skipped + 1, self._page(board, asked, total)
        elif key is None or own is None:
            first, found = 1, []
        else:
            first, last = around(own.place, asked.limit, max(total, own.place))
            found = [
                *reversed(
                    self._near(board, board.statements.next_ahead, asked.viewer, key, own.place - first)
                ),
                (asked.viewer, own.xp),
                *self._near(board, board.statements.next_behind, asked.viewer, key, last - own.place),
            ]
        return Reading(first, self._lines(found), total, own, self._stats(asked))

    def _page(self, board: _Board, asked: Asked, total: int) -> Sequence[Row]:
        skipped, left = asked.skipped, total - asked.skipped
        if left <= 0:
            return []
        if skipped <= total // 2 or total < MANY:
            parameters = {**board.parameters(), "limit": asked.limit, "offset": skipped}
            return self._sql.rows(board.statements.from_the_top, **parameters)
        # The nearer end is the other one: half of the board is the most that is ever walked.
        limit = min(asked.limit, left)
        parameters = {**board.parameters(), "limit": limit, "offset": left - limit}
        return self._sql.rows(board.statements.from_the_end, **parameters)[::-1]

    def _own(self, board: _Board, hunter_id: HunterId, key: Row, total: int) -> Own:
        at = {**board.parameters(), "hunter_id": hunter_id, "xp": key[0], "reached_at": key[1]}
        if total < MANY or (-key[0], hunter_id) <= self._middle(board, total):
            place = 1 + self._sql.value(board.statements.count_ahead, **at)
        else:
            place = max(total - self._sql.value(board.statements.count_behind, **at), 1)
        ahead = self._near(board, board.statements.next_ahead, hunter_id, key, 1)
        return Own(place if ahead else 1, key[0], ahead[0][1] if ahead else None)

    def _near(
        self, board: _Board, statement: Any, hunter_id: HunterId, key: Row, limit: int
    ) -> Sequence[Row]:
        if limit <= 0:
            return []
        at = {**board.parameters(), "hunter_id": hunter_id, "xp": key[0], "reached_at": key[1]}
        return self._sql.rows(statement, limit=limit, **at)

    def _lines(self, found: Sequence[Row]) -> list[Line]:
        if not found:
            return []
        ids = padded(row[0] for row in found)
        rows = self._sql.rows(cards(len(ids)), **{f"id_{place}": each for place, each in enumerate(ids)})
        shown = {row[0]: row for row in rows}
        return [line_of(shown[hunter_id], xp) for hunter_id, xp in found if hunter_id in shown]

    def _stats(self, asked: Asked) -> Stats:
        today = windows_at(asked.now).daily
        s_rank = 0 if asked.s_rank is None else self._total(_Board.of(ALL_TIME, asked.s_rank))
        return Stats(self._total(_Board.of(ALL_TIME, None)), self._total(_Board.of(today, None)), s_rank)

    def _total(self, board: _Board) -> int:
        if board in self._counted:
            return self._counted[board]

        def count() -> tuple[int, float]:
            total: int = self._sql.value(board.statements.total, **board.parameters())
            return total, BELIEVED_SECONDS if total >= MANY else 0.0

        total: int = self._believed.get(("total", board), count)
        self._counted[board] = total
        return total

    def _middle(self, board: _Board, total: int) -> tuple[int, HunterId]:
        """Return XP, negated, and id of the hunter in the middle of the board, about: moments are left out."""

        def look() -> tuple[tuple[int, HunterId], float]:
            parameters = {**board.parameters(), "limit": 1, "offset": total // 2}
            ((hunter_id, xp),) = self._sql.rows(board.statements.from_the_top, **parameters)
            return (-xp, hunter_id), MIDDLE_SECONDS

        middle: tuple[int, HunterId] = self._believed.get(("middle", board), look)
        return middle


def line_of(card: Row, xp: int) -> Line:
    """Return the line of a hunter with *xp*, from a row of `cards`."""
    hunter_id, name, level, rank, streak, max_streak, freezes, last_day, calendar = card
    return Line(
        hunter_id, xp, name, level, rank, StreakState(streak, max_streak, freezes, last_day), calendar
    )
