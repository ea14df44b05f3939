"""Scores and boards in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from hunter_adapters.memory.locks import Locks
from hunter_adapters.memory.tables import Tables
from hunter_core.hunters.hunter import Hunter
from hunter_core.ids import HunterId
from hunter_core.leaderboard.board import Asked, Line, Own, Reading, Stats, XpRange, around
from hunter_core.leaderboard.order import Score, order_key
from hunter_core.leaderboard.scores import Gain, standing
from hunter_core.leaderboard.windows import ALL_TIME, windows_at


class MemoryScores:
    """Implements `hunter_core.leaderboard.scores.Scores`."""

    __slots__ = ("_locks", "_tables")

    def __init__(self, tables: Tables, locks: Locks) -> None:
        self._tables, self._locks = tables, locks

    def gain(
        self, hunter_id: HunterId, windows: Sequence[str], amount: int, at: datetime, *, known: bool = False
    ) -> None:
        self._locks.need("hunter", hunter_id)
        kept = self._tables.scores.edit(hunter_id)
        for window in windows:
            before = kept[window].xp if known or window in kept else 0
            kept[window] = Score(window, before + amount, at)

    def save(self, hunter_id: HunterId, scores: Sequence[Score]) -> None:
        self._locks.need("hunter", hunter_id)
        kept = self._tables.scores.edit(hunter_id)
        for score in scores:
            if score.xp or score.window == ALL_TIME:
                kept[score.window] = score
            else:
                kept.pop(score.window, None)

    def gains_since(self, hunter_id: HunterId, since: datetime) -> Sequence[Gain]:
        rows = self._tables.entries.rows(hunter_id)
        stands = standing(rows[seq] for seq in sorted(rows))
        first = next((place for place, gain in enumerate(stands) if gain.recorded_at >= since), len(stands))
        return stands[first:]


Ranked = Sequence[tuple[Score, Hunter]]


class MemoryBoards:
    """Implements `hunter_core.leaderboard.board.Boards` on what was last committed, sorted once for each commit."""

    def __init__(self, tables: Callable[[], Tables]) -> None:
        self._committed = tables
        self._sorted = _Boards(tables())

    def read(self, asked: Asked) -> Reading:
        tables, boards = self._committed(), self._sorted
        if boards.tables is not tables:
            boards = self._sorted = _Boards(tables)
        return boards.read(asked)


class _Boards:
    """The boards of one moment."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self._known: dict[tuple[str, XpRange | None], tuple[Ranked, Mapping[HunterId, int]]] = {}

    def read(self, asked: Asked) -> Reading:
        ranked, places = self._ranked(asked.window, asked.among)
        place = places.get(asked.viewer)
        own = None
        if place is not None:
            ahead = ranked[place - 2][0].xp if place > 1 else None
            own = Own(place, ranked[place - 1][0].xp, ahead)
        if not asked.around:
            first, last = asked.skipped + 1, asked.skipped + asked.limit
        elif place is not None:
            first, last = around(place, asked.limit, len(ranked))
        else:
            first, last = 1, 0
        lines = [_line(score, hunter) for score, hunter in ranked[first - 1 : last]]
        return Reading(first, lines, len(ranked), own, self._stats(asked))

    def _ranked(self, window: str, among: XpRange | None = None) -> tuple[Ranked, Mapping[HunterId, int]]:
        known = self._known.get((window, among))
        if known is None:
            found = []
            for hunter in self.tables.hunters.rows().values():
                score = self.tables.scores.rows(hunter.id).get(window)
                if score is not None and self.tables.listed(hunter) and _within(hunter, among):
                    found.append((score, hunter))
            found.sort(key=lambda each: order_key(each[0].xp, each[0].reached_at, each[1].id))
            places = {hunter.id: place for place, (_, hunter) in enumerate(found, start=1)}
            known = self._known[window, among] = found, places
        return known

    def _total(self, window: str, among: XpRange | None = None) -> int:
        return len(self._ranked(window, among)[0])

    def _stats(self, asked: Asked) -> Stats:
        s_rank = 0 if asked.s_rank is None else self._total(ALL_TIME, asked.s_rank)
        return Stats(self._total(ALL_TIME), self._total(windows_at(asked.now).daily), s_rank)


def _within(hunter: Hunter, among: XpRange | None) -> bool:
    if among is None:
        return True
    return among.least <= hunter.total_xp and (among.most is None or hunter.total_xp <= among.most)


def _line(score: Score, hunter: Hunter) -> Line:
    return Line(
        hunter.id, score.xp, hunter.name, hunter.level, hunter.rank, hunter.streak_state, hunter.calendar
    )
