"""The statements that read boards: spans of one index, forth and back, so that none ranks a table."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, and_, bindparam, func, select, union_all

from hunter_adapters.sql.scores import LISTED
from hunter_adapters.sql.statements import Statement, inline, param
from hunter_adapters.sql.tables import board_scores, hunter_settings, hunters
from hunter_core.leaderboard.windows import ALL_TIME

MOST_XP = 2**63 - 1
"""More than anybody has: the end of a range without an end."""

_WINDOW = param("window", board_scores.c.window_name)
_LEAST, _MOST = param("least", board_scores.c.xp), param("most", board_scores.c.xp)
_XP, _ID = param("xp", board_scores.c.xp), param("hunter_id", board_scores.c.hunter_id)
_REACHED = param("reached_at", board_scores.c.reached_at)
_LIMIT, _OFFSET = bindparam("limit", type_=BigInteger), bindparam("offset", type_=BigInteger)


class BoardStatements:
    """
    What is asked of the boards of one kind.

    The board of all time has its tiers in a row: `least` and `most` are bounds of the index itself (`RANGED`). A
    window has the hunters of a tier among the others, and asks their row of all time (`TIERED`). `PLAIN` is for
    everybody: to look at the bounds of a million rows would be half of what counting them costs.
    """

    def __init__(self, *, ranged: bool = False, tiered: bool = False) -> None:
        of = board_scores.c
        among: Any = of.xp.between(_LEAST, _MOST)
        source: Any = board_scores
        if tiered:
            whole = board_scores.alias("whole")
            source = board_scores.join(whole, whole.c.hunter_id == of.hunter_id)
            among = and_(whole.c.window_name == inline(ALL_TIME), whole.c.xp.between(_LEAST, _MOST))
        board = (of.window_name == _WINDOW, of.is_shown, *([among] if ranged or tiered else []))

        def counted(*where: Any) -> Any:
            return select(func.count()).select_from(source).where(*board, *where).scalar_subquery()

        self.total = Statement(select(func.count()).select_from(source).where(*board))
        down = (of.xp.desc(), of.reached_at, of.hunter_id)
        up = (of.xp, of.reached_at.desc(), of.hunter_id.desc())
        lines = select(of.hunter_id, of.xp).select_from(source).where(*board)
        self.from_the_top = Statement(lines.order_by(*down).limit(_LIMIT).offset(_OFFSET))
        self.from_the_end = Statement(lines.order_by(*up).limit(_LIMIT).offset(_OFFSET))

        # Three spans of the index stand on either side of a line: same XP and moment, same XP, other XP.
        same = (of.xp == _XP, of.reached_at == _REACHED)
        ahead = ((*same, of.hunter_id < _ID), (of.xp == _XP, of.reached_at < _REACHED), (of.xp > _XP,))
        behind = ((*same, of.hunter_id > _ID), (of.xp == _XP, of.reached_at > _REACHED), (of.xp < _XP,))
        self.count_ahead = Statement(select(counted(*ahead[0]) + counted(*ahead[1]) + counted(*ahead[2])))
        self.count_behind = Statement(select(counted(*behind[0]) + counted(*behind[1]) + counted(*behind[2])))

        keyed = select(of.hunter_id, of.xp, of.reached_at).select_from(source).where(*board)

        def neighbours(spans: Any, order: Any, reverse: bool) -> Statement:
            near = [select(keyed.where(*span).order_by(*order).limit(_LIMIT).subquery()) for span in spans]
            found = union_all(*near).subquery().c
            merged = (
                (found.xp, found.reached_at.desc(), found.hunter_id.desc())
                if reverse
                else (found.xp.desc(), found.reached_at, found.hunter_id)
            )
            return Statement(select(found.hunter_id, found.xp).order_by(*merged).limit(_LIMIT))

        self.next_ahead = neighbours(ahead, up, True)
        self.next_behind = neighbours(behind, down, False)
        seen = select(of.xp, of.reached_at).select_from(source)
        self.own = Statement(seen.where(*board, of.hunter_id == _ID))


PLAIN, RANGED, TIERED = BoardStatements(), BoardStatements(ranged=True), BoardStatements(tiered=True)

_CARD = (
    hunters.c.id,
    hunters.c.name,
    hunters.c.level,
    hunters.c.rank,
    hunters.c.streak,
    hunters.c.max_streak,
    hunters.c.freezes,
    hunters.c.last_day,
    hunters.c.calendar,
)


@lru_cache(maxsize=16)
def cards(count: int) -> Statement:
    """Return the statement for the cards of so many hunters; who is hidden by now has none."""
    these = [param(f"id_{place}", hunters.c.id) for place in range(count)]
    return Statement(
        select(*_CARD)
        .join_from(hunters, hunter_settings, hunter_settings.c.hunter_id == hunters.c.id)
        .where(hunters.c.id.in_(these), LISTED)
    )
